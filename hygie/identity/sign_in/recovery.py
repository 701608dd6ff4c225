"""Ten codes on paper: each one replaces the second proof, once. Never the password."""

import datetime as dt
import secrets

from django.db import transaction
from django.utils.crypto import salted_hmac

from hygie.identity.contacts import codes
from hygie.identity.sign_in import guard, passwords
from hygie.identity.sign_in.guard import NOWHERE, Origin
from hygie.identity.sign_in.models import RecoveryCode
from hygie.lib.errors import Invalid

COUNT = 10
_GROUPS, _GROUP = 3, 5  # 15 letters are 74 bits


@transaction.atomic
def draw(account_id: int, *, now: dt.datetime) -> list[str]:
    """Ten new codes, shown once; the former ones end."""
    RecoveryCode.objects.filter(account_id=account_id).delete()
    drawn = [_new_code() for _ in range(COUNT)]
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(account_id=account_id, digest=_digest(account_id, code), created_at=now) for code in drawn]
    )
    return drawn


def use(account_id: int, code: str, *, now: dt.datetime, origin: Origin = NOWHERE) -> None:
    """Spends a code. Raises Invalid(code-wrong), Conflict(sign-in-slowed)."""
    rows = RecoveryCode.objects.filter(account_id=account_id, used_at__isnull=True)
    with guard.counted(passwords.name_of(account_id), origin, now=now):
        # The digest is keyed: what the database compares says nothing about the code by its time.
        if not rows.filter(digest=_digest(account_id, code)).update(used_at=now):
            raise Invalid("The code is not right, or has already served.", code="code-wrong", path="code")


def left(account_id: int) -> int:
    return RecoveryCode.objects.filter(account_id=account_id, used_at__isnull=True).count()


def _new_code() -> str:
    return "-".join("".join(secrets.choice(codes.LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def _digest(account_id: int, code: str) -> str:
    text = f"{account_id}\x00{codes.clean(code)}"
    return salted_hmac("hygie.recovery\x00", text, algorithm="sha256").hexdigest()
