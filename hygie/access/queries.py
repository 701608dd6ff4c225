"""Who stands how to a space, and what was done in it. The person's own reads of rights and of the journal."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.db import transaction
from django.db.models import Q, QuerySet

from hygie.access import journal
from hygie.access.facts import Facts
from hygie.access.models import Block, CareTeamMember, ConsultationConsent, Opposition, Representation, SpaceRow
from hygie.access.rules import BY_ID
from hygie.access.types import (
    AccessLine,
    BlockView,
    ConsentView,
    MemberView,
    Mode,
    OppositionView,
    Permission,
    RecordAccess,
)
from hygie.identity import queries as identity
from hygie.identity.types import Actor, ActorKind, OrganizationView, Person, ProfessionalView
from hygie.trace import actions as trace_actions
from hygie.trace import queries as trace
from hygie.trace.types import Event, Outcome, Recorded

_Row = TypeVar("_Row", bound=SpaceRow)


def mode_of(facts: Facts) -> Mode:
    if facts.owner:
        return Mode.OWN
    if facts.represents:
        return Mode.REPRESENTS
    if facts.blocked:
        return Mode.BLOCKED
    if facts.in_team:
        return Mode.TEAM
    return Mode.CONSENT if facts.consented else Mode.NONE


def record_access(actor: Actor, space_id: uuid.UUID, *, now: dt.datetime) -> RecordAccess:
    """How this actor stands to this space now; asks nothing of the record, so it leaves no trace."""
    facts, _ = journal.load(actor, space_id, now=now)
    if facts.closed or not facts.known:
        return RecordAccess(Mode.NONE)
    return RecordAccess(
        mode_of(facts), facts.attending, facts.consent_until if mode_of(facts) is Mode.CONSENT else None
    )


def reason(rule_id: str, language: str = "fr") -> str:
    """The plain sentence of a rule that an entry of the journal names; "" for grounds that are not rules."""
    rule = BY_ID.get(rule_id)
    if rule is None:
        return ""
    return rule.reason_fr if language == "fr" else rule.reason_en


def list_represented(actor: Actor, *, now: dt.datetime) -> list[Person]:
    """The persons whose space this citizen may run now, youngest first."""
    if actor.kind is not ActorKind.CITIZEN or actor.space_id is None:
        return []
    rows = _now(Representation.objects.filter(representative_space_id=actor.space_id), now)
    ids = list(rows.values_list("space_id", flat=True))
    return [person for person in identity.list_persons(ids) if person.closed_at is None] if ids else []


def _now(rows: QuerySet[_Row], now: dt.datetime) -> QuerySet[_Row]:
    return rows.filter(since__lte=now).filter(Q(until__isnull=True) | Q(until__gt=now))


def _people(
    rows: Iterable[CareTeamMember | Block | Opposition | ConsultationConsent],
) -> tuple[dict[uuid.UUID, ProfessionalView], dict[uuid.UUID, OrganizationView]]:
    rows = list(rows)
    professionals = {row.professional_id for row in rows if row.professional_id}
    organizations = {row.organization_id for row in rows if row.organization_id}
    return identity.list_professionals(professionals), identity.list_organizations(organizations)


def _check(actor: Actor, space_id: uuid.UUID, now: dt.datetime) -> None:
    """The rights of a space are shown to its holder and representatives only; a stranger's question is a trace."""
    journal.authorize(actor, space_id, Permission.ACCESS_READ, Event.RIGHTS_LISTED, now=now)


def list_care_team(actor: Actor, space_id: uuid.UUID, *, now: dt.datetime) -> list[MemberView]:
    """The care team now: the attending doctor first."""
    _check(actor, space_id, now)
    return care_team(space_id, now)


def care_team(space_id: uuid.UUID, now: dt.datetime) -> list[MemberView]:
    rows = list(_now(CareTeamMember.objects.filter(space_id=space_id), now).order_by("-attending", "since", "id"))
    who, where = _people(rows)
    return [
        MemberView(
            row.id,
            who.get(row.professional_id) if row.professional_id else None,
            where.get(row.organization_id) if row.organization_id else None,
            row.attending,
            row.since,
        )
        for row in rows
    ]


def list_blocks(actor: Actor, space_id: uuid.UUID, *, now: dt.datetime) -> list[BlockView]:
    _check(actor, space_id, now)
    rows = list(_now(Block.objects.filter(space_id=space_id), now).order_by("since", "id"))
    who, where = _people(rows)
    return [
        BlockView(
            row.id,
            who.get(row.professional_id) if row.professional_id else None,
            where.get(row.organization_id) if row.organization_id else None,
            row.since,
        )
        for row in rows
    ]


def list_oppositions(actor: Actor, space_id: uuid.UUID, *, now: dt.datetime) -> list[OppositionView]:
    _check(actor, space_id, now)
    rows = list(_now(Opposition.objects.filter(space_id=space_id), now).order_by("since", "id"))
    who, where = _people(rows)
    return [
        OppositionView(
            row.id,
            who.get(row.professional_id) if row.professional_id else None,
            where.get(row.organization_id) if row.organization_id else None,
            row.category,
            row.since,
        )
        for row in rows
    ]


def list_consents(actor: Actor, space_id: uuid.UUID, *, now: dt.datetime) -> list[ConsentView]:
    """Consents to consultation that hold now."""
    _check(actor, space_id, now)
    rows = list(ConsultationConsent.objects.filter(space_id=space_id, since__lte=now, until__gt=now).order_by("since"))
    who, where = _people(rows)
    return [
        ConsentView(row.id, who.get(row.professional_id), where.get(row.organization_id), row.since, row.until)
        for row in rows
        if row.until is not None
    ]


def read_patient(actor: Actor, space_id: uuid.UUID, *, now: dt.datetime) -> Person:
    """The identity of a space, for those to whom its record is open. Raises AccessRefused."""
    event = Event.SPACE_READ
    grant = journal.authorize(actor, space_id, Permission.SPACE_READ, event, now=now, need=journal.Need("Patient", "r"))
    person = identity.get_person(space_id)
    with transaction.atomic():
        trace_actions.append(journal.entry(actor, space_id, event, now=now, ground=grant.decision.rule))
    return person


def find_patient(
    actor: Actor, *, ins_value: str, born_on: dt.date, now: dt.datetime, ins_oid: str = ""
) -> Person | None:
    """A professional's search by matricule and birth date; a space that is found keeps a trace of it.

    Without `ins_oid`, under the roots that this instance accepts, real ones first. The same None for an unknown
    matricule, another birth date and a closed space.
    """
    person = identity.find_by_matricule(ins_value, born_on, ins_oid=ins_oid)
    if person is None or person.closed_at is not None:
        return None
    grant = journal.authorize(
        actor, person.space_id, Permission.SPACE_FIND, Event.SPACE_FOUND, now=now, need=journal.Need("Patient", "s")
    )
    with transaction.atomic():
        trace_actions.append(
            journal.entry(actor, person.space_id, Event.SPACE_FOUND, now=now, ground=grant.decision.rule)
        )
    return person


_WHO = {"professionals": {"professional"}, "mine": {"citizen"}}


def list_accesses(
    actor: Actor,
    space_id: uuid.UUID,
    *,
    now: dt.datetime,
    before: int | None = None,
    limit: int = 50,
    document_id: str = "",
    who: str = "",
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    refused_only: bool = False,
    export: bool = False,
) -> list[AccessLine]:
    """The journal of a space for its holder, newest first; `before` is the number under which to go on.

    `who`: "professionals" or "mine" (the person and the representatives), else everybody.
    """
    event = Event.TRACE_EXPORTED if export else Event.TRACE_LISTED
    grant = journal.authorize(actor, space_id, Permission.TRACE_READ, event, now=now)
    entries = trace.list_entries(
        space_id,
        before=before,
        limit=limit,
        objects=[document_id] if document_id else (),
        actor_kinds=sorted(_WHO.get(who, ())),
        outcome=Outcome.REFUSED.value if refused_only else "",
        since=since,
        until=until,
    )
    with transaction.atomic():
        trace_actions.append(
            journal.entry(actor, space_id, event, now=now, ground=grant.decision.rule, object=document_id)
        )
    return _lines(actor, entries)


def _lines(actor: Actor, entries: Sequence[Recorded]) -> list[AccessLine]:
    professionals = identity.list_professionals(
        {uuid.UUID(entry.actor_id) for entry in entries if entry.actor_kind == "professional"}
    )
    organizations = identity.list_organizations(
        {uuid.UUID(entry.organization_id) for entry in entries if entry.organization_id}
    )
    clients = identity.client_names({entry.client_id for entry in entries if entry.client_id})
    return [
        AccessLine(
            seq=entry.seq,
            at=entry.at,
            event=entry.event,
            outcome=entry.outcome,
            actor_kind=entry.actor_kind,
            is_me=entry.actor_id == actor.id,
            professional=professionals.get(uuid.UUID(entry.actor_id)) if entry.actor_kind == "professional" else None,
            organization=organizations.get(uuid.UUID(entry.organization_id)) if entry.organization_id else None,
            profession=entry.profession,
            ground=entry.ground,
            mode=entry.mode,
            channel=entry.channel,
            client_id=entry.client_id,
            client_name=clients.get(entry.client_id, ""),
            document_id=entry.object,
        )
        for entry in entries
    ]
