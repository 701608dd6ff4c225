"""A small structural check of FHIR R4: required elements, required bindings, one value[x], references, no empty element.

Written from the R4 definitions of the eight kinds of resources that entries give (hl7.org/fhir/R4), `subject` and
`patient` apart, which the caller adds.
"""

import re
from decimal import Decimal
from typing import Any

REQUIRED = {
    "Immunization": ["status", "vaccineCode", "occurrence[x]"],
    "AllergyIntolerance": ["clinicalStatus", "code"],
    "Condition": ["code"],
    "MedicationStatement": ["status", "medication[x]"],
    "MedicationRequest": ["status", "intent", "medication[x]"],
    "MedicationDispense": ["status", "medication[x]"],
    "Observation": ["status", "category", "code"],
    "DiagnosticReport": ["status", "code"],
}
STATUSES = {
    "Immunization": "completed entered-in-error not-done",
    "MedicationStatement": "active completed entered-in-error intended stopped on-hold unknown not-taken",
    "MedicationRequest": "active on-hold cancelled completed entered-in-error stopped draft unknown",
    "MedicationDispense": "preparation in-progress cancelled on-hold completed entered-in-error stopped declined unknown",
    "Observation": "registered preliminary final amended corrected cancelled entered-in-error unknown",
    "DiagnosticReport": "registered partial preliminary final amended corrected appended cancelled entered-in-error "
    "unknown",
}
CODED = {
    ("AllergyIntolerance", "clinicalStatus"): "active inactive resolved",
    ("AllergyIntolerance", "verificationStatus"): "unconfirmed confirmed refuted entered-in-error",
    ("Condition", "clinicalStatus"): "active recurrence relapse inactive remission resolved",
    ("Condition", "verificationStatus"): "unconfirmed provisional differential confirmed refuted entered-in-error",
}
PLAIN = {
    "type": "allergy intolerance",
    "criticality": "low high unable-to-assess",
    "severity": "mild moderate severe",
    "comparator": "< <= >= >",
    "periodUnit": "s min h d wk mo a",
}
CATEGORIES = "food medication environment biologic"
ELEMENTS = {
    "Immunization": "status vaccineCode occurrenceDateTime occurrenceString primarySource manufacturer lotNumber "
    "expirationDate site route doseQuantity performer note protocolApplied",
    "AllergyIntolerance": "clinicalStatus verificationStatus type category criticality code onsetDateTime note reaction",
    "Condition": "clinicalStatus verificationStatus category severity code bodySite onsetDateTime abatementDateTime note",
    "MedicationStatement": "status medicationCodeableConcept effectiveDateTime effectivePeriod reasonCode note dosage",
    "MedicationRequest": "status intent medicationCodeableConcept authoredOn requester reasonCode note dosageInstruction "
    "dispenseRequest substitution",
    "MedicationDispense": "status medicationCodeableConcept performer authorizingPrescription quantity whenHandedOver "
    "note dosageInstruction substitution",
    "Observation": "status category code effectiveDateTime performer interpretation note bodySite method specimen "
    "referenceRange component valueQuantity valueCodeableConcept valueString valueBoolean valueInteger valueRange "
    "valueRatio valueDateTime valuePeriod",
    "DiagnosticReport": "status category code effectivePeriod issued performer result",
}
_DATE_TIME = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d))?)?)?")
_URI = re.compile(r"\S+:\S+")


def check(resource: dict[str, Any]) -> None:
    """Assert that the resource has the structure that R4 asks."""
    kind = resource["resourceType"]
    allowed = {"resourceType", "identifier", *ELEMENTS[kind].split()}
    assert set(resource) <= allowed, set(resource) - allowed
    for name in REQUIRED[kind]:
        assert len(_choices(resource, name)) == 1, (kind, name)
    for name in ("occurrence[x]", "medication[x]", "effective[x]", "value[x]"):
        assert len(_choices(resource, name)) <= 1, name
    if kind in STATUSES:
        assert resource["status"] in STATUSES[kind].split()
    if kind == "Observation":
        # No result without a value: a panel has its own in the components.
        parts = resource.get("component", [resource])
        assert ("component" in resource) != bool(_choices(resource, "value[x]"))
        assert all(len(_choices(part, "value[x]")) == 1 for part in parts)
    for (owner, name), codes in CODED.items():
        if owner == kind and name in resource:
            assert [coding["code"] in codes.split() for coding in resource[name]["coding"]] == [True]
    _check_rules(kind, resource)
    _check_any(resource)


def _choices(resource: dict[str, Any], name: str) -> list[str]:
    stem = name.removesuffix("[x]")
    if stem == name:
        return [name] if name in resource else []
    return [key for key in resource if re.fullmatch(rf"{stem}[A-Z]\w*", key)]


def _check_rules(kind: str, resource: dict[str, Any]) -> None:
    if kind == "AllergyIntolerance":
        assert resource["code"].get("coding") or resource["code"].get("text")
        assert all(one in CATEGORIES.split() for one in resource.get("category", []))
        assert all(reaction["manifestation"] for reaction in resource.get("reaction", []))
    if kind == "Condition":
        status = resource.get("clinicalStatus", {}).get("coding", [{}])[0].get("code")
        # con-4
        assert "abatementDateTime" not in resource or status in ("inactive", "resolved", "remission")
        assert resource["code"]["coding"]
    if kind in ("Immunization", "Observation"):
        assert resource["vaccineCode" if kind == "Immunization" else "code"]["coding"]
    for protocol in resource.get("protocolApplied", []):
        assert protocol["doseNumberPositiveInt"] > 0
    for reference_range in resource.get("referenceRange", []):
        assert set(reference_range) & {"low", "high", "text"}  # obs-3
    if "substitution" in resource and kind == "MedicationDispense":
        assert isinstance(resource["substitution"]["wasSubstituted"], bool)


def _check_any(value: object, name: str = "") -> None:
    """Rules that hold at any depth: nothing empty, data types, codings with a system, references, quantities."""
    assert value is not None and value != "" and value != [] and value != {}, name
    if isinstance(value, list):
        for one in value:
            _check_any(one, name)
    elif isinstance(value, dict):
        _check_element(value)
        for key, one in value.items():
            _check_any(one, key)
    elif isinstance(value, str):
        assert value == value.strip(), name
        if name in PLAIN and value.islower():
            assert value in PLAIN[name].split() or name == "type"
        if name.endswith("DateTime") or name in ("start", "end", "onset", "authoredOn", "whenHandedOver", "issued"):
            assert _DATE_TIME.fullmatch(value), (name, value)
        if name in ("system", "reference"):
            assert _URI.match(value), (name, value)
    else:
        assert isinstance(value, bool | int | Decimal), (name, value)


def _check_element(value: dict[str, Any]) -> None:
    if "coding" in value:
        assert all(set(coding) <= {"system", "code", "display"} for coding in value["coding"])
        assert all({"system", "code"} <= set(coding) for coding in value["coding"])
    if isinstance(value.get("value"), Decimal):
        assert "code" not in value or "system" in value  # qty-3
    if "reference" in value:
        assert value["reference"].startswith("urn:hygie:entry:")
    if "start" in value and "end" in value:
        assert value["start"][:10] <= value["end"][:10]  # per-1
    if {"low", "high"} <= set(value):
        assert value["low"].get("unit") != value["high"].get("unit") or value["low"]["value"] <= value["high"]["value"]
