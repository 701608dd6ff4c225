"""The code systems and value sets that HL7 publishes with R4, read from the definitions when they are asked for."""

import gzip
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from hygie.fhir.core.definitions import load
from hygie.fhir.core.terminology.library import Source
from hygie.fhir.core.terminology.model import CodeSystem, Concept, Head, ValueSet

_DATA = "r4.json.gz"
_System = tuple[str, str, str, str, str, bool, dict[str, tuple[str, ...]], frozenset[str], frozenset[str]]


class _Archive(msgspec.Struct, frozen=True):
    """See scripts/build-terminology."""

    valuesets: dict[str, tuple[str, str, str, str, str]]
    codesystems: dict[str, msgspec.Raw]


class _Few(msgspec.Struct, frozen=True, array_like=True):
    """The head of a code system, without decoding its hierarchy."""

    id: str
    name: str
    title: str
    version: str
    status: str


_few = msgspec.json.Decoder(_Few)
_system = msgspec.json.Decoder(_System)


@cache
def _archive() -> _Archive:
    packed = files("hygie.fhir.core.terminology").joinpath(_DATA).read_bytes()
    return msgspec.json.decode(gzip.decompress(packed), type=_Archive)


class R4(Source):
    """A source of the library: https://hl7.org/fhir/R4/terminologies-systems.html"""

    def heads(self) -> Iterator[Head]:
        for url, (own_id, name, title, version, status) in _archive().valuesets.items():
            yield Head("ValueSet", own_id, url, version, name, title, status)
        for url, raw in _archive().codesystems.items():
            few = _few.decode(raw)
            yield Head("CodeSystem", few.id, url, few.version, few.name, few.title, few.status)

    def code_system(self, head: Head) -> CodeSystem:
        displays = load().code_system(head.url) or {}
        *_, case_sensitive, above, inactive, abstract = _system.decode(_archive().codesystems[head.url])
        concepts = {
            code: Concept(
                code,
                display,
                parents=above.get(code, ()),
                properties=tuple(_properties(code, inactive, abstract)),
                inactive=code in inactive,
                abstract=code in abstract,
            )
            for code, display in displays.items()
        }
        return CodeSystem(head, concepts, language="en", case_sensitive=case_sensitive)

    def value_set(self, head: Head) -> ValueSet:
        systems: dict[str, list[dict[str, str]]] = {}
        for system, code in sorted(load().valueset(head.url) or ()):
            systems.setdefault(system, []).append({"code": code})
        return ValueSet(head, {"include": [{"system": url, "concept": codes} for url, codes in systems.items()]}, "en")


def _properties(code: str, inactive: frozenset[str], abstract: frozenset[str]) -> Iterator[tuple[str, str, Any]]:
    if code in inactive:
        yield "inactive", "valueBoolean", True
    if code in abstract:
        yield "notSelectable", "valueBoolean", True
