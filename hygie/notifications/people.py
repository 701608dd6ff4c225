"""Telling a person something, wherever a verified contact point reaches her."""

import datetime as dt
import uuid
from collections.abc import Mapping

from django.conf import settings

from hygie.identity.contacts import queries as contacts
from hygie.identity.contacts.types import ContactView, System
from hygie.notifications import actions
from hygie.notifications.types import Way

WAYS = {System.EMAIL: Way.EMAIL, System.PHONE: Way.SMS}
# A message that waits for its carrier longer than this says nothing useful any more.
_LIFE = dt.timedelta(days=2)


def reached(space_id: uuid.UUID | None) -> list[ContactView]:
    """The verified contact points that a carrier serves here."""
    if space_id is None:
        return []
    return [
        each for each in contacts.list_contacts(space_id, verified=True) if settings.HYGIE_GATEWAYS[WAYS[each.system]]
    ]


def tell(
    space_id: uuid.UUID | None, text: str, values: Mapping[str, str], *, now: dt.datetime, language: str = "fr"
) -> int:
    """The same message to each of them, in the transaction of the act; gives how many. A professional has none yet."""
    points = reached(space_id)
    for point in points:
        actions.send(WAYS[point.system], point.value, text, values, now=now, language=language, expires_at=now + _LIFE)
    return len(points)
