"""The person of a space as a FHIR Patient (fr-core-patient-ins), found by INS and birth date, never by name."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from hygie.access import queries as access
from hygie.fhir.core import dates, json, outcome, parameters
from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.http import headers, searchset
from hygie.fhir.http.call import Answer, Call
from hygie.identity.ins import INS, NIA, NIR, NIR_DEMO, NIR_TEST, IdentityStatus
from hygie.identity.types import Actor, Person

_FR_CORE = "https://hl7.fr/ig/fhir/core"
_BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
_COMMUNE = "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM"
_INS_TYPES = {NIR: "INS-NIR", NIA: "INS-NIA", NIR_TEST: "INS-NIR-TEST", NIR_DEMO: "INS-NIR-DEMO"}
_GENDERS = {"M": "male", "F": "female"}
_RESULT_NAMES = frozenset({"_format", "_pretty", "_count", "_total"})


def find(call: Call, actor: Actor, now: dt.datetime) -> Answer:
    """Patient?identifier=urn:oid:<root>|<matricule>&birthdate=<day>: one person or nobody."""
    pairs = call.query
    ins, born_on = _asked(pairs)
    ignored = tuple(key for key, _ in pairs if key not in _RESULT_NAMES | {"identifier", "birthdate"})
    if ignored and headers.is_strict(call.prefer):
        raise BadQuery("This parameter is not supported for this type.", path=f"http.{ignored[0]}")
    person = access.find_patient(actor, ins_oid=ins.oid, ins_value=ins.value, born_on=born_on, now=now)
    understood = [(key, value) for key, value in pairs if key in ("identifier", "birthdate")]
    found = searchset.Searchset(
        base=call.base,
        type="Patient",
        bodies=[json.write(patient(person))] if person else [],
        total=1 if person else 0,
        self_link=searchset.link(call.base, "Patient", understood),
        outcome=outcome.ignored(ignored),
    )
    return Answer(200, searchset.write(found))


def _asked(pairs: Sequence[tuple[str, str]]) -> tuple[INS, dt.date]:
    """Both, each once: a matricule alone would let anybody walk through the numbers."""
    identifiers = [value for key, value in pairs if key == "identifier"]
    days = [dates.date_of(value.removeprefix("eq")) for key, value in pairs if key == "birthdate"]
    if len(identifiers) != 1 or len(days) != 1:
        raise BadQuery(
            "A person is found by identifier=urn:oid:<root>|<matricule> and birthdate=<YYYY-MM-DD>, each once.",
            code="patient-search",
            path="http.birthdate" if identifiers else "http.identifier",
        )
    system, value = parameters.token(identifiers[0])
    if system is None or not system.startswith("urn:oid:") or not value:
        raise BadQuery("The identifier is urn:oid:<root>|<matricule>.", code="search-value", path="http.identifier")
    if days[0] is None:
        raise BadQuery("The birth date is a whole one.", code="search-value", path="http.birthdate")
    return INS(system.removeprefix("urn:oid:"), value), days[0]


def patient(person: Person) -> dict[str, Any]:
    """The traits of the identity; the INS goes out only when the identity is qualified (RNIV)."""
    traits = person.traits
    resource: dict[str, Any] = {
        "resourceType": "Patient",
        "id": str(person.space_id),
        "meta": {"profile": [f"{_FR_CORE}/StructureDefinition/fr-core-patient-ins"]},
        "extension": [_reliability(person.status)],
    }
    if traits.birth_place:
        resource["extension"].append(_birth_place(traits.birth_place))
    if person.status is IdentityStatus.QUAL:
        resource["identifier"] = [_identifier(person.ins)]
    resource["active"] = person.closed_at is None
    resource["name"] = _names(person)
    resource["gender"] = _GENDERS.get(traits.sex, "unknown")
    resource["birthDate"] = traits.born_on.isoformat()
    return resource


def _identifier(ins: INS) -> dict[str, Any]:
    coding = {"system": f"{_FR_CORE}/CodeSystem/fr-core-cs-v2-0203", "code": _INS_TYPES[ins.oid]}
    use = "temp" if ins.oid == NIA else "official"
    return {"use": use, "type": {"coding": [coding]}, "system": ins.system, "value": ins.value}


def _names(person: Person) -> list[dict[str, Any]]:
    traits = person.traits
    birth_list = {
        "url": f"{_FR_CORE}/StructureDefinition/fr-core-patient-birth-list-given-name",
        "valueString": " ".join(traits.birth_given),
    }
    names: list[dict[str, Any]] = [
        {"extension": [birth_list], "use": "official", "family": traits.birth_family, "given": [traits.first_given]}
    ]
    if traits.used_family or traits.used_given:
        family, given = traits.used_family or traits.birth_family, traits.used_given or traits.first_given
        names.append({"use": "usual", "family": family, "given": [given]})
    return names


def _reliability(status: IdentityStatus) -> dict[str, Any]:
    coding = {"system": f"{_FR_CORE}/CodeSystem/fr-core-cs-identity-status", "code": status.value}
    return {
        "url": f"{_FR_CORE}/StructureDefinition/fr-core-identity-reliability",
        "extension": [{"url": "identityStatus", "valueCoding": coding}],
    }


def _birth_place(insee: str) -> dict[str, Any]:
    code = {
        "url": f"{_FR_CORE}/StructureDefinition/fr-core-address-insee-code",
        "valueCoding": {"system": _COMMUNE, "code": insee},
    }
    return {"url": _BIRTH_PLACE, "valueAddress": {"extension": [code]}}
