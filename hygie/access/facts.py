"""What the rules look at: the facts of one asker and one space, loaded in one statement."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace

from django.db import connection

from hygie.access import matrix
from hygie.access.types import NOTHING, Loaded, Row
from hygie.fhir.store.condition import is_word
from hygie.identity import queries as identity
from hygie.identity.queries import TOKEN, TOKEN_WIDTH
from hygie.identity.types import Actor, ActorKind, ClientKind, Level, TokenView
from hygie.lib.ids import REGISTERS
from hygie.lib.statements import fetch, vendor
from hygie.terminology import queries as terminology


@dataclass(frozen=True, slots=True)
class Facts:
    """`known` is False when no such space exists for the asker: a closed one exists for its people only, and answers to all
    others as an unknown one does."""

    known: bool = True
    level: Level = Level.LOW
    closed: bool = False
    owner: bool = False
    represents: bool = False
    professional: bool = False
    author_id: str = ""
    blocked: bool = False
    in_team: bool = False
    attending: bool = False
    consented: bool = False
    consent_until: dt.datetime | None = None
    opposed_to_all: bool = False
    opposed_to_professional: bool = False
    opposed_to_organization: bool = False
    opposed_types: frozenset[str] = frozenset()
    readable_types: frozenset[str] = frozenset()
    writable_types: frozenset[str] = frozenset()
    scope_covers: bool = True
    test_space: bool = False
    bench: bool = False
    register: bool = False
    registers: bool = False


# Rows of one space that hold now; the asker's own ones are picked in Python, they are few.
_FACTS = """
SELECT 'space' AS kind, NULL AS professional, NULL AS organization, CASE WHEN is_test THEN '1' ELSE '' END AS extra,
  closed_at AS until
  FROM identity_space WHERE id = %(space)s
UNION ALL SELECT 'team', professional_id, organization_id, CASE WHEN attending THEN '1' ELSE '' END, until
  FROM access_careteammember WHERE space_id = %(space)s AND since <= %(now)s AND (until IS NULL OR until > %(now)s)
UNION ALL SELECT 'consent', professional_id, organization_id, '', until
  FROM access_consultationconsent WHERE space_id = %(space)s AND since <= %(now)s AND until > %(now)s
UNION ALL SELECT 'block', professional_id, organization_id, '', until
  FROM access_block WHERE space_id = %(space)s AND since <= %(now)s AND (until IS NULL OR until > %(now)s)
UNION ALL SELECT 'opposition', professional_id, organization_id, category, until
  FROM access_opposition WHERE space_id = %(space)s AND since <= %(now)s AND (until IS NULL OR until > %(now)s)
UNION ALL SELECT 'representation', representative_space_id, NULL, '', until
  FROM access_representation WHERE space_id = %(space)s AND since <= %(now)s AND (until IS NULL OR until > %(now)s)
"""


def load_rows(space_id: uuid.UUID, now: dt.datetime) -> list[Row]:
    """Everything that decides access to a space at this instant, in one statement; the registers are nobody's."""
    if space_id == REGISTERS:
        return []
    postgresql = vendor() == "postgresql"
    space = space_id if postgresql else space_id.hex
    with connection.cursor() as cursor:
        cursor.execute(
            _typed(_FACTS) if postgresql else _FACTS,
            {"space": space, "now": connection.ops.adapt_datetimefield_value(now)},
        )
        return [Row(kind, _uuid(p), _uuid(o), extra, _instant(until)) for kind, p, o, extra, until in cursor.fetchall()]


def load_many(space_ids: Collection[uuid.UUID], now: dt.datetime) -> dict[uuid.UUID, list[Row]]:
    """The same for several spaces, in one statement where the database takes a list."""
    if vendor() != "postgresql":
        return {space_id: load_rows(space_id, now) for space_id in space_ids}
    found: dict[uuid.UUID, list[Row]] = {space_id: [] for space_id in space_ids}
    with connection.cursor() as cursor:
        cursor.execute(_MANY, {"spaces": [each for each in space_ids if each != REGISTERS], "now": now})
        for space_id, *row in cursor.fetchall():
            found[space_id].append(Row(*row))
    return found


def _typed(sql: str) -> str:
    """PostgreSQL wants the type of the first branch's NULLs."""
    return sql.replace(
        "NULL AS professional, NULL AS organization", "NULL::uuid AS professional, NULL::uuid AS organization"
    )


_WITH_TOKEN = f"""
SELECT t.*, f.kind, f.professional, f.organization, f.extra, CAST(f.until AS text)
FROM ({TOKEN}) t LEFT JOIN ({_typed(_FACTS)}) f ON TRUE
"""  # noqa: S608 - constants


def find_token(token: str, space_id: uuid.UUID | None, now: dt.datetime) -> tuple[TokenView | None, Loaded]:
    """The live access token of this text, and the rows of the space that the request seems to be about, in one statement
    where the database does not mind. Who decides loads the rows when they are another space's."""
    if vendor() != "postgresql" or space_id is None or space_id == REGISTERS:
        return identity.find_token(token, now), NOTHING
    found = fetch(_WITH_TOKEN, {**identity.token_params(token, now), "space": space_id, "now": now})
    if not found:
        return None, NOTHING
    rows = [Row(kind, who, where, extra, _instant(until)) for *_, kind, who, where, extra, until in found if kind]
    return identity.token_view(found[0][:TOKEN_WIDTH]), Loaded(space_id, rows)


_MANY = (
    _typed(_FACTS)
    .replace("SELECT 'space' AS kind", "SELECT id AS space_id, 'space' AS kind")
    .replace("UNION ALL SELECT ", "UNION ALL SELECT space_id, ")
    .replace("= %(space)s", "= ANY(%(spaces)s)")
)


def _uuid(value: uuid.UUID | str | None) -> uuid.UUID | None:
    return uuid.UUID(value) if isinstance(value, str) else value


def _instant(value: dt.datetime | str | None) -> dt.datetime | None:
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    return value.replace(tzinfo=dt.UTC) if value is not None and value.tzinfo is None else value


def facts_for(actor: Actor, space_id: uuid.UUID, rows: list[Row]) -> Facts:
    """The facts of one asker, out of the rows of the space."""
    spaces = [row for row in rows if row.kind == "space"]
    closed = any(row.until is not None for row in spaces)
    if closed and actor.kind is not ActorKind.CITIZEN:
        spaces = rows = []  # what remains of it is between the person and the law: to others it does not exist
    base = Facts(
        known=bool(spaces) or space_id == REGISTERS,
        level=actor.level,
        registers=space_id == REGISTERS,
        closed=closed,
        test_space=any(row.extra for row in spaces),
    )
    if actor.kind is ActorKind.SOFTWARE:
        return replace(
            base, bench=actor.client_kind == ClientKind.BENCH, register=actor.client_kind == ClientKind.REGISTER
        )
    if actor.kind is ActorKind.CITIZEN:
        represented = any(r.kind == "representation" and r.professional == actor.space_id for r in rows)
        return replace(base, owner=base.known and actor.space_id == space_id, represents=represented)
    mine = [row for row in rows if _names(row, actor)]
    team = [row for row in mine if row.kind == "team"]
    consents = [row for row in mine if row.kind == "consent"]
    oppositions = [row for row in rows if row.kind == "opposition"]
    return replace(
        base,
        professional=True,
        author_id=actor.idnps if is_word(actor.idnps) else "",
        blocked=any(row.kind == "block" for row in mine),
        in_team=bool(team),
        attending=any(row.extra and row.professional == actor.professional_id for row in team),
        consented=bool(consents),
        consent_until=max((row.until for row in consents if row.until), default=None),
        opposed_to_all=any(not (r.professional or r.organization or r.extra) for r in oppositions),
        opposed_to_professional=any(r.professional and r.professional == actor.professional_id for r in oppositions),
        opposed_to_organization=any(r.organization and r.organization == actor.organization_id for r in oppositions),
        opposed_types=frozenset().union(*(terminology.types_of_class(r.extra) for r in oppositions if r.extra)),
        readable_types=matrix.readable_types(actor.profession),
        writable_types=matrix.writable_types(actor.profession),
    )


def _names(row: Row, actor: Actor) -> bool:
    """A consent names a professional in a structure; the other rows name one or the other."""
    if row.kind == "consent":
        return row.professional == actor.professional_id and row.organization == actor.organization_id
    if row.professional is not None:
        return row.professional == actor.professional_id
    return row.organization is not None and row.organization == actor.organization_id
