"""What is loaded: sources by canonical URL and by id, and the codes of each set, kept once they were asked for."""

import dataclasses
import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from hygie.fhir.core.search.folding import fold
from hygie.fhir.core.terminology.errors import NotLoaded
from hygie.fhir.core.terminology.model import (
    KINDS,
    CodeSystem,
    Concept,
    ConceptMap,
    Designation,
    Head,
    Json,
    Kind,
    ValueSet,
)

_NOT_ID = re.compile(r"[^A-Za-z0-9.-]+")
_MAX_ID = 64


class Source:
    """Where definitions come from: a source of ours gives heads, and what it has of each kind."""

    is_partial = False
    """Its code systems hold only a part of their codes."""

    def heads(self) -> Iterable[Head]:
        raise NotImplementedError

    def code_system(self, head: Head) -> CodeSystem:
        raise KeyError(head.url)

    def value_set(self, head: Head) -> ValueSet:
        raise KeyError(head.url)

    def concept_map(self, head: Head) -> ConceptMap:
        raise KeyError(head.url)

    def displays(self) -> Mapping[str, Mapping[str, str]]:
        """System → code → name in French, of codes that sets tell without their system being loaded."""
        return {}

    def original(self, head: Head) -> Json | None:
        """The resource as it was loaded, None when there was none."""
        return None


class _Fragments(Source):
    """Systems that are only known by the codes which sets name: a fragment each."""

    is_partial = True

    def __init__(self, displays: Mapping[str, Mapping[str, str]], known: Iterable[str]) -> None:
        self._displays = displays
        self._own = sorted(displays.keys() - set(known))

    def heads(self) -> Iterable[Head]:
        for url in self._own:
            last = _NOT_ID.sub("-", url.removeprefix("urn:oid:").rstrip("/").rpartition("/")[2])
            yield Head("CodeSystem", last, url, name=re.sub(r"\W", "_", last))

    def code_system(self, head: Head) -> CodeSystem:
        concepts = {code: Concept(code, display) for code, display in self._displays[head.url].items()}
        return CodeSystem(head, concepts, content="fragment", language="fr", has_hierarchy=False)


def _same(system: str) -> str:
    return system


class Library:
    """A later source wins over an earlier one. `canonical` gives the one URI of a code system. Safe between threads."""

    def __init__(self, sources: Sequence[Source], canonical: Callable[[str], str] = _same) -> None:
        self._sources = sources
        self.canonical = canonical
        self._systems: dict[str, CodeSystem] = {}
        self._sets: dict[str, ValueSet] = {}
        self._maps: dict[str, ConceptMap] = {}

    @cached_property
    def _displays(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for source in self._sources:
            for system, names in source.displays().items():
                found.setdefault(self.canonical(system), {}).update(names)
        return found

    @cached_property
    def _index(self) -> dict[Kind, dict[str, tuple[Head, Source]]]:
        found: dict[Kind, dict[str, tuple[Head, Source]]] = {kind: {} for kind in KINDS}
        for source in self._sources:
            for head in source.heads():
                found[head.kind][head.url] = head, source
        fragments = _Fragments(self._displays, found["CodeSystem"])
        found["CodeSystem"].update((head.url, (head, fragments)) for head in fragments.heads())
        return {kind: _with_ids(heads) for kind, heads in found.items()}

    @cached_property
    def _ids(self) -> dict[Kind, dict[str, str]]:
        """Kind → id → URL."""
        return {kind: {head.id: url for url, (head, _) in heads.items()} for kind, heads in self._index.items()}

    def heads(self, kind: Kind) -> list[Head]:
        """All that is loaded of a kind, in the order of ids."""
        ids = self._ids[kind]
        return [self._index[kind][ids[each]][0] for each in sorted(ids)]

    def url_of(self, kind: Kind, own_id: str) -> str | None:
        return self._ids[kind].get(own_id)

    def find_head(self, kind: Kind, own_id: str) -> Head | None:
        url = self.url_of(kind, own_id)
        return None if url is None else self._index[kind][url][0]

    def original(self, head: Head) -> Json | None:
        return self._index[head.kind][head.url][1].original(head)

    def is_complete(self, head: Head) -> bool:
        """Whether all the codes of a system are here, told without reading them."""
        source = self._index["CodeSystem"][head.url][1]
        told = source.original(head)
        return told.get("content") == "complete" if told is not None else not source.is_partial

    def _split(self, kind: Kind, url: str) -> tuple[str, str]:
        """(URL, version) of `url|version`; some systems of HL7 v2 have a bar in their URL."""
        if url in self._index[kind]:
            return url, ""
        bare, _, version = url.partition("|")
        return bare, version

    def code_system(self, url: str, version: str = "") -> CodeSystem | None:
        """None for a system, or a version of it, that is not loaded."""
        asked, told = self._split("CodeSystem", url)
        url = self.canonical(asked)
        if url not in self._index["CodeSystem"]:
            url = asked  # loaded under another of its URIs
        found = self._systems.get(url)
        if found is None:
            entry = self._index["CodeSystem"].get(url)
            if entry is None:
                return None
            found = self._systems[url] = self._translated(entry[1].code_system(entry[0]), entry[0])
        return found if _is_version(found.head, version or told) else None

    def _translated(self, system: CodeSystem, head: Head) -> CodeSystem:
        """With the French names that sets give to its codes."""
        concepts = dict(system.concepts)
        for code, display in self._displays.get(head.url, {}).items():
            concept = concepts.get(code)
            if concept is not None and display and fold(display) != fold(concept.display):
                names = (*concept.designations, Designation(display, "fr"))
                concepts[code] = dataclasses.replace(concept, designations=names)
        return dataclasses.replace(system, head=head, concepts=concepts)

    def value_set(self, url: str, version: str = "") -> ValueSet | None:
        url, told = self._split("ValueSet", url)
        found = self._sets.get(url)
        if found is None:
            entry = self._index["ValueSet"].get(url)
            if entry is None:
                return None
            found = self._sets[url] = dataclasses.replace(entry[1].value_set(entry[0]), head=entry[0])
        return found if _is_version(found.head, version or told) else None

    def concept_map(self, url: str, version: str = "") -> ConceptMap | None:
        url, told = self._split("ConceptMap", url)
        found = self._maps.get(url)
        if found is None:
            entry = self._index["ConceptMap"].get(url)
            if entry is None:
                return None
            found = self._maps[url] = dataclasses.replace(entry[1].concept_map(entry[0]), head=entry[0])
        return found if _is_version(found.head, version or told) else None

    def get_code_system(self, url: str, version: str = "") -> CodeSystem:
        """Raises NotLoaded."""
        found = self.code_system(url, version)
        if found is None:
            raise NotLoaded("This code system is not loaded here." + _other_version(self.code_system(url), version))
        return found

    def get_value_set(self, url: str, version: str = "") -> ValueSet:
        """Raises NotLoaded."""
        found = self.value_set(url, version)
        if found is None:
            bare = url.partition("|")[0]
            raise NotLoaded("This value set is not loaded here." + _other_version(self.value_set(bare), version or url))
        return found


def _is_version(head: Head, version: str) -> bool:
    return not version or version == head.version


def _other_version(found: CodeSystem | ValueSet | None, version: str) -> str:
    if found is None or not version:
        return ""
    return f" Its version here is {found.head.version}." if found.head.version else " The one here has no version."


def _with_ids(heads: dict[str, tuple[Head, Source]]) -> dict[str, tuple[Head, Source]]:
    """Each with an id; when two of a kind have the same one, the later gets one of its own."""
    found: dict[str, tuple[Head, Source]] = {}
    taken: set[str] = set()
    for url, (head, source) in heads.items():
        own = _NOT_ID.sub("-", head.id or head.name or url.rpartition("/")[2])[:_MAX_ID] or "-"
        if own in taken:
            own = f"{own[: _MAX_ID - 9]}-{zlib.crc32(url.encode()):08x}"
        taken.add(own)
        found[url] = (head if own == head.id else dataclasses.replace(head, id=own)), source
    return found
