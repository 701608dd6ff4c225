"""Parts of a resource: `_elements` and `_summary`. https://hl7.org/fhir/R4/search.html#summary"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hygie.fhir.core import definitions
from hygie.fhir.core.parameters import BadQuery

_ALWAYS = frozenset({"resourceType", "id", "meta"})
_SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
_SUMMARIES = ("true", "text", "data", "count", "false")


@dataclass(frozen=True, slots=True)
class Wanted:
    """`elements`: top-level names, of any type or `Type.name`; `summary`: true, text or data."""

    elements: tuple[str, ...] = ()
    summary: str = ""


def read(query: Sequence[tuple[str, str]]) -> Wanted | None:
    """What is asked; None for the whole. Raises BadQuery(search-value)."""
    elements = tuple(name.strip() for key, value in query if key == "_elements" for name in value.split(",") if name)
    summary = next((value for key, value in query if key == "_summary"), "")
    if summary and summary not in _SUMMARIES:
        raise BadQuery("_summary is true, text, data, count or false.", code="search-value", path="http._summary")
    if summary in ("count", "false"):
        summary = ""
    return Wanted(elements, summary) if elements or summary else None


def narrow(resource: dict[str, Any], wanted: Wanted) -> dict[str, Any]:
    """The part asked for, marked SUBSETTED; what R4 makes mandatory stays."""
    type = resource.get("resourceType", "")
    if wanted.summary == "data":
        kept = {name: value for name, value in resource.items() if name != "text"}
    else:
        names = _names(type, wanted)
        kept = {name: value for name, value in resource.items() if name.removeprefix("_") in names}
    return _marked(kept)


def without(resource: dict[str, Any], name: str) -> dict[str, Any]:
    """All but one element, marked SUBSETTED when it was there."""
    if name not in resource:
        return resource
    return _marked({each: value for each, value in resource.items() if each != name})


def _marked(kept: dict[str, Any]) -> dict[str, Any]:
    meta = kept.get("meta")
    meta = dict(meta) if isinstance(meta, dict) else {}
    meta["tag"] = [*meta.get("tag", []), _SUBSETTED]
    head = {name: kept[name] for name in ("resourceType", "id") if name in kept}
    return (
        head
        | {"meta": meta}
        | {name: value for name, value in kept.items() if name not in ("id", "resourceType", "meta")}
    )


@lru_cache(maxsize=512)
def _names(type: str, wanted: Wanted) -> frozenset[str]:
    known = definitions.load()
    if type not in known.resource_types:
        return _ALWAYS
    names = known.json_names(type)
    kept = {name for name, (element, _) in names.items() if element.min > 0} | _ALWAYS
    if wanted.summary == "true":
        kept |= {name for name, (element, _) in names.items() if element.summary}
    elif wanted.summary == "text":
        kept.add("text")
    asked = {name.removeprefix(f"{type}.") for name in wanted.elements}
    return frozenset(kept | {name for name, (element, _) in names.items() if {name, element.name} & asked})
