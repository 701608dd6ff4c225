"""Reading the journal, and checking that it is whole."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from hygie.lib.clock import rfc3339
from hygie.trace import chain
from hygie.trace.models import Entry, Head
from hygie.trace.types import Fault, Recorded

_CHUNK = 2000


def list_entries(
    space_id: uuid.UUID,
    *,
    before: int | None = None,
    limit: int = 50,
    objects: Sequence[str] = (),
    exclude_objects: Sequence[str] = (),
    exclude_actor: str = "",
    actors: Sequence[str] = (),
    actor_kinds: Sequence[str] = (),
    events: Sequence[str] = (),
    outcome: str = "",
    since: Any = None,
    until: Any = None,
) -> list[Recorded]:
    """The newest entries first; `before` is the number under which to go on."""
    wanted: dict[str, Any] = {
        "seq__lt": before,
        "object__in": list(objects) or None,
        "actor__in": list(actors) or None,
        "actor_kind__in": list(actor_kinds) or None,
        "event__in": list(events) or None,
        "outcome": outcome or None,
        "at__gte": since,
        "at__lt": until,
    }
    entries = Entry.objects.filter(
        space_id=space_id, **{name: value for name, value in wanted.items() if value is not None}
    )
    if exclude_objects:
        entries = entries.exclude(object__in=list(exclude_objects))
    if exclude_actor:
        entries = entries.exclude(actor=exclude_actor)
    rows = entries.order_by("-seq").values_list("seq", "at", "payload", "hash")[:limit]
    return [_recorded(*row) for row in rows]


def _recorded(seq: int, at: Any, payload: bytes | memoryview, digest: bytes | memoryview) -> Recorded:
    body = json.loads(bytes(payload))
    actor = body["actor"]
    return Recorded(
        seq=seq,
        at=at,
        event=body["event"],
        outcome=body["outcome"],
        actor_kind=actor["kind"],
        actor_id=actor.get("id", ""),
        channel=body["channel"],
        ground=body.get("ground", ""),
        mode=body.get("mode", ""),
        object=body.get("object", {}).get("id", ""),
        profession=actor.get("profession", ""),
        organization_id=actor.get("organization", ""),
        client_id=actor.get("client", ""),
        delegate_id=actor.get("delegate", ""),
        level=actor.get("level", ""),
        hash=bytes(digest),
    )


def verify(space_id: uuid.UUID) -> Fault | None:
    """The first bad entry of a space's chain, or None when it is whole."""
    return _verify_chain(space_id, Head.objects.filter(space_id=space_id).values_list("seq", "hash").first())


def verify_all() -> Iterator[tuple[uuid.UUID, int, Fault | None]]:
    """(space, number of entries, first fault) for every space that has entries or a head."""
    rows = Head.objects.values_list("space_id", "seq", "hash")
    heads = {space_id: (seq, digest) for space_id, seq, digest in rows.iterator()}
    spaces = set(heads) | set(Entry.objects.values_list("space_id", flat=True).distinct().iterator())
    for space_id in sorted(spaces):
        head = heads.get(space_id)
        yield space_id, head[0] if head else 0, _verify_chain(space_id, head)


_ROWS = """
SELECT seq, payload, hash, at, event, outcome, actor_kind, actor, object FROM trace_entry WHERE space_id = %s ORDER BY seq
"""


def _verify_chain(space_id: uuid.UUID, head: tuple[int, bytes | memoryview] | None) -> Fault | None:
    previous, expected = chain.genesis(space_id), 1
    for seq, payload, digest, *columns in _raw_rows(space_id):
        if seq != expected:
            if not isinstance(seq, int) or seq > expected:
                return Fault(space_id, expected, "removed", f"entry {expected} is missing")
            return Fault(space_id, seq, "inserted", f"entry {seq} is one too many")
        if not isinstance(payload, bytes | memoryview) or not isinstance(digest, bytes | memoryview):
            return Fault(space_id, seq, "altered", f"entry {seq} does not hold bytes")
        previous = chain.link(previous, seq, bytes(payload))
        if previous != bytes(digest):
            return Fault(space_id, seq, "altered", f"entry {seq} does not have the hash that was written")
        if not _columns_agree(bytes(payload), columns):
            return Fault(space_id, seq, "altered", f"the filter columns of entry {seq} differ from its payload")
        expected += 1
    return _verify_head(space_id, head, expected - 1, previous)


def _verify_head(
    space_id: uuid.UUID, head: tuple[int, bytes | memoryview] | None, last: int, digest: bytes
) -> Fault | None:
    if head is None:
        return Fault(space_id, last, "head", "the chain has entries and no head") if last else None
    if head[0] != last:
        return Fault(space_id, last + 1, "removed", f"the head says {head[0]} entries, {last} are here")
    if not isinstance(head[1], bytes | memoryview) or bytes(head[1]) != digest:
        return Fault(space_id, head[0], "altered", "the head does not have the hash of the last entry")
    return None


def _raw_rows(space_id: uuid.UUID) -> Iterator[tuple[Any, ...]]:
    """As the database holds them: whoever tampered may have left anything there, and nothing may stop the verifier."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [space_id if connection.vendor == "postgresql" else space_id.hex])
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows


def _columns_agree(payload: bytes, columns: list[Any]) -> bool:
    try:
        body = json.loads(payload)
        said = [
            body["at"],
            body["event"],
            body["outcome"],
            body["actor"]["kind"],
            body["actor"].get("id", ""),
            body.get("object", {}).get("id", ""),
        ]
        at, *others = columns
        return said == [rfc3339(_instant(at)), *others]
    except (ValueError, KeyError, AttributeError, TypeError):
        return False


def _instant(value: Any) -> dt.datetime:
    """SQLite keeps an instant as text, in UTC."""
    instant = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
