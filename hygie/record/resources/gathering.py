"""A Composition and all that it refers to, as one reader sees them."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from hygie.access import journal
from hygie.access.journal import Grant, Need
from hygie.access.types import NOTHING, Loaded, Permission
from hygie.fhir.core import json
from hygie.fhir.store.repository import Repository
from hygie.fhir.store.rows import StoredResource
from hygie.fhir.store.scope import Scope
from hygie.identity import queries as identity
from hygie.identity.types import Actor, Person
from hygie.lib import ids
from hygie.lib.errors import AccessRefused, Gone, NotFound, TooLarge
from hygie.record.resources import files, guarding
from hygie.record.resources.whose import space_of
from hygie.trace import actions as trace
from hygie.trace.types import Event

_MOST = 1_000
_COMPOSITION = "Composition"
_EVENT = Event.DOCUMENT_ASSEMBLED
Address = tuple[str, str]
Targets = Callable[[dict[str, Any]], Iterator[Address]]
Outside = Callable[[str, str], dict[str, Any] | None]
PatientOf = Callable[[Person], dict[str, Any]]


def document(
    actor: Actor,
    space_id: uuid.UUID,
    local_id: str,
    *,
    targets: Targets,
    outside: Outside,
    patient: PatientOf,
    now: dt.datetime,
    loaded: Loaded = NOTHING,
) -> list[tuple[str, bytes]]:
    """(type, body), the Composition first. `targets` says what a resource refers to, `outside` knows the national register.

    Raises NotFound, Gone, AccessRefused, TooLarge(document-too-large). What may not be seen is left out like what is not here.
    """
    need = Need(_COMPOSITION, "r")
    rows = loaded.of(space_id)
    grant = journal.authorize(
        actor, space_id, Permission.ENTRY_READ, _EVENT, now=now, need=need, object=local_id, rows=rows
    )
    first = guarding.life(grant, _COMPOSITION).find(_COMPOSITION, local_id)
    if first is None or first.deleted:
        error = Gone("It was deleted.", code="deleted") if first else guarding.nothing_here()
        raise journal.refusal(error, actor, space_id, _EVENT, now=now, object=local_id)
    gathering = _Gathering(grant, outside, patient, now)
    found = gathering.run(first.body, targets)
    if space_id != ids.REGISTERS:
        trace.commit(guarding.told(grant, _EVENT, local_id, first.version, now))
    return found


class _Gathering:
    """Level after level: what the Composition refers to, then what those refer to."""

    def __init__(self, grant: Grant, outside: Outside, patient: PatientOf, now: dt.datetime) -> None:
        self._grant, self._outside, self._patient, self._now = grant, outside, patient, now
        self._found: list[tuple[str, bytes]] = []
        self._known: set[Address] = set()
        self._registers: Grant | None = None

    def run(self, composition: bytes, targets: Targets) -> list[tuple[str, bytes]]:
        resource = json.read_object(composition)
        self._found.append((_COMPOSITION, composition))
        self._known.add((_COMPOSITION, resource["id"]))
        level = [resource]
        while level:
            wanted = [each for one in level for each in targets(one)]
            level = self._take(wanted)
        return self._found

    def _take(self, wanted: Sequence[Address]) -> list[dict[str, Any]]:
        """The resources of the next level, read."""
        groups: dict[tuple[uuid.UUID, str], list[str]] = {}
        level: list[dict[str, Any]] = []
        for type, logical_id in wanted:
            if (type, logical_id) in self._known or not self._covers(type):
                continue
            self._known.add((type, logical_id))
            if len(self._known) > _MOST:  # what is hidden or absent counts alike
                raise TooLarge(f"The document refers to more than {_MOST} resources.", code="document-too-large")
            if self._is_person(type, logical_id):
                level.append(self._keep(type, json.write(self._patient(identity.get_person(self._grant.space_id)))))
            elif (known := self._in_register(type, logical_id)) is not None:
                level.append(self._keep(type, json.write(known)))
            else:
                self._sort_in(groups, type, logical_id)
        for (space_id, type), local_ids in groups.items():
            rows = self._read(space_id, type, local_ids)
            level += [self._keep(type, files.put_back(type, space_id, row.body)) for row in rows]
        return level

    def _covers(self, type: str) -> bool:
        return journal.scope_covers(self._grant.actor.scopes, Need(type, "r"))

    def _is_person(self, type: str, logical_id: str) -> bool:
        return type == "Patient" and logical_id == str(self._grant.space_id) and not self._grant.facts.test_space

    def _in_register(self, type: str, logical_id: str) -> dict[str, Any] | None:
        try:
            return self._outside(type, logical_id)
        except NotFound:
            return None

    def _sort_in(self, groups: dict[tuple[uuid.UUID, str], list[str]], type: str, logical_id: str) -> None:
        try:
            space_id, local_id = space_of(type, logical_id)
        except NotFound:
            return
        if space_id in (self._grant.space_id, ids.REGISTERS):
            groups.setdefault((space_id, type), []).append(local_id)

    def _read(self, space_id: uuid.UUID, type: str, local_ids: Sequence[str]) -> list[StoredResource]:
        grant = self._grant if space_id == self._grant.space_id else self._of_registers()
        if grant is None:
            return []
        act, _ = guarding.reading_act(type)
        scope = Scope(space_id, grant.condition(act))
        return [
            row
            for at in range(0, len(local_ids), 500)
            for row in Repository(scope).several(type, local_ids[at : at + 500])
        ]

    def _of_registers(self) -> Grant | None:
        if self._registers is None:
            try:
                self._registers = journal.authorize(
                    self._grant.actor, ids.REGISTERS, Permission.ENTRY_READ, _EVENT, now=self._now
                )
            except AccessRefused:
                return None
        return self._registers

    def _keep(self, type: str, body: bytes) -> dict[str, Any]:
        self._found.append((type, body))
        return json.read_object(body)
