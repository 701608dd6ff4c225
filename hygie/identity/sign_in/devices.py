"""Browsers that an account has come in with. The cookie is 256 random bits; only its digest is kept."""

import datetime as dt
import hashlib
import secrets

from hygie.identity.sign_in.models import Device, Session

LIFE = dt.timedelta(days=400)  # the longest that browsers keep a cookie


def new_token() -> str:
    return secrets.token_urlsafe(32)


def is_known(username: str, token: str) -> bool:
    """Whether the account of this name has come in with this cookie; no statement without a cookie."""
    return bool(token) and Device.objects.filter(account__username=username, digest=_digest(token)).exists()


def meet(account_id: int, token: str, *, now: dt.datetime) -> bool:
    """Notes the device of a sign-in; True when it is new to an account that has come in before."""
    rows = Device.objects.filter(account_id=account_id)
    if token and rows.filter(digest=_digest(token)).update(seen_at=now):
        return False
    came_before = rows.exists() or Session.objects.filter(account_id=account_id).exists()
    if token:
        Device.objects.get_or_create(
            account_id=account_id, digest=_digest(token), defaults={"created_at": now, "seen_at": now}
        )
    return came_before


def forget_devices(account_id: int) -> int:
    """After a change of what protects the account: every browser is new again."""
    return Device.objects.filter(account_id=account_id).delete()[0]


def forget_old(*, now: dt.datetime) -> int:
    return Device.objects.filter(seen_at__lt=now - LIFE).delete()[0]


def _digest(token: str) -> str:
    return hashlib.sha256(b"hygie.device\x00" + token.encode("utf-8")).hexdigest()
