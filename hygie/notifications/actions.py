"""Sending: sealed with the act, carried by the worker, erased once carried."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation

from hygie.lib import crypto
from hygie.lib.errors import Invalid, Unavailable
from hygie.lib.outbox import actions as outbox
from hygie.notifications import gateways, texts
from hygie.notifications.models import Message
from hygie.notifications.types import Way

QUEUED = "notifications.message.queued"
_NO_SPACE = uuid.UUID(int=0)
_HOLD = dt.timedelta(minutes=2)


@transaction.atomic
def send(
    way: Way,
    to: str,
    text: str,
    values: Mapping[str, str],
    *,
    now: dt.datetime,
    language: str = "fr",
    expires_at: dt.datetime | None = None,
) -> uuid.UUID:
    """Puts a message on its way, in the transaction of the act; `values` are exactly the fields of the text.

    Raises Invalid: text-unknown, text-fields, address-missing.
    """
    if not to.strip():
        raise Invalid("Nobody to send to.", code="address-missing")
    if set(values) != texts.find(text).fields:
        raise Invalid("The values are not those of the text.", code="text-fields")
    message = Message(id=uuid.uuid4(), way=way, text=text, created_at=now, expires_at=expires_at)
    content = json.dumps({"to": to, "values": dict(values), "language": language})
    message.sealed = crypto.envelope(settings.HYGIE_MASTER_KEY, content.encode("utf-8"), context=_context(message.id))
    message.save(force_insert=True)
    outbox.publish(QUEUED, _NO_SPACE, str(message.id), now=now)
    return message.id


def deliver(message_id: str, *, now: dt.datetime) -> None:
    """Gives the message to its carrier, outside any transaction: a slow carrier holds no lock of the database.

    One worker at a time has it; what has left is not sent twice, but for a worker that dies between the carrier's yes and
    our note of it. Raises Unavailable when it was not taken: the outbox comes back.
    """
    waiting = Message.objects.filter(pk=message_id).exclude(sealed=b"")
    free = waiting.filter(Q(held_until__isnull=True) | Q(held_until__lte=now))
    if not free.update(held_until=now + _HOLD):
        return
    message = waiting.get()
    if message.expires_at is None or message.expires_at > now:
        try:
            _carry(message)
        except Unavailable:
            waiting.update(held_until=None)
            raise
        message.sent_at = now
    message.sealed = b""
    message.save(update_fields=["sealed", "sent_at"])


def _carry(message: Message) -> None:
    opened = crypto.open_envelope(settings.HYGIE_MASTER_KEY, bytes(message.sealed), context=_context(message.id))
    content = json.loads(opened)
    with translation.override(content["language"]):
        subject, body = texts.find(message.text).write(content["values"])
    gateways.gateway(Way(message.way)).send(content["to"], subject, body)


def forget_sent(*, now: dt.datetime, after: dt.timedelta = dt.timedelta(days=30)) -> int:
    return Message.objects.filter(created_at__lt=now - after, sealed=b"").delete()[0]


def _context(message_id: uuid.UUID) -> bytes:
    return b"hygie.message\x00" + message_id.bytes
