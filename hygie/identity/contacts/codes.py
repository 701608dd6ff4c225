"""One-time codes: drawn here, sent by a door, typed back. Nothing is kept that would give the code again."""

import datetime as dt
import hmac
import secrets

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from hygie.identity.contacts.models import OneTimeCode
from hygie.lib.errors import Conflict, Invalid

MINUTES = 10
TRIES = 5
DRAWS = 5
_DRAW_WINDOW = dt.timedelta(hours=1)
# Without 0, O, 1, I, L: read aloud and typed from paper.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@transaction.atomic
def draw(
    purpose: str,
    subject: str,
    *,
    now: dt.datetime,
    life: dt.timedelta = dt.timedelta(minutes=MINUTES),
    length: int = 6,
    letters: bool = False,
) -> str:
    """A new code, which ends the former one. Digits, or `letters` for codes that live long.

    Raises Conflict(codes-slowed) after five codes in an hour.
    """
    former = OneTimeCode.objects.filter(purpose=purpose, subject=subject)
    if former.filter(created_at__gt=now - _DRAW_WINDOW).count() >= DRAWS:
        raise Conflict("Too many codes were asked for: wait an hour.", code="codes-slowed")
    former.filter(used_at__isnull=True).update(used_at=now)
    code = "".join(secrets.choice(LETTERS if letters else "0123456789") for _ in range(length))
    OneTimeCode.objects.create(
        purpose=purpose,
        subject=subject,
        digest=_digest(purpose, subject, code),
        created_at=now,
        expires_at=now + life,
    )
    return code


def use(purpose: str, subject: str, code: str, *, now: dt.datetime) -> None:
    """Spends the code. Raises Invalid(code-wrong): wrong, expired, spent, or tried five times, all the same."""
    live = OneTimeCode.objects.filter(purpose=purpose, subject=subject, used_at__isnull=True, expires_at__gt=now)
    digest = _digest(purpose, subject, clean(code))
    # Each try is counted before it is compared, so that many at once do not pass the limit together.
    if live.filter(tries__lt=TRIES).update(tries=F("tries") + 1):
        row = live.latest("created_at")
        if hmac.compare_digest(row.digest, digest) and live.filter(pk=row.pk).update(used_at=now):
            return
    raise Invalid("The code is not right, or is no longer valid.", code="code-wrong")


def clean(typed: str) -> str:
    """A code as it was drawn: people add blanks and dashes, and write in small letters."""
    return "".join(typed.split()).replace("-", "").upper()


def forget(*, now: dt.datetime) -> int:
    return OneTimeCode.objects.filter(expires_at__lt=now - _DRAW_WINDOW).delete()[0]


def _digest(purpose: str, subject: str, code: str) -> str:
    return salted_hmac("hygie.code\x00", f"{purpose}\x00{subject}\x00{code}", algorithm="sha256").hexdigest()
