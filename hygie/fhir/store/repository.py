"""The store, seen through one scope: every read is narrowed by it before it runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hygie.fhir.store.including import Included, collect
from hygie.fhir.store.row_tests import Sql, one_of
from hygie.fhir.store.rows import COLUMNS, StoredResource, key, stored
from hygie.fhir.store.scope import Scope
from hygie.fhir.store.search import SearchQuery
from hygie.fhir.store.searching import Search, Within, once
from hygie.lib.statements import fetch, vendor

__all__ = ["Page", "Repository", "Served", "Within"]


@dataclass(frozen=True, slots=True)
class Page:
    """`total` is -1 when it was not asked for; `cut` says that more would be included than an answer holds."""

    rows: list[StoredResource]
    total: int
    next: str
    included: list[Included] = field(default_factory=list)
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Served:
    """A page as it is served: bodies. `told` says that what stood beside the search is done."""

    bodies: list[bytes]
    total: int
    next: str
    included: list[Included] = field(default_factory=list)
    cut: bool = False
    told: bool = False


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

    def several(self, type: str, local_ids: Sequence[str]) -> list[StoredResource]:
        """Those of these ids that are there and may be seen, by id."""
        where, params = self._visible(type)
        among, ids = one_of("id", list(local_ids))
        return self._rows(f"SELECT {COLUMNS} FROM fhir_resource WHERE {where} AND {among} ORDER BY id", [*params, *ids])

    def derived(self, document_id: str) -> list[StoredResource]:
        """The entries that were read from a document, as this scope sees them."""
        condition, params = self._scope.condition.sql(vendor())
        statement = (
            f"SELECT {COLUMNS} FROM fhir_resource WHERE space_id = %s AND derived_from = %s AND NOT deleted "
            f"AND {condition} ORDER BY place, id"
        )
        return self._rows(statement, [key(self._scope.space_id), document_id, *params])

    def search(self, type: str, query: SearchQuery, *, within: Within | None = None) -> Page:
        """One page, with what it includes. The total counts what this scope sees."""
        rows, total, following = _page(Search(self._scope, type, query, within))
        return Page([stored(row) for row in rows], total, following, *self._included(type, query, rows))

    def serve(self, type: str, query: SearchQuery, *, beside: Sql | None = None) -> Served:
        """The same, bodies only. `beside`: what the statement of the page does too (PostgreSQL)."""
        rows, total, following = _page(Search(self._scope, type, query, columns="id, body", beside=beside))
        included, cut = self._included(type, query, rows)
        told = beside is not None and query.count > 0
        return Served([bytes(row[1]) for row in rows], total, following, included, cut, told)

    def _included(self, type: str, query: SearchQuery, rows: Sequence[tuple[Any, ...]]) -> tuple[list[Included], bool]:
        return collect(self._scope, type, [row[0] for row in rows], query.includes) if query.includes else ([], False)

    def newest_of(self, types: Sequence[str], limit: int) -> list[StoredResource]:
        """The newest current resources of several types together."""
        condition, params = self._scope.condition.sql(vendor())
        marks = ", ".join(["%s"] * len(types))
        statement = (
            f"SELECT {COLUMNS} FROM fhir_resource WHERE space_id = %s AND type IN ({marks}) AND NOT deleted AND current "
            f"AND {condition} ORDER BY sort_at DESC, place, id LIMIT %s"
        )
        return self._rows(statement, [key(self._scope.space_id), *types, *params, limit])

    def kinds(self, type: str, query: SearchQuery) -> tuple[str, list[Any]]:
        """(id, category, year) of what this scope sees, as a subquery for the caller's own tables of the same space."""
        where, params = Search(self._scope, type, query).where()
        year = "EXTRACT(YEAR FROM sort_at)" if vendor() == "postgresql" else "CAST(substr(sort_at, 1, 4) AS INTEGER)"
        return f"SELECT id, category, {year} AS year FROM fhir_resource r WHERE {where}", params

    def labelled_ids(self) -> list[str]:
        """The ids of the resources with a visibility label that this scope sees, whatever their type."""
        condition, params = self._scope.condition.sql(vendor())
        statement = f"SELECT id FROM fhir_resource WHERE space_id = %s AND labels <> 0 AND {condition}"
        return [id for (id,) in fetch(statement, [key(self._scope.space_id), *params])]

    def _visible(self, type: str) -> tuple[str, list[Any]]:
        condition, params = self._scope.condition.sql(vendor())
        return f"space_id = %s AND type = %s AND NOT deleted AND {condition}", [
            key(self._scope.space_id),
            type,
            *params,
        ]

    def _rows(self, statement: str, params: Sequence[Any]) -> list[StoredResource]:
        return [stored(row) for row in fetch(statement, params)]


def _page(asked: Search) -> tuple[list[tuple[Any, ...]], int, str]:
    """(rows, total, cursor of the next page)."""
    query, found = asked.query, asked.page()
    total = -1
    if asked.counts:
        total = found[0][asked.width] if found else 0
    elif query.with_total:
        total = asked.count()
    more = len(found) > query.count > 0
    return once(found[: query.count]), total, asked.place_after(found[query.count - 1]) if more else ""
