"""Which records somebody may have come near: candidates only, the rules decide on each of them."""

import datetime as dt
import uuid

from django.db.models import Q

from hygie.access.models import CareTeamMember, ConsultationConsent
from hygie.access.queries import in_force
from hygie.identity.types import Actor


def list_near(actor: Actor, *, now: dt.datetime) -> list[uuid.UUID]:
    """The spaces in whose care team a professional or its structure is, and those of a consent that holds now."""
    if actor.professional_id is None or actor.organization_id is None:
        return []
    who = Q(professional_id=actor.professional_id)
    who |= Q(organization_id=actor.organization_id, professional_id__isnull=True)
    team = in_force(CareTeamMember.objects.filter(who), now).values_list("space_id", flat=True)
    agreed = in_force(
        ConsultationConsent.objects.filter(
            professional_id=actor.professional_id, organization_id=actor.organization_id
        ),
        now,
    ).values_list("space_id", flat=True)
    return sorted({*team, *agreed})
