"""Which loaded sets, systems and maps a search finds. They have no versions and no meta: they come before the stored ones."""

from collections.abc import Callable, Iterable, Sequence

from hygie.fhir.core import parameters
from hygie.fhir.core.parameters import BadQuery, Parameter
from hygie.fhir.core.search.folding import fold
from hygie.fhir.core.terminology.library import Library
from hygie.fhir.core.terminology.model import Head, Kind

PARAMETERS = ("_id", "url", "identifier", "version", "name", "title", "status", "description", "publisher")
_TOKENS = frozenset({"identifier", "version", "status"})
_RESULTS = frozenset({"_count", "_sort", "_total", "_summary", "_elements", "_include", "_revinclude"})
_OIDS = "urn:ietf:rfc:3986"
_LOADED = "loaded."
Test = Callable[[Head], bool]


def matching(library: Library, kind: Kind, pairs: Sequence[tuple[str, str]]) -> list[Head]:
    """In the order of ids. A parameter that is not of `PARAMETERS` finds none of them. Raises BadQuery."""
    tests: list[Test] = []
    for key, value in pairs:
        given = parameters.parameter(key, value)
        if given.name in _RESULTS:
            continue
        name = "url" if given.name == "system" and kind == "CodeSystem" else given.name
        if name not in PARAMETERS or given.chain:
            return []
        tests.append(_test(name, given))
    return [head for head in library.heads(kind) if all(test(head) for test in tests)]


def _test(name: str, given: Parameter) -> Test:
    values = [parameters.unescape(each) for each in parameters.values(given)]
    match given.modifier:
        case "missing":
            return lambda head: bool(_told(head, name)) is (values[0] != "true")
        case "" | "exact" | "contains" | "below" | "not":
            pass
        case _:
            return lambda head: False
    if name == "_id":
        return lambda head: head.id in values
    if name == "url":
        if given.modifier == "below":
            return lambda head: any(head.url == each or head.url.startswith(each.rstrip("/") + "/") for each in values)
        return lambda head: head.url in values
    if name in _TOKENS:
        negated = given.modifier == "not"
        pieces = [parameters.token(each) for each in parameters.values(given)]
        return lambda head: any(_is_token(head, name, *each) for each in pieces) is not negated
    return _string(name, given.modifier, values)


def _string(name: str, modifier: str, values: Iterable[str]) -> Test:
    if modifier == "exact":
        return lambda head: _told(head, name) in values
    folded = [fold(each) for each in values]
    if modifier == "contains":
        return lambda head: any(each in fold(_told(head, name)) for each in folded)
    return lambda head: any(fold(_told(head, name)).startswith(each) for each in folded)


def _told(head: Head, name: str) -> str:
    if name == "identifier":
        return head.oid
    return str(getattr(head, "id" if name == "_id" else name))


def _is_token(head: Head, name: str, system: str | None, code: str) -> bool:
    if name == "identifier":
        return bool(head.oid) and system in (None, _OIDS) and code in ("", f"urn:oid:{head.oid}")
    own = "http://hl7.org/fhir/publication-status" if name == "status" else ""
    told = _told(head, name)
    return system in (None, own) and (code == told if code else bool(told))


def start_of(cursor: str) -> int | None:
    """Where a page begins among the loaded ones; None for a page of the stored ones. Raises BadQuery(cursor)."""
    if not cursor:
        return 0
    if not cursor.startswith(_LOADED):
        return None
    text = cursor.removeprefix(_LOADED)
    if not text.isascii() or not text.isdecimal() or len(text) > 6:
        raise BadQuery("The cursor is not one of ours.", code="cursor", path="http._cursor")
    return int(text)


def cursor_at(place: int) -> str:
    return f"{_LOADED}{place}"
