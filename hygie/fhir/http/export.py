"""Bulk export: what a kick-off asks, and the manifest. https://hl7.org/fhir/uv/bulkdata/STU2/export.html"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from hygie.fhir.core import json, outcome
from hygie.fhir.core.definitions import load
from hygie.fhir.core.parameters import BadQuery, read_query
from hygie.fhir.core.search import Reading
from hygie.fhir.core.search.query import AllOf, AnyOf, Clause, IdIn
from hygie.fhir.http import headers, search

NDJSON = "application/fhir+ndjson"
_FORMATS = frozenset({NDJSON, "application/ndjson", "ndjson"})
Level = Literal["system", "patient", "group"]
Kind = Literal["output", "deleted", "error"]
_RESULTS = frozenset(
    {"_count", "_sort", "_total", "_summary", "_elements", "_include", "_revinclude", "_format", "_pretty", "_cursor"}
)
# A comma between two queries; those inside a query are not followed by `Type?`.
_BETWEEN = re.compile(r",(?=[A-Z][A-Za-z]+\?)")
_ELEMENT = re.compile(r"(?:([A-Z][A-Za-z]+)\.)?([a-z][A-Za-z]*)")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_PLAINLY = Reading()
_MOST_FILTERS = 50
_MOST_PATIENTS = 10_000
_MOST_CHARACTERS = 2_000
_PATIENT = re.compile(r"(?:.*/)?Patient/([A-Za-z0-9\-.]{1,64})")


@dataclass(frozen=True, slots=True)
class Asked:
    """`types` (): all. `filters`: (type, query); several of one type are alternatives. `patients`: ids, () for all those
    of the level. `ignored`: what was left aside, as `Prefer: handling=lenient` allows."""

    level: Level
    types: tuple[str, ...] = ()
    since: dt.datetime | None = None
    filters: tuple[tuple[str, str], ...] = ()
    elements: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()
    group: str = ""
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A line of the manifest."""

    kind: Kind
    type: str
    url: str
    count: int


def read(
    level: Level, pairs: Sequence[tuple[str, str]], *, prefer: str, posted: bool = False, group: str = "",
    reading: Reading = _PLAINLY,
) -> Asked:  # fmt: skip
    """Raises BadQuery: prefer-async, export-parameter, export-value, search-…"""
    if "respond-async" not in headers.preferences(prefer):
        raise BadQuery("An export is asked with the header Prefer: respond-async.", code="prefer-async")
    reader = _Reader(level, headers.preferences(prefer).get("handling") == "lenient", posted, reading)
    for name, value in pairs:
        reader.take(name, value)
    return reader.asked(group)


def pairs_of(parameters: dict[str, Any]) -> list[tuple[str, str]]:
    """The same pairs out of a Parameters resource. Raises BadQuery(export-parameter)."""
    if parameters.get("resourceType") != "Parameters":
        raise BadQuery("The body is a Parameters resource.", code="export-parameter")
    found = []
    told = parameters.get("parameter", [])
    for each in told if isinstance(told, list) else [None]:
        each = each if isinstance(each, dict) else {}
        values = [value for name, value in each.items() if name.startswith("value")]
        if len(values) != 1 or not isinstance(each.get("name"), str):
            raise BadQuery(
                "A parameter has a name and one value.", code="export-parameter", path="Parameters.parameter"
            )
        value = values[0].get("reference") if isinstance(values[0], dict) else values[0]
        if not isinstance(value, str | bool) or "\0" in str(value) or len(str(value)) > _MOST_CHARACTERS:
            raise BadQuery("This value is not read.", code="export-value", path=f"http.{each['name']}")
        found.append((each["name"], value if isinstance(value, str) else str(value).lower()))
    return found


class _Reader:
    """Takes parameters one by one; `lenient` leaves aside what is not supported."""

    def __init__(self, level: Level, lenient: bool, posted: bool, reading: Reading) -> None:
        self._level, self._lenient, self._posted, self._reading = level, lenient, posted, reading
        self._types: list[str] = []
        self._since: list[dt.datetime] = []
        self._filters: list[tuple[str, str]] = []
        self._elements: list[str] = []
        self._patients: list[str] = []
        self._ignored: list[str] = []

    def take(self, name: str, value: str) -> None:
        match name:
            case "_outputFormat":
                # A plus sign that was not percent-encoded arrives as a blank.
                if headers.media_type(value.replace(" ", "+")) not in _FORMATS:
                    raise _bad(name, f"Files are {NDJSON}, nothing else.")
            case "_since":
                self._since.append(_instant(value))
            case "_type":
                self._types += self._known(name, value.split(","))
            case "_typeFilter":
                for query in _BETWEEN.split(value):
                    self._take_filter(query)
            case "_elements":
                self._elements += [_element(each) for each in value.split(",")]
            case "patient" if self._posted and self._level != "system":
                self._patients.append(_patient(value))
            case "_format" | "_pretty":
                pass
            case _:
                self._leave(name)

    def _leave(self, name: str) -> None:
        if not self._lenient:
            text = "This parameter is not supported; Prefer: handling=lenient leaves it aside."
            if name == "patient":
                text = "The parameter patient goes in the body of a POST, at the levels of Patient and Group."
            raise BadQuery(text, code="export-parameter", path=f"http.{name}")
        self._ignored.append(name)

    def _known(self, name: str, types: list[str]) -> list[str]:
        known = [each for each in types if each in load().resource_types]
        if len(known) < len(types):
            if not self._lenient:
                raise _bad(name, f"{len(types) - len(known)} of these are not R4 types.")
            self._ignored.append(name)
        return known

    def _take_filter(self, query: str) -> None:
        if len(self._filters) > _MOST_FILTERS:
            return  # said in `asked`
        type, mark, text = query.partition("?")
        if not mark or not self._known("_typeFilter", [type]):
            raise _bad("_typeFilter", "A filter is a search: Type?name=value.")
        kept = []
        for key, value in read_query(text):
            if key.partition(":")[0] in _RESULTS:
                if not self._lenient:
                    raise _bad("_typeFilter", "A filter says which resources, and nothing about pages, order or parts.")
                self._ignored.append("_typeFilter")
            else:
                kept.append((key, value))
        asked = _searched(type, kept, self._reading, strict=not self._lenient)
        self._ignored += ["_typeFilter"] * len(asked.ignored)
        self._filters.append((type, text))

    def asked(self, group: str) -> Asked:
        if len(self._since) > 1:
            raise _bad("_since", "_since is given once.")
        if len(self._filters) > _MOST_FILTERS:
            raise _bad("_typeFilter", f"At most {_MOST_FILTERS} filters.")
        if len(self._patients) > _MOST_PATIENTS:
            raise _bad("patient", f"At most {_MOST_PATIENTS} patients; make several exports, or a Group.")
        types = tuple(dict.fromkeys(self._types))
        if types and (outside := {type for type, _ in self._filters} - set(types)):
            raise _bad("_typeFilter", f"_type does not name {len(outside)} of the types that are filtered.")
        return Asked(
            level=self._level,
            types=types,
            since=self._since[0] if self._since else None,
            filters=tuple(self._filters),
            elements=tuple(dict.fromkeys(self._elements)),
            patients=tuple(dict.fromkeys(self._patients)),
            group=group,
            ignored=tuple(dict.fromkeys(self._ignored)),
        )


def _searched(type: str, pairs: Sequence[tuple[str, str]], reading: Reading, *, strict: bool) -> search.Asked:
    """The same words as in a search; no person is named, since the records are those of the export."""
    return search.read(type, pairs, strict=strict, reading=reading, registers=True)


def clauses(asked: Asked, *, reading: Reading = _PLAINLY) -> dict[str, Clause]:
    """What the filters ask of each type, one of them being enough."""
    found: dict[str, list[AllOf]] = {}
    for type, text in asked.filters:
        kept = [(key, value) for key, value in read_query(text) if key.partition(":")[0] not in _RESULTS]
        read = _searched(type, kept, reading, strict=False)
        own = [*read.query.clauses, *([IdIn(read.ids)] if read.ids else [])]
        found.setdefault(type, []).append(AllOf(tuple(own)))
    # An alternative that asks nothing: the type comes whole.
    return {type: AnyOf(tuple(each)) for type, each in found.items() if all(one.clauses for one in each)}


def manifest(asked_at: str, instant: str, parts: Sequence[Part], *, since: bool) -> bytes:
    """https://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---complete-status"""

    def lines(kind: Kind) -> list[dict[str, Any]]:
        return [{"type": p.type, "url": p.url, "count": p.count} for p in parts if p.kind == kind]

    told: dict[str, Any] = {
        "transactionTime": instant,
        "request": asked_at,
        "requiresAccessToken": True,
        "output": lines("output"),
        "error": lines("error"),
    }
    if since:
        told["deleted"] = lines("deleted")
    return json.write(told)


def accepted() -> bytes:
    text = "The export will be prepared; ask the address of Content-Location how far it is."
    return outcome.body(outcome.issue("information", "informational", code="export-accepted", diagnostics=text))


def deletions(ids: Sequence[tuple[str, str]]) -> bytes:
    """One line of a file of deletions: a transaction that deletes them."""
    entries = [{"request": {"method": "DELETE", "url": f"{type}/{id}"}} for type, id in ids]
    return json.write({"resourceType": "Bundle", "type": "transaction", "entry": entries})


def _bad(name: str, text: str) -> BadQuery:
    return BadQuery(text, code="export-value", path=f"http.{name}")


def _instant(value: str) -> dt.datetime:
    value = value.replace(" ", "+")
    try:
        if _INSTANT.fullmatch(value):
            return dt.datetime.fromisoformat(value).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise _bad("_since", "_since is an instant: 2026-11-25T04:00:00Z.")


def _element(text: str) -> str:
    found = _ELEMENT.fullmatch(text.strip())
    if found is None or (found[1] and found[1] not in load().resource_types):
        raise _bad("_elements", "An element is a name at the root of a resource: id, or Patient.name.")
    return text.strip()


def _patient(reference: str) -> str:
    found = _PATIENT.fullmatch(reference)
    if found is None:
        raise _bad("patient", "A patient is named by a reference: Patient/<id>.")
    return found[1]
