"""The header (structuration minimale du CI-SIS): who, for whom, when, about which act, in which structure."""

from hygie.record.cda.write import codes
from hygie.record.cda.write.elements import coded, lines
from hygie.record.cda.write.types import Address, Code, Header, Patient, Professional, Structure
from hygie.record.cda.write.xml import NOTHING, Xml, join, period, tag, time, ts

_SEXES = {"M": ("M", "Masculin"), "F": ("F", "Féminin"), "U": ("UN", "Inconnu")}
_ENCOUNTERS = {"AMB": "Ambulatoire (hors établissement)", "IMP": "Hospitalisation"}


def write_header(header: Header) -> Xml:
    """Everything of ClinicalDocument before its component."""
    return lines(
        tag("realmCode", code="FR"),
        tag("typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040"),
        tag("templateId", root="2.16.840.1.113883.2.8.2.1"),
        tag("templateId", root="1.2.250.1.213.1.1.1.1"),
        *(tag("templateId", root=root, extension=extension) for root, extension in header.kind.templates),
        tag("id", root=header.id),
        coded("code", header.kind.code),
        tag("title", header.title),
        tag("effectiveTime", value=ts(header.written_at)),
        tag("confidentialityCode", code="N", displayName="Normal", codeSystem=codes.CONFIDENTIALITY),
        tag("languageCode", code="fr-FR"),
        tag("setId", root=header.set_id),
        tag("versionNumber", value=str(header.version)),
        _record_target(header.patient),
        _author(header),
        _custodian(header.author.structure),
        _authenticator(header),
        _participant("REF", None, header.prescriber),
        _participant("INF", Code("PCP", codes.FUNCTION, "Médecin traitant"), header.attending),
        _main_act(header),
        *(tag("documentationOf", tag("serviceEvent", coded("code", code))) for code in header.other_acts),
        _replaced(header.replaces),
        _encounter(header),
    )


def _record_target(patient: Patient) -> Xml:
    sex, sex_label = _SEXES[patient.sex]
    name = tag(
        "name",
        tag("family", patient.birth_family, qualifier="BR"),
        tag("given", " ".join(patient.birth_given)),
        tag("given", patient.birth_given[0], qualifier="BR"),
        tag("family", patient.used_family, qualifier="CL"),
        tag("given", patient.used_given, qualifier="CL"),
    )
    place = tag("addr", tag("county", patient.birth_place), tag("city", patient.birth_place_name))
    person = tag(
        "patient",
        name,
        tag("administrativeGenderCode", code=sex, displayName=sex_label, codeSystem=codes.GENDER),
        tag("birthTime", value=ts(patient.born_on)),
        tag("birthplace", tag("place", place)) if patient.birth_place else NOTHING,
        classCode="PSN",
    )
    ins = tag("id", extension=patient.ins_value, root=patient.ins_oid)
    role = tag("patientRole", ins, _address(patient.address, "H"), _telecom(patient.phone, "H"), person)
    return tag("recordTarget", role)


def _address(address: Address, use: str = "") -> Xml:
    return tag(
        "addr",
        tag("houseNumber", address.number) if address.number else NOTHING,
        tag("streetName", address.street),
        tag("postalCode", address.postal_code),
        tag("city", address.city),
        tag("country", "FRANCE"),
        use=use,
    )


def _telecom(phone: str, use: str) -> Xml:
    return tag("telecom", value=f"tel:{phone}", use=use) if phone else tag("telecom", nullFlavor="NASK")


def _person_name(who: Professional) -> Xml:
    return tag(
        "name",
        tag("prefix", who.civility) if who.civility else NOTHING,
        tag("given", who.given),
        tag("family", who.family),
        tag("suffix", who.title) if who.title else NOTHING,
    )


def _organization(name: str, structure: Structure, *, setting: bool = False) -> Xml:
    industry = coded("standardIndustryClassCode", structure.practice_setting) if setting else NOTHING
    return tag(
        name,
        tag("id", root=codes.IDNST, extension=structure.idnst),
        tag("name", structure.name),
        _telecom(structure.phone, "WP"),
        _address(structure.address),
        industry,
    )


def _identity(who: Professional) -> Xml:
    return join(
        tag("id", root=codes.IDNPS, extension=who.idnps),
        coded("code", who.speciality),
        _address(who.structure.address),
        _telecom(who.structure.phone, "WP"),
    )


def assigned_entity(who: Professional) -> Xml:
    person = tag("assignedPerson", _person_name(who))
    organization = _organization("representedOrganization", who.structure, setting=True)
    return tag("assignedEntity", _identity(who), person, organization)


def assigned_author(who: Professional) -> Xml:
    person = tag("assignedPerson", _person_name(who))
    return tag("assignedAuthor", _identity(who), person, _organization("representedOrganization", who.structure))


def _author(header: Header) -> Xml:
    return tag("author", time("time", header.written_at), assigned_author(header.author))


def _custodian(structure: Structure) -> Xml:
    organization = _organization("representedCustodianOrganization", structure)
    return tag("custodian", tag("assignedCustodian", organization))


def _authenticator(header: Header) -> Xml:
    who = header.authenticator or header.author
    return tag(
        "legalAuthenticator",
        time("time", header.written_at),
        tag("signatureCode", code="S"),
        assigned_entity(who),
    )


def _participant(type_code: str, function: Code | None, who: Professional | None) -> Xml:
    if who is None:
        return NOTHING
    entity = tag(
        "associatedEntity",
        _identity(who),
        tag("associatedPerson", _person_name(who)),
        _organization("scopingOrganization", who.structure),
        classCode="PROV",
    )
    role = coded("functionCode", function) if function else NOTHING
    return tag("participant", role, tag("time", nullFlavor="NA"), entity, typeCode=type_code)


def _main_act(header: Header) -> Xml:
    act = header.act
    number = tag("id", root=act.number[0], extension=act.number[1]) if act.number else NOTHING
    event = tag(
        "serviceEvent",
        number,
        coded("code", act.code) if act.code else NOTHING,
        period(act.start, act.end),
        tag("performer", assigned_entity(act.performer), typeCode="PRF"),
        classCode="ACT",
    )
    return tag("documentationOf", event)


def _replaced(former_id: str) -> Xml:
    if not former_id:
        return NOTHING
    parent = tag("parentDocument", tag("id", root=former_id))
    return tag("relatedDocument", parent, typeCode="RPLC")


def _encounter(header: Header) -> Xml:
    structure = header.act.performer.structure
    code = Code(header.encounter, codes.ACT, _ENCOUNTERS[header.encounter])
    place = tag(
        "healthCareFacility",
        tag("id", root=codes.IDNST, extension=structure.idnst),
        coded("code", structure.facility),
        tag("location", tag("name", structure.name), _address(structure.address)),
    )
    encounter = tag(
        "encompassingEncounter",
        coded("code", code),
        period(header.act.start, header.act.end),
        tag("location", place),
    )
    return tag("componentOf", encounter)
