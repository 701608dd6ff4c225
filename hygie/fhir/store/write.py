"""Writes of the store: one statement for any number of resources. The caller has decided that they are allowed."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from hygie.fhir.store.condition import AccessColumns
from hygie.fhir.store.rows import NewResource, StoredResource, key, written

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
}
_INDEX = {
    "space_id": "uuid",
    "type": "text",
    "id": "text",
    "param": "text",
    "ordinal": "smallint",
    "system": "text",
    "value": "text",
    "low": "float8",
    "high": "float8",
}
_VERSION = "space_id, type, id, version, updated_at, deleted, body, labels, type_code, origin, authors"


def insert(space_id: uuid.UUID, resources: Sequence[NewResource]) -> None:
    """Adds resources and their index rows: two statements, whatever their number."""
    space = key(space_id)
    rows = [
        (
            space, r.type, r.id, r.version, written(r.updated_at), False, r.body, r.access.labels, r.access.type_code,
            r.access.origin, r.access.authors, r.status, r.code[:64], r.category[:64], written(r.sort_at), r.derived_from,
            r.place, r.current,
        )
        for r in resources
    ]  # fmt: skip
    _insert_many("fhir_resource", _RESOURCE, rows)
    index = [
        (space, r.type, r.id, v.param, ordinal, v.system, v.value, v.low, v.high)
        for r in resources
        for ordinal, v in enumerate(r.index)
    ]
    _insert_many("fhir_index", _INDEX, index)


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
    arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
    statement = f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM unnest({arrays})"
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(values) for values in zip(*rows, strict=True)])


def lock_space(space_id: uuid.UUID) -> None:
    """Holds a whole space until the end of the transaction; other spaces are not concerned. SQLite holds everything."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s) /* space_id */",
                [int.from_bytes(space_id.bytes[:8], "big", signed=True)],
            )


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
    """Writes the next version and keeps the former one; gives its number. `body` is called with that number.

    Index rows stay: what changes here (status, labels) is in promoted columns.
    """
    version = current.version + 1
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO fhir_version ({_VERSION}) SELECT {_VERSION} FROM fhir_resource "
            "WHERE space_id = %s AND type = %s AND id = %s",
            [key(space_id), type, current.id],
        )
        cursor.execute(
            "UPDATE fhir_resource SET version = %s, updated_at = %s, body = %s, labels = %s, type_code = %s, origin = %s, "
            "authors = %s, status = %s WHERE space_id = %s AND type = %s AND id = %s AND version = %s",
            [
                version, written(now), body(version), access.labels, access.type_code, access.origin, access.authors, status,
                key(space_id), type, current.id, current.version,
            ],
        )  # fmt: skip
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
