"""`_sort`: several keys, each up or down. https://hl7.org/fhir/R4/search.html#sort"""

from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.core.search import dated_param, fields
from hygie.fhir.core.search.extraction import has_status
from hygie.fhir.core.search.fields import Kind
from hygie.fhir.core.search.query import NEWEST_FIRST, Sort

MAX_KEYS = 4
_BY_SIZE = frozenset({Kind.DATE, Kind.NUMBER, Kind.QUANTITY})


def read(resource_type: str, text: str) -> tuple[Sort, ...]:
    """Newest first by the type's own date, when nothing is asked. Raises BadQuery(search-sort)."""
    if not text:
        return NEWEST_FIRST
    keys = text.split(",")
    if len(keys) > MAX_KEYS or len({each.removeprefix("-") for each in keys}) != len(keys):
        raise _bad(f"_sort has at most {MAX_KEYS} keys, each once.")
    return tuple(_key(resource_type, each) for each in keys)


def _key(resource_type: str, text: str) -> Sort:
    name, down = text.removeprefix("-"), text.startswith("-")
    columns = {"_id": "id", "_lastUpdated": "updated_at"}
    if dated := dated_param(resource_type):
        columns[dated] = "sort_at"
    if has_status(resource_type):
        columns["status"] = "status"
    if name in columns:
        return Sort(columns[name], descending=down)
    param = fields.find_param(resource_type, name)
    if (
        param is None
        or not param.branches
        or any(branch.field == fields.own_field(resource_type) for branch in param.branches)
    ):
        raise _bad("_sort names parameters of this type, but not its patient.")
    numbers = tuple(dict.fromkeys(branch.field.number for branch in param.branches))
    return Sort(fields=numbers, by="low" if param.kind in _BY_SIZE else "value", descending=down)


def _bad(message: str) -> BadQuery:
    return BadQuery(message, code="search-sort", path="http._sort")
