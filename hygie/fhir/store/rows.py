"""Rows of the store as plain values, and the small differences between the two databases."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from hygie.fhir.core.search import NOT_OWN, IndexValue
from hygie.fhir.store.condition import AccessColumns
from hygie.lib.statements import vendor


@dataclass(frozen=True, slots=True)
class NewResource:
    """A resource on its way in. `body` is the JSON that will be served, id and meta included."""

    type: str
    id: str
    body: bytes
    updated_at: dt.datetime
    sort_at: dt.datetime
    access: AccessColumns
    status: str = ""
    code: str = ""
    category: str = ""
    derived_from: str = ""
    place: int = 0
    current: bool = True
    version: int = 1
    index: list[IndexValue] = field(default_factory=list)

    @property
    def own(self) -> bool:
        """Whether its patient or subject is the Patient of its space; the extraction says so at the head of the index."""
        return not (self.index and self.index[0].field == NOT_OWN)


@dataclass(frozen=True, slots=True)
class StoredResource:
    """The current version of a resource."""

    id: str
    version: int
    updated_at: dt.datetime
    deleted: bool
    body: bytes
    access: AccessColumns
    status: str
    sort_at: dt.datetime
    derived_from: str = ""


COLUMNS = "id, version, updated_at, deleted, body, labels, type_code, origin, authors, status, sort_at, derived_from"


def told(columns: str, r: str) -> str:
    """Columns of the alias `r`, dates as text: Python reads ISO 8601 thirty times faster than the driver makes a date of it."""
    return ", ".join(
        f"CAST({r}.{name} AS text) AS {name}" if name.endswith("_at") else f"{r}.{name}" for name in columns.split(", ")
    )


def stored(row: tuple[Any, ...]) -> StoredResource:
    """A row selected with COLUMNS."""
    return StoredResource(
        id=row[0],
        version=row[1],
        updated_at=instant(row[2]),
        deleted=bool(row[3]),
        body=bytes(row[4]),
        access=AccessColumns(row[5], row[6], row[7], row[8]),
        status=row[9],
        sort_at=instant(row[10]),
        derived_from=row[11],
    )


def key(space_id: uuid.UUID) -> Any:
    """A UUID as the database keeps it: SQLite as 32 hexadecimal characters."""
    return space_id if vendor() == "postgresql" else space_id.hex


def written(value: dt.datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def instant(value: dt.datetime | str) -> dt.datetime:
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
