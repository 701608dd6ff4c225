"""Ten codes on paper: each one replaces the second proof, once. Never the password."""

import datetime as dt
import hashlib
import hmac
import secrets

from django.conf import settings
from django.db import transaction

from hygie.identity.sign_in import guard, passwords
from hygie.identity.sign_in.guard import NOWHERE, Origin
from hygie.identity.sign_in.models import RecoveryCode
from hygie.lib.errors import Invalid

COUNT = 10
# Without 0, O, 1, I, L: typed from paper. 15 letters are 74 bits.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 3, 5


@transaction.atomic
def draw(account_id: int, *, now: dt.datetime) -> list[str]:
    """Ten new codes, shown once; the former ones end."""
    RecoveryCode.objects.filter(account_id=account_id).delete()
    codes = [_new_code() for _ in range(COUNT)]
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(account_id=account_id, digest=_digest(account_id, code), created_at=now) for code in codes]
    )
    return codes


def use(account_id: int, code: str, *, now: dt.datetime, origin: Origin = NOWHERE) -> int:
    """Spends a code; gives how many are left. Raises Invalid(code-wrong), Conflict(sign-in-slowed)."""
    rows = RecoveryCode.objects.filter(account_id=account_id, used_at__isnull=True)
    with guard.counted(passwords.name_of(account_id), origin, now=now):
        # The digest is keyed: what the database compares says nothing about the code by its time.
        if not rows.filter(digest=_digest(account_id, code)).update(used_at=now):
            raise Invalid("The code is not right, or has already served.", code="code-wrong", path="code")
    return rows.count()


def left(account_id: int) -> int:
    return RecoveryCode.objects.filter(account_id=account_id, used_at__isnull=True).count()


def _new_code() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def _digest(account_id: int, code: str) -> str:
    key = hashlib.sha256(b"hygie.recovery\x00" + settings.SECRET_KEY.encode("utf-8")).digest()
    clean = "".join(code.split()).replace("-", "").upper()
    return hmac.new(key, f"{account_id}\x00{clean}".encode(), hashlib.sha256).hexdigest()
