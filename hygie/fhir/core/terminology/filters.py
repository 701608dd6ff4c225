"""The filters of a compose: which concepts of a code system are meant. https://hl7.org/fhir/R4/valueset.html#filters"""

from collections.abc import Callable, Iterator
from typing import Any

from hygie.fhir.core.fhirpath.errors import ExecutionFault
from hygie.fhir.core.fhirpath.regex import matches_full
from hygie.fhir.core.terminology.errors import Effort, NotSupported, TooCostly
from hygie.fhir.core.terminology.model import CodeSystem, Concept, Json

Test = Callable[[Concept], bool]
_HIERARCHY = frozenset({"is-a", "descendent-of", "is-not-a", "generalizes"})
_MAX_VALUES = 1_000
_MAX_PATTERN = 200


def test_of(system: CodeSystem, told: Json, effort: Effort) -> Test:
    """Raises NotSupported, TooCostly, and NotSupported(filter-regex) for a pattern that is not matched in linear time."""
    name, op, value = (told.get(each) for each in ("property", "op", "value"))
    if not (isinstance(name, str) and isinstance(op, str) and isinstance(value, str)):
        raise NotSupported("A filter has a property, an op and a value.", path="ValueSet.compose.include.filter")
    effort.spend(10 + len(system.concepts))
    if op in _HIERARCHY:
        return _by_place(system, name, op, value)
    return _by_value(system, name, op, value, effort)


def _by_place(system: CodeSystem, name: str, op: str, root: str) -> Test:
    if name not in ("concept", "code"):
        raise _refused(name, op)
    if not system.has_hierarchy:
        raise NotSupported("What is above and below a code is not known here for this code system.")
    if op == "generalizes":
        wanted = system.above(root) | {root}
        return lambda concept: concept.code in wanted
    below = system.below(root)
    if op == "is-a":
        below = below | {root}
    elif op == "is-not-a":
        without = below | {root}
        return lambda concept: concept.code not in without
    return lambda concept: concept.code in below


def _by_value(system: CodeSystem, name: str, op: str, value: str, effort: Effort) -> Test:
    read = _reader(system, name, op)
    match op:
        case "=":
            return lambda concept: value in read(concept)
        case "in" | "not-in":
            parts = value.split(",")
            if len(parts) > _MAX_VALUES:
                raise TooCostly(f"A filter has at most {_MAX_VALUES} values.")
            effort.spend(len(parts))
            values = frozenset(each.strip() for each in parts)
            if op == "in":
                return lambda concept: not values.isdisjoint(read(concept))
            return lambda concept: values.isdisjoint(read(concept))
        case "exists":
            wanted = value == "true"
            return lambda concept: any(True for _ in read(concept)) is wanted
        case "regex":
            return _by_pattern(read, value, effort)
    raise _refused(name, op)


def _by_pattern(read: Callable[[Concept], list[str]], pattern: str, effort: Effort) -> Test:
    if len(pattern) > _MAX_PATTERN:
        raise NotSupported(f"A regular expression has at most {_MAX_PATTERN} characters.", code="filter-regex")

    def test(concept: Concept) -> bool:
        try:
            return any(matches_full(effort, each, pattern) for each in read(concept))
        except ExecutionFault as error:
            raise NotSupported(error.message, code="filter-regex") from error

    return test


def _reader(system: CodeSystem, name: str, op: str) -> Callable[[Concept], list[str]]:
    """What a concept says of a property, as texts."""
    match name:
        case "code" | "concept":
            return lambda concept: [concept.code]
        case "display":
            return lambda concept: [concept.display] if concept.display else []
        case "definition":
            return lambda concept: [concept.definition] if concept.definition else []
        case "parent":
            return lambda concept: list(concept.parents)
        case "child":
            return lambda concept: system.children.get(concept.code, [])
        case "inactive":
            return lambda concept: ["true" if concept.inactive else "false"]
        case "notSelectable" | "abstract":
            return lambda concept: ["true" if concept.abstract else "false"]
    if not any(each[0] == name for concept in system.concepts.values() for each in concept.properties):
        raise _refused(name, op)
    return lambda concept: list(_texts(concept, name))


def _texts(concept: Concept, name: str) -> Iterator[str]:
    for code, _, value in concept.properties:
        if code == name:
            yield _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value.get("code", "")) if isinstance(value, dict) else str(value)


def _refused(name: str, op: str) -> NotSupported:
    return NotSupported(
        f"A filter on {name[:40]} by {op[:20]} is not supported for this code system.",
        path="ValueSet.compose.include.filter",
    )
