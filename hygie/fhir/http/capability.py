"""The CapabilityStatement, made from what is really served: interactions of the routes, search parameters of the definitions,
rows of the table of operations. https://hl7.org/fhir/R4/capabilitystatement.html
"""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from hygie.fhir.core.definitions import SearchParameter, load
from hygie.fhir.core.references import PERSON
from hygie.fhir.core.search import fields, guides
from hygie.fhir.core.search.fields import Kind
from hygie.fhir.http import operations, patch
from hygie.fhir.http.search import TYPES

SMART_SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"
DATE = "2026-11-25"  # Of this statement: a build does not date it by the clock, so that it stays the same between two starts.
FORMATS = ["application/fhir+json", "json", "application/fhir+xml", "xml"]
EVERY_TYPE = ("_id", "_lastUpdated", "_profile", "_security", "_source", "_tag")
# hl7.org/fhir/R4/resourcelist.html, marked N; the interactions and operations that R4 says are normative.
NORMATIVE_TYPES = frozenset(
    "Binary Bundle CapabilityStatement CodeSystem Observation OperationDefinition OperationOutcome Parameters Patient "
    "StructureDefinition ValueSet".split()
)
_TRIAL = ("conditionalCreate", "conditionalRead", "conditionalUpdate", "conditionalDelete", "referencePolicy")
_NORMATIVE_OPERATIONS = frozenset({"validate", "expand", "validate-code", "lookup", "subsumes"})
_CODES = frozenset(
    "read vread update patch delete history-instance history-type create search-type transaction batch".split()
)
# A parameter that may point to this many types points to anything: it is in no list of _revinclude.
_ANYTHING = 100
_BULK = "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"
_PDSM = "https://interop.esante.gouv.fr/ig/fhir/pdsm"
_SUPPORTED = {
    "DocumentReference": [
        f"{_PDSM}/StructureDefinition/pdsm-comprehensive-document-reference",
        f"{_PDSM}/StructureDefinition/pdsm-simplified-publish",
    ],
    "Patient": ["https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-ins"],
}
_PATIENT = (
    ("identifier", "The INS: urn:oid:<root>|<matricule>. Goes with birthdate."),
    ("birthdate", "The whole birth date. Goes with identifier."),
)
_SOMEBODYS = "Always a person's. A search names exactly one: patient, subject, patient.identifier, or ids of one space."
_ANYBODYS = "A person's when it points to one, else of the registers, which any token reads and only a register writes."
_ABOUT = (
    "What a client may not see is in no result, count, page or include. A parameter that is not supported is left aside and "
    "said so; Prefer: handling=strict refuses. Besides what is listed, _revinclude takes every parameter that may point to "
    "anything (Provenance:target, List:item…); _sort, _count, _total, _summary, _elements, _include, :iterate and _has are for "
    "all types."
)


def statement(*, base: str, version: str, interactions: Mapping[str, Collection[str]]) -> dict[str, Any]:
    """`interactions`: resource type (or "system") to the codes of what it answers, `conditional-…` ones among them."""
    rest: dict[str, Any] = {"mode": "server", "documentation": _ABOUT, "security": _security(base)}
    rest["resource"] = [_resource(kind, codes) for kind, codes in sorted(interactions.items()) if kind != "system"]
    rest["interaction"] = [{"code": code} for code in interactions.get("system", ()) if code in _CODES]
    rest["searchParam"] = [
        {"name": "_list", "type": "special", "documentation": "The id of a List, not one of the functional lists."}
    ]
    if any("compartment" in codes for codes in interactions.values()):
        rest["compartment"] = ["http://hl7.org/fhir/CompartmentDefinition/patient"]
    rest["operation"] = [_operation(each) for each in operations.of_system()]
    names = {each.name for each in operations.OPERATIONS}
    told: dict[str, Any] = {
        "resourceType": "CapabilityStatement",
        "id": "hygie",
        "url": f"{base}/metadata",
        "version": version,
        "name": "Hygie",
        "title": "Hygie, FHIR R4",
        "status": "active",
        "date": DATE,
        "kind": "instance",
    }
    if "export" in names:
        told["instantiates"] = [_BULK]
    told |= {
        "software": {"name": "Hygie", "version": version},
        "implementation": {"description": "Hygie, espace numérique de santé", "url": base},
        "fhirVersion": "4.0.1",
        "format": FORMATS,
        "patchFormat": [each for each in patch.ACCEPTED if each != "application/json"],
        "implementationGuide": [f"{_PDSM}/ImplementationGuide/ans.fhir.fr.pdsm"],
        "rest": [rest],
    }
    if "document" in names:
        told["document"] = [{"mode": "producer", "profile": "http://hl7.org/fhir/StructureDefinition/Bundle"}]
    return told


def normative(whole: Mapping[str, Any]) -> dict[str, Any]:
    """`mode=normative`: only what R4 says will not change any more."""
    rest = dict(whole["rest"][0])
    rest["resource"] = [
        {name: value for name, value in each.items() if name not in _TRIAL} | _only_normative(each)
        for each in rest["resource"]
        if each["type"] in NORMATIVE_TYPES
    ]
    rest.pop("operation")
    return {name: value for name, value in whole.items() if name != "document"} | {"rest": [rest]}


def _only_normative(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {"operation": [each for each in resource["operation"] if each["name"] in _NORMATIVE_OPERATIONS]}


def _security(base: str) -> dict[str, Any]:
    return {
        "extension": [
            {
                "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
                "extension": [{"url": "token", "valueUri": f"{base.removesuffix('/fhir')}/oauth/token"}],
            }
        ],
        "cors": False,
        "service": [{"coding": [{"system": SMART_SECURITY, "code": "SMART-on-FHIR"}]}],
        "description": "OAuth2 client credentials; the professional is named by requested_subject.",
    }


def _resource(kind: str, codes: Collection[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"type": kind, "profile": f"http://hl7.org/fhir/StructureDefinition/{kind}"}
    if kind in _SUPPORTED:
        told["supportedProfile"] = _SUPPORTED[kind]
    told["documentation"] = _SOMEBODYS if kind in PERSON or kind == "Patient" else _ANYBODYS
    told["interaction"] = [{"code": code} for code in codes if code in _CODES]
    told |= {
        "versioning": "versioned",
        "readHistory": "vread" in codes,
        "updateCreate": False,
        "conditionalCreate": "conditional-create" in codes,
        "conditionalRead": "full-support" if "read" in codes else "not-supported",
        "conditionalUpdate": "conditional-update" in codes,
        "conditionalDelete": "single" if "conditional-delete" in codes else "not-supported",
        "referencePolicy": ["literal", "logical", "local"],
    }
    if "search-type" in codes:
        told |= search(kind)
    told["operation"] = [_operation(each) for each in operations.of_type(kind)]
    return told


def _operation(told: operations.Operation) -> dict[str, Any]:
    return {"name": told.name, "definition": told.url, "documentation": told.summary}


def search(kind: str) -> dict[str, Any]:
    """What a type can be searched by, and what can come with it."""
    if kind == "Patient":
        known = load().search_parameters(kind)
        named = [_parameter(known[name]) | {"documentation": text} for name, text in _PATIENT]
        return {"searchParam": named}
    told: dict[str, Any] = {}
    included = sorted(f"{kind}:{each.code}" for each in fields.params_of(kind).values() if each.kind is Kind.REFERENCE)
    told["searchInclude"] = ["*", *included] if included else []
    told["searchRevInclude"] = [name for name, targets in _references() if kind in targets]
    told["searchParam"] = [_parameter(each) for each in parameters(kind)]
    return {name: value for name, value in told.items() if value}


def _parameter(told: SearchParameter) -> dict[str, Any]:
    named = {"name": told.code, "definition": told.url, "type": told.type}
    return named | ({"documentation": told.expression} if told.expression else {})


def parameters(kind: str) -> list[SearchParameter]:
    """The parameters by which a type can really be searched, as they are defined, by name."""
    r4 = load().search_parameters(kind)
    known = {each.code: each for each in guides.parameters_of(kind)} | dict(r4)
    return [known[code] for code in sorted({*EVERY_TYPE, *fields.params_of(kind)}) if code in known]


@cache
def _references() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """`Type:parameter` and the types that it may point to."""
    return tuple(
        (f"{kind}:{each.code}", each.targets)
        for kind in TYPES
        if kind != "Patient"  # whose search is one by its identity
        for each in sorted(fields.params_of(kind).values(), key=lambda param: param.code)
        if each.kind is Kind.REFERENCE and 0 < len(each.targets) < _ANYTHING
    )
