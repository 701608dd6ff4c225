"""Reads of contact points."""

import uuid

from hygie.identity.contacts.models import ContactPoint
from hygie.identity.contacts.types import ContactView, System


def list_contacts(space_id: uuid.UUID, *, verified: bool = False) -> list[ContactView]:
    """The oldest first; with `verified`, only those that were proved."""
    rows = ContactPoint.objects.filter(space_id=space_id).order_by("created_at", "id")
    if verified:
        rows = rows.filter(verified_at__isnull=False)
    return [ContactView(row.id, System(row.system), row.value, row.verified_at) for row in rows]
