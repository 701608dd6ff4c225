"""The statements of a deposit and of a read over the record's own tables, written once: they are on the hot path, where
building a query costs as much as running it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import connection

from hygie.fhir.store.rows import instant, key, written
from hygie.lib.arrays import array
from hygie.lib.statements import fetch

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


_NAMES = _DOCUMENT.split(", ")
_VALUES = ("size", "deposited_at", "professional_id", "organization_id")
_TEXTS = tuple(name for name in _NAMES if name not in _VALUES)
# The texts come as one array: the driver reads a statement of more than fifty parameters anew each time.
_WITH_DOCUMENT = f"""
document AS (
  INSERT INTO record_document (space_id, {", ".join((*_VALUES, *_TEXTS))})
  SELECT %(document_space)s::uuid, %(document_size)s::bigint, %(document_at)s::timestamptz, %(document_professional)s::uuid,
    %(document_organization)s::uuid, {", ".join(f"t[{place}]" for place in range(1, len(_TEXTS) + 1))}
  FROM (SELECT %(document_texts)s::text[] AS t) d
),
words AS (
  INSERT INTO record_documentwords (space_id, id, words)
  SELECT %(document_space)s::uuid, t[1], %(document_words)s::text FROM (SELECT %(document_texts)s::text[] AS t) d
)
"""


def insert(space_id: uuid.UUID, row: DocumentRow, words: str) -> None:
    """The row and its words."""
    values = [getattr(row, name) for name in _NAMES]
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


def parts(space_id: uuid.UUID, row: DocumentRow, words: str) -> tuple[str, dict[str, Any]]:
    """The same as parts of the deposit's one statement (PostgreSQL)."""
    return _WITH_DOCUMENT, {
        "document_space": space_id,
        "document_size": row.size,
        "document_at": row.deposited_at,
        "document_professional": row.professional_id,
        "document_organization": row.organization_id,
        "document_texts": array("text", [getattr(row, name) for name in _TEXTS]),
        "document_words": words,
    }


def around(
    space_id: uuid.UUID, unique_ids: Sequence[str], replaces: str
) -> tuple[list[DocumentRow], tuple[str, bytes] | None]:
    """The documents of these unique ids, and those that replace `replaces`, the first deposited first; and the wrapped key
    of the space (kek_id, wrapped), None when it has none yet."""
    marks = ", ".join(["%s"] * len(unique_ids))
    statement = (
        f"SELECT k.kek_id, k.wrapped, {', '.join(f'd.{name}' for name in _NAMES)} FROM (SELECT 1) one "
        "LEFT JOIN record_spacekey k ON k.space_id = %s "
        f"LEFT JOIN record_document d ON d.space_id = %s AND (d.unique_id IN ({marks}) "
        # The index of replacements is partial: a plan for any value takes it only when the condition says why.
        "OR d.replaces = %s AND NOT d.replaces = '') ORDER BY d.deposited_at, d.id"
    )
    found = fetch(statement, [key(space_id), key(space_id), *unique_ids, replaces])
    kek_id, wrapped = found[0][:2]
    return [_document(row[2:]) for row in found if row[2] is not None], (kek_id, bytes(wrapped)) if kek_id else None


def find(space_id: uuid.UUID, by: Literal["id", "unique_id"], value: str) -> DocumentRow | None:
    statement = f"SELECT {_DOCUMENT} FROM record_document WHERE space_id = %s AND {by} = %s"
    with connection.cursor() as cursor:
        cursor.execute(statement, [key(space_id), value])
        row = cursor.fetchone()
    return _document(row) if row else None


def find_filed(space_id: uuid.UUID, document_id: str) -> Filed | None:
    statement = (
        f"SELECT {', '.join(f'd.{name}' for name in _NAMES)}, k.kek_id, k.wrapped FROM record_document d "
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
