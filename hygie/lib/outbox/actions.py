"""Events leave with their write; consumers are called later, at least once each."""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import connection

from hygie.lib.outbox.models import Event

Consumer = Callable[[uuid.UUID, str], None]
_log = logging.getLogger("hygie.outbox")


_INSERT = (
    "INSERT INTO outbox_event (name, space_id, reference, created_at, due_at, attempts, error) "
    "VALUES (%(outbox_name)s, %(outbox_space)s, %(outbox_reference)s, %(outbox_at)s, %(outbox_at)s, 0, '')"
)


def publish(name: str, space_id: uuid.UUID, reference: str, *, now: dt.datetime) -> None:
    """In the transaction of the write: both commit or none."""
    statement, params = part(name, space_id, reference, now=now)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def part(name: str, space_id: uuid.UUID, reference: str, *, now: dt.datetime) -> tuple[str, dict[str, Any]]:
    """The same as a part of the write's own statement: `WITH outbox AS (<part>) …`."""
    at = connection.ops.adapt_datetimefield_value(now)
    space = space_id if connection.vendor == "postgresql" else space_id.hex
    return _INSERT, {"outbox_name": name, "outbox_space": space, "outbox_reference": reference, "outbox_at": at}


def run_due(consumers: Mapping[str, Sequence[Consumer]], *, now: dt.datetime, limit: int = 100) -> int:
    """Calls the consumers of events that are due; gives how many events were done.

    Each consumer has its own transaction. When one fails, its event is tried again later (1 min, 2, 4… at most 6 h) and
    never blocks the others.
    """
    done = 0
    due = list(Event.objects.filter(done_at__isnull=True, due_at__lte=now).order_by("due_at", "id")[:limit])
    for event in due:
        done += _run(event, consumers.get(event.name, ()), now)
    return done


def _run(event: Event, consumers: Sequence[Consumer], now: dt.datetime) -> bool:
    try:
        for consumer in consumers:
            consumer(event.space_id, event.reference)
    except Exception as error:  # noqa: BLE001 - whatever a consumer does, the event stays and the others go on
        event.attempts += 1
        event.due_at = now + min(dt.timedelta(minutes=2 ** min(event.attempts - 1, 9)), dt.timedelta(hours=6))
        event.error = type(error).__name__
        _log.warning(
            "outbox event failed", extra={"event": event.name, "attempts": event.attempts, "error": event.error}
        )
        event.save(update_fields=["attempts", "due_at", "error"])
        return False
    Event.objects.filter(pk=event.pk).update(done_at=now, error="")
    return True


def forget_done(*, now: dt.datetime, after: dt.timedelta = dt.timedelta(days=30)) -> int:
    return Event.objects.filter(done_at__lt=now - after).delete()[0]
