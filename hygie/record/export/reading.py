"""One space of an export: decided, read, told, in one transaction."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hygie.access import journal
from hygie.access.journal import Grant, Need
from hygie.access.types import Permission
from hygie.fhir.core import json, narrowing
from hygie.fhir.core.definitions import load
from hygie.fhir.core.search.query import Clause
from hygie.fhir.http import export
from hygie.fhir.http.export import Asked
from hygie.fhir.store.exporting import Export, Extract, Group
from hygie.fhir.store.scope import Scope
from hygie.identity import queries as identity
from hygie.identity.types import Actor, Person
from hygie.lib import ids
from hygie.record import seeing, vocabulary
from hygie.record.resources import files, guarding
from hygie.record.resources.types import address
from hygie.trace import actions as trace
from hygie.trace.types import Event

_DOCUMENT, _PATIENT = "DocumentReference", "Patient"
_DELETIONS = 500
PatientOf = Callable[[Person], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a job asks of each space, worked out once. `types` (): all."""

    actor: Actor
    asked: Asked
    until: dt.datetime
    types: tuple[str, ...]
    filters: Mapping[str, Clause]
    patient: PatientOf

    def has(self, type: str) -> bool:
        return not self.types or type in self.types


def wanted(actor: Actor, asked: Asked, until: dt.datetime, patient: PatientOf) -> Wanted:
    """The types asked for that the token opened; all when it opened all and none was named."""
    types = asked.types
    if not journal.scope_covers(actor.scopes, Need("*", "r")):
        known = types or tuple(sorted(load().resource_types))
        types = tuple(each for each in known if journal.scope_covers(actor.scopes, Need(each, "r"))) or ("-",)
    filters = export.clauses(asked, reading=vocabulary.reading())
    return Wanted(actor, asked, until, types, filters, patient)


def authorize(actor: Actor, space_id: uuid.UUID, *, now: dt.datetime) -> Grant:
    """The rules' yes, or AccessRefused with the entry that tells it."""
    return journal.authorize(actor, space_id, Permission.ENTRY_READ, Event.RESOURCE_EXPORTED, now=now)


def tell(grant: Grant, job_id: str, *, now: dt.datetime) -> None:
    """In the transaction of the reading; the registers are nobody's."""
    if grant.space_id != ids.REGISTERS:
        trace.append(guarding.told(grant, Event.RESOURCE_EXPORTED, job_id, 0, now))


def read(asked: Wanted, grant: Grant) -> Iterator[tuple[str, str, bytes]]:
    """(kind, type, line): the resources of a space as the actor sees them, and its deletions when `_since` is given."""
    if asked.has(_PATIENT) and _PATIENT not in asked.filters and not grant.facts.test_space:
        if (person := identity.find_person(grant.space_id)) is not None:
            yield "output", _PATIENT, _narrowed(json.write(asked.patient(person)), _PATIENT, asked.asked.elements)
    source = _source(asked, grant)
    extract = Extract(asked.until, asked.asked.since, asked.filters)
    for type, _, body in source.rows(extract):
        told = files.put_back(type, grant.space_id, body)
        yield "output", type, _narrowed(told, type, asked.asked.elements)
    if asked.asked.since is not None:
        yield from _deletions(source, extract, grant.space_id)


def _source(asked: Wanted, grant: Grant) -> Export:
    document = grant.condition(Permission.DOCUMENT_READ)
    person = grant.condition(Permission.SPACE_READ)
    other = grant.condition(Permission.ENTRY_READ)
    if document == person == other:
        groups = [Group(other, asked.types)]
    else:
        rest = tuple(each for each in asked.types if each not in (_DOCUMENT, _PATIENT))
        groups = [Group(document, (_DOCUMENT,))] if asked.has(_DOCUMENT) else []
        groups += [Group(person, (_PATIENT,))] if asked.has(_PATIENT) else []
        if rest or not asked.types:
            groups.append(Group(other, rest, () if rest else (_DOCUMENT, _PATIENT)))
    return Export(Scope(grant.space_id, other, seeing.by_type(grant), seeing.registers(grant)), groups)


def _deletions(source: Export, extract: Extract, space_id: uuid.UUID) -> Iterator[tuple[str, str, bytes]]:
    waiting: list[tuple[str, str]] = []
    for type, local_id in source.deleted(extract):
        waiting.append((type, address(type, space_id, local_id)))
        if len(waiting) == _DELETIONS:
            yield "deleted", "Bundle", export.deletions(waiting)
            waiting = []
    if waiting:
        yield "deleted", "Bundle", export.deletions(waiting)


def _narrowed(body: bytes, type: str, elements: tuple[str, ...]) -> bytes:
    """`Patient.name` says nothing of other types, which then come whole."""
    mine = tuple(each for each in elements if "." not in each or each.startswith(f"{type}."))
    if not mine:
        return body
    return json.write(narrowing.narrow(json.read_object(body), narrowing.Wanted(mine)))
