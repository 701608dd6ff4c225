"""The codes of a value set: all of them, or whether one is among them. https://hl7.org/fhir/R4/valueset.html#compositions"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from hygie.fhir.core.search.folding import fold
from hygie.fhir.core.terminology import filters
from hygie.fhir.core.terminology.errors import Effort, NotSupported, TooCostly
from hygie.fhir.core.terminology.library import Library
from hygie.fhir.core.terminology.model import CodeSystem, Entry, Json, ValueSet
from hygie.fhir.core.terminology.reading import designations, dicts
from hygie.lib.errors import Invalid

Codes = dict[tuple[str, str], Entry]
MAX_CODES = 100_000
_MAX_PARTS = 500
_MAX_DEPTH = 16
_KEPT = 256
_FOLDED = 32


class Unresolved(Invalid):
    """The definition names a code system or a value set that is not loaded here, or not whole."""

    default_code = "not-loaded"


class Members:
    """Reads the sets of a library. What was expanded is kept for the loaded ones."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._kept: dict[str, Codes] = {}
        self._folded: dict[str, list[str]] = {}

    def codes(self, value_set: ValueSet, effort: Effort | None = None) -> Mapping[tuple[str, str], Entry]:
        """Raises Unresolved, NotSupported, TooCostly, Invalid(valueset-cycle)."""
        return self._codes(value_set, effort or Effort(), ())

    def texts(self, value_set: ValueSet, entries: Collection[Entry]) -> list[str]:
        """What a filter looks at, for each of the codes of the set: the code and its names, folded."""
        url = value_set.head.url
        kept = self._folded.get(url)
        if kept is not None and self._is_loaded(value_set):
            return kept
        found = [fold(" ".join([each.code, *(name.value for name in each.names())])) for each in entries]
        if self._is_loaded(value_set):
            if len(self._folded) >= _FOLDED:
                self._folded.pop(next(iter(self._folded)), None)
            self._folded[url] = found
        return found

    def _is_loaded(self, value_set: ValueSet) -> bool:
        """Whether it is the library's own: a set that was sent may say the same URL."""
        url = value_set.head.url
        return bool(url) and self.library.value_set(url) is value_set

    def _codes(self, value_set: ValueSet, effort: Effort, inside: tuple[str, ...]) -> Codes:
        url = value_set.head.url
        is_loaded = self._is_loaded(value_set)
        if is_loaded and (kept := self._kept.get(url)) is not None:
            effort.spend(1 + len(kept) // 16)
            return kept
        inside = _enter(value_set, inside)
        found = self._composed(value_set, effort, inside)
        if is_loaded:
            if len(self._kept) >= _KEPT:
                self._kept.pop(next(iter(self._kept)), None)
            self._kept[url] = found
        return found

    def _composed(self, value_set: ValueSet, effort: Effort, inside: tuple[str, ...]) -> Codes:
        if not value_set.compose:
            return {(each.system, each.code): each for each in self._given(value_set)}
        found: Codes = {}
        for include in _parts(value_set, "include"):
            for key, entry in self._part(include, value_set, effort, inside).items():
                found.setdefault(key, entry)
            if len(found) > MAX_CODES:
                raise TooCostly(f"The value set has more than {MAX_CODES} codes.")
        for exclude in _parts(value_set, "exclude"):
            for key in self._part(exclude, value_set, effort, inside):
                found.pop(key, None)
        if value_set.compose.get("inactive") is False:
            return {key: entry for key, entry in found.items() if not entry.is_inactive}
        return found

    def _part(self, part: Json, value_set: ValueSet, effort: Effort, inside: tuple[str, ...]) -> Codes:
        """The codes that are in the system part and in each of the sets."""
        effort.spend(10)
        found: Codes | None = None
        if "system" in part:
            found = {(e.system, e.code): e for e in self._of_system(part, value_set, effort)}
        for url in _sets(part):
            codes = self._codes(self._named(url), effort, inside)
            effort.spend(10 + len(codes) // 4)
            found = dict(codes) if found is None else {key: entry for key, entry in found.items() if key in codes}
        if found is None:
            raise NotSupported("An include names a system or value sets.", path="ValueSet.compose.include")
        effort.spend(len(found))
        return found

    def _named(self, url: str) -> ValueSet:
        found = self.library.value_set(url)
        if found is None:
            raise Unresolved(f"The value set {url[:200]} is not loaded here.", path="ValueSet.compose.include.valueSet")
        return found

    def _of_system(self, part: Json, value_set: ValueSet, effort: Effort) -> Iterator[Entry]:
        url, system = self._system(part)
        if "concept" in part:
            for each in dicts(part["concept"]):
                effort.spend(1)
                if isinstance(code := each.get("code"), str):
                    yield _entry(url, code, system, value_set, each)
            return
        system = self._whole(url, system)
        tests = [filters.test_of(system, each, effort) for each in _filters(part)]
        effort.spend(len(system.concepts) * (1 + len(tests)))
        for code, concept in system.concepts.items():
            if all(test(concept) for test in tests):
                yield Entry(url, code, concept.display, (), concept, system.language)

    def _system(self, part: Json) -> tuple[str, CodeSystem | None]:
        url, version = part.get("system"), part.get("version", "")
        if not isinstance(url, str) or not isinstance(version, str):
            raise NotSupported("The system of an include is a URI.", path="ValueSet.compose.include.system")
        url = self.library.canonical(url)
        system = self.library.code_system(url, version)
        if system is None and version and "concept" in part:
            system = self.library.code_system(url)  # names only: the codes are those of the set
        return url, system

    def _whole(self, url: str, system: CodeSystem | None) -> CodeSystem:
        if system is None:
            raise Unresolved(f"The code system {url[:200]} is not loaded here.", path="ValueSet.compose.include.system")
        if not system.is_complete:
            raise Unresolved(
                f"Only a part of the code system {url[:200]} is loaded here.", path="ValueSet.compose.include.system"
            )
        return system

    def _given(self, value_set: ValueSet) -> Iterator[Entry]:
        """A published expansion, nested or not."""
        waiting = list(value_set.given)
        while waiting:
            each = waiting.pop(0)
            waiting[:0] = list(dicts(each.get("contains")))
            system, code = each.get("system"), each.get("code")
            if isinstance(system, str) and isinstance(code, str) and each.get("abstract") is not True:
                url = self.library.canonical(system)
                yield _entry(url, code, self.library.code_system(url), value_set, each)

    def find(self, value_set: ValueSet, system: str, code: str, effort: Effort | None = None) -> Entry | None:
        """The code as the set has it, None when it is not in the set. The set need not be one that can be listed.

        Raises what `codes` raises, when the code alone does not decide.
        """
        effort = effort or Effort()
        system = self.library.canonical(system)
        try:
            codes = self._codes(value_set, effort, ())
        except (Unresolved, TooCostly):
            return self._find(value_set, (system, code), effort, ())
        found = codes.get((system, code))
        if found is None and (loaded := self.library.code_system(system)) is not None:
            concept = loaded.find(code)  # written otherwise, in a system that does not mind case
            found = codes.get((system, concept.code)) if concept else None
        return found

    def _find(self, value_set: ValueSet, key: tuple[str, str], effort: Effort, inside: tuple[str, ...]) -> Entry | None:
        inside = _enter(value_set, inside)
        found, unknown = None, None
        for include in _parts(value_set, "include"):
            try:
                found = found or self._found_in(include, value_set, key, effort, inside)
            except Unresolved as error:
                unknown = error
        if found is None:
            if unknown is not None:
                raise unknown
            return None
        excluded = any(self._found_in(e, value_set, key, effort, inside) for e in _parts(value_set, "exclude"))
        return None if excluded else found

    def _found_in(
        self, part: Json, value_set: ValueSet, key: tuple[str, str], effort: Effort, inside: tuple[str, ...]
    ) -> Entry | None:
        effort.spend(50)  # some microseconds: sets inside each other may be asked again and again
        found: Entry | None = None
        if "system" in part:
            found = self._found_in_system(part, value_set, key, effort)
            if found is None:
                return None
        for url in _sets(part):
            named = self._find(self._named(url), key, effort, inside)
            if named is None:
                return None
            found = found or named
        return found

    def _found_in_system(self, part: Json, value_set: ValueSet, key: tuple[str, str], effort: Effort) -> Entry | None:
        url, system = self._system(part)
        if url != key[0]:
            return None
        if "concept" in part:
            return next((e for e in self._of_system(part, value_set, effort) if e.code == key[1]), None)
        concept = system.find(key[1]) if system else None
        if system is None or concept is None:
            self._whole(url, system)
            return None
        tests = [filters.test_of(system, each, effort) for each in _filters(part)]
        if not all(test(concept) for test in tests):
            return None
        return Entry(url, concept.code, concept.display, (), concept, system.language)


def _enter(value_set: ValueSet, inside: tuple[str, ...]) -> tuple[str, ...]:
    url = value_set.head.url
    if url in inside and url:
        raise Invalid("The value set is defined by itself.", code="valueset-cycle", path="ValueSet.compose")
    if len(inside) >= _MAX_DEPTH:
        raise TooCostly(f"Value sets are nested deeper than {_MAX_DEPTH} levels.")
    return (*inside, url)


def _entry(url: str, code: str, system: CodeSystem | None, value_set: ValueSet, told: Json) -> Entry:
    concept = system.find(code) if system else None
    display = told.get("display")
    if isinstance(display, str) and display:
        language = value_set.language
    else:
        display, language = (concept.display, system.language if system else "") if concept else ("", "")
    return Entry(url, code, display, designations(told.get("designation")), concept, language)


def _parts(value_set: ValueSet, name: str) -> list[Json]:
    found = list(dicts(value_set.compose.get(name)))
    if len(found) > _MAX_PARTS:
        raise TooCostly(f"A value set has at most {_MAX_PARTS} parts.")
    return found


def _filters(part: Json) -> list[Json]:
    found = list(dicts(part.get("filter")))
    if len(found) > _MAX_DEPTH:
        raise TooCostly(f"A part of a value set has at most {_MAX_DEPTH} filters.")
    return found


def _sets(part: Json) -> list[str]:
    told: Any = part.get("valueSet", [])
    return [each for each in told if isinstance(each, str)] if isinstance(told, list) else []
