"""A forgotten password: a code to a verified contact point, and then a second proof of another kind.

Two things must be shown, so the way back is as strong as the way in: the code that was sent, and an application, a passkey
or a code on paper. Whoever lost these too comes by an identity provider (docs/explanation/sign-in.md).
"""

import datetime as dt
import uuid

from django.conf import settings
from django.db import transaction

from hygie.identity.contacts import codes
from hygie.identity.models import Account
from hygie.identity.sign_in import actions, guard, passwords
from hygie.identity.sign_in.guard import NOWHERE, Origin
from hygie.identity.sign_in.models import Reset
from hygie.lib import crypto
from hygie.lib.errors import Conflict, Invalid
from hygie.lib.outbox import actions as outbox

ASKED = "identity.sign_in.reset_asked"
PURPOSE = "reset"
LIFE = dt.timedelta(minutes=30)
_NO_SPACE = uuid.UUID(int=0)


@transaction.atomic
def ask(username: str, *, now: dt.datetime, language: str = "fr") -> uuid.UUID:
    """Notes what was asked, in the same two writes for any name: the worker looks for the account."""
    row = Reset(id=uuid.uuid4(), created_at=now, language=language)
    name = guard.clean_name(username).encode("utf-8")
    row.sealed = crypto.envelope(settings.HYGIE_MASTER_KEY, name, context=_context(row.id))
    row.save(force_insert=True)
    outbox.publish(ASKED, _NO_SPACE, str(row.id), now=now)
    return row.id


@transaction.atomic
def draw(reset_id: uuid.UUID, *, now: dt.datetime) -> tuple[Account, str, str] | None:
    """For the worker, once: (account, code to send, language). None when there is nobody to send to, or too many codes."""
    row = Reset.objects.select_for_update().filter(pk=reset_id).exclude(sealed=b"").first()
    if row is None or now - row.created_at > LIFE:
        return None
    name = crypto.open_envelope(settings.HYGIE_MASTER_KEY, bytes(row.sealed), context=_context(row.id)).decode("utf-8")
    row.account = Account.objects.filter(username=name, is_active=True).first()
    row.sealed = b""
    row.save(update_fields=["account", "sealed"])
    if row.account is None:
        return None
    try:
        return row.account, codes.draw(PURPOSE, str(row.account.pk), now=now), row.language
    except Conflict:
        return None


def prove(reset_id: uuid.UUID, code: str, *, now: dt.datetime, origin: Origin = NOWHERE) -> None:
    """The code came back. Raises Invalid(code-wrong), Conflict(sign-in-slowed): the same for an account that is not there."""
    row = _going_on(reset_id, now)
    with guard.counted(f"reset {reset_id}", origin, now=now):
        codes.use(PURPOSE, str(row.account_id or reset_id), code, now=now)
        Reset.objects.filter(pk=reset_id).update(proved_at=now)


def account_of(reset_id: uuid.UUID, *, now: dt.datetime) -> int:
    """The account whose code came back. Raises Invalid(reset-over)."""
    row = _going_on(reset_id, now)
    if row.account_id is None or row.proved_at is None:
        raise Invalid("This way back is over.", code="reset-over")
    return row.account_id


@transaction.atomic
def finish(reset_id: uuid.UUID, password: str, *, now: dt.datetime) -> int:
    """After the second proof: the new password, and everybody out. Raises Invalid(reset-over, password-weak)."""
    account_id = account_of(reset_id, now=now)
    if passwords.faults(password, account_id):
        raise Invalid("This password cannot be chosen.", code="password-weak", path="password")
    if not Reset.objects.filter(pk=reset_id, used_at__isnull=True).update(used_at=now):
        raise Invalid("This way back is over.", code="reset-over")
    actions.set_password(account_id, password, now=now)
    return account_id


def forget(*, now: dt.datetime) -> int:
    return Reset.objects.filter(created_at__lt=now - dt.timedelta(days=1)).delete()[0]


def _going_on(reset_id: uuid.UUID, now: dt.datetime) -> Reset:
    row = Reset.objects.select_related("account").filter(pk=reset_id, used_at__isnull=True).first()
    if row is None or now - row.created_at > LIFE:
        raise Invalid("This way back is over.", code="reset-over")
    return row


def _context(reset_id: uuid.UUID) -> bytes:
    return b"hygie.reset\x00" + reset_id.bytes
