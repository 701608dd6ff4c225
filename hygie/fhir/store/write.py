"""Writes of the store: one statement for any number of resources. The caller has decided that they are allowed."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from django.db import connection

from hygie.fhir.core import json
from hygie.fhir.core.search import NOT_OWN, index_values
from hygie.fhir.store.condition import AccessColumns
from hygie.fhir.store.rows import NewResource, StoredResource, key, written
from hygie.lib.arrays import array
from hygie.lib.errors import Conflict
from hygie.lib.statements import run

# Columns of the two tables with their PostgreSQL types, in the order of the rows below.
_RESOURCE = {
    "space_id": "uuid",
    "type": "text",
    "id": "text",
    "version": "int",
    "updated_at": "timestamptz",
    "deleted": "bool",
    "body": "bytea",
    "labels": "bigint",
    "type_code": "text",
    "origin": "text",
    "authors": "text",
    "status": "text",
    "code": "text",
    "category": "text",
    "sort_at": "timestamptz",
    "derived_from": "text",
    "place": "int",
    "current": "bool",
    "own": "bool",
}
_INDEX = {
    "space_id": "uuid",
    "type": "text",
    "id": "text",
    "ordinal": "int",
    "field": "int",
    "element": "int",
    "system": "text",
    "value": "text",
    "text": "text",
    "low": "float8",
    "high": "float8",
}
_VERSION = "space_id, type, id, version, updated_at, deleted, body, labels, type_code, origin, authors"


def insert(space_id: uuid.UUID, resources: Sequence[NewResource]) -> None:
    """Adds resources and their index rows: two statements, whatever their number."""
    insert_all([(space_id, each) for each in resources])


def insert_all(resources: Sequence[tuple[uuid.UUID, NewResource]]) -> None:
    """The same for resources of several spaces."""
    _insert_many("fhir_resource", _RESOURCE, [_row(key(space_id), each) for space_id, each in resources])
    _insert_many("fhir_index", _INDEX, [row for space_id, each in resources for row in index_rows(key(space_id), each)])


def _row(space: Any, r: NewResource) -> tuple[Any, ...]:
    return (
        space, r.type, r.id, r.version, written(r.updated_at), False, r.body, r.access.labels, r.access.type_code,
        r.access.origin, r.access.authors, r.status, r.code[:64], r.category[:64], written(r.sort_at), r.derived_from,
        r.place, r.current, r.own,
    )  # fmt: skip


def index_rows(space: Any, r: NewResource) -> list[tuple[Any, ...]]:
    """The rows of fhir_index of a resource, in the order of `_INDEX`.

    A value without a magnitude takes the date by which the resource is sorted: the index then gives the newest first.
    """
    at = r.sort_at.timestamp()
    return [
        (
            space, r.type, r.id, ordinal, v.field, v.element, v.system, v.value, v.text,
            at if v.low is None else v.low, at if v.high is None else v.high,
        )
        for ordinal, v in enumerate(r.index)
        if v.field != NOT_OWN
    ]  # fmt: skip


class Also(Protocol):
    """What goes with a write in the same statement: `WITH …, <parts> <last>`; `params` are named."""

    @property
    def parts(self) -> str: ...
    @property
    def last(self) -> str: ...
    @property
    def params(self) -> dict[str, Any]: ...


_VALUES = ", ".join(f"%({name})s" for name in _RESOURCE)


def _of_one_space(prefix: str, columns: dict[str, str]) -> str:
    """Rows of arrays of one space. Set-returning functions in a select list give their rows one by one; unnest() in FROM
    would gather them all first, and costs an eighth of the write."""
    arrays = [f"unnest(%({prefix}{name})s::{kind}[])" for name, kind in columns.items() if name != "space_id"]
    return f"SELECT %(space_id)s::uuid, {', '.join(arrays)}"


_INDEXED = f"fhir_indexed AS (INSERT INTO fhir_index ({', '.join(_INDEX)}) {_of_one_space('index_', _INDEX)}), "
_WRITE_ONE = f"WITH fhir_new AS (INSERT INTO fhir_resource ({', '.join(_RESOURCE)}) VALUES ({_VALUES})), {_INDEXED}"
_WRITE_MANY = (
    f"WITH fhir_new AS (INSERT INTO fhir_resource ({', '.join(_RESOURCE)}) {_of_one_space('', _RESOURCE)}), {_INDEXED}"
)


def insert_with(space_id: uuid.UUID, resources: Sequence[NewResource], also: Also) -> None:
    """Resources, their index rows and what goes with them, in one statement and one round trip. PostgreSQL only."""
    rows = [_row(space_id, each) for each in resources]
    one = len(rows) == 1
    params = dict(zip(_RESOURCE, rows[0], strict=True)) if one else _named("", _RESOURCE, rows)
    params |= _named("index_", _INDEX, [row for each in resources for row in index_rows(space_id, each)])
    params |= also.params
    params["space_id"] = space_id
    run(f"{_WRITE_ONE if one else _WRITE_MANY}{also.parts}{also.last}", params)


def _named(prefix: str, columns: dict[str, str], rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """Rows of one space as the parameters of `_of_one_space`."""
    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    told = zip(columns.items(), values, strict=True)
    return {f"{prefix}{name}": array(kind, given) for (name, kind), given in told if name != "space_id"}


def supersede(space_id: uuid.UUID, current: StoredResource, new: NewResource) -> None:
    """`new`, one version later, in the place of `current`, which goes to the former versions. Hold it first (`Life.hold`)."""
    _keep_former(space_id, new.type, current)
    columns = [name for name in _RESOURCE if name not in ("space_id", "type", "id")]
    values = dict(zip(_RESOURCE, _row(key(space_id), new), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE fhir_resource SET {', '.join(f'{name} = %s' for name in columns)} "
            "WHERE space_id = %s AND type = %s AND id = %s AND version = %s",
            [*(values[name] for name in columns), key(space_id), new.type, new.id, current.version],
        )
        if cursor.rowcount != 1:
            raise Conflict("Somebody else changed it in the meantime.", code="version")
    _insert_many("fhir_index", _INDEX, index_rows(key(space_id), new))


def bury(space_id: uuid.UUID, type: str, current: StoredResource, *, now: dt.datetime) -> int:
    """A deletion is a version without a body; gives its number. Hold the resource first."""
    _keep_former(space_id, type, current)
    version = current.version + 1
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE fhir_resource SET version = %s, updated_at = %s, deleted = %s, body = %s "
            "WHERE space_id = %s AND type = %s AND id = %s AND version = %s",
            [version, written(now), True, b"", key(space_id), type, current.id, current.version],
        )
        if cursor.rowcount != 1:
            raise Conflict("Somebody else changed it in the meantime.", code="version")
    return version


def _keep_former(space_id: uuid.UUID, type: str, current: StoredResource) -> None:
    place = [key(space_id), type, current.id]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO fhir_version ({_VERSION}) SELECT {_VERSION} FROM fhir_resource "
            "WHERE space_id = %s AND type = %s AND id = %s",
            place,
        )
        cursor.execute("DELETE FROM fhir_index WHERE space_id = %s AND type = %s AND id = %s", place)


def _insert_many(table: str, columns: dict[str, str], rows: Sequence[tuple[Any, ...]]) -> None:
    if rows and connection.vendor == "postgresql":
        _insert_arrays(table, columns, rows)
        return
    # SQLite binds at most 32,766 values in a statement (3.32 and later).
    step = 30_000 // len(columns)
    for at in range(0, len(rows), step):
        part = rows[at : at + step]
        marks = ", ".join(["(" + ", ".join(["%s"] * len(columns)) + ")"] * len(part))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {marks}"
        with connection.cursor() as cursor:
            cursor.execute(statement, [value for row in part for value in row])


def _insert_arrays(table: str, columns: dict[str, str], rows: Sequence[tuple[Any, ...]]) -> None:
    """One array a column: the statement is the same for any number of rows, so it is planned once."""
    arrays = ", ".join(f"unnest(%s::{kind}[])" for kind in columns.values())
    statement = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {arrays}"
    told = zip(columns.values(), zip(*rows, strict=True), strict=True)
    run(statement, [array(kind, values) for kind, values in told])


def lock_space(space_id: uuid.UUID) -> None:
    """Holds a whole space until the end of the transaction; other spaces are not concerned. SQLite holds everything."""
    if connection.vendor == "postgresql":
        run("SELECT pg_advisory_xact_lock(%s) /* space_id */", [int.from_bytes(space_id.bytes[:8], "big", signed=True)])


def lock(space_id: uuid.UUID, type: str, id: str) -> None:
    """Holds a resource until the end of the transaction, so that two changes of it follow each other."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM fhir_resource WHERE space_id = %s AND type = %s AND id = %s FOR UPDATE",
                [key(space_id), type, id],
            )


def replace(
    space_id: uuid.UUID,
    type: str,
    current: StoredResource,
    *,
    body: Callable[[int], bytes],
    access: AccessColumns,
    status: str,
    now: dt.datetime,
) -> int:
    """Writes the next version and keeps the former one; gives its number. `body` is called with that number."""
    version = current.version + 1
    told = body(version)
    _keep_former(space_id, type, current)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE fhir_resource SET version = %s, updated_at = %s, body = %s, labels = %s, type_code = %s, origin = %s, "
            "authors = %s, status = %s WHERE space_id = %s AND type = %s AND id = %s AND version = %s",
            [
                version, written(now), told, access.labels, access.type_code, access.origin, access.authors, status,
                key(space_id), type, current.id, current.version,
            ],
        )  # fmt: skip
    index = index_values(json.read_object(told), str(space_id))
    again = NewResource(type, current.id, told, now, current.sort_at, access, index=index)
    _insert_many("fhir_index", _INDEX, index_rows(key(space_id), again))
    return version


def relabel_derived(space_id: uuid.UUID, document_id: str, labels: int) -> None:
    """Entries follow the visibility of the document from which they were read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE fhir_resource SET labels = %s WHERE space_id = %s AND derived_from = %s",
            [labels, key(space_id), document_id],
        )


def retire_derived(space_id: uuid.UUID, document_id: str) -> None:
    """The entries of a document that is superseded no longer count; they stay with it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE fhir_resource SET current = %s WHERE space_id = %s AND derived_from = %s",
            [False, key(space_id), document_id],
        )
