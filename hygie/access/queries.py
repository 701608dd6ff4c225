"""Who stands how to a space, and what was done in it. The person's own reads of rights and of the journal."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Q, QuerySet

from hygie.access import journal
from hygie.access.facts import Facts
from hygie.access.facts import find_token as find_token
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
    Rights,
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
    rows = in_force(Representation.objects.filter(representative_space_id=actor.space_id), now)
    ids = list(rows.values_list("space_id", flat=True))
    return [person for person in identity.list_persons(ids) if person.closed_at is None] if ids else []


def in_force(rows: QuerySet[_Row], now: dt.datetime) -> QuerySet[_Row]:
    """The rows that hold at this instant."""
    return rows.filter(since__lte=now).filter(Q(until__isnull=True) | Q(until__gt=now))


_Named = CareTeamMember | Block | Opposition | ConsultationConsent


@dataclass(frozen=True, slots=True)
class _Names:
    """The register's names of all who appear in the rows of a space, in two statements."""

    professionals: dict[uuid.UUID, ProfessionalView]
    organizations: dict[uuid.UUID, OrganizationView]

    @classmethod
    def of(cls, rows: Iterable[_Named]) -> "_Names":
        rows = list(rows)
        return cls(
            identity.list_professionals({row.professional_id for row in rows if row.professional_id}),
            identity.list_organizations({row.organization_id for row in rows if row.organization_id}),
        )

    def both(self, row: _Named) -> tuple[ProfessionalView | None, OrganizationView | None]:
        who = self.professionals.get(row.professional_id) if row.professional_id else None
        return who, self.organizations.get(row.organization_id) if row.organization_id else None


def list_rights(actor: Actor, space_id: uuid.UUID, *, now: dt.datetime) -> Rights:
    """Who may see and who may feed, as it holds now, for the holder of the space and representatives: one line in the journal."""
    event = Event.RIGHTS_LISTED
    grant = journal.authorize(actor, space_id, Permission.ACCESS_READ, event, now=now)
    team = _team_rows(space_id, now)
    blocks = list(in_force(Block.objects.filter(space_id=space_id), now).order_by("since", "id"))
    oppositions = list(in_force(Opposition.objects.filter(space_id=space_id), now).order_by("since", "id"))
    consents = list(in_force(ConsultationConsent.objects.filter(space_id=space_id), now).order_by("since", "id"))
    names = _Names.of([*team, *blocks, *oppositions, *consents])
    trace_actions.commit(journal.entry(actor, space_id, event, now=now, ground=grant.decision.rule))
    return Rights(
        team=[MemberView(row.id, *names.both(row), row.attending, row.since) for row in team],
        blocks=[BlockView(row.id, *names.both(row), row.since) for row in blocks],
        oppositions=[OppositionView(row.id, *names.both(row), row.category, row.since) for row in oppositions],
        consents=[ConsentView(row.id, *names.both(row), row.since, row.until or now) for row in consents],
    )


def _team_rows(space_id: uuid.UUID, now: dt.datetime) -> list[CareTeamMember]:
    """The attending doctor first."""
    return list(in_force(CareTeamMember.objects.filter(space_id=space_id), now).order_by("-attending", "since", "id"))


def around(
    space_id: uuid.UUID, now: dt.datetime
) -> list[tuple[ProfessionalView | None, OrganizationView | None, bool]]:
    """For `record`, which has decided: (professional, structure, attending) of the care team, then of running consultations."""
    team = _team_rows(space_id, now)
    consents = list(in_force(ConsultationConsent.objects.filter(space_id=space_id), now).order_by("since", "id"))
    names = _Names.of([*team, *consents])
    members = {row.professional_id for row in team}
    found = [(*names.both(row), row.attending) for row in team]
    return found + [(*names.both(row), False) for row in consents if row.professional_id not in members]


def read_patient(actor: Actor, space_id: uuid.UUID, *, now: dt.datetime) -> Person:
    """The identity of a space, for those to whom its record is open. Raises AccessRefused."""
    event = Event.SPACE_READ
    grant = journal.authorize(actor, space_id, Permission.SPACE_READ, event, now=now, need=journal.Need("Patient", "r"))
    person = identity.get_person(space_id)
    trace_actions.commit(journal.entry(actor, space_id, event, now=now, ground=grant.decision.rule))
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
    trace_actions.commit(journal.entry(actor, person.space_id, Event.SPACE_FOUND, now=now, ground=grant.decision.rule))
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
    professional_id: uuid.UUID | None = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    refused_only: bool = False,
    exclude_objects: Sequence[str] = (),
    export: bool = False,
) -> list[AccessLine]:
    """The journal of a space for its holder, newest first; `before` is the number under which to go on.

    For `record.queries.list_accesses`, which knows what the reader may not hear of yet (`exclude_objects`).
    `who`: "professionals" or "mine" (the person and the representatives), else everybody.
    """
    event = Event.TRACE_EXPORTED if export else Event.TRACE_LISTED
    grant = journal.authorize(actor, space_id, Permission.TRACE_READ, event, now=now)
    entries = trace.list_entries(
        space_id,
        before=before,
        limit=limit,
        objects=[document_id] if document_id else (),
        actors=[str(professional_id)] if professional_id else (),
        actor_kinds=sorted(_WHO.get(who, ())),
        exclude_objects=exclude_objects,
        outcome=Outcome.REFUSED.value if refused_only else "",
        since=since,
        until=until,
    )
    trace_actions.commit(journal.entry(actor, space_id, event, now=now, ground=grant.decision.rule, object=document_id))
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
