"""Which test software opened which test spaces."""

import datetime as dt
import uuid
from collections.abc import Collection

from hygie.record.export.models import Opening


def note(space_id: uuid.UUID, client_id: str, *, now: dt.datetime) -> None:
    """In the transaction that opens the space."""
    Opening.objects.create(space_id=space_id, client_id=client_id, opened_at=now)


def list_by(client_id: str, *, until: dt.datetime) -> list[uuid.UUID]:
    """What this software opened up to an instant, the oldest first."""
    rows = Opening.objects.filter(client_id=client_id, opened_at__lte=until).order_by("opened_at", "space_id")
    return list(rows.values_list("space_id", flat=True))


def are_all(space_ids: Collection[uuid.UUID]) -> bool:
    """Whether all of these are test spaces."""
    return Opening.objects.filter(pk__in=space_ids).count() == len(set(space_ids))
