"""CodeSystem, ValueSet and ConceptMap resources → what the service works with.

https://hl7.org/fhir/R4/codesystem.html · valueset.html · conceptmap.html
"""

from collections.abc import Iterator
from typing import Any

from hygie.fhir.core.terminology.model import CodeSystem, Concept, ConceptMap, Designation, Head, Json, Kind, ValueSet
from hygie.lib.errors import Invalid

_HEAD = frozenset(
    {"resourceType", "id", "url", "identifier", "version", "name", "title", "status", "publisher", "description"}
)
_RETIRED = frozenset({"retired", "deprecated", "inactive"})
_MAX_NESTED = 60


def head(told: Json, kind: Kind) -> Head:
    """Raises Invalid(terminology-url) for a resource without a canonical URL."""
    url = told.get("url")
    if not isinstance(url, str) or not url:
        raise Invalid("A resource of terminology has a canonical url.", code="terminology-url", path=f"{kind}.url")
    texts = {
        name: value
        for name in ("version", "name", "title", "status", "publisher", "description")
        if isinstance(value := told.get(name), str)
    }
    own_id = told.get("id")
    return Head(kind, own_id if isinstance(own_id, str) else "", url, oid=oid_of(told), **texts)


def oid_of(told: Json) -> str:
    """Of its identifiers, "" for none."""
    identifier = told.get("identifier")
    for each in dicts(identifier if isinstance(identifier, list) else [identifier]):
        value = each.get("value")
        if isinstance(value, str) and value.startswith("urn:oid:"):
            return value.removeprefix("urn:oid:")
    return ""


def code_system(told: Json) -> CodeSystem:
    meaning = told.get("hierarchyMeaning", "is-a")
    concepts: dict[str, Concept] = {}
    for concept in _concepts(told.get("concept"), (), 0):
        before = concepts.get(concept.code)
        if before is not None:  # told under two parents
            concept = _joined(before, concept)
        concepts[concept.code] = concept
    return CodeSystem(
        head(told, "CodeSystem"),
        concepts,
        content=_text(told, "content") or "complete",
        language=_text(told, "language"),
        case_sensitive=told.get("caseSensitive", True) is not False,
        has_hierarchy=meaning == "is-a" and told.get("content", "complete") == "complete",
    )


def _joined(one: Concept, other: Concept) -> Concept:
    parents = tuple(dict.fromkeys((*one.parents, *other.parents)))
    return Concept(
        one.code,
        one.display or other.display,
        one.definition or other.definition,
        one.designations or other.designations,
        one.properties or other.properties,
        parents,
        one.inactive or other.inactive,
        one.abstract or other.abstract,
    )


def _concepts(found: Any, parents: tuple[str, ...], depth: int) -> Iterator[Concept]:
    if depth > _MAX_NESTED:
        raise Invalid("The concepts are nested too deeply.", code="terminology-nested", path="CodeSystem.concept")
    for each in dicts(found):
        code = each.get("code")
        if not isinstance(code, str) or not code:
            raise Invalid("A concept has a code.", code="required", path="CodeSystem.concept.code")
        properties = tuple(_properties(each.get("property")))
        named = [value for name, _, value in properties if name in ("parent", "subsumedBy") and isinstance(value, str)]
        known = {name: value for name, _, value in properties}
        yield Concept(
            code,
            _text(each, "display"),
            _text(each, "definition"),
            designations(each.get("designation")),
            properties,
            tuple(dict.fromkeys((*parents, *named))),
            inactive=known.get("inactive") is True or str(known.get("status")) in _RETIRED,
            abstract=known.get("notSelectable") is True or known.get("abstract") is True,
        )
        yield from _concepts(each.get("concept"), (code,), depth + 1)


def _properties(found: Any) -> Iterator[tuple[str, str, Any]]:
    for each in dicts(found):
        for name, value in each.items():
            if name.startswith("value") and isinstance(each.get("code"), str):
                yield each["code"], name, value


def designations(found: Any) -> tuple[Designation, ...]:
    return tuple(
        Designation(each["value"], _text(each, "language"), use if isinstance(use := each.get("use"), dict) else None)
        for each in dicts(found)
        if isinstance(each.get("value"), str)
    )


def value_set(told: Json, *, own_head: Head | None = None) -> ValueSet:
    """`own_head` for one that needs no URL, since it came with a request."""
    compose, expansion = told.get("compose"), told.get("expansion")
    given = list(dicts(expansion.get("contains"))) if isinstance(expansion, dict) else []
    rest = {name: value for name, value in told.items() if name not in _HEAD | {"compose", "expansion", "language"}}
    return ValueSet(
        own_head or head(told, "ValueSet"),
        compose if isinstance(compose, dict) else {},
        _text(told, "language"),
        given,
        rest,
    )


def concept_map(told: Json) -> ConceptMap:
    def canonical(name: str) -> str:
        value = told.get(f"{name}Canonical") or told.get(f"{name}Uri") or ""
        return value if isinstance(value, str) else ""

    groups = list(dicts(told.get("group")))
    return ConceptMap(head(told, "ConceptMap"), groups, canonical("source"), canonical("target"))


def _text(told: Json, name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def dicts(found: Any) -> Iterator[Json]:
    """What is no list of objects counts for nothing: a request may hold anything."""
    return (each for each in found if isinstance(each, dict)) if isinstance(found, list) else iter(())
