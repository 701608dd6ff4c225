"""A code by a concept map. https://hl7.org/fhir/R4/conceptmap-operation-translate.html"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hygie.fhir.core.terminology.codes import Coding
from hygie.fhir.core.terminology.library import Library
from hygie.fhir.core.terminology.model import ConceptMap, Json
from hygie.fhir.core.terminology.reading import dicts

# From the other end: what is wider that way is narrower this way.
_TURNED = {"wider": "narrower", "narrower": "wider", "subsumes": "specializes", "specializes": "subsumes"}
_NO_MATCH = frozenset({"unmatched", "disjoint"})
_MAX_MATCHES = 1_000


@dataclass(frozen=True, slots=True)
class Match:
    equivalence: str
    coding: Coding
    map_url: str


def translate(
    library: Library, maps: Iterable[ConceptMap], coding: Coding, *, target_system: str = "", reverse: bool = False
) -> list[Match]:
    """Those of all maps, in their order."""
    found = (
        match
        for each in maps
        for match in _matches(library, each, coding, reverse)
        if not target_system or library.canonical(target_system) == match.coding.system
    )
    return list(itertools.islice(found, _MAX_MATCHES))


def _matches(library: Library, told: ConceptMap, coding: Coding, reverse: bool) -> Iterator[Match]:
    asked = library.canonical(coding.system)
    for group in told.groups:
        source, target = (library.canonical(str(group.get(name, ""))) for name in ("source", "target"))
        if asked != (target if reverse else source):
            continue
        known = False
        for element in dicts(group.get("element")):
            for each in dicts(element.get("target")):
                ends = (_end(source, element), _end(target, each))
                start, end = reversed(ends) if reverse else ends
                if start.code == coding.code:
                    known = True
                    equivalence = str(each.get("equivalence", "equivalent"))
                    turned = _TURNED.get(equivalence, equivalence) if reverse else equivalence
                    if end.code or turned in _NO_MATCH:
                        yield Match(turned, end, told.head.url)
        if not known and not reverse:
            yield from _unmapped(group.get("unmapped"), coding, target, told)


def _end(system: str, told: Json) -> Coding:
    return Coding(system, str(told.get("code", "")), str(told.get("display", "")))


def _unmapped(rule: Any, coding: Coding, target: str, told: ConceptMap) -> Iterator[Match]:
    """What a map says of codes that it does not name; another map is not followed."""
    if not isinstance(rule, dict):
        return
    if rule.get("mode") == "provided":
        yield Match("inexact", Coding(target, coding.code, coding.display), told.head.url)
    elif rule.get("mode") == "fixed":
        yield Match("inexact", Coding(target, str(rule.get("code", "")), str(rule.get("display", ""))), told.head.url)


def is_match(match: Match) -> bool:
    return match.equivalence not in _NO_MATCH
