"""All of one space, row after row: what a bulk export reads. https://hl7.org/fhir/uv/bulkdata/

The rows come by a cursor of the server inside the caller's transaction, so that memory does not grow with the space.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from psycopg.pq import Format

from hygie.fhir.core.search.query import Clause
from hygie.fhir.store.condition import NEVER, Condition
from hygie.fhir.store.rows import key, written
from hygie.fhir.store.scope import Scope
from hygie.fhir.store.sql import Compiler

_FETCH = 100


@dataclass(frozen=True, slots=True)
class Group:
    """Types that are seen through one condition; `types` (): all, `without`: but these."""

    condition: Condition
    types: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extract:
    """What changed after `since` and not after `until`; the types of `filters` only where their clause says yes."""

    until: dt.datetime
    since: dt.datetime | None = None
    filters: Mapping[str, Clause] = field(default_factory=dict)


class Export:
    """The rows of one space; `groups` say through which condition each type is seen, what is in none is not."""

    def __init__(self, scope: Scope, groups: Sequence[Group]) -> None:
        self._scope, self._groups = scope, groups

    @property
    def _space(self) -> uuid.UUID:
        return self._scope.space_id

    def rows(self, extract: Extract) -> Iterator[tuple[str, str, bytes]]:
        """(type, local id, body) of the current resources."""
        groups = [_but(each, tuple(extract.filters)) for each in self._groups]
        yield from self._select(*self._plain([each for each in groups if each is not None], extract))
        for type, clause in extract.filters.items():
            if (condition := self._condition_of(type)) is not NEVER:
                yield from self._select(*self._filtered(type, condition, clause, extract))

    def deleted(self, extract: Extract) -> Iterator[tuple[str, str]]:
        """(type, local id) of what was deleted; a filter says nothing of what has no body any more."""
        sql, params = self._plain(list(self._groups), extract, deleted=True)
        for type, id, _ in self._select(sql, params):
            yield type, id

    def _condition_of(self, type: str) -> Condition:
        for group in self._groups:
            if type in group.types or (not group.types and type not in group.without):
                return group.condition
        return NEVER

    def _plain(self, groups: Sequence[Group], extract: Extract, *, deleted: bool = False) -> tuple[str, list[Any]]:
        parts, params = [], list[Any]()
        for group in groups:
            if group.condition is NEVER:
                continue
            sql, values = group.condition.sql(connection.vendor)
            for word, types in (("IN", group.types), ("NOT IN", group.without)):
                if types:
                    sql = f"r.type {word} ({', '.join(['%s'] * len(types))}) AND {sql}"
                    values = [*types, *values]
            parts.append(f"({sql})")
            params += values
        when, instants = _between(extract)
        which = "r.deleted" if deleted else "NOT r.deleted AND r.current"
        where = f"r.space_id = %s AND {which} AND {when} AND ({' OR '.join(parts) or '1=0'})"
        return f"{_SELECT} WHERE {where} {_ORDER}", [key(self._space), *instants, *params]

    def _filtered(self, type: str, condition: Condition, clause: Clause, extract: Extract) -> tuple[str, list[Any]]:
        scope = Scope(self._space, condition, self._scope.by_type)
        compiler = Compiler(scope, self._space)
        seen, params = compiler.visible(type, "r", first=True)
        asked, values = compiler.clause(clause, type, "r")
        when, instants = _between(extract)
        return f"{_SELECT} WHERE {seen} AND {when} AND {asked} {_ORDER}", [*params, *instants, *values]

    def _select(self, statement: str, params: list[Any]) -> Iterator[tuple[str, str, bytes]]:
        with connection.chunked_cursor() as cursor:
            if connection.vendor == "postgresql":
                # As text, each byte of a body would be two letters.
                cursor.cursor.format = Format.BINARY
            cursor.execute(statement, params)
            more = True
            while more:
                rows = cursor.fetchmany(_FETCH)
                for type, id, body in rows:
                    yield type, id, bytes(body)
                more = len(rows) == _FETCH


_SELECT = "SELECT r.type, r.id, r.body FROM fhir_resource r"
_ORDER = "ORDER BY r.type, r.id"


def _between(extract: Extract) -> tuple[str, list[Any]]:
    if extract.since is None:
        return "r.updated_at <= %s", [written(extract.until)]
    return "r.updated_at <= %s AND r.updated_at > %s", [written(extract.until), written(extract.since)]


def _but(group: Group, types: tuple[str, ...]) -> Group | None:
    """The group without these types; None when nothing is left."""
    if not group.types:
        return Group(group.condition, (), (*group.without, *types))
    left = tuple(each for each in group.types if each not in types)
    return Group(group.condition, left) if left else None
