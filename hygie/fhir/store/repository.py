"""The store, seen through one scope: every read is narrowed by it before it runs."""

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from hygie.fhir.store import sql
from hygie.fhir.store.rows import COLUMNS, StoredResource, instant, key, stored, written
from hygie.fhir.store.scope import Scope
from hygie.fhir.store.search import SearchQuery
from hygie.lib.errors import Invalid


@dataclass(frozen=True, slots=True)
class Within:
    """A further narrowing by ids of the same space, as a subquery of the caller's."""

    subquery: str
    params: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[StoredResource]
    total: int
    next: str


class Repository:
    """Reads of one space through one condition. There is no repository without a scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def read(self, type: str, id: str) -> StoredResource | None:
        """The current version, or None when it is absent or may not be seen: nothing tells which."""
        if "\0" in id:
            return None  # PostgreSQL refuses this sign in a text, so no id has it
        where, params = self._visible(type)
        rows = self._rows(f"SELECT {COLUMNS} FROM fhir_resource WHERE {where} AND id = %s", [*params, id])
        return rows[0] if rows else None

    def derived(self, document_id: str) -> list[StoredResource]:
        """The entries that were read from a document, as this scope sees them."""
        condition, params = self._scope.condition.sql(connection.vendor)
        statement = (
            f"SELECT {COLUMNS} FROM fhir_resource WHERE space_id = %s AND derived_from = %s AND NOT deleted "
            f"AND {condition} ORDER BY place, id"
        )
        return self._rows(statement, [key(self._scope.space_id), document_id, *params])

    def search(self, type: str, query: SearchQuery, *, within: Within | None = None) -> Page:
        """One page in the order of the type's own date, then id. The total counts what this scope sees."""
        where, params = self._where(type, query, within)
        columns, counted = (f"{COLUMNS}, (SELECT COUNT(*) FROM fhir_resource WHERE {where})", params)
        if not query.with_total:
            columns, counted = f"{COLUMNS}, -1", []
        order, following, place = self._order(query)
        statement = f"SELECT {columns} FROM fhir_resource WHERE {where}{following} ORDER BY sort_at {order}, id {order} LIMIT %s"
        with connection.cursor() as cursor:
            cursor.execute(statement, [*counted, *params, *place, query.count + 1])
            found = cursor.fetchall()
        rows = [stored(row) for row in found[: query.count]]
        more = len(found) > query.count
        return Page(rows, found[0][-1] if found else 0, cursor_of(rows[-1]) if more else "")

    def _order(self, query: SearchQuery) -> tuple[str, str, list[Any]]:
        """(direction, what stands after the cursor, its parameters)."""
        order = "ASC" if query.oldest_first else "DESC"
        if not query.after:
            return order, "", []
        at, last = _cursor(query.after)
        return order, f" AND (sort_at, id) {'>' if query.oldest_first else '<'} (%s, %s)", [written(at), last]

    def newest_of(self, types: Sequence[str], limit: int) -> list[StoredResource]:
        """The newest current resources of several types together."""
        condition, params = self._scope.condition.sql(connection.vendor)
        marks = ", ".join(["%s"] * len(types))
        statement = (
            f"SELECT {COLUMNS} FROM fhir_resource WHERE space_id = %s AND type IN ({marks}) AND NOT deleted AND current "
            f"AND {condition} ORDER BY sort_at DESC, place, id LIMIT %s"
        )
        return self._rows(statement, [key(self._scope.space_id), *types, *params, limit])

    def kinds(self, type: str, query: SearchQuery) -> tuple[str, list[Any]]:
        """(id, category, year) of what this scope sees, as a subquery for the caller's own tables of the same space."""
        where, params = self._where(type, query, None)
        year = (
            "EXTRACT(YEAR FROM sort_at)"
            if connection.vendor == "postgresql"
            else "CAST(substr(sort_at, 1, 4) AS INTEGER)"
        )
        return f"SELECT id, category, {year} AS year FROM fhir_resource WHERE {where}", params

    def labelled_ids(self) -> list[str]:
        """The ids of the resources with a visibility label that this scope sees, whatever their type."""
        condition, params = self._scope.condition.sql(connection.vendor)
        statement = f"SELECT id FROM fhir_resource WHERE space_id = %s AND labels <> 0 AND {condition}"
        with connection.cursor() as cursor:
            cursor.execute(statement, [key(self._scope.space_id), *params])
            return [id for (id,) in cursor.fetchall()]

    def _visible(self, type: str) -> tuple[str, list[Any]]:
        condition, params = self._scope.condition.sql(connection.vendor)
        return f"space_id = %s AND type = %s AND NOT deleted AND {condition}", [
            key(self._scope.space_id),
            type,
            *params,
        ]

    def _where(self, type: str, query: SearchQuery, within: Within | None) -> tuple[str, list[Any]]:
        where, params = self._visible(type)
        where += " AND current"
        for term in query.filters:
            clause, values = sql.compile_filter(term, type, self._scope.space_id)
            where, params = f"{where} AND {clause}", params + values
        if query.ids:
            where += f" AND id IN ({', '.join(['%s'] * len(query.ids))})"
            params = [*params, *query.ids]
        if within is not None:
            where += f" AND id IN ({within.subquery})"
            params = [*params, *within.params]
        return where, params

    def _rows(self, statement: str, params: Sequence[Any]) -> list[StoredResource]:
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            return [stored(row) for row in cursor.fetchall()]


def cursor_of(row: StoredResource) -> str:
    """The opaque place after a row: stable under concurrent writes, since it names values and not positions."""
    text = f"{row.sort_at.isoformat()} {row.id}"
    return base64.urlsafe_b64encode(text.encode("ascii")).decode("ascii").rstrip("=")


def _cursor(text: str) -> tuple[dt.datetime, str]:
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        at, _, last = plain.partition(" ")
        return instant(at), last
    except (ValueError, binascii.Error, UnicodeError) as error:
        raise Invalid("This page link is not one of ours.", code="cursor") from error
