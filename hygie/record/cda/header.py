"""The CDA header as the metadata of a DMP document: french-specs 3.1 and 4.2."""

from lxml.etree import _Element

from hygie.lib.errors import Invalid
from hygie.record.cda.datatypes import joined_id, read_coding, read_ids, read_period
from hygie.record.cda.elements import attribute, child, children, flat_text
from hygie.record.cda.people import (
    read_assigned,
    read_author,
    read_organization,
    read_participant,
    read_patient,
    required,
    required_time,
)
from hygie.record.cda.types import (
    Author,
    CdaDocument,
    CdaHeader,
    CdaTime,
    Encounter,
    Identifier,
    Organization,
)
from hygie.terminology import queries as terminology
from hygie.terminology.types import Coding

_TOP = "/ClinicalDocument"
# Level-1 bodies (french-specs 3.2, JDV_J10): the media type says the format.
_FORMAT_SYSTEM = terminology.oid_to_system("1.3.6.1.4.1.19376.1.2.3")
_BODY_FORMATS = {
    "application/pdf": "urn:ihe:iti:xds-sd:pdf:2008",
    "text/plain": "urn:ihe:iti:xds-sd:text:2008",
    "image/jpeg": "urn:ihe:iti-fr:xds-sd:jpeg:2010",
}


def read_header(doc: CdaDocument) -> CdaHeader:
    """Read all header metadata. Raises Invalid with the XPath of the fault: cda-patient-missing, cda-patient-several,
    cda-required (a mandatory element is missing or null), cda-value (a value that is not of its type)."""
    root = doc.root
    patient = read_patient(_record_target(root))
    authors = _authors(root)
    code = _required_coding(root, "code")
    services = children(root, "documentationOf")
    start, end = _service_period(services)
    performer, practice_setting = _service_performer(services)
    templates = _template_ids(root)
    kind = terminology.document_type(code.code, code.system)
    body_media_type = _body_media_type(root)
    return CdaHeader(
        unique_id=_unique_id(root),
        set_id=_instance_id(child(root, "setId")),
        version_number=_version(root),
        code=code,
        title=_title(root),
        effective=required_time(child(root, "effectiveTime"), f"{_TOP}/effectiveTime"),
        confidentiality_code=_required_coding(root, "confidentialityCode"),
        language=_language(root),
        template_ids=templates,
        format=_format(templates, body_media_type),
        class_code=(kind.class_code or None) if kind else None,
        patient=patient,
        authors=authors,
        custodian=_custodian(root),
        legal_authenticator=read_assigned(child(root, "legalAuthenticator")),
        participants=tuple(who for found in children(root, "participant") if (who := read_participant(found))),
        service_start=start,
        service_end=end,
        event_codes=_event_codes(services),
        performer=performer,
        practice_setting=practice_setting,
        encounter=_encounter(child(root, "componentOf", "encompassingEncounter")),
        replaces=_replaces(root),
        order_ids=_order_ids(root),
        body_media_type=body_media_type,
    )


def _record_target(root: _Element) -> _Element:
    targets = children(root, "recordTarget")
    roles = [role for target in targets for role in children(target, "patientRole")]
    patients = [patient for role in roles for patient in children(role, "patient")]
    path = f"{_TOP}/recordTarget"
    if len(targets) > 1 or len(roles) > 1 or len(patients) > 1:
        raise Invalid("The document has several patients.", code="cda-patient-several", path=path)
    if not patients:
        raise Invalid("The document has no patient.", code="cda-patient-missing", path=path)
    return targets[0]


def _authors(root: _Element) -> tuple[Author, ...]:
    authors = tuple(read_author(found) for found in children(root, "author") if not found.get("nullFlavor"))
    if all(not author.ids and not author.family for author in authors):
        raise required(f"{_TOP}/author")
    return authors


def _instance_id(element: _Element | None) -> str:
    root = attribute(element, "root")
    if element is None or not root or element.get("nullFlavor"):
        return ""
    return joined_id((root, attribute(element, "extension")))


def _unique_id(root: _Element) -> str:
    if not (unique_id := _instance_id(child(root, "id"))):
        raise required(f"{_TOP}/id")
    return unique_id


def _version(root: _Element) -> int | None:
    version = attribute(child(root, "versionNumber"), "value")
    return int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else None


def _required_coding(root: _Element, name: str) -> Coding:
    if (coding := read_coding(child(root, name))) is None:
        raise required(f"{_TOP}/{name}")
    return coding


def _title(root: _Element) -> str:
    if not (title := flat_text(child(root, "title"))):
        raise required(f"{_TOP}/title")
    return title


def _language(root: _Element) -> str:
    if not (language := attribute(child(root, "languageCode"), "code")):
        raise required(f"{_TOP}/languageCode")
    return language


def _template_ids(root: _Element) -> tuple[Identifier, ...]:
    return tuple((attribute(found, "root"), attribute(found, "extension")) for found in children(root, "templateId"))


def _custodian(root: _Element) -> Organization:
    element = child(root, "custodian", "assignedCustodian", "representedCustodianOrganization")
    if (custodian := read_organization(element)) is None:
        raise required(f"{_TOP}/custodian/assignedCustodian/representedCustodianOrganization")
    return custodian


def _body_media_type(root: _Element) -> str:
    text = child(root, "component", "nonXMLBody", "text")
    return "" if text is None else attribute(text, "mediaType") or "text/plain"


def _format(templates: tuple[Identifier, ...], body_media_type: str) -> Coding | None:
    """The most specific model comes last among the templateIds; an unstructured body is named by its media type."""
    for template_id, extension in reversed(templates):
        if found := terminology.format_for_template(template_id, extension or None):
            return found
    if code := _BODY_FORMATS.get(body_media_type):
        return Coding(_FORMAT_SYSTEM, code)
    return None


def _service_period(services: list[_Element]) -> tuple[CdaTime | None, CdaTime | None]:
    """The main act is the one that is dated and performed (CI-SIS); else the first dated one."""
    dated = [
        (
            read_period(child(found, "serviceEvent", "effectiveTime")),
            child(found, "serviceEvent", "performer"),
        )
        for found in services
    ]
    periods = [(period, performer) for period, performer in dated if period[0] or period[1]]
    main = next((period for period, performer in periods if performer is not None), None)
    return main or (periods[0][0] if periods else (None, None))


def _service_performer(services: list[_Element]) -> tuple[Author | None, Coding | None]:
    """First performer, and the first practice setting (its structure's standardIndustryClassCode)."""
    first: Author | None = None
    for service in services:
        for performer in children(child(service, "serviceEvent"), "performer"):
            first = first or read_assigned(performer)
            organization = child(performer, "assignedEntity", "representedOrganization")
            if setting := read_coding(child(organization, "standardIndustryClassCode")):
                return first, setting
    return first, None


def _event_codes(services: list[_Element]) -> tuple[Coding, ...]:
    codes = (read_coding(child(service, "serviceEvent", "code")) for service in services)
    return tuple(dict.fromkeys(code for code in codes if code))


def _encounter(element: _Element | None) -> Encounter | None:
    if element is None:
        return None
    start, end = read_period(child(element, "effectiveTime"))
    place = child(element, "location", "healthCareFacility")
    name = flat_text(child(place, "location", "name")) or flat_text(child(place, "serviceProviderOrganization", "name"))
    return Encounter(
        ids=read_ids(element),
        code=read_coding(child(element, "code")),
        start=start,
        end=end,
        facility=read_coding(child(place, "code")),
        facility_name=name,
        responsible=read_assigned(child(element, "responsibleParty")),
    )


def _replaces(root: _Element) -> tuple[str, ...]:
    return tuple(
        joined_id(found)
        for related in children(root, "relatedDocument")
        if attribute(related, "typeCode") == "RPLC"
        for found in read_ids(child(related, "parentDocument"))
    )


def _order_ids(root: _Element) -> tuple[str, ...]:
    orders = children(root, "inFulfillmentOf")
    return tuple(joined_id(found) for order in orders for found in read_ids(child(order, "order")))
