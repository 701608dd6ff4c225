"""From a decision to the entry of the journal; a refusal is kept with the error until the door commits it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hygie.access import engine
from hygie.access.facts import Facts, facts_for, load_rows
from hygie.access.types import Decision, Permission, Row
from hygie.fhir.store.condition import AccessColumns, Condition
from hygie.identity.types import Actor, ActorKind
from hygie.lib import ids
from hygie.lib.errors import AccessRefused, HygieError
from hygie.trace.types import Act, Event, Outcome


@dataclass(frozen=True, slots=True)
class Need:
    """The SMART v2 right that software must hold for an act: a resource type and one letter of `cruds`."""

    type: str
    letter: str


READ_DOCUMENT = Need("DocumentReference", "r")
LIST_DOCUMENTS = Need("DocumentReference", "s")
CREATE_DOCUMENT = Need("DocumentReference", "c")


def scope_covers(scopes: frozenset[str] | None, need: Need | None) -> bool:
    """Whether canonical scopes (`user/DocumentReference.rs`) hold this right; people on pages have no scopes (None)."""
    if scopes is None or need is None:
        return True
    for scope in scopes:
        context, _, rest = scope.partition("/")
        kind, _, letters = rest.partition(".")
        if context in ("user", "system") and kind in (need.type, "*") and need.letter in letters:
            return True
    return False


def require_scope(actor: Actor, need: Need) -> None:
    """For what no rule of a space decides. Raises AccessRefused(client.scope)."""
    if not scope_covers(actor.scopes, need):
        raise uncovered()


def uncovered() -> AccessRefused:
    return AccessRefused("The software was not granted this scope.", code="client.scope")


@dataclass(frozen=True, slots=True)
class Grant:
    """An allowed act: what was decided, on which facts, and the rows that others of the same request may use."""

    actor: Actor
    space_id: uuid.UUID
    decision: Decision
    facts: Facts
    rows: Sequence[Row]

    def condition(self, act: Permission) -> Condition:
        return engine.condition(self.facts, act)


def entry(
    actor: Actor,
    space_id: uuid.UUID,
    event: Event,
    *,
    now: dt.datetime,
    ground: str,
    outcome: Outcome = Outcome.ALLOWED,
    object: str = "",
    version: int = 0,
    digest: str = "",
) -> Act:
    """The journal's entry of an act; a citizen who acts for another says so by `onBehalfOf`."""
    represents = actor.kind is ActorKind.CITIZEN and actor.space_id != space_id
    return Act(
        space_id=space_id,
        event=event,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        channel=actor.channel.value,
        at=now,
        outcome=outcome,
        ground=ground,
        object=object,
        object_version=version,
        object_digest=digest,
        profession=actor.profession,
        organization_id=str(actor.organization_id) if actor.organization_id else "",
        on_behalf_of=str(space_id) if represents else "",
        client_id=actor.client_id,
        delegate_id=str(actor.delegate_id) if actor.delegate_id else "",
        level=actor.level.word,
    )


def refusal(
    error: HygieError, actor: Actor, space_id: uuid.UUID, event: Event, *, now: dt.datetime, object: str = ""
) -> HygieError:
    """The same error, with the entry that tells it; `ground` is the error's code.

    The id may be any text of an address: what is not one of our ids stays out of the journal, which nobody can clean.
    """
    named = ids.only_opaque(object)
    error.act = entry(actor, space_id, event, now=now, ground=error.code, outcome=Outcome.REFUSED, object=named)
    return error


def load(
    actor: Actor, space_id: uuid.UUID, *, now: dt.datetime, need: Need | None = None, rows: list[Row] | None = None
) -> tuple[Facts, list[Row]]:
    rows = load_rows(space_id, now) if rows is None else rows
    facts = facts_for(actor, space_id, rows)
    return (facts if scope_covers(actor.scopes, need) else replace(facts, scope_covers=False)), rows


def authorize(
    actor: Actor,
    space_id: uuid.UUID,
    act: Permission,
    event: Event,
    *,
    now: dt.datetime,
    need: Need | None = None,
    item: AccessColumns | None = None,
    object: str = "",
    rows: list[Row] | None = None,
) -> Grant:
    """Decides on an act before anything is read or written. `rows`: what was just loaded for several spaces together.

    Without `item` the answer is about the record as a whole: what may be seen inside is narrowed by `Grant.condition`.
    Raises AccessRefused whose code is the rule's id and whose message is the rule's sentence in English.
    """
    facts, rows = load(actor, space_id, now=now, need=need, rows=rows)
    decision = engine.door(facts, act) if item is None else engine.decide(facts, act, item)
    if not decision:
        raise refused(decision, facts, actor, space_id, event, now=now, object=object)
    return Grant(actor, space_id, decision, facts, rows)


def refused(
    decision: Decision,
    facts: Facts,
    actor: Actor,
    space_id: uuid.UUID,
    event: Event,
    *,
    now: dt.datetime,
    object: str = "",
) -> HygieError:
    """The refusal of a decision; a space that does not exist leaves no trace and gives the same answer, as a closed one does,
    which keeps a trace."""
    error = AccessRefused(decision.reason_en, code=decision.rule)
    return refusal(error, actor, space_id, event, now=now, object=object) if facts.known or facts.closed else error
