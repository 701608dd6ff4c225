"""The life of resources, seen through one scope: current or deleted, former versions, histories, a whole space.

The condition looks at the current row: a resource that is hidden now hides its past too.
"""

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hygie.fhir.store.asked import HistoryQuery, WholeQuery
from hygie.fhir.store.repository import Repository
from hygie.fhir.store.row_tests import Sql
from hygie.fhir.store.rows import COLUMNS, StoredResource, instant, key, stored, written
from hygie.fhir.store.scope import Scope
from hygie.lib.errors import Invalid
from hygie.lib.statements import fetch, vendor

_FORMER = (
    "v.id, v.version, v.updated_at, v.deleted, v.body, v.labels, v.type_code, v.origin, v.authors, '', v.updated_at, ''"
)
_PLACE = "space_id = %s AND type = %s"


@dataclass(frozen=True, slots=True)
class Versions:
    """Newest first. `total` is that of the whole history."""

    rows: list[StoredResource]
    total: int
    next: str


@dataclass(frozen=True, slots=True)
class Given:
    """What is needed of a version to serve it."""

    id: str
    version: int
    updated_at: dt.datetime
    deleted: bool
    body: bytes


class Life(Repository):
    """Reads that need more than the current version; the same scope narrows them."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self._scope = scope

    def find(self, type: str, id: str, *, hold: bool = False) -> StoredResource | None:
        """The current row, deleted or not; `hold` keeps it from others until the end of the transaction."""
        if "\0" in id:
            return None
        condition, params = self._scope.condition.sql(vendor())
        lock = " FOR UPDATE" if hold and vendor() == "postgresql" else ""
        rows = self._rows(
            f"SELECT {COLUMNS} FROM fhir_resource WHERE {_PLACE} AND id = %s AND {condition}{lock}",
            [key(self._scope.space_id), type, id, *params],
        )
        return rows[0] if rows else None

    def give(self, type: str, id: str, beside: Sql) -> Given | None:
        """The current row, deleted or not, and what stands beside the read in the same statement (PostgreSQL).

        `beside` may name the row: `found`.
        """
        if "\0" in id:
            return None
        condition, params = self._scope.condition.sql(vendor())
        statement = (
            "WITH found AS MATERIALIZED (SELECT version, CAST(updated_at AS text), deleted, body FROM fhir_resource "
            f"WHERE {_PLACE} AND id = %s AND {condition}), {beside[0]} SELECT * FROM found"
        )
        found = fetch(statement, [self._scope.space_id, type, id, *params, *beside[1]])
        return next((Given(id, row[0], instant(row[1]), row[2], row[3]) for row in found), None)

    def version(self, type: str, id: str, number: int) -> StoredResource | None:
        """A former version of a resource that may be seen now."""
        return next(iter(self._rows(*self._versions(type, id, " AND {t}version = %s", [number]))), None)

    def history(self, type: str, id: str, query: HistoryQuery) -> Versions:
        """The versions of one resource, or of all of a type (`id` "")."""
        since = [written(query.since)] if query.since else []
        sql, params = self._versions(type, id, " AND {t}updated_at >= %s" if since else "", since)
        following, place = ("", [])
        if query.after:
            following, place = " WHERE (updated_at, id, version) < (%s, %s, %s)", _cursor(query.after)
        statement = (
            f"SELECT {COLUMNS}, (SELECT COUNT(*) FROM ({sql}) c) FROM ({sql}) h{following} "
            "ORDER BY updated_at DESC, id DESC, version DESC LIMIT %s"
        )
        found = fetch(statement, [*params, *params, *place, query.count + 1])
        rows = [stored(row) for row in found[: query.count]]
        more = len(found) > query.count
        return Versions(rows, found[0][-1] if found else 0, _place_after(rows[-1]) if more else "")

    def _versions(self, type: str, id: str, where: str, extra: Sequence[Any]) -> tuple[str, list[Any]]:
        """Current and former versions as one relation with COLUMNS; `{t}` in `where` stands before a column."""
        condition, params = self._scope.condition.sql(vendor())
        place = [key(self._scope.space_id), type]
        if id:
            where, extra = " AND {t}id = %s" + where, [id, *extra]
        sql = (
            f"SELECT {COLUMNS} FROM fhir_resource WHERE {_PLACE} AND {condition}{where.format(t='')} "
            f"UNION ALL SELECT {_FORMER} FROM fhir_version v WHERE v.space_id = %s AND v.type = %s{where.format(t='v.')} "
            f"AND EXISTS (SELECT 1 FROM fhir_resource WHERE {_PLACE} AND id = v.id AND {condition})"
        )
        return sql, [*place, *params, *extra, *place, *extra, *place, *params]

    def everything(self, query: WholeQuery, *, beside: Sql | None = None) -> tuple[list[tuple[str, bytes]], str]:
        """A page of (type, body) of the whole space, by type and id, in one statement; and the cursor of the next."""
        condition, params = self._scope.condition.sql(vendor())
        where, values = (
            f"space_id = %s AND NOT deleted AND current AND {condition}",
            [key(self._scope.space_id), *params],
        )
        if query.types:
            where += f" AND type IN ({', '.join(['%s'] * len(query.types))})"
            values += query.types
        for column, sign, value in (
            ("updated_at", ">=", query.since),
            ("sort_at", ">=", query.start),
            ("sort_at", "<", query.end),
        ):
            if value is not None:
                where += f" AND {column} {sign} %s"
                values.append(written(value))
        if query.after:
            where += " AND (type, id) > (%s, %s)"
            values += _whole_cursor(query.after)
        statement = f"SELECT type, body, id FROM fhir_resource WHERE {where} ORDER BY type, id LIMIT %s"
        if beside is not None:
            statement, values = f"WITH {beside[0]} {statement}", [*beside[1], *values]
        found = fetch(statement, [*values, query.count + 1])
        rows = [(type, bytes(body)) for type, body, _ in found[: query.count]]
        more = len(found) > query.count
        return rows, _encoded("{0} {2}".format(*found[query.count - 1])) if more else ""


def _place_after(row: StoredResource) -> str:
    return _encoded(f"{row.updated_at.isoformat()} {row.id} {row.version}")


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode("ascii")).decode("ascii").rstrip("=")


def _decoded(text: str, parts: int) -> list[str]:
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").split(" ")
    except (ValueError, binascii.Error, UnicodeError) as error:
        raise Invalid("This page link is not one of ours.", code="cursor") from error
    if len(found) != parts or "\0" in text:
        raise Invalid("This page link is not one of ours.", code="cursor")
    return found


def _cursor(text: str) -> list[Any]:
    at, last, version = _decoded(text, 3)
    try:
        return [written(instant(at)), last, int(version)]
    except ValueError as error:
        raise Invalid("This page link is not one of ours.", code="cursor") from error


def _whole_cursor(text: str) -> list[Any]:
    return list(_decoded(text, 2))
