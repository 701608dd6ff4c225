"""Authenticator applications (RFC 6238): six digits every thirty seconds, from a secret that both sides keep."""

import base64
import datetime as dt
import hmac
import re
import secrets
import uuid

import pyotp
from django.conf import settings
from django.db import transaction

from hygie.identity.sign_in import guard, passwords
from hygie.identity.sign_in.guard import NOWHERE, Origin
from hygie.identity.sign_in.models import Factor
from hygie.identity.sign_in.types import Kind
from hygie.lib import crypto
from hygie.lib.errors import Conflict, Invalid

STEP = 30
# The clock of a telephone may be a step early or late.
_DRIFT = (-1, 0, 1)
_SECRET_BYTES = 20  # 160 bits, RFC 4226 §4
MOST = 5
ISSUER = "Hygie"


def new_secret() -> str:
    """Base32, as applications read it."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def address(secret: str, label: str) -> str:
    """The `otpauth://` address that a picture code holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=label, issuer_name=ISSUER)


def seal_secret(secret: str, *, context: uuid.UUID) -> bytes:
    return crypto.envelope(settings.HYGIE_MASTER_KEY, secret.encode("ascii"), context=_context(context))


def open_secret(sealed: bytes, *, context: uuid.UUID) -> str:
    return crypto.open_envelope(settings.HYGIE_MASTER_KEY, sealed, context=_context(context)).decode("ascii")


@transaction.atomic
def add(account_id: int, secret: str, name: str, *, now: dt.datetime, code: str | None = None) -> uuid.UUID:
    """Keeps an application. With `code`, the application shows that it has the secret, and that code is spent.

    Raises Invalid(code-wrong), Conflict(factors-many).
    """
    if Factor.objects.filter(account_id=account_id, kind=Kind.TOTP).count() >= MOST:
        raise Conflict(f"An account has {MOST} applications at most.", code="factors-many")
    step = 0
    if code is not None:
        found = _matching_step(secret, code, now)
        if found is None:
            raise Invalid("The code is not right.", code="code-wrong", path="code")
        step = found
    row = Factor(id=uuid.uuid4(), account_id=account_id, kind=Kind.TOTP, name=name, created_at=now, last_step=step)
    row.used_at = now if code is not None else None
    row.sealed = seal_secret(secret, context=row.id)
    row.save(force_insert=True)
    return row.id


def check(account_id: int, code: str, *, now: dt.datetime, origin: Origin = NOWHERE) -> None:
    """Raises Invalid(code-wrong): wrong, or already used; Conflict(sign-in-slowed)."""
    with guard.counted(passwords.name_of(account_id), origin, now=now):
        for row in Factor.objects.filter(account_id=account_id, kind=Kind.TOTP):
            step = _matching_step(open_secret(bytes(row.sealed), context=row.id), code, now)
            # One statement: of two that come with the same code, one finds the step already taken.
            fresh = Factor.objects.filter(pk=row.pk, last_step__lt=step) if step is not None else None
            if fresh is not None and fresh.update(last_step=step, used_at=now):
                return
        raise Invalid("The code is not right, or has already served.", code="code-wrong", path="code")


def _matching_step(secret: str, code: str, now: dt.datetime) -> int | None:
    digits = re.sub(r"[\s.\-]", "", code)
    current = int(now.timestamp()) // STEP
    generator = pyotp.TOTP(secret)
    found = [
        current + drift
        for drift in _DRIFT
        if hmac.compare_digest(generator.generate_otp(current + drift).encode(), digits.encode())
    ]
    return max(found, default=None)


def _context(factor_id: uuid.UUID) -> bytes:
    return b"hygie.totp\x00" + factor_id.bytes
