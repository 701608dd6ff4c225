"""The French sets that Hygie has from the start, as a source of the library: data/nomenclatures.json.gz.

The file is made by scripts/build-terminology; it names code systems by OID, which this room turns into the one URI of each.
"""

import gzip
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import resources
from typing import Any

import msgspec

from hygie.fhir.core.terminology import reading
from hygie.fhir.core.terminology.library import Source
from hygie.fhir.core.terminology.model import CodeSystem, ConceptMap, Head, Json, ValueSet
from hygie.terminology.queries import canonical_system, oid_to_system

PUBLISHER = "Agence du numérique en santé"
_Set = tuple[str, str, str, str, str, dict[str, dict[str, str]]]


class _Archive(msgspec.Struct, frozen=True):
    sets: list[_Set]
    resources: list[dict[str, Any]]


class Resources(Source):
    """FHIR resources as a source of the library."""

    def __init__(self, told: list[Json]) -> None:
        self._told = {(each["resourceType"], each["url"]): each for each in told}

    def heads(self) -> Iterator[Head]:
        for (kind, _), told in self._told.items():
            yield reading.head(told, kind)

    def code_system(self, head: Head) -> CodeSystem:
        return reading.code_system(self._told["CodeSystem", head.url])

    def value_set(self, head: Head) -> ValueSet:
        return reading.value_set(self._told["ValueSet", head.url])

    def concept_map(self, head: Head) -> ConceptMap:
        return reading.concept_map(self._told["ConceptMap", head.url])

    def original(self, head: Head) -> Json | None:
        return self._told[head.kind, head.url]

    def displays(self) -> Mapping[str, Mapping[str, str]]:
        """Of the concepts that value sets name."""
        found: dict[str, dict[str, str]] = {}
        for (kind, _), told in self._told.items():
            if kind != "ValueSet":
                continue
            for include in reading.dicts(told.get("compose", {}).get("include")):
                names = found.setdefault(canonical_system(str(include.get("system", ""))), {})
                for each in reading.dicts(include.get("concept")):
                    if isinstance(code := each.get("code"), str):
                        names.setdefault(code, str(each.get("display", "")))
        return {system: names for system, names in found.items() if system and names}


class Nomenclatures(Source):
    """The value sets (JDV) of the ANS, by their canonical URL."""

    @cached_property
    def _archive(self) -> _Archive:
        packed = (resources.files("hygie.terminology") / "data" / "nomenclatures.json.gz").read_bytes()
        return msgspec.json.decode(gzip.decompress(packed), type=_Archive)

    @cached_property
    def _sets(self) -> dict[str, _Set]:
        return {each[0]: each for each in self._archive.sets}

    @cached_property
    def guides(self) -> Resources:
        """The resources of the guides, of the same file."""
        return Resources(self._archive.resources)

    def heads(self) -> Iterator[Head]:
        for url, name, title, version, oid, _ in self._archive.sets:
            own_id = name.replace("_", "-")
            yield Head("ValueSet", own_id, url, version, name, title or name, publisher=PUBLISHER, oid=oid)

    def value_set(self, head: Head) -> ValueSet:
        include = [
            {
                "system": _system(oid),
                "concept": [
                    {"code": code, "display": name} if name else {"code": code} for code, name in names.items()
                ],
            }
            for oid, names in self._sets[head.url][5].items()
        ]
        return ValueSet(head, {"include": include}, "fr")

    def displays(self) -> Mapping[str, Mapping[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for *_, systems in self._archive.sets:
            for oid, names in systems.items():
                told = found.setdefault(_system(oid), {})
                for code, name in names.items():
                    told.setdefault(code, name)
        return found


def _system(named: str) -> str:
    """The URI of a system that the file names by its OID, or by its URI when it has none."""
    return oid_to_system(named) if named[:1].isdigit() else named
