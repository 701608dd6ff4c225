"""The record behind the FHIR interactions: what `hygie.fhir.http` asks of a server, done by one actor at one instant."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from hygie.access.actions import journal_refusal
from hygie.access.types import NOTHING, Loaded
from hygie.api import errors
from hygie.api.fhir import loaded_sets, registers
from hygie.api.fhir.patients import patient
from hygie.fhir.core import json
from hygie.fhir.core.bundle import Entry
from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.http.call import Answer, Call, Change
from hygie.fhir.store.asked import HistoryQuery, WholeQuery
from hygie.identity.types import Actor, ActorKind, Person
from hygie.lib import ids
from hygie.lib.errors import HygieError, NotAllowed
from hygie.record import actions as record
from hygie.record import resources
from hygie.record.pdsm import publish
from hygie.record.resources import History, Version, Written, criteria

Search = Callable[[Call, Actor, dt.datetime, Loaded], Answer]


class Record:
    """One actor's way to the record; every method decides and tells. `loaded`: what the token's statement brought."""

    def __init__(self, actor: Actor, now: dt.datetime, search: Search, loaded: Loaded = NOTHING) -> None:
        self._actor, self._now, self._search, self._loaded = actor, now, search, loaded

    def read(self, type: str, id: str) -> Version:
        known = registers.find(self._actor, type, id) or loaded_sets.find(self._actor, type, id)
        if known is not None:
            return Version(id, 0, self._now, False, json.write(known))
        space_id, local_id = resources.space_of(type, id)
        found = resources.read(self._actor, space_id, type, local_id, now=self._now, loaded=self._loaded)
        return _as_version(found, self._now) if isinstance(found, Person) else found

    def vread(self, type: str, id: str, number: int) -> Version:
        space_id, local_id = resources.space_of(type, id)
        return resources.vread(self._actor, space_id, type, local_id, number, now=self._now, loaded=self._loaded)

    def history(self, type: str, id: str, patient: str, query: HistoryQuery) -> History:
        if id:
            space_id, local_id = resources.space_of(type, id)
        else:
            space_id, local_id = self._space(type, patient), ""
        return resources.history(self._actor, space_id, type, local_id, query, now=self._now, loaded=self._loaded)

    def _space(self, type: str, patient: str) -> uuid.UUID:
        """The space of a request about a type: that of the patient named, else the registers for the types that have none."""
        if patient:
            return resources.space_of("Patient", patient)[0]
        if resources.is_somebodys(type):
            raise BadQuery("Name the patient: patient=<id>.", code="patient-required", path="http.patient")
        return ids.REGISTERS

    def search(self, call: Call) -> Answer:
        return self._search(call, self._actor, self._now, self._loaded)

    def create(self, resource: dict[str, Any], *, criterion: str = "") -> Written:
        if resource["resourceType"] == "Patient":
            return resources.open_space(self._actor, resource, now=self._now)
        if resource["resourceType"] == "DocumentReference" and self._actor.kind is ActorKind.PROFESSIONAL:
            return self._deposit(resource)
        space_id = resources.space_named(resource)
        if criterion:
            return resources.create_unless(self._actor, space_id, resource, criterion, now=self._now)
        return resources.create(self._actor, space_id, resource, now=self._now)

    def _deposit(self, resource: dict[str, Any]) -> Written:
        """A professional's document, by the simplified publish of PDSm (ITI-105)."""
        receipt = record.deposit(self._actor, [publish.read(resource)], now=self._now)[0]
        return Written(
            "DocumentReference", receipt.space_id, receipt.document_id, receipt.version, self._now, b"", receipt.created
        )

    def create_each(self, told: Sequence[dict[str, Any]]) -> list[Written | HygieError]:
        """Many that are independent of each other: those that are right are written together."""
        placed = [self._placed(resource) for resource in told]
        spaces = {each.space_id for each in placed if isinstance(each, resources.Create)}
        prepared = resources.Prepared(self._actor, spaces, self._now)
        done: list[Written | HygieError] = []
        for each in placed:
            try:
                done.append(prepared.add(each) if isinstance(each, resources.Create) else each)
            except HygieError as error:
                done.append(error)
        prepared.write()
        return done

    def _placed(self, resource: dict[str, Any]) -> resources.Create | Written | HygieError:
        """Where a new resource goes; a professional's document is deposited at once."""
        try:
            if resource["resourceType"] == "DocumentReference" and self._actor.kind is ActorKind.PROFESSIONAL:
                return self._deposit(resource)
            return resources.Create(resources.space_named(resource), ids.new_local_id(), resource)
        except HygieError as error:
            return error

    def update(self, id: str, resource: dict[str, Any], *, if_match: str = "") -> Written:
        space_id, local_id = resources.space_of(resource["resourceType"], id)
        return resources.update(self._actor, space_id, local_id, resource, now=self._now, if_match=if_match)

    def update_matching(self, resource: dict[str, Any], criterion: str, *, if_match: str = "") -> Written:
        self._refuse_people(resource["resourceType"])
        space_id = resources.space_named(resource)
        return resources.update_matching(self._actor, space_id, resource, criterion, now=self._now, if_match=if_match)

    def patch(self, type: str, id: str, change: Change, *, if_match: str = "") -> Written:
        space_id, local_id = resources.space_of(type, id)
        return resources.patch(self._actor, space_id, type, local_id, change, now=self._now, if_match=if_match)

    def patch_matching(self, type: str, criterion: str, change: Change, *, if_match: str = "") -> Written:
        self._refuse_people(type)
        space_id = self._space(type, criteria.space_in(criterion))
        return resources.patch_matching(
            self._actor, space_id, type, criterion, change, now=self._now, if_match=if_match
        )

    def delete(self, type: str, id: str, *, if_match: str = "") -> int | None:
        space_id, local_id = resources.space_of(type, id)
        return resources.delete(self._actor, space_id, type, local_id, now=self._now, if_match=if_match)

    def delete_matching(self, type: str, criterion: str, *, if_match: str = "") -> int | None:
        self._refuse_people(type)
        space_id = self._space(type, criteria.space_in(criterion))
        return resources.delete_matching(self._actor, space_id, type, criterion, now=self._now, if_match=if_match)

    def _refuse_people(self, type: str) -> None:
        if type == "Patient":
            raise NotAllowed("A person is not changed on a condition.", code="immutable")

    def everything(self, id: str, query: WholeQuery) -> tuple[Sequence[tuple[str, bytes]], str]:
        space_id, _ = resources.space_of("Patient", id)
        found = resources.everything(self._actor, space_id, query, now=self._now, loaded=self._loaded)
        first = [("Patient", json.write(patient(found.person)))] if found.person else []
        return [*first, *found.resources], found.next

    def together(self, entries: Sequence[Entry], other: Callable[[Entry], Answer]) -> list[Any]:
        return resources.together(self._actor, entries, other, now=self._now)

    def fault(self, error: HygieError) -> Answer:
        """A fault of one entry: told in the journal, then to the client."""
        journal_refusal(error)
        status, body = errors.told(error)
        return Answer(status, body)


def _as_version(person: Person, now: dt.datetime) -> Version:
    """The Patient of a real person is made of the identity, which has no versions: 0 says so."""
    return Version(str(person.space_id), 0, now, False, json.write(patient(person)))
