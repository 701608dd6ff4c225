"""What the person decides about access, what a professional declares, and the journal of refusals."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction

from hygie.access import journal
from hygie.access.models import Block, CareTeamMember, ConsultationConsent, Opposition, Representation, SpaceRow
from hygie.access.types import Permission
from hygie.identity import queries as identity
from hygie.identity.types import Actor
from hygie.lib.errors import Conflict, HygieError, Invalid, NotFound
from hygie.terminology import queries as terminology
from hygie.trace import actions as trace
from hygie.trace.types import Event


def journal_refusal(error: HygieError) -> None:
    """Commits the entry that a refused act left, in its own transaction, before the door answers.

    When it cannot be written the answer is an error of the service, never a quiet refusal.
    """
    if error.act is None:
        return
    with transaction.atomic():
        trace.append(error.act)
    error.act = None


def _change(actor: Actor, space_id: uuid.UUID, event: Event, *, now: dt.datetime, object: str = "") -> None:
    """Checks that the actor may change the rights of this space, and writes the entry in the current transaction."""
    grant = journal.authorize(actor, space_id, Permission.ACCESS_CHANGE, event, now=now, object=object)
    trace.append(journal.entry(actor, space_id, event, now=now, ground=grant.decision.rule, object=object))


def _acting(actor: Actor) -> tuple[uuid.UUID, uuid.UUID]:
    """The professional and the structure acted for; a consent always names both."""
    if actor.professional_id is None or actor.organization_id is None:
        raise Invalid("A professional acts for a structure.", code="structure-required")
    return actor.professional_id, actor.organization_id


@transaction.atomic
def give_consent(actor: Actor, space_id: uuid.UUID, *, now: dt.datetime) -> dt.datetime:
    """The professional declares the person's explicit consent, for one consultation; gives its end (CSP L.1111-17)."""
    grant = journal.authorize(actor, space_id, Permission.CONSENT_RECORD, Event.CONSENT_GIVEN, now=now)
    until = now + dt.timedelta(minutes=settings.HYGIE_CONSULTATION_MINUTES)
    professional_id, organization_id = _acting(actor)
    ConsultationConsent.objects.create(
        space_id=space_id,
        professional_id=professional_id,
        organization_id=organization_id,
        since=now,
        until=until,
    )
    trace.append(journal.entry(actor, space_id, Event.CONSENT_GIVEN, now=now, ground=grant.decision.rule))
    return until


@transaction.atomic
def end_consent(actor: Actor, space_id: uuid.UUID, *, now: dt.datetime) -> None:
    """The professional ends the consultation before its time; nothing happens when there is none."""
    professional_id, organization_id = _acting(actor)
    rows = ConsultationConsent.objects.filter(
        space_id=space_id, professional_id=professional_id, organization_id=organization_id, until__gt=now
    )
    if rows.update(until=now):
        trace.append(journal.entry(actor, space_id, Event.CONSENT_ENDED, now=now, ground="professional.asks-consent"))


@transaction.atomic
def withdraw_consent(actor: Actor, space_id: uuid.UUID, consent_id: uuid.UUID, *, now: dt.datetime) -> None:
    """The person ends a consultation that is going on; it has effect on the next click."""
    _change(actor, space_id, Event.CONSENT_ENDED, now=now, object=str(consent_id))
    _end(ConsultationConsent, space_id, consent_id, now)


def _target(professional_id: uuid.UUID | None, organization_id: uuid.UUID | None) -> None:
    """Exactly one professional or structure, that the register knows."""
    if (professional_id is None) == (organization_id is None):
        raise Invalid("Name one professional or one structure.", code="access-target")
    if professional_id is not None:
        identity.get_professional(professional_id)
    if organization_id is not None:
        identity.get_organization(organization_id)


def _end(model: type[SpaceRow], space_id: uuid.UUID, row_id: uuid.UUID, now: dt.datetime) -> None:
    rows = model.objects.filter(space_id=space_id, id=row_id)
    ended = rows.filter(until__isnull=True).update(until=now) or rows.filter(until__gt=now).update(until=now)
    if not ended:
        raise NotFound("Nothing of that id holds now.", code="access-unknown")


@transaction.atomic
def block(
    actor: Actor,
    space_id: uuid.UUID,
    *,
    professional_id: uuid.UUID | None = None,
    organization_id: uuid.UUID | None = None,
    now: dt.datetime,
) -> uuid.UUID:
    """Keeps a professional or a structure out, at once. Raises Conflict(already) when it is blocked."""
    _target(professional_id, organization_id)
    row = Block(space_id=space_id, professional_id=professional_id, organization_id=organization_id, since=now)
    _change(actor, space_id, Event.BLOCK_SET, now=now, object=str(professional_id or organization_id))
    if Block.objects.filter(
        space_id=space_id, professional_id=professional_id, organization_id=organization_id, until__isnull=True
    ).exists():
        raise Conflict("Already blocked.", code="already")
    row.save(force_insert=True)
    return row.id


@transaction.atomic
def lift_block(actor: Actor, space_id: uuid.UUID, block_id: uuid.UUID, *, now: dt.datetime) -> None:
    _change(actor, space_id, Event.BLOCK_LIFTED, now=now, object=str(block_id))
    _end(Block, space_id, block_id, now)


@transaction.atomic
def join_team(
    actor: Actor,
    space_id: uuid.UUID,
    *,
    professional_id: uuid.UUID | None = None,
    organization_id: uuid.UUID | None = None,
    attending: bool = False,
    now: dt.datetime,
) -> uuid.UUID:
    """The person adds a professional or a structure to the care team; a new attending doctor replaces the former one."""
    _target(professional_id, organization_id)
    if attending and (professional_id is None or identity.get_professional(professional_id).profession != "10"):
        raise Invalid("The attending doctor is a doctor.", code="attending-doctor")
    _change(actor, space_id, Event.TEAM_JOINED, now=now, object=str(professional_id or organization_id))
    same = CareTeamMember.objects.filter(
        space_id=space_id, professional_id=professional_id, organization_id=organization_id, until__isnull=True
    )
    if same.filter(attending=attending).exists():
        raise Conflict("Already in the care team.", code="already")
    same.update(until=now)
    if attending:
        CareTeamMember.objects.filter(space_id=space_id, attending=True, until__isnull=True).update(until=now)
    row = CareTeamMember(
        space_id=space_id,
        professional_id=professional_id,
        organization_id=organization_id,
        attending=attending,
        since=now,
    )
    row.save(force_insert=True)
    return row.id


@transaction.atomic
def leave_team(actor: Actor, space_id: uuid.UUID, member_id: uuid.UUID, *, now: dt.datetime) -> None:
    _change(actor, space_id, Event.TEAM_LEFT, now=now, object=str(member_id))
    _end(CareTeamMember, space_id, member_id, now)


@transaction.atomic
def oppose(
    actor: Actor,
    space_id: uuid.UUID,
    *,
    professional_id: uuid.UUID | None = None,
    organization_id: uuid.UUID | None = None,
    category: str = "",
    now: dt.datetime,
) -> uuid.UUID:
    """Opposition to feeding: nothing named is everything (CSP L.1111-14); a category is a TRE_A03 class."""
    if sum(1 for given in (professional_id, organization_id, category) if given) > 1:
        raise Invalid("Oppose one professional, one structure or one category at a time.", code="access-target")
    if professional_id or organization_id:
        _target(professional_id, organization_id)
    if category and not terminology.types_of_class(category):
        raise Invalid("Unknown category of documents.", code="class-unknown")
    _change(actor, space_id, Event.OPPOSITION_SET, now=now, object=str(professional_id or organization_id or category))
    values = {"professional_id": professional_id, "organization_id": organization_id, "category": category}
    if Opposition.objects.filter(space_id=space_id, until__isnull=True, **values).exists():
        raise Conflict("This opposition holds already.", code="already")
    row = Opposition(space_id=space_id, since=now, **values)
    row.save(force_insert=True)
    return row.id


@transaction.atomic
def lift_opposition(actor: Actor, space_id: uuid.UUID, opposition_id: uuid.UUID, *, now: dt.datetime) -> None:
    _change(actor, space_id, Event.OPPOSITION_LIFTED, now=now, object=str(opposition_id))
    _end(Opposition, space_id, opposition_id, now)


def add_representative(
    space_id: uuid.UUID, representative_space_id: uuid.UUID, *, since: dt.datetime, until: dt.datetime | None
) -> None:
    """The civil registry says who represents a minor; it ends by itself at majority (code civil, art. 414)."""
    Representation.objects.create(
        space_id=space_id, representative_space_id=representative_space_id, since=since, until=until
    )


def enroll(
    space_id: uuid.UUID,
    *,
    professional_id: uuid.UUID | None = None,
    organization_id: uuid.UUID | None = None,
    attending: bool = False,
    since: dt.datetime,
) -> None:
    """The insurer and the registers declare a care team that exists (médecin traitant, structures that follow the person);
    not an act of somebody on the space, so it is not in its journal."""
    CareTeamMember.objects.create(
        space_id=space_id,
        professional_id=professional_id,
        organization_id=organization_id,
        attending=attending,
        since=since,
    )
