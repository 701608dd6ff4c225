"""What a deposit writes: the document's row and words, its resources with their index, the event that leaves, the entry of
the journal. One statement where the database can do it: a round trip costs as much as the row that it brings."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from hygie.fhir.store import write as store
from hygie.fhir.store.rows import NewResource
from hygie.lib.outbox import actions as outbox
from hygie.record import rows
from hygie.record.rows import DocumentRow
from hygie.trace import actions as trace
from hygie.trace.types import Act


@dataclass(frozen=True, slots=True)
class Filing:
    """A document that was decided on, ready to be written. `event`: the name under which it leaves."""

    row: DocumentRow
    words: str
    resources: Sequence[NewResource]
    act: Act
    event: str


@dataclass(frozen=True, slots=True)
class _Also:
    parts: str
    last: str
    params: dict[str, Any]


def write(space_id: uuid.UUID, filing: Filing, *, now: dt.datetime) -> None:
    """In the caller's transaction."""
    if connection.vendor != "postgresql":
        store.insert(space_id, filing.resources)
        rows.insert(space_id, filing.row, filing.words)
        trace.append(filing.act)
        outbox.publish(filing.event, space_id, filing.row.id, now=now)
        return
    document, document_params = rows.parts(space_id, filing.row, filing.words)
    leaving, leaving_params = outbox.part(filing.event, space_id, filing.row.id, now=now)
    told = trace.statement(filing.act)
    parts = f"{document}, leaving AS ({leaving}), {told.parts}"
    also = _Also(parts, told.last, document_params | leaving_params | told.params)
    store.insert_with(space_id, filing.resources, also)
