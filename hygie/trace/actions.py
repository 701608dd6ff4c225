"""Writing the journal: only additions, always inside the transaction of the act that they tell."""

from django.db import connection

from hygie.lib.errors import Unavailable
from hygie.trace import chain
from hygie.trace.types import Act

# One round trip: number, link and insert together. sha256() and int8send() are PostgreSQL's own (11 and later).
_APPEND_POSTGRESQL = f"""
WITH head AS (
  INSERT INTO trace_head (space_id, seq, hash)
  VALUES (%(space)s, 1, sha256(decode('{chain.DOMAIN_SQL_HEX}', 'hex') || %(genesis)s || int8send(1) || %(payload)s))
  ON CONFLICT (space_id) DO UPDATE SET
    seq = trace_head.seq + 1,
    hash = sha256(decode('{chain.DOMAIN_SQL_HEX}', 'hex') || trace_head.hash || int8send(trace_head.seq + 1) || %(payload)s)
  RETURNING seq, hash
)
INSERT INTO trace_entry (space_id, seq, at, event, outcome, actor_kind, actor, object, payload, hash)
SELECT %(space)s, seq, %(at)s, %(event)s, %(outcome)s, %(kind)s, %(actor)s, %(object)s, %(payload)s, hash FROM head
"""  # noqa: S608 - the only interpolation is the format's constant


def append(act: Act) -> None:
    """Adds one entry to the space's chain.

    Must run in the transaction of the act: no entry, no act. Concurrent acts on one space wait for each other on the
    head's row; other spaces are not concerned.
    """
    if not connection.in_atomic_block:
        raise Unavailable("a trace entry is written in the transaction of its act", code="trace-outside-transaction")
    if connection.vendor == "postgresql":
        _append_postgresql(act)
    else:
        _append_sqlite(act)


def _append_postgresql(act: Act) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _APPEND_POSTGRESQL,
            {
                "space": act.space_id,
                "genesis": chain.genesis(act.space_id),
                "payload": chain.payload(act),
                "at": act.at,
                "event": act.event.value,
                "outcome": act.outcome.value,
                "kind": act.actor_kind,
                "actor": act.actor_id,
                "object": act.object,
            },
        )


def _append_sqlite(act: Act) -> None:
    """SQLite has one writer at a time (IMMEDIATE), so reading then writing the head is safe."""
    space = act.space_id.hex
    body = chain.payload(act)
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, hash FROM trace_head WHERE space_id = %s", [space])
        row = cursor.fetchone()
        seq, previous = (row[0] + 1, bytes(row[1])) if row else (1, chain.genesis(act.space_id))
        digest = chain.link(previous, seq, body)
        cursor.execute(
            "INSERT INTO trace_head (space_id, seq, hash) VALUES (%s, %s, %s) "
            "ON CONFLICT (space_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
            [space, seq, digest],
        )
        at = connection.ops.adapt_datetimefield_value(act.at)
        columns = [space, seq, at, act.event.value, act.outcome.value, act.actor_kind, act.actor_id]
        cursor.execute(
            "INSERT INTO trace_entry (space_id, seq, at, event, outcome, actor_kind, actor, object, payload, hash) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [*columns, act.object, body, digest],
        )
