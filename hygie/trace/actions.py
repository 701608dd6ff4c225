"""Writing the journal: only additions, always inside the transaction of the act that they tell."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from hygie.lib.arrays import array
from hygie.lib.errors import Unavailable
from hygie.lib.statements import vendor
from hygie.trace import chain
from hygie.trace.types import Act


@dataclass(frozen=True, slots=True)
class Statement:
    """`WITH <parts> <last>`: the entry as parts of a statement that does the act too (PostgreSQL)."""

    parts: str
    last: str
    params: dict[str, Any]


# One round trip: number, link and insert together. `trace_act` gives the space and the payload: no row there, no entry.
# sha256(), int8send() and uuid_send() are PostgreSQL's own (11 and later).
_NEXT = f"""
trace_next AS (
  INSERT INTO trace_head (space_id, seq, hash)
  SELECT space, 1, sha256(
    decode('{chain.DOMAIN_SQL_HEX}', 'hex') || sha256(decode('{chain.DOMAIN_SQL_HEX}', 'hex') || uuid_send(space))
    || int8send(1) || payload
  )
  FROM trace_act
  ON CONFLICT (space_id) DO UPDATE SET
    seq = trace_head.seq + 1,
    hash = sha256(
      decode('{chain.DOMAIN_SQL_HEX}', 'hex') || trace_head.hash || int8send(trace_head.seq + 1)
      || (SELECT payload FROM trace_act)
    )
  RETURNING space_id, seq, hash
)
"""  # noqa: S608 - the only interpolation is the format's constant
_TELL = """
INSERT INTO trace_entry (space_id, seq, at, event, outcome, actor_kind, actor, object, payload, hash)
SELECT n.space_id, n.seq, {at}, {event}, {outcome}, {kind}, {actor}, {object}, a.payload, n.hash
FROM trace_next n, trace_act a
"""
_NAMES = ("at", "event", "outcome", "kind", "actor", "object")
_ACT = "trace_act AS MATERIALIZED (SELECT {space}::uuid AS space, {payload}::bytea AS payload)"

# In a statement that writes too, by name.
_PARTS = f"{_ACT.format(space='%(trace_space)s', payload='%(trace_payload)s')}, {_NEXT}"
_LAST = _TELL.format(**{name: f"%(trace_{name})s" for name in _NAMES})
_APPEND_POSTGRESQL = f"WITH {_PARTS} {_LAST}"


def append(act: Act) -> None:
    """Adds one entry to the space's chain.

    Must run in the transaction of the act: no entry, no act. Concurrent acts on one space wait for each other on the
    head's row; other spaces are not concerned.
    """
    if not connection.in_atomic_block:
        raise Unavailable("a trace entry is written in the transaction of its act", code="trace-outside-transaction")
    _append(act)


def commit(act: Act) -> None:
    """Adds the entry of an act that writes nothing else, and commits it: a read is answered after it is told."""
    if vendor() == "postgresql":
        _append(act)
        return
    with transaction.atomic():
        _append(act)


def _append(act: Act) -> None:
    if vendor() == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_APPEND_POSTGRESQL, statement(act).params)
    else:
        _append_sqlite(act)


def statement(act: Act) -> Statement:
    """The entry, to be joined to the statement of the act: both are written, or none. PostgreSQL only."""
    told = {f"trace_{name}": value for name, value in zip(_NAMES, _values(act), strict=True)}
    return Statement(_PARTS, _LAST, {"trace_space": act.space_id, "trace_payload": chain.payload(act), **told})


# Beside a read, in the order of the text.
_TOLD = f"{_NEXT}, trace_told AS ({_TELL.format(**dict.fromkeys(_NAMES, '%s'))})"
_OF_SEARCH = f"{_ACT.format(space='%s', payload='%s')}, {_TOLD}"
_OF_READ = f"""
trace_act AS MATERIALIZED (
  SELECT %s::uuid AS space, %s::bytea || convert_to(version::text, 'UTF8') || %s::bytea AS payload
  FROM found WHERE NOT deleted
), {_TOLD}
"""  # noqa: S608


def beside(act: Act) -> tuple[str, list[Any]] | None:
    """The entry as parts (SQL, parameters) of a read's own statement: both are done, or none.

    None where the database does not write while it reads (SQLite): use `commit` then.
    """
    if vendor() != "postgresql":
        return None
    return _OF_SEARCH, [act.space_id, chain.payload(act), *_values(act)]


def beside_read(act: Act) -> tuple[str, list[Any]] | None:
    """The same for the read of one resource, which the statement calls `found`: the entry tells the version that was found,
    and there is none when nothing was found, or what is deleted."""
    if vendor() != "postgresql":
        return None
    return _OF_READ, [act.space_id, *chain.payload_around_version(act), *_values(act)]


def _values(act: Act) -> list[Any]:
    return [act.at, act.event.value, act.outcome.value, act.actor_kind, act.actor_id, act.object]


def append_all(acts: Sequence[Act]) -> None:
    """Adds many entries, of one space or of several, in few statements; in the transaction of the acts."""
    if not connection.in_atomic_block:
        raise Unavailable("a trace entry is written in the transaction of its act", code="trace-outside-transaction")
    if vendor() != "postgresql" or len(acts) < 2:
        for act in acts:
            _append(act)
        return
    heads = _hold_heads({act.space_id for act in acts})
    rows = []
    for act in acts:
        seq, previous = heads[act.space_id]
        body = chain.payload(act)
        digest = chain.link(previous, seq + 1, body)
        heads[act.space_id] = (seq + 1, digest)
        rows.append(
            (act.space_id, seq + 1, act.at, act.event.value, act.outcome.value, act.actor_kind, act.actor_id, act.object,
             body, digest)
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            _APPEND_MANY,
            [
                *[array(kind, column) for kind, column in zip(_ENTRY_KINDS, zip(*rows, strict=True), strict=True)],
                list(heads),
                [seq for seq, _ in heads.values()],
                [digest for _, digest in heads.values()],
            ],
        )


# Of the columns of trace_entry, in the order of the statement.
_ENTRY_KINDS = ("uuid", "int8", "timestamptz", "text", "text", "text", "text", "text", "bytea", "bytea")
_APPEND_MANY = f"""
WITH told AS (
  INSERT INTO trace_entry (space_id, seq, at, event, outcome, actor_kind, actor, object, payload, hash)
  SELECT {", ".join(f"unnest(%s::{kind}[])" for kind in _ENTRY_KINDS)}
)
UPDATE trace_head SET seq = n.seq, hash = n.hash
FROM unnest(%s::uuid[], %s::int8[], %s::bytea[]) AS n (space_id, seq, hash) WHERE trace_head.space_id = n.space_id
"""  # noqa: S608 - the only interpolation is the types above


def _hold_heads(spaces: set[uuid.UUID]) -> dict[uuid.UUID, tuple[int, bytes]]:
    """The heads of these chains, held until the end of the transaction, always taken in the same order."""
    wanted = sorted(spaces)
    select = "SELECT space_id, seq, hash FROM trace_head WHERE space_id = ANY(%s) ORDER BY space_id FOR UPDATE"
    with connection.cursor() as cursor:
        cursor.execute(select, [wanted])
        found = {row[0]: (row[1], bytes(row[2])) for row in cursor.fetchall()}
        if len(found) < len(wanted):
            cursor.execute(
                "INSERT INTO trace_head (space_id, seq, hash) SELECT space, 0, genesis "
                "FROM unnest(%s::uuid[], %s::bytea[]) AS n (space, genesis) ON CONFLICT (space_id) DO NOTHING",
                [wanted, [chain.genesis(each) for each in wanted]],
            )
            cursor.execute(select, [wanted])
            found = {row[0]: (row[1], bytes(row[2])) for row in cursor.fetchall()}
    return found


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
