"""Reads: a resource, a former version, a history, a whole space, the registers.

Each decides, narrows, and tells before it gives.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from hygie.access import journal
from hygie.access.journal import Grant, Need
from hygie.access.types import NOTHING, Loaded, Permission
from hygie.fhir.core import json
from hygie.fhir.store.asked import HistoryQuery, WholeQuery
from hygie.fhir.store.life import Given
from hygie.fhir.store.rows import StoredResource
from hygie.fhir.store.search import SearchQuery
from hygie.identity import queries as identity
from hygie.identity.types import Actor, Person
from hygie.lib import ids
from hygie.lib.errors import Gone
from hygie.record import queries as record
from hygie.record.resources import files, guarding
from hygie.record.resources.types import Everything, History, Version, address
from hygie.record.types import Found
from hygie.trace import actions as trace
from hygie.trace.types import Event


def read(
    actor: Actor, space_id: uuid.UUID, type: str, local_id: str, *, now: dt.datetime, loaded: Loaded = NOTHING
) -> Version | Person:
    """The current version; the person, for the Patient of a space that has a real one.

    Raises NotFound alike for what is absent and what may not be seen, Gone, AccessRefused.
    """
    grant, event = _authorize(actor, space_id, type, "r", now=now, object=local_id, loaded=loaded)
    if type == "Patient" and not grant.facts.test_space:
        _tell(grant, event, "", 0, now)
        return identity.get_person(space_id)
    return _version(type, space_id, _current(grant, event, type, local_id, now))


def _current(grant: Grant, event: Event, type: str, local_id: str, now: dt.datetime) -> StoredResource | Given:
    """The current version, and its entry of the journal: in one statement where the database can. Raises NotFound, Gone."""
    life = guarding.life(grant, type)
    beside = None
    if grant.space_id != ids.REGISTERS:
        beside = trace.beside_read(guarding.told(grant, event, local_id, 0, now))
    row = life.give(type, local_id, beside) if beside else life.find(type, local_id)
    if row is None:
        raise _absent(grant, event, local_id, now)
    if row.deleted:
        gone = Gone("It was deleted.", code="deleted")
        raise journal.refusal(gone, grant.actor, grant.space_id, event, now=now, object=local_id)
    if beside is None:
        _tell(grant, event, local_id, row.version, now)
    return row


def vread(
    actor: Actor,
    space_id: uuid.UUID,
    type: str,
    local_id: str,
    number: int,
    *,
    now: dt.datetime,
    loaded: Loaded = NOTHING,
) -> Version:
    """One version. Raises NotFound, Gone for the version that says that it is deleted, AccessRefused."""
    grant, _ = _authorize(actor, space_id, type, "r", now=now, object=local_id, loaded=loaded)
    event = Event.HISTORY_READ
    row = guarding.life(grant, type).version(type, local_id, number)
    if row is None:
        raise _absent(grant, event, local_id, now)
    if row.deleted:
        raise journal.refusal(
            Gone("This version is its deletion.", code="deleted"), actor, space_id, event, now=now, object=local_id
        )
    _tell(grant, event, local_id, number, now)
    return _version(type, space_id, row)


def history(
    actor: Actor,
    space_id: uuid.UUID,
    type: str,
    local_id: str,
    query: HistoryQuery,
    *,
    now: dt.datetime,
    loaded: Loaded = NOTHING,
) -> History:
    """The versions of a resource, or of all resources of a type in a space (`local_id` ""), newest first."""
    letter = "r" if local_id else "s"
    grant, _ = _authorize(actor, space_id, type, letter, now=now, object=local_id, loaded=loaded)
    found = guarding.life(grant, type).history(type, local_id, query)
    if local_id and not found.total and query.since is None:
        raise _absent(grant, Event.HISTORY_READ, local_id, now)
    _tell(grant, Event.HISTORY_READ, local_id or type, 0, now)
    return History([_version(type, space_id, row) for row in found.rows], found.total, found.next)


def everything(
    actor: Actor, space_id: uuid.UUID, query: WholeQuery, *, now: dt.datetime, loaded: Loaded = NOTHING
) -> Everything:
    """All that this actor may see of a space. Raises AccessRefused, Invalid(cursor)."""
    event = Event.EVERYTHING_READ
    act = Permission.ENTRY_READ
    grant = journal.authorize(actor, space_id, act, event, now=now, need=Need("*", "r"), rows=loaded.of(space_id))
    beside = trace.beside(guarding.told(grant, event, "", 0, now)) if space_id != ids.REGISTERS else None
    # Documents and entries are narrowed by the same rules: one statement for both.
    resources, following = guarding.life(grant, "*").everything(query, beside=beside)
    person = None
    if not query.after and not grant.facts.test_space and (not query.types or "Patient" in query.types):
        person = identity.get_person(space_id)
    if beside is None:
        _tell(grant, event, "", 0, now)
    return Everything(person, resources, following)


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of a Binary. `resource` is the rest of it, None for the file of a document."""

    data: bytes
    media_type: str
    version: int
    resource: dict[str, Any] | None = None


def read_file(actor: Actor, space_id: uuid.UUID, local_id: str, *, now: dt.datetime, loaded: Loaded = NOTHING) -> File:
    """The file of the document of this id, byte for byte, or a Binary that was written as one. Raises NotFound, Gone."""
    event = Event.DOCUMENT_DOWNLOADED
    act = Permission.DOCUMENT_READ
    grant = journal.authorize(
        actor, space_id, act, event, now=now, need=Need("Binary", "r"), object=local_id, rows=loaded.of(space_id)
    )
    # Nearly all files are documents'.
    if space_id != ids.REGISTERS and (stored := record.find_file(grant, local_id, now=now)) is not None:
        return File(stored.data, stored.media_type, 1)
    row = guarding.life(grant, "Binary").find("Binary", local_id)
    if row is None:
        raise _absent(grant, event, local_id, now)
    if row.deleted:
        raise journal.refusal(Gone("It was deleted.", code="deleted"), actor, space_id, event, now=now, object=local_id)
    resource = json.read_object(row.body)
    content = files.content_of(space_id, resource)
    _tell(grant, event, local_id, row.version, now)
    return File(content or b"", resource.get("contentType", "application/octet-stream"), row.version, resource)


def find(
    actor: Actor, space_id: uuid.UUID, type: str, query: SearchQuery, *, now: dt.datetime, limit: int
) -> list[str]:
    """The local ids of what a criterion matches, for conditional writes; at most `limit`. They tell their own acts."""
    grant, _ = _authorize(actor, space_id, type, "s", now=now)
    page = guarding.life(grant, type).search(type, query)
    return [row.id for row in page.rows[:limit]]


def search_registers(actor: Actor, type: str, query: SearchQuery, *, now: dt.datetime) -> Found:
    """Resources that belong to no person; nothing of a person's is read, so nothing is told."""
    grant, _ = _authorize(actor, ids.REGISTERS, type, "s", now=now)
    page = guarding.life(grant, type).serve(type, query)
    included = [(each.type, each.row.body) for each in page.included]
    return Found(page.bodies, page.total, page.next, included, page.cut)


def _authorize(
    actor: Actor,
    space_id: uuid.UUID,
    type: str,
    letter: str,
    *,
    now: dt.datetime,
    object: str = "",
    loaded: Loaded = NOTHING,
) -> tuple[Grant, Event]:
    act, event = guarding.reading_act(type)
    need, rows = Need(type, letter), loaded.of(space_id)
    grant = journal.authorize(actor, space_id, act, event, now=now, need=need, object=object, rows=rows)
    return grant, event


def _tell(grant: Grant, event: Event, object: str, version: int, now: dt.datetime) -> None:
    """The entry is committed before anything is given; a read of the registers is nobody's business."""
    if grant.space_id != ids.REGISTERS:
        trace.commit(guarding.told(grant, event, object, version, now))


def _absent(grant: Grant, event: Event, local_id: str, now: dt.datetime) -> Any:
    return journal.refusal(guarding.nothing_here(), grant.actor, grant.space_id, event, now=now, object=local_id)


def _version(type: str, space_id: uuid.UUID, row: StoredResource | Given) -> Version:
    body = files.put_back(type, space_id, row.body)
    return Version(address(type, space_id, row.id), row.version, row.updated_at, row.deleted, body)
