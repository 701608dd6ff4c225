"""`_include` and `_revinclude`: what matches refer to, and what refers to them, as far as the same scope sees it.

https://hl7.org/fhir/R4/search.html#revinclude
"""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hygie.fhir.core.search.query import Include
from hygie.fhir.store.row_tests import Sql, any_of, one_of
from hygie.fhir.store.rows import COLUMNS, StoredResource, key, stored
from hygie.fhir.store.scope import Scope
from hygie.fhir.store.sql import Compiler
from hygie.lib.ids import REGISTERS
from hygie.lib.statements import fetch

MAX_INCLUDED = 1_000
_MAX_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Included:
    """A resource beside the matches; `type`, since it may be any, and whether it is of the registers."""

    type: str
    row: StoredResource
    register: bool = False


@dataclass(slots=True)
class _Walk:
    """`seen`: (registers, type, local id) of what is in the answer already; `found` grows round by round."""

    scope: Scope
    seen: set[tuple[bool, str, str]]
    found: list[Included] = field(default_factory=list)

    @property
    def full(self) -> bool:
        return len(self.found) >= MAX_INCLUDED


def collect(
    scope: Scope, kind: str, matches: Sequence[str], includes: Sequence[Include]
) -> tuple[list[Included], bool]:
    """(what comes with the matches, whether it was cut at MAX_INCLUDED). `:iterate` goes on from what was included.

    `matches`: their local ids.
    """
    register = scope.space_id == REGISTERS
    walk = _Walk(scope, {(register, kind, each) for each in matches})
    frontier: dict[str, list[str]] = {kind: list(matches)} if matches else {}
    for turn in range(_MAX_ROUNDS):
        asked = [each for each in includes if each.iterate or turn == 0]
        if not frontier or not asked or walk.full:
            break
        new = _follow(walk, frontier, [each for each in asked if not each.reverse])
        new += _refer(walk, frontier, [each for each in asked if each.reverse])
        frontier = {}
        for each in new:
            if not each.register or register:
                frontier.setdefault(each.type, []).append(each.row.id)
    return walk.found[:MAX_INCLUDED], walk.full


def _follow(walk: _Walk, frontier: dict[str, list[str]], includes: Sequence[Include]) -> list[Included]:
    wanted: dict[str, set[str]] = {}
    elsewhere: dict[str, set[str]] = {}
    for kind, local_ids in frontier.items():
        own = [each for each in includes if each.type == kind]
        if not own:
            continue
        for system, value in _references(walk.scope.space_id, kind, local_ids, own):
            if value.startswith(f"{system}/"):
                elsewhere.setdefault(system, set()).add(value[len(system) + 1 :])
            else:
                wanted.setdefault(system, set()).add(value)
        if any(each.own and each.target in ("", "Patient") for each in own) and _any_own(walk.scope, kind, local_ids):
            wanted.setdefault("Patient", set()).add(str(walk.scope.space_id))
    if walk.scope.space_id == REGISTERS:
        return _fetch(walk, Compiler(walk.scope, REGISTERS), elsewhere)
    found = _fetch(walk, Compiler(walk.scope, walk.scope.space_id), wanted)
    return found + _fetch(walk, Compiler(walk.scope, REGISTERS), elsewhere)


def _references(
    space_id: uuid.UUID, kind: str, local_ids: Sequence[str], includes: Iterable[Include]
) -> list[tuple[str, str]]:
    """(type, value) of the references that the includes ask for."""
    parts: list[Sql] = []
    for each in includes:
        sql, params = one_of("i.field", each.fields)
        parts.append((f"({sql} AND i.system = %s)", [*params, each.target]) if each.target else (sql, params))
    which, numbers = any_of(parts)
    members, names = one_of("i.id", list(local_ids))
    return fetch(
        "SELECT DISTINCT i.system, i.value FROM fhir_index i "
        f"WHERE i.space_id = %s AND i.type = %s AND {members} AND {which} AND i.system <> ''",
        [key(space_id), kind, *names, *numbers],
    )


def _any_own(scope: Scope, kind: str, local_ids: Sequence[str]) -> bool:
    members, names = one_of("id", list(local_ids))
    statement = f"SELECT 1 FROM fhir_resource WHERE space_id = %s AND type = %s AND {members} AND own LIMIT 1"
    return bool(fetch(statement, [key(scope.space_id), kind, *names]))


def _fetch(walk: _Walk, compiler: Compiler, wanted: dict[str, set[str]]) -> list[Included]:
    """Resources by type and id, as far as they may be seen: one statement for all types."""
    register = compiler.place == REGISTERS
    parts: list[Sql] = []
    for kind, ids in sorted(wanted.items()):
        missing = sorted(each for each in ids if (register, kind, each) not in walk.seen)
        if missing:
            where, params = compiler.visible(kind, "t")
            members, names = one_of("t.id", missing)
            parts.append((f"({where} AND {members})", [*params, *names]))
    if not parts:
        return []
    where, params = any_of(parts)
    return _keep(
        walk, fetch(f"SELECT {COLUMNS}, type FROM fhir_resource t WHERE {where} ORDER BY type, id", params), register
    )


def _refer(walk: _Walk, frontier: dict[str, list[str]], includes: Sequence[Include]) -> list[Included]:
    found: list[Included] = []
    compiler = Compiler(walk.scope, walk.scope.space_id)
    for include in includes:
        for kind, local_ids in frontier.items():
            if include.target not in ("", kind):
                continue
            where, params = compiler.visible(include.type, "t")
            referring, values = _referring(compiler, include, kind, local_ids)
            rows = fetch(
                f"SELECT {COLUMNS}, type FROM fhir_resource t WHERE {where} AND {referring} ORDER BY sort_at DESC, id LIMIT %s",
                [*params, *values, MAX_INCLUDED],
            )
            found += _keep(walk, rows, compiler.place == REGISTERS)
    return found


def _referring(compiler: Compiler, include: Include, kind: str, local_ids: Collection[str]) -> Sql:
    values = list(local_ids) if compiler.space else [f"{kind}/{each}" for each in local_ids]
    which, numbers = one_of("i.field", include.fields)
    members, names = one_of("i.value", values)
    sql = f"t.id IN (SELECT i.id FROM fhir_index i WHERE i.space_id = %s AND {which} AND {members} AND i.system = %s)"
    found: list[Sql] = [(sql, [key(compiler.place), *numbers, *names, kind])]
    if include.own and kind == "Patient" and compiler.space in local_ids:
        found.append(("t.own", []))
    return any_of(found)


def _keep(walk: _Walk, rows: list[tuple[Any, ...]], register: bool) -> list[Included]:
    new = []
    for row in rows:
        each = Included(row[-1], stored(row), register)
        place = (register, each.type, each.row.id)
        if place not in walk.seen and not walk.full:
            walk.seen.add(place)
            walk.found.append(each)
            new.append(each)
    return new
