"""The codes of a value set as a client asks for them. https://hl7.org/fhir/R4/valueset-operation-expand.html"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from hygie.fhir.core.search.folding import fold
from hygie.fhir.core.terminology import naming
from hygie.fhir.core.terminology.errors import Effort, TooCostly
from hygie.fhir.core.terminology.members import Members
from hygie.fhir.core.terminology.model import Entry, Json, ValueSet

MAX_ANSWER = 10_000
_NAMESPACE = uuid.UUID("0ad1e2f1-7c0f-5b0e-9b5a-6f1f4a3f2c11")


@dataclass(frozen=True, slots=True)
class Asked:
    """`count` None: all. `filter`: words, each of which is somewhere in the code or in a name of it."""

    filter: str = ""
    offset: int = 0
    count: int | None = None
    language: str = ""
    with_designations: bool = False
    designation_languages: tuple[str, ...] = ()
    with_definition: bool = False
    active_only: bool = False
    only_for_use: bool = False
    without_systems: tuple[str, ...] = ()

    def told(self) -> list[Json]:
        """The parameters that shaped the expansion, as it repeats them."""
        found: list[Json] = []
        for name, kind, value in (
            ("filter", "valueString", self.filter),
            ("offset", "valueInteger", self.offset),
            ("count", "valueInteger", self.count),
            ("displayLanguage", "valueCode", self.language),
            ("includeDesignations", "valueBoolean", self.with_designations),
            ("includeDefinition", "valueBoolean", self.with_definition),
            ("activeOnly", "valueBoolean", self.active_only),
            ("excludeNotForUI", "valueBoolean", self.only_for_use),
        ):
            if value or (name == "count" and value is not None):
                found.append({"name": name, kind: value})
        found += [{"name": "designation", "valueString": each} for each in self.designation_languages]
        return found + [{"name": "exclude-system", "valueUri": each} for each in self.without_systems]


def expand(members: Members, value_set: ValueSet, asked: Asked, now: dt.datetime) -> Json:
    """The ValueSet with its expansion. Raises what `Members.codes` raises, and TooCostly for too many at once."""
    entries = list(_wanted(members, value_set, asked, Effort()))
    page = entries[asked.offset :]
    if asked.count is not None:
        page = page[: min(asked.count, MAX_ANSWER)]
    elif len(page) > MAX_ANSWER:
        raise TooCostly(f"{len(page)} codes are more than {MAX_ANSWER} at once: ask for a part, by count and offset.")
    wanted = naming.languages(asked.language)
    told = value_set.resource()
    if not asked.with_definition:
        told.pop("compose", None)
    parameters = [*asked.told(), *_versions(members, value_set, {each.system for each in page})]
    expansion: Json = {
        "identifier": f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{value_set.head.url}|{value_set.head.version}|{asked}')}",
        "timestamp": now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "total": len(entries),
        "offset": asked.offset,
    }
    if parameters:
        expansion["parameter"] = parameters
    if page:
        expansion["contains"] = [_contains(each, asked, wanted) for each in page]
    return told | {"expansion": expansion}


def _wanted(members: Members, value_set: ValueSet, asked: Asked, effort: Effort) -> Iterator[Entry]:
    codes = members.codes(value_set, effort).values()
    if words := fold(asked.filter).split():
        effort.spend(len(codes) * len(words))
        texts = members.texts(value_set, codes)
        found = [each for each, text in zip(codes, texts, strict=True) if all(word in text for word in words)]
    else:
        found = list(codes)
    for entry in found:
        if asked.active_only and entry.is_inactive:
            continue
        if asked.only_for_use and entry.is_abstract:
            continue
        if entry.system not in asked.without_systems:
            yield entry


def _versions(members: Members, value_set: ValueSet, systems: set[str]) -> Iterable[Json]:
    for url in sorted(systems):
        found = members.library.code_system(url)
        if found is not None and found.head.version:
            yield {"name": "version", "valueUri": f"{url}|{found.head.version}"}


def _contains(entry: Entry, asked: Asked, wanted: tuple[str, ...]) -> Json:
    told: dict[str, Any] = {"system": entry.system}
    if entry.is_abstract:
        told["abstract"] = True
    if entry.is_inactive:
        told["inactive"] = True
    told["code"] = entry.code
    display = naming.display(entry, wanted) if wanted or not entry.display else entry.display
    if display:
        told["display"] = display
    if asked.with_designations or asked.designation_languages:
        names = [
            naming.designation(each)
            for each in entry.names()
            if (each.value != display or each.use)
            and (
                not asked.designation_languages
                or any(naming.speaks(tag, each.language) for tag in asked.designation_languages)
            )
        ]
        if names:
            told["designation"] = names
    return told
