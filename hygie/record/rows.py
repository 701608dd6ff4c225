"""The statements of a deposit and of a read over the record's own tables, written once: they are on the hot path, where
building a query costs as much as running it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, Literal

from django.db import connection

from hygie.fhir.store.rows import instant, key, written

_DOCUMENT = (
    "id, unique_id, sha256, media_type, size, title, author, organization, receipt, deposited_at, professional_id, "
    "organization_id, replaces, replaced_by, flags"
)


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A row of record_document, without its space; the fields are the model's."""

    id: str
    unique_id: str
    sha256: str
    media_type: str
    size: int
    title: str
    author: str
    organization: str
    receipt: str
    deposited_at: dt.datetime
    professional_id: uuid.UUID | None
    organization_id: uuid.UUID | None
    replaces: str = ""
    replaced_by: str = ""
    flags: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """A document with the wrapped key that opens its file."""

    document: DocumentRow
    kek_id: str
    wrapped: bytes


def insert(space_id: uuid.UUID, row: DocumentRow, words: str) -> None:
    """The row and its words."""
    values = list(astuple(row))
    values[9] = written(row.deposited_at)
    values[10:12] = [key(value) if value else None for value in (row.professional_id, row.organization_id)]
    marks = ", ".join(["%s"] * (len(values) + 1))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO record_document (space_id, {_DOCUMENT}) VALUES ({marks})", [key(space_id), *values]
        )
        cursor.execute(
            "INSERT INTO record_documentwords (space_id, id, words) VALUES (%s, %s, %s)", [key(space_id), row.id, words]
        )


def around(space_id: uuid.UUID, unique_ids: Sequence[str], replaces: str) -> list[DocumentRow]:
    """The documents of these unique ids, and those that replace `replaces`, the first deposited first."""
    marks = ", ".join(["%s"] * len(unique_ids))
    statement = (
        f"SELECT {_DOCUMENT} FROM record_document WHERE space_id = %s AND (unique_id IN ({marks}) OR replaces = %s) "
        "ORDER BY deposited_at, id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [key(space_id), *unique_ids, replaces])
        return [_document(row) for row in cursor.fetchall()]


def find(space_id: uuid.UUID, by: Literal["id", "unique_id"], value: str) -> DocumentRow | None:
    statement = f"SELECT {_DOCUMENT} FROM record_document WHERE space_id = %s AND {by} = %s"
    with connection.cursor() as cursor:
        cursor.execute(statement, [key(space_id), value])
        row = cursor.fetchone()
    return _document(row) if row else None


def find_filed(space_id: uuid.UUID, document_id: str) -> Filed | None:
    statement = (
        f"SELECT {', '.join(f'd.{name}' for name in _DOCUMENT.split(', '))}, k.kek_id, k.wrapped FROM record_document d "
        "JOIN record_spacekey k ON k.space_id = d.space_id WHERE d.space_id = %s AND d.id = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [key(space_id), document_id])
        row = cursor.fetchone()
    return Filed(_document(row[:-2]), row[-2], bytes(row[-1])) if row else None


def _document(row: Sequence[Any]) -> DocumentRow:
    values = list(row)
    values[9] = instant(values[9])
    values[10:12] = [uuid.UUID(value) if isinstance(value, str) else value for value in values[10:12]]
    return DocumentRow(*values)
