"""One code: what it means, whether it is valid, how it stands to another one.

https://hl7.org/fhir/R4/codesystem-operation-lookup.html · codesystem-operation-validate-code.html ·
valueset-operation-validate-code.html · codesystem-operation-subsumes.html
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from hygie.fhir.core.terminology import naming
from hygie.fhir.core.terminology.errors import Effort, NotSupported, UnknownCode
from hygie.fhir.core.terminology.members import Members
from hygie.fhir.core.terminology.model import CodeSystem, Concept, Entry, Json, ValueSet

Subsumption = Literal["equivalent", "subsumes", "subsumed-by", "not-subsumed"]


@dataclass(frozen=True, slots=True)
class Coding:
    system: str
    code: str
    display: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`display` is the right name of the code, "" when it has none or is not valid at all."""

    is_valid: bool
    message: str = ""
    display: str = ""


def lookup(members: Members, coding: Coding, wanted: Sequence[str], properties: Sequence[str]) -> list[Json]:
    """The `parameter` of the answer. Raises NotLoaded, UnknownCode. `properties` () or "*": all of them."""
    system = members.library.get_code_system(coding.system, coding.version)
    entry = _entry(system, _concept(system, coding.code))
    told: list[Json] = [{"name": "name", "valueString": system.head.title or system.head.name or system.url}]
    if system.head.version:
        told.append({"name": "version", "valueString": system.head.version})
    display = naming.display(entry, wanted) or entry.code
    told.append({"name": "display", "valueString": display})
    for name in entry.names():
        parts: list[Json] = [{"name": "language", "valueCode": name.language}] if name.language else []
        if name.use:
            parts.append({"name": "use", "valueCoding": name.use})
        told.append({"name": "designation", "part": [*parts, {"name": "value", "valueString": name.value}]})
    every = not properties or "*" in properties
    told += [each for code, each in _properties(system, entry.concept) if every or code in properties]
    return told


def _properties(system: CodeSystem, concept: Concept | None) -> Iterator[tuple[str, Json]]:
    if concept is None:
        return
    if concept.definition:
        yield _property("definition", "valueString", concept.definition)
    for parent in concept.parents:
        yield _property("parent", "valueCode", parent)
    for child in system.children.get(concept.code, ()):
        yield _property("child", "valueCode", child)
    seen = set()
    for name, kind, value in concept.properties:
        seen.add(name)
        if name not in ("parent", "child"):
            yield _property(name, kind, value)
    if "inactive" not in seen and system.is_complete:
        yield _property("inactive", "valueBoolean", concept.inactive)


def _property(code: str, kind: str, value: object) -> tuple[str, Json]:
    parts = [{"name": "code", "valueCode": code}, {"name": "value", kind: value}]
    return code, {"name": "property", "part": parts}


def _concept(system: CodeSystem, code: str) -> Concept:
    found = system.find(code)
    if found is None:
        raise UnknownCode(_not_in(system))
    return found


def _not_in(system: CodeSystem) -> str:
    if system.is_complete:
        return "The code system has no such code."
    return "The code is not in the part of this code system that is loaded here."


def _entry(system: CodeSystem, concept: Concept) -> Entry:
    return Entry(system.url, concept.code, concept.display, (), concept, system.language)


def in_system(system: CodeSystem, coding: Coding, wanted: Sequence[str]) -> Verdict:
    concept = system.find(coding.code)
    if concept is None:
        return Verdict(False, _not_in(system))
    return _named(_entry(system, concept), coding, wanted)


def in_set(
    members: Members, value_set: ValueSet, coding: Coding, wanted: Sequence[str], effort: Effort, *, abstract: bool
) -> Verdict:
    """`abstract`: a code that only groups others is valid too. `effort`: what the request may still cost."""
    entry = members.find(value_set, coding.system, coding.code, effort)
    if entry is None:
        message = "The code is not in the value set."
        system = members.library.code_system(coding.system)
        if system is not None and system.is_complete and system.find(coding.code) is None:
            message += " " + _not_in(system)
        return Verdict(False, message)
    if entry.is_abstract and not abstract:
        return Verdict(False, "The code only groups others; it is not for use.", naming.display(entry, wanted))
    return _named(entry, coding, wanted)


def _named(entry: Entry, coding: Coding, wanted: Sequence[str]) -> Verdict:
    display = naming.display(entry, wanted)
    if coding.display and not naming.is_name(entry, coding.display):
        right = " or ".join(f"“{name}”" for name in naming.own_names(entry)[:5])
        return Verdict(False, f"The display is not a name of this code, which is {right}.", display)
    return Verdict(True, "The code is no longer in use." if entry.is_inactive else "", display)


def subsumption(members: Members, system_url: str, version: str, one: str, other: str) -> Subsumption:
    """Raises NotLoaded, UnknownCode, NotSupported when what is above a code is not known."""
    system = members.library.get_code_system(system_url, version)
    first, second = _concept(system, one).code, _concept(system, other).code
    if first == second:
        return "equivalent"
    if not system.has_hierarchy:
        raise NotSupported("What is above and below a code is not known here for this code system.")
    if first in system.above(second):
        return "subsumes"
    return "subsumed-by" if second in system.above(first) else "not-subsumed"
