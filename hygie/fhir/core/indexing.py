"""Which search parameters of a resource go into the index, and their values.

Paths are R4's own (https://hl7.org/fhir/R4/searchparameter-registry.html), for the types that the house stores so far.
Plain dotted paths only: a step through a list takes all its members.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hygie.fhir.core.dates import find_period


@dataclass(frozen=True, slots=True)
class IndexValue:
    """One value of one parameter: (system, value) for tokens and references, [low, high) for dates."""

    param: str
    system: str = ""
    value: str = ""
    low: float | None = None
    high: float | None = None


UNBOUNDED = 1e15
"""Seconds: the open end of a period."""

_TOKEN = "token"
_REFERENCE = "reference"
_DATE = "date"
_CLINICAL: dict[str, tuple[str, tuple[str, ...]]] = {
    "identifier": (_TOKEN, ("identifier",)),
    "code": (_TOKEN, ("code", "vaccineCode", "medicationCodeableConcept")),
    "category": (_TOKEN, ("category",)),
}
PARAMETERS: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {
    "DocumentReference": {
        "identifier": (_TOKEN, ("masterIdentifier", "identifier")),
        "type": (_TOKEN, ("type",)),
        "category": (_TOKEN, ("category",)),
        "facility": (_TOKEN, ("context.facilityType",)),
        "setting": (_TOKEN, ("context.practiceSetting",)),
        "format": (_TOKEN, ("content.format",)),
        "event": (_TOKEN, ("context.event",)),
        "security-label": (_TOKEN, ("securityLabel",)),
        "language": (_TOKEN, ("content.attachment.language",)),
        "related": (_REFERENCE, ("context.related",)),
        "relatesto": (_REFERENCE, ("relatesTo.target",)),
        "author": (_TOKEN, ("contained.identifier",)),
        "period": (_DATE, ("context.period",)),
        "creation": (_DATE, ("content.attachment.creation",)),
    },
    "AllergyIntolerance": _CLINICAL | {"clinical-status": (_TOKEN, ("clinicalStatus",))},
    "Condition": _CLINICAL | {"clinical-status": (_TOKEN, ("clinicalStatus",))},
    "Immunization": {
        "identifier": (_TOKEN, ("identifier",)),
        "vaccine-code": (_TOKEN, ("vaccineCode",)),
        "lot-number": (_TOKEN, ("lotNumber",)),
    },
    "MedicationStatement": _CLINICAL,
    "MedicationRequest": _CLINICAL,
    "MedicationDispense": _CLINICAL,
    "Observation": _CLINICAL,
    "DiagnosticReport": _CLINICAL,
}


def index_values(resource: dict[str, Any]) -> list[IndexValue]:
    """The index rows of a resource; each value once."""
    found: dict[IndexValue, None] = {}
    for param, (kind, paths) in PARAMETERS.get(resource["resourceType"], {}).items():
        for path in paths:
            for node in _walk(resource, path.split(".")):
                found.update(dict.fromkeys(_values(param, kind, node)))
    return list(found)


def _walk(node: Any, steps: list[str]) -> Iterator[Any]:
    if isinstance(node, list):
        for member in node:
            yield from _walk(member, steps)
    elif not steps:
        if node is not None:
            yield node
    elif isinstance(node, dict):
        yield from _walk(node.get(steps[0]), steps[1:])


def _values(param: str, kind: str, node: Any) -> Iterator[IndexValue]:
    if kind == _DATE:
        yield from _dates(param, node)
    elif kind == _REFERENCE:
        yield from _references(param, node)
    else:
        yield from _tokens(param, node)


def _tokens(param: str, node: Any) -> Iterator[IndexValue]:
    if isinstance(node, str):
        yield IndexValue(param, "", node)
    elif isinstance(node, dict):
        if "coding" in node:
            for coding in node["coding"]:
                yield from _tokens(param, coding)
        elif code := node.get("code") or node.get("value"):
            yield IndexValue(param, node.get("system", ""), str(code))


def _references(param: str, node: Any) -> Iterator[IndexValue]:
    if reference := node.get("reference"):
        yield IndexValue(param, "", reference)
    if identifier := node.get("identifier"):
        yield IndexValue(f"{param}:identifier", identifier.get("system", ""), identifier.get("value", ""))


def _dates(param: str, node: Any) -> Iterator[IndexValue]:
    start = node.get("start") if isinstance(node, dict) else node
    end = node.get("end") if isinstance(node, dict) else node
    first = find_period(start) if isinstance(start, str) else None
    last = find_period(end) if isinstance(end, str) else None
    if first or last:
        low = first[0].timestamp() if first else -UNBOUNDED
        yield IndexValue(param, low=low, high=last[1].timestamp() if last else UNBOUNDED)
