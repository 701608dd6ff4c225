"""Search filters to SQL over the index. Every clause names the space again: no statement ranges over two spaces."""

import uuid
from typing import Any

from django.db import connection

from hygie.fhir.store.rows import key, written
from hygie.fhir.store.search import DateFilter, Filter, Prefix, ReferenceFilter, StringFilter, TokenFilter

_Clause = tuple[str, list[Any]]
# `_category` and `_origin` are the house's own: the main code and the access column, without a system.
_PROMOTED = {"status": "status", "_category": "category", "_origin": "origin"}


def compile_filter(term: Filter, type: str, space_id: uuid.UUID) -> _Clause:
    """One filter as (SQL, parameters) over a row of fhir_resource."""
    if isinstance(term, DateFilter):
        return _date(term, type, space_id)
    if isinstance(term, TokenFilter):
        if term.param in _PROMOTED:
            return _promoted(_PROMOTED[term.param], term)
        clause, params = _any([_token_value(*value) for value in term.values])
        sql, params = _indexed(term.param, clause, params, type, space_id)
        return (f"NOT {sql}" if term.negated else sql), params
    if isinstance(term, ReferenceFilter):
        clause, params = _any([("i.value = %s", [value]) for value in term.values])
        return _indexed(term.param, clause, params, type, space_id)
    clause, params = _any([_string_value(term, value) for value in term.values])
    return _indexed(term.param, clause, params, type, space_id)


def _any(clauses: list[_Clause]) -> _Clause:
    if not clauses:
        return "1=0", []
    return "(" + " OR ".join(sql for sql, _ in clauses) + ")", [value for _, values in clauses for value in values]


def _promoted(column: str, term: TokenFilter) -> _Clause:
    marks = ", ".join(["%s"] * len(term.values))
    return f"{column} {'NOT ' if term.negated else ''}IN ({marks})", [code for _, code in term.values]


def _indexed(param: str, clause: str, params: list[Any], type: str, space_id: uuid.UUID) -> _Clause:
    sql = (
        "EXISTS (SELECT 1 FROM fhir_index i WHERE i.space_id = %s AND i.type = %s AND i.id = fhir_resource.id "
        f"AND i.param = %s AND {clause})"
    )
    return sql, [key(space_id), type, param, *params]


def _token_value(system: str | None, code: str) -> _Clause:
    if system is None:
        return "i.value = %s", [code]
    if not code:
        return "i.system = %s", [system]
    return "(i.system = %s AND i.value = %s)", [system, code]


def _string_value(term: StringFilter, value: str) -> _Clause:
    if term.match == "exact":
        return "i.value = %s", [value]
    position = "strpos(i.value, %s)" if connection.vendor == "postgresql" else "instr(i.value, %s)"
    return f"{position} {'= 1' if term.match == 'starts' else '> 0'}", [value]


# For a stored interval [l, h) and a searched one [%low, %high): https://hl7.org/fhir/R4/search.html#prefix
_DATES = {
    Prefix.EQ: "{l} >= %(low)s AND {h} <= %(high)s",
    Prefix.NE: "NOT ({l} >= %(low)s AND {h} <= %(high)s)",
    Prefix.GT: "{h} > %(high)s",
    Prefix.LT: "{l} < %(low)s",
    Prefix.GE: "{h} > %(low)s",
    Prefix.LE: "{l} < %(high)s",
    Prefix.SA: "{l} >= %(high)s",
    Prefix.EB: "{h} <= %(low)s",
}


def _date(term: DateFilter, type: str, space_id: uuid.UUID) -> _Clause:
    if term.param in ("date", "_lastUpdated"):
        return _promoted_date(term, "sort_at" if term.param == "date" else "updated_at")
    template = _DATES[term.prefix].format(l="i.low", h="i.high")
    clause, params = _positional(template, term.low.timestamp(), term.high.timestamp())
    return _indexed(term.param, f"({clause})", params, type, space_id)


def _promoted_date(term: DateFilter, column: str) -> _Clause:
    """A promoted date is an instant: the interval [at, at]."""
    template = _DATES[term.prefix].format(l=column, h=column)
    if term.prefix is Prefix.EQ:
        template = f"{column} >= %(low)s AND {column} < %(high)s"
    elif term.prefix is Prefix.NE:
        template = f"NOT ({column} >= %(low)s AND {column} < %(high)s)"
    elif term.prefix is Prefix.GT:
        template = f"{column} >= %(high)s"
    elif term.prefix is Prefix.GE:
        template = f"{column} >= %(low)s"
    elif term.prefix is Prefix.EB:
        template = f"{column} < %(low)s"
    clause, params = _positional(template, written(term.low), written(term.high))
    return f"({clause})", params


def _positional(template: str, low: Any, high: Any) -> _Clause:
    """Named marks to positional ones, in their order."""
    params: list[Any] = []
    sql = template
    while (at := min((p for p in (sql.find("%(low)s"), sql.find("%(high)s")) if p >= 0), default=-1)) >= 0:
        mark = "%(low)s" if sql.startswith("%(low)s", at) else "%(high)s"
        params.append(low if mark == "%(low)s" else high)
        sql = sql[:at] + "%s" + sql[at + len(mark) :]
    return sql, params
