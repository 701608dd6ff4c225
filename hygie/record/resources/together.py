"""A transaction: many writes, all or nothing, whose references to each other are resolved first."""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction

from hygie.access.facts import load_many
from hygie.access.journal import Grant
from hygie.access.types import Permission
from hygie.fhir.core import bundle, references
from hygie.fhir.core.bundle import Entry
from hygie.fhir.core.parameters import read_query
from hygie.fhir.store import write as store
from hygie.fhir.store.rows import NewResource
from hygie.identity import queries as identity
from hygie.identity.ins import INS
from hygie.identity.types import Actor, ActorKind
from hygie.lib import ids
from hygie.lib.errors import HygieError, Invalid, NotAllowed, PreconditionFailed
from hygie.record.resources import conditional, files, guarding, shaping, whose
from hygie.record.resources.spaces import open_space
from hygie.record.resources.types import Written, address
from hygie.trace import actions as trace
from hygie.trace.types import Act, Event

Other = Callable[[Entry], Any]


@dataclass(frozen=True, slots=True)
class Create:
    """A new resource with its place: what a plain POST of a Bundle becomes."""

    space_id: uuid.UUID
    local_id: str
    resource: dict[str, Any]


@dataclass(slots=True)
class Step:
    """An entry on its way: where its resource will be, or where it is already."""

    entry: Entry
    space_id: uuid.UUID | None = None
    local_id: str = ""
    here: Written | None = None

    @property
    def type(self) -> str:
        return self.entry.type

    @property
    def target(self) -> str:
        if self.here is not None:
            return f"{self.type}/{self.here.id}"
        return f"{self.type}/{address(self.type, self.space_id or ids.REGISTERS, self.local_id)}"


@dataclass(slots=True)
class _Plan:
    actor: Actor
    now: dt.datetime
    steps: dict[int, Step] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)


def together(actor: Actor, entries: Sequence[Entry], other: Other, *, now: dt.datetime) -> list[Any]:
    """What became of each entry, in the order sent: Written for creations, what `other` gives for the rest.

    `other` does updates, deletions and reads, in this transaction. Raises the first fault; nothing is then done.
    """
    bundle.check(list(entries))
    done: dict[int, Any] = {}
    with transaction.atomic():
        plan = _planned(actor, entries, now)
        resolved = [bundle.resolved(entry, plan.targets) for entry in bundle.ordered(list(entries))]
        for entry in resolved:
            if bundle.unresolved(entry):
                message = "This reference leads to nothing in the Bundle."
                raise Invalid(message, code="reference-unresolved", path=f"{entry.path}.resource")
        for entry in (each for each in resolved if each.method == "DELETE"):
            done[entry.number] = other(entry)
        done |= _create_all(plan, [each for each in resolved if each.number in plan.steps])
        for entry in resolved:
            if entry.number not in done:
                done[entry.number] = other(entry)
    return [done[number] for number in range(len(entries))]


def _planned(actor: Actor, entries: Sequence[Entry], now: dt.datetime) -> _Plan:
    """Ids for what is created, and where every reference leads."""
    plan = _Plan(actor, now)
    for entry, link, type, query in bundle.conditional_references(list(entries)):
        if link not in plan.targets:
            plan.targets[link] = _found(plan, entry, type, query)
    waiting = [Step(entry) for entry in entries if entry.creates]
    plan.steps = {step.entry.number: step for step in waiting}
    for step in waiting:
        if step.entry.resource is not None and step.entry.resource["resourceType"] != step.type:
            raise Invalid(
                "The type of the resource is not that of the address.", code="type-mismatch", path=step.entry.path
            )
        if step.type == "Patient":
            _place(plan, step, ids.new_space_id())
    for step in waiting:
        if step.type != "Patient":
            _place(plan, step, _space(plan, step, waiting, frozenset()))
    _hold(plan, entries)
    return plan


def _space(plan: _Plan, step: Step, waiting: list[Step], seen: frozenset[int]) -> uuid.UUID:
    """The space of an entry: its own patient's, or that of the entries to which it points."""
    if step.space_id is not None:
        return step.space_id
    resource = bundle.resolved(step.entry, plan.targets).resource or {}
    if (named := references.patient_of(resource)) is not None:
        return named
    if step.type in references.PERSON or references.spaces(resource):
        with fault_of(step.entry):
            return whose.space_named(resource)
    by_name = {name: other for other in waiting for name in bundle.names(other.entry)}
    for link in references.links(resource):
        other = by_name.get(link)
        if other is not None and other is not step and other.entry.number not in seen:
            found = _space(plan, other, waiting, seen | {step.entry.number})
            if found != ids.REGISTERS:
                return found
    return ids.REGISTERS


@contextmanager
def fault_of(entry: Entry) -> Iterator[None]:
    """A fault inside says in which entry it is."""
    try:
        yield
    except HygieError as error:
        raise _at(entry, error) from None


def _at(entry: Entry, error: HygieError) -> HygieError:
    """The same fault, its path seen from the Bundle."""
    error.path = f"{entry.path}.resource" + (f".{error.path.partition('.')[2]}" if "." in error.path else "")
    for number, issue in enumerate(getattr(error, "issues", ())):
        rest = issue.path.partition(".")[2]
        error.issues[number] = replace(issue, path=f"{entry.path}.resource" + (f".{rest}" if rest else ""))  # type: ignore[attr-defined]
    return error


def _place(plan: _Plan, step: Step, space_id: uuid.UUID) -> None:
    step.space_id = space_id
    step.local_id = str(space_id) if step.type == "Patient" else ids.new_local_id()
    if step.entry.if_none_exist:
        _look(plan, step)
    for name in bundle.names(step.entry):
        plan.targets[name] = step.target


def _look(plan: _Plan, step: Step) -> None:
    """ifNoneExist: what is here already is what the others then refer to."""
    if step.type == "Patient" or step.space_id is None:
        raise Invalid("A Patient is not created on a condition here.", code="criterion", path=step.entry.path)
    store.lock_space(step.space_id)
    found = conditional.match(plan.actor, step.space_id, step.type, step.entry.if_none_exist, now=plan.now)
    if found is not None:
        step.here = conditional.as_it_is(plan.actor, step.space_id, step.type, found, now=plan.now)


def _hold(plan: _Plan, entries: Sequence[Entry]) -> None:
    """Changes of several spaces take them in one order: two transactions never wait for each other."""
    if all(entry.creates or entry.method == "GET" for entry in entries):
        return  # creations meet at the journal's heads only, which are taken in order
    named = {step.space_id for step in plan.steps.values() if step.space_id}
    for entry in entries:
        if len(entry.steps) == 2 and entry.method in ("PUT", "PATCH", "DELETE"):
            named.add(whose.space_of(entry.type, entry.steps[1])[0])
    for space_id in sorted(named):
        store.lock_space(space_id)


def _found(plan: _Plan, entry: Entry, type: str, query: str) -> str:
    """Where a conditional reference leads: exactly one. Raises PreconditionFailed."""
    space = None
    for key, value in read_query(query):
        system, _, number = value.partition("|")
        oid = system.removeprefix("urn:oid:")
        if key != "identifier" or not number:
            continue
        if type == "Patient" and (person := identity.find_space(INS(oid, number))) is not None:
            return f"Patient/{person.space_id}"
        if type == "Practitioner" and (found := identity.find_professional(number)) is not None:
            return f"Practitioner/{found.id}"
        if type == "Organization" and (structure := identity.find_organization(number)) is not None:
            return f"Organization/{structure.id}"
    if type != "Patient":
        space = references.patient_of(entry.resource or {}) if type in references.PERSON else ids.REGISTERS
    known = conditional.match(plan.actor, space, type, query, now=plan.now) if space else None
    if space is None or known is None:
        raise PreconditionFailed(
            "A conditional reference finds one resource.", code="reference-unresolved", path=f"{entry.path}.resource"
        )
    return f"{type}/{address(type, space, known)}"


def _create_all(plan: _Plan, entries: list[Entry]) -> dict[int, Written]:
    """All creations: people first, then everything else in a few statements."""
    done: dict[int, Written] = {}
    creates: list[tuple[Entry, Create]] = []
    for entry in entries:
        step, resource = plan.steps[entry.number], entry.resource or {}
        if step.here is not None:
            done[entry.number] = step.here
        elif step.type == "Patient":
            with fault_of(entry):
                done[entry.number] = open_space(plan.actor, resource, now=plan.now, space_id=step.space_id)
        else:
            creates.append((entry, Create(step.space_id or ids.REGISTERS, step.local_id, resource)))
    prepared = Prepared(plan.actor, {one.space_id for _, one in creates}, plan.now)
    for entry, one in creates:
        with fault_of(entry):
            done[entry.number] = prepared.add(one)
    prepared.write()
    return done


class Prepared:
    """Creations that are checked one by one and written together, in `spaces`."""

    def __init__(self, actor: Actor, spaces: Collection[uuid.UUID], now: dt.datetime) -> None:
        self._actor, self._now = actor, now
        self._facts = load_many(spaces, now) if spaces else {}
        self._grants: dict[tuple[uuid.UUID, str], Grant] = {}
        self._rows: list[tuple[uuid.UUID, NewResource]] = []
        self._acts: list[Act] = []

    def add(self, one: Create) -> Written:
        """Raises what a creation raises; the others stay as they are."""
        type = one.resource["resourceType"]
        if type == "DocumentReference" and self._actor.kind is ActorKind.PROFESSIONAL:
            raise NotAllowed("A document comes in by a deposit (PDSm).", code="deposit-required")
        guarding.require_valid(one.resource)
        whose.check(one.resource, one.space_id)
        grant = self._grant(one.space_id, type)
        kept, _ = files.take(one.space_id, one.resource)
        row = shaping.row_of(
            kept,
            space_id=one.space_id,
            local_id=one.local_id,
            version=1,
            access=shaping.access_of(self._actor, kept),
            now=self._now,
        )
        self._rows.append((one.space_id, row))
        self._acts.append(guarding.told(grant, Event.RESOURCE_CREATED, row.id, 1, self._now))
        return Written(type, one.space_id, row.id, 1, self._now, row.body, created=True)

    def _grant(self, space_id: uuid.UUID, type: str) -> Grant:
        """Asked once for a space and a type."""
        found = self._grants.get((space_id, type))
        if found is None:
            found = guarding.may(
                self._actor, space_id, Permission.RESOURCE_CREATE, type, now=self._now, rows=self._facts[space_id]
            )
            self._grants[space_id, type] = found
        return found

    def write(self) -> None:
        """In the caller's transaction, or in its own."""
        if self._rows:
            with transaction.atomic():
                store.insert_all(self._rows)
                trace.append_all(self._acts)
