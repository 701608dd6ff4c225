"""The people and structures of a CDA header: patient, authors, authenticators, participants, organisations."""

from lxml.etree import _Element

from hygie.lib.errors import Invalid
from hygie.record.cda.datatypes import read_coding, read_ids, read_time
from hygie.record.cda.elements import attribute, child, children, flat_text
from hygie.record.cda.types import (
    Author,
    AuthorKind,
    CdaTime,
    Identifier,
    Organization,
    Participant,
    PatientIdentity,
)

IDNPS_OID = "1.2.250.1.71.4.2.1"
IDNST_OID = "1.2.250.1.71.4.2.2"
# French-specs 1.1: NIR, NIA, test, demo, and the former INS-C.
INS_OIDS = frozenset(f"1.2.250.1.213.1.4.{leaf}" for leaf in (8, 9, 10, 11, 2))
_PROFESSION_OID = "1.2.250.1.213.1.1.4.5"
_SEXES = {"M": "M", "F": "F", "UN": "U", "U": "U"}
_PATIENT = "/ClinicalDocument/recordTarget/patientRole"


def required(path: str) -> Invalid:
    return Invalid("A mandatory element of the header is missing or empty.", code="cda-required", path=path)


def unreadable(path: str) -> Invalid:
    return Invalid("The value of this header element is not of its type.", code="cda-value", path=path)


def read_patient(record_target: _Element) -> PatientIdentity:
    """Traits of the only recordTarget. Birth name, a birth given name, birth date and sex are mandatory; the
    identifiers are not judged here (identity does, with the INS rules)."""
    role = child(record_target, "patientRole")
    patient = child(role, "patient")
    ids = read_ids(role)
    families, givens = _qualified(patient, "family"), _qualified(patient, "given")
    birth_family = _first(families, "BR")
    if not birth_family:
        raise required(f"{_PATIENT}/patient/name/family[@qualifier='BR']")
    birth_given = tuple(" ".join(value for qualifier, value in givens if not qualifier).replace(",", " ").split())
    first_given = _first(givens, "BR") or (birth_given[0] if birth_given else "")
    if not first_given:
        raise required(f"{_PATIENT}/patient/name/given")
    place = child(patient, "birthplace", "place")
    return PatientIdentity(
        ins=tuple(found for found in ids if found[0] in INS_OIDS and found[1]),
        ipps=tuple(found for found in ids if found[0] not in INS_OIDS),
        birth_family=birth_family,
        birth_given=birth_given or (first_given,),
        first_given=first_given,
        used_family=_first(families, "CL") or _first(families, "SP") or birth_family,
        used_given=_first(givens, "CL") or first_given,
        sex=_sex(patient),
        born=required_time(child(patient, "birthTime"), f"{_PATIENT}/patient/birthTime"),
        birth_place_insee=flat_text(child(place, "addr", "county")),
        birth_place_name=flat_text(child(place, "addr", "city")) or flat_text(child(place, "name")),
        telecoms=tuple(value for found in children(role, "telecom") if (value := attribute(found, "value"))),
    )


def _sex(patient: _Element | None) -> str:
    path = f"{_PATIENT}/patient/administrativeGenderCode"
    code = attribute(child(patient, "administrativeGenderCode"), "code")
    if not code:
        raise required(path)
    if code not in _SEXES:
        raise unreadable(path)
    return _SEXES[code]


def required_time(element: _Element | None, path: str) -> CdaTime:
    if not attribute(element, "value"):
        raise required(path)
    if (time := read_time(element)) is None:
        raise unreadable(path)
    return time


def _qualified(patient: _Element | None, name: str) -> list[tuple[str, str]]:
    """(qualifier, value) of the parts of the patient's names, in order; null parts are left out."""
    parts = [part for names in children(patient, "name") for part in children(names, name)]
    return [(attribute(part, "qualifier"), flat_text(part)) for part in parts if not part.get("nullFlavor")]


def _first(parts: list[tuple[str, str]], qualifier: str) -> str:
    return next((value for found, value in parts if qualifier in found.split() and value), "")


def read_organization(element: _Element | None) -> Organization | None:
    if element is None:
        return None
    ids = read_ids(element)
    name = flat_text(child(element, "name"))
    if not ids and not name:
        return None
    return Organization(name, next((ext for root, ext in ids if root == IDNST_OID and ext), None), ids)


def read_author(element: _Element) -> Author:
    """header author (also an entry's author): time, functionCode, assignedAuthor."""
    assigned = child(element, "assignedAuthor")
    return _read_entity(
        assigned,
        person=child(assigned, "assignedPerson"),
        organization=child(assigned, "representedOrganization"),
        function=child(element, "functionCode"),
        time=child(element, "time"),
    )


def read_assigned(element: _Element | None) -> Author | None:
    """legalAuthenticator, performer, responsibleParty: anything with an assignedEntity. None when there is none."""
    assigned = child(element, "assignedEntity")
    if element is None or assigned is None or element.get("nullFlavor"):
        return None
    return _read_entity(
        assigned,
        person=child(assigned, "assignedPerson"),
        organization=child(assigned, "representedOrganization"),
        function=child(element, "functionCode"),
        time=child(element, "time"),
    )


def read_participant(element: _Element) -> Participant | None:
    entity = child(element, "associatedEntity")
    if entity is None:
        return None
    function = child(element, "functionCode")
    who = _read_entity(
        entity,
        person=child(entity, "associatedPerson"),
        organization=child(entity, "scopingOrganization"),
        function=function,
        time=child(element, "time"),
    )
    return Participant(attribute(element, "typeCode"), attribute(entity, "classCode"), read_coding(function), who)


def _read_entity(
    entity: _Element | None,
    *,
    person: _Element | None,
    organization: _Element | None,
    function: _Element | None,
    time: _Element | None,
) -> Author:
    ids = read_ids(entity)
    device = child(entity, "assignedAuthoringDevice")
    name = child(person, "name")
    family = flat_text(child(name, "family")) or (flat_text(name) if name is not None and len(name) == 0 else "")
    if device is not None:
        family = flat_text(child(device, "softwareName")) or flat_text(child(device, "manufacturerModelName"))
    code = child(entity, "code")
    return Author(
        kind=_kind(ids, code, is_device=device is not None),
        ids=ids,
        idnps=next((ext for root, ext in ids if root == IDNPS_OID and ext), None),
        family=family,
        given=" ".join(text for part in children(name, "given") if (text := flat_text(part))),
        prefix=flat_text(child(name, "prefix")),
        suffix=flat_text(child(name, "suffix")),
        speciality=read_coding(code),
        function_code=read_coding(function),
        organization=read_organization(organization),
        at=read_time(time),
    )


def _kind(ids: tuple[Identifier, ...], code: _Element | None, *, is_device: bool) -> AuthorKind:
    if is_device:
        return AuthorKind.DEVICE
    written = attribute(code, "code")
    roots = {root for root, _ in ids}
    if written == "EXP_PATIENT" or roots & INS_OIDS:
        return AuthorKind.PATIENT
    if IDNPS_OID in roots or attribute(code, "codeSystem") == _PROFESSION_OID or written.startswith("G15_"):
        return AuthorKind.PROFESSIONAL
    return AuthorKind.OTHER
