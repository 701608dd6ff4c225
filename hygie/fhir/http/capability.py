"""The CapabilityStatement, made from the interactions that are really served. https://hl7.org/fhir/R4/capabilitystatement.html"""

from collections.abc import Mapping, Sequence
from typing import Any

from hygie.fhir.http.search import TYPES

SMART_SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"
_PATIENT = ("patient", "reference", "One of patient, subject or patient.identifier, exactly one person.")
# Of this statement: a build does not date it by the clock, so that it stays the same between two starts.
_DATE = "2026-11-25"


def statement(*, base: str, version: str, interactions: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """`interactions`: resource type (or "system") to the codes of what it answers."""
    system = [code for code in interactions.get("system", ()) if code != "capabilities"]
    rest: dict[str, Any] = {"mode": "server", "security": _security(base)}
    rest["resource"] = [_resource(kind, codes) for kind, codes in sorted(interactions.items()) if kind != "system"]
    if system:
        rest["interaction"] = [{"code": code} for code in system]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _DATE,
        "kind": "instance",
        "software": {"name": "Hygie", "version": version},
        "implementation": {"description": "Hygie, espace numérique de santé", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json", "application/fhir+xml", "xml"],
        "implementationGuide": ["https://interop.esante.gouv.fr/ig/fhir/pdsm/ImplementationGuide/ans.fhir.fr.pdsm"],
        "rest": [rest],
    }


def _security(base: str) -> dict[str, Any]:
    return {
        "cors": False,
        "service": [{"coding": [{"system": SMART_SECURITY, "code": "SMART-on-FHIR"}]}],
        "description": "OAuth2 client credentials; the professional is named by requested_subject.",
        "extension": [
            {
                "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
                "extension": [{"url": "token", "valueUri": f"{base.removesuffix('/fhir')}/oauth/token"}],
            }
        ],
    }


def _resource(kind: str, codes: Sequence[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"type": kind, "interaction": [{"code": code} for code in codes], "versioning": "versioned"}
    if "search-type" in codes:
        told["searchParam"] = [
            {"name": name, "type": of_type, "documentation": text} if text else {"name": name, "type": of_type}
            for name, of_type, text in _parameters(kind)
        ]
    return told


def _parameters(kind: str) -> list[tuple[str, str, str]]:
    if kind == "Patient":
        return [
            ("identifier", "token", "The INS: urn:oid:<root>|<matricule>. Goes with birthdate."),
            ("birthdate", "date", "The whole birth date. Goes with identifier."),
        ]
    own = [(name, of_type.value, "") for name, of_type in sorted(TYPES[kind].parameters.items())]
    return [("_id", "token", ""), _PATIENT, *own]
