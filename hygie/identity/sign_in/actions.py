"""Opening, raising, renewing and ending sessions."""

import datetime as dt
import uuid

from django.contrib.auth.hashers import make_password
from django.db import transaction

from hygie.identity.models import Account
from hygie.identity.sign_in import devices
from hygie.identity.sign_in.models import Session
from hygie.identity.sign_in.types import LEVELS, Method
from hygie.identity.types import Level

DEVICE_LENGTH = 100


def open_session(
    account_id: int,
    method: Method,
    *,
    now: dt.datetime,
    level: Level | None = None,
    kiosk: bool = False,
    device: str = "",
) -> uuid.UUID:
    """A new session of this account, at the level of the method; an identity provider says its own `level`."""
    return Session.objects.create(
        account_id=account_id,
        method=method,
        level=LEVELS[method] if level is None else level,
        kiosk=kiosk,
        device=device[:DEVICE_LENGTH],
        created_at=now,
        proved_at=now,
        seen_at=now,
    ).id


def raise_level(session_id: uuid.UUID, method: Method, *, now: dt.datetime, level: Level | None = None) -> None:
    """The person proved more: the level goes up, and never down. The door changes the session's key as well."""
    reached = LEVELS[method] if level is None else level
    rows = Session.objects.filter(id=session_id, ended_at__isnull=True)
    rows.update(proved_at=now)
    rows.filter(level__lt=reached).update(level=reached, method=method)


def touch(session_id: uuid.UUID, *, now: dt.datetime) -> None:
    """Somebody is there: the idle limit starts again."""
    Session.objects.filter(id=session_id, ended_at__isnull=True).update(seen_at=now)


def end_session(account_id: int, session_id: uuid.UUID, *, now: dt.datetime) -> bool:
    """Ends one session of the account; False when there is none of that id going on."""
    return bool(
        Session.objects.filter(account_id=account_id, id=session_id, ended_at__isnull=True).update(ended_at=now)
    )


def end_sessions(account_id: int, *, now: dt.datetime, but: uuid.UUID | None = None) -> int:
    """Ends all sessions of the account, but one when it is given."""
    rows = Session.objects.filter(account_id=account_id, ended_at__isnull=True)
    return rows.exclude(id=but).update(ended_at=now) if but else rows.update(ended_at=now)


@transaction.atomic
def set_password(account_id: int, password: str, *, now: dt.datetime, keep: uuid.UUID | None = None) -> None:
    """A new password: whoever came in with the former one is out, but for the session that changes it (`keep`)."""
    Account.objects.filter(pk=account_id).update(password=make_password(password))
    end_sessions(account_id, now=now, but=keep)
    if keep is None:
        devices.forget_devices(account_id)


@transaction.atomic
def close_account(account_id: int, *, now: dt.datetime) -> None:
    """No more sign-in, and out at once."""
    Account.objects.filter(pk=account_id).update(is_active=False)
    end_sessions(account_id, now=now)


def forget_sessions(*, now: dt.datetime, after: dt.timedelta = dt.timedelta(days=365)) -> int:
    return Session.objects.filter(seen_at__lt=now - after).delete()[0]
