"""Code systems, value sets and maps as they are kept in memory. Immutable for those who read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

Kind = Literal["CodeSystem", "ValueSet", "ConceptMap"]
KINDS: tuple[Kind, ...] = ("CodeSystem", "ConceptMap", "ValueSet")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """What a set, system or map is searched by. `oid` is without `urn:oid:`, "" for none."""

    kind: Kind
    id: str
    url: str
    version: str = ""
    name: str = ""
    title: str = ""
    status: str = "active"
    description: str = ""
    publisher: str = ""
    oid: str = ""

    def resource(self) -> Json:
        """The first members of its FHIR resource."""
        told: Json = {"resourceType": self.kind}
        told |= {name: value for name, value in (("id", self.id), ("url", self.url)) if value}
        if self.oid:
            identifier: Json = {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{self.oid}"}
            told["identifier"] = identifier if self.kind == "ConceptMap" else [identifier]
        for name in ("version", "name", "title", "status", "publisher", "description"):
            if value := getattr(self, name):
                told[name] = value
        return told


@dataclass(frozen=True, slots=True)
class Designation:
    """A name of a code in a language (BCP 47, "" unknown); `use` is a Coding or None."""

    value: str
    language: str = ""
    use: Json | None = None


@dataclass(frozen=True, slots=True)
class Concept:
    """`properties`: (code, name of the value in JSON, value), like ("status", "valueCode", "retired")."""

    code: str
    display: str = ""
    definition: str = ""
    designations: tuple[Designation, ...] = ()
    properties: tuple[tuple[str, str, Any], ...] = ()
    parents: tuple[str, ...] = ()
    inactive: bool = False
    abstract: bool = False


@dataclass(frozen=True)
class CodeSystem:
    """`content` is that of FHIR: only a complete one can say that a code does not exist. `language` is that of its displays.

    `has_hierarchy`: whether the codes that are above a code are known (no code above it counts as known, when complete).
    """

    head: Head
    concepts: Mapping[str, Concept]
    content: str = "complete"
    language: str = ""
    case_sensitive: bool = True
    has_hierarchy: bool = True

    @property
    def url(self) -> str:
        return self.head.url

    @property
    def is_complete(self) -> bool:
        return self.content == "complete"

    def find(self, code: str) -> Concept | None:
        found = self.concepts.get(code)
        if found is None and not self.case_sensitive:
            found = self._lowered.get(code.lower())
        return found

    @cached_property
    def _lowered(self) -> dict[str, Concept]:
        return {code.lower(): concept for code, concept in self.concepts.items()}

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """Code → codes right below, in the order of the system."""
        found: dict[str, list[str]] = {}
        for concept in self.concepts.values():
            for parent in concept.parents:
                found.setdefault(parent, []).append(concept.code)
        return found

    def above(self, code: str) -> set[str]:
        """All codes above one, itself left out; a cycle of parents ends where it began."""
        return _reached(code, lambda each: self.concepts[each].parents if each in self.concepts else ())

    def below(self, code: str) -> set[str]:
        return _reached(code, lambda each: self.children.get(each, ()))


def _reached(start: str, next_to: Any) -> set[str]:
    found: set[str] = set()
    waiting = list(next_to(start))
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting.extend(next_to(each))
    return found - {start}


@dataclass(frozen=True, slots=True)
class ValueSet:
    """`compose` is FHIR's. `given`: codes of a published expansion, used when there is no compose."""

    head: Head
    compose: Json
    language: str = ""
    given: Sequence[Json] = ()
    rest: Json = field(default_factory=dict)
    """The other members of the resource, as loaded."""

    def resource(self) -> Json:
        told = self.head.resource()
        if self.language:
            told["language"] = self.language
        told |= {name: value for name, value in self.rest.items() if name not in told}
        if self.compose:
            told["compose"] = self.compose
        return told


@dataclass(frozen=True, slots=True)
class ConceptMap:
    """`groups` are FHIR's; `source`, `target`: the value sets, "" when not told."""

    head: Head
    groups: Sequence[Json]
    source: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A code of an expanded set. `display` and `designations` are those of the set itself, when it tells some."""

    system: str
    code: str
    display: str = ""
    designations: tuple[Designation, ...] = ()
    concept: Concept | None = None
    language: str = ""

    @property
    def is_inactive(self) -> bool:
        return self.concept is not None and self.concept.inactive

    @property
    def is_abstract(self) -> bool:
        return self.concept is not None and self.concept.abstract

    def names(self) -> list[Designation]:
        """Every name, the preferred one first."""
        own = [Designation(self.display, self.language)] if self.display else []
        of_system = self.concept.designations if self.concept else ()
        return _once([*own, *self.designations, *of_system])


def _once(found: list[Designation]) -> list[Designation]:
    """The same name in the same language is told once; those that have a use come last."""
    kept: dict[tuple[str, str], Designation] = {}
    for each in found:
        kept.setdefault((each.value, each.language), each)
    return [each for each in kept.values() if each.use is None] + [
        each for each in kept.values() if each.use is not None
    ]
