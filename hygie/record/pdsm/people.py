"""People and structures of a PDSm deposit: fr-core-patient, as-practitionerrole, as-practitioner, as-organization, Device."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from hygie.fhir.core import structure
from hygie.fhir.core.dates import date_of
from hygie.identity.ins import INS, OIDS
from hygie.identity.traits import Traits
from hygie.lib.errors import Invalid
from hygie.record.cda.people import IDNPS_OID, IDNST_OID
from hygie.record.cda.types import Author, AuthorKind, Identifier, Organization
from hygie.record.pdsm.references import Found, Resolver
from hygie.terminology import queries as terminology
from hygie.terminology.types import Coding

_URN_OID = "urn:oid:"
_FR_CORE = "https://hl7.fr/ig/fhir/core/StructureDefinition/"
_BIRTH_LIST = f"{_FR_CORE}fr-core-patient-birth-list-given-name"
_RELIABILITY = f"{_FR_CORE}fr-core-identity-reliability"
_INSEE = f"{_FR_CORE}fr-core-address-insee-code"
_BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
_SEX = {"male": "M", "female": "F", "unknown": "U", "other": "U"}


@dataclass(frozen=True, slots=True)
class _Name:
    """The parts of a HumanName, each as one text."""

    family: str = ""
    given: str = ""
    prefix: str = ""
    suffix: str = ""


_NAMELESS = _Name()


def identifiers(resource: dict[str, Any]) -> tuple[Identifier, ...]:
    """(OID or system, value) of the identifiers that are in use."""
    return tuple(
        (each.get("system", "").removeprefix(_URN_OID), each["value"])
        for each in resource.get("identifier", [])
        if each.get("value") and each.get("use") != "old"
    )


def numbers(resource: dict[str, Any]) -> tuple[INS, ...]:
    return tuple(INS(oid, value) for oid, value in identifiers(resource) if oid in OIDS)


def check_qualified(patient: Found) -> None:
    """An identity that says of itself that it is not qualified carries no INS (RNIV). Raises Invalid."""
    for extension in patient.resource.get("extension", []):
        if extension.get("url") != _RELIABILITY:
            continue
        for part in _parts(extension):
            coding = part.get("valueCoding")
            if part.get("url") == "identityStatus" and isinstance(coding, dict) and coding.get("code") != "QUAL":
                raise Invalid(
                    "The identity is not qualified: it carries no INS.",
                    code="identity-not-qualified",
                    path=f"{patient.path}.extension",
                )


def traits(patient: Found) -> Traits | None:
    """Strict traits of a Patient; None when it has no name, sex nor birth date at all (identified only).

    Raises Invalid(traits-required) with the path of the first one that is missing.
    """
    resource, path = patient.resource, patient.path
    names = resource.get("name", [])
    if not names and not resource.get("gender") and not resource.get("birthDate"):
        return None
    official = next((name for name in names if name.get("use") == "official"), names[0] if names else {})
    usual: dict[str, Any] = next((name for name in names if name.get("use") == "usual"), {})
    family, given = official.get("family", ""), tuple(official.get("given", ()))
    if not family:
        raise _required(f"{path}.name.family")
    if not given:
        raise _required(f"{path}.name.given")
    if (sex := _SEX.get(resource.get("gender", ""))) is None:
        raise _required(f"{path}.gender")
    return Traits(
        birth_family=family,
        birth_given=_birth_given(official) or given,
        first_given=given[0],
        sex=sex,
        born_on=_born_on(resource, path),
        birth_place=_birth_place(resource),
        used_family=usual.get("family", ""),
        used_given=next(iter(usual.get("given", ())), ""),
    )


def _required(path: str) -> Invalid:
    return Invalid("This trait of the patient is required.", code="traits-required", path=path)


def _born_on(resource: dict[str, Any], path: str) -> dt.date:
    born_on = date_of(resource.get("birthDate", ""))
    if born_on is None:
        raise _required(f"{path}.birthDate")
    return born_on


def _birth_given(name: dict[str, Any]) -> tuple[str, ...]:
    for extension in name.get("extension", []):
        text = extension.get("valueString")
        if extension.get("url") == _BIRTH_LIST and isinstance(text, str):
            return tuple(text.replace(",", " ").split())
    return ()


def _birth_place(resource: dict[str, Any]) -> str:
    """INSEE code of the birth place, "" when it is not told."""
    for extension in resource.get("extension", []):
        address = extension.get("valueAddress")
        if extension.get("url") != _BIRTH_PLACE or not isinstance(address, dict):
            continue
        for part in _parts(address):
            coding = part.get("valueCoding")
            if isinstance(coding, dict) and part.get("url") == _INSEE:
                return str(coding.get("code", ""))
    return ""


def _parts(element: dict[str, Any]) -> list[dict[str, Any]]:
    """The extensions inside an element; what is not one is passed over."""
    found = element.get("extension")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def author(reference: dict[str, Any], resolver: Resolver, path: str) -> Author:
    """Who a Reference names: by what it leads to, or by the identifier that it carries (logical reference)."""
    if target := reference.get("reference"):
        found = resolver.get(target, f"{path}.reference")
        structure.check_party(found.resource, found.path)
        return _party(found, resolver)
    identifier = reference.get("identifier")
    if not identifier or not identifier.get("value"):
        raise Invalid("This reference names nobody.", code="reference-unresolved", path=path)
    return _made({"identifier": [identifier]}, kind=AuthorKind.PROFESSIONAL, name=_Name(reference.get("display", "")))


def _party(found: Found, resolver: Resolver) -> Author:
    resource, path = found.resource, found.path
    if "contained" in resource:
        raise Invalid("What is referred to contains nothing itself.", code="structure", path=f"{path}.contained")
    match resource.get("resourceType"):
        case "PractitionerRole":
            return _role(resource, resolver, path)
        case "Practitioner":
            return _practitioner(resource)
        case "Organization":
            organization = _organization(resource)
            return _made(resource, kind=AuthorKind.OTHER, organization=organization)
        case "Device":
            name = next((each["name"] for each in resource.get("deviceName", []) if each.get("name")), "")
            return _made(resource, kind=AuthorKind.DEVICE, name=_Name(name))
        case "Patient" | "RelatedPerson":
            return _made(resource, kind=AuthorKind.PATIENT, name=_name(resource))
    raise Invalid("This is not somebody who can be an author.", code="author-type", path=path)


def _made(
    resource: dict[str, Any],
    *,
    kind: AuthorKind,
    name: _Name = _NAMELESS,
    speciality: Coding | None = None,
    organization: Organization | None = None,
) -> Author:
    ids = identifiers(resource)
    return Author(
        kind=kind,
        ids=ids,
        idnps=next((value for oid, value in ids if oid == IDNPS_OID), None),
        family=name.family,
        given=name.given,
        prefix=name.prefix,
        suffix=name.suffix,
        speciality=speciality,
        function_code=None,
        organization=organization,
        at=None,
    )


def _name(resource: dict[str, Any]) -> _Name:
    name: dict[str, Any] = next(iter(resource.get("name", [])), {})
    given, prefix, suffix = (" ".join(name.get(part, [])) for part in ("given", "prefix", "suffix"))
    return _Name(name.get("family", ""), given, prefix, suffix)


def _practitioner(resource: dict[str, Any]) -> Author:
    qualification: dict[str, Any] = next((each for each in resource.get("qualification", []) if _profession(each)), {})
    return _made(resource, kind=AuthorKind.PROFESSIONAL, speciality=_profession(qualification), name=_name(resource))


def _profession(qualification: dict[str, Any]) -> Coding | None:
    """The profession (TRE_G15) among the codings of a qualification."""
    for coding in qualification.get("code", {}).get("coding", []):
        if "TRE_G15" in coding.get("system", "") and coding.get("code"):
            return read_coding(coding)
    return None


def _role(resource: dict[str, Any], resolver: Resolver, path: str) -> Author:
    """A role: the person that it leads to, in the structure that it leads to; its own identifier may be the person's."""
    person: Author | None = None
    if told := resource.get("practitioner"):
        person = _person(told, resolver, f"{path}.practitioner")
    specialities = [coding for each in resource.get("specialty", []) for coding in each.get("coding", [])]
    speciality = read_coding(specialities[0]) if specialities else person.speciality if person else None
    mine = _made(resource, kind=AuthorKind.PROFESSIONAL, speciality=speciality)
    return Author(
        kind=AuthorKind.PROFESSIONAL,
        ids=tuple(dict.fromkeys((*mine.ids, *(person.ids if person else ())))),
        idnps=mine.idnps or (person.idnps if person else None),
        family=person.family if person else "",
        given=person.given if person else "",
        prefix=person.prefix if person else "",
        suffix=person.suffix if person else "",
        speciality=speciality,
        function_code=None,
        organization=organization(resource.get("organization"), resolver, f"{path}.organization"),
        at=None,
    )


def _person(reference: dict[str, Any], resolver: Resolver, path: str) -> Author:
    """The Practitioner of a role, and nothing else: a role of a role could turn in circles."""
    target = reference.get("reference")
    if target and resolver.get(target, f"{path}.reference").resource.get("resourceType") != "Practitioner":
        raise Invalid("A role leads to a Practitioner.", code="author-type", path=f"{path}.reference")
    return author(reference, resolver, path)


def organization(reference: dict[str, Any] | None, resolver: Resolver, path: str) -> Organization | None:
    """A structure by reference, by identifier, or by name only."""
    if not reference:
        return None
    if target := reference.get("reference"):
        found = resolver.get(target, f"{path}.reference")
        structure.check_party(found.resource, found.path)
        return _organization(found.resource)
    identifier = reference.get("identifier")
    return _organization({"identifier": [identifier] if identifier else [], "name": reference.get("display", "")})


def _organization(resource: dict[str, Any]) -> Organization:
    ids = identifiers(resource)
    name = resource.get("name", "")
    return Organization(
        name=name if isinstance(name, str) else "",
        idnst=next((value for oid, value in ids if oid == IDNST_OID), None),
        ids=ids,
    )


def read_coding(coding: dict[str, Any]) -> Coding:
    return Coding(
        terminology.canonical_system(coding.get("system", "")), coding.get("code", ""), coding.get("display", "")
    )
