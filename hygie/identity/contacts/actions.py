"""Adding, verifying and removing contact points."""

import datetime as dt
import re
import uuid

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from hygie.identity.contacts import codes
from hygie.identity.contacts.models import ContactPoint
from hygie.identity.contacts.types import System
from hygie.lib.errors import Conflict, Invalid, NotFound

PURPOSE = "contact"
MOST = 6


@transaction.atomic
def add_contact(
    space_id: uuid.UUID, system: System, value: str, *, now: dt.datetime, verified: bool = False
) -> uuid.UUID:
    """A new address; `verified` when the identity source vouches for it. Phones are kept as `+33…` (E.164).

    Raises Invalid: email-invalid, phone-invalid; Conflict: contact-known, contacts-many.
    """
    clean = _email(value) if system is System.EMAIL else _phone(value)
    if ContactPoint.objects.filter(space_id=space_id).count() >= MOST:
        raise Conflict(f"A person has {MOST} contact points at most.", code="contacts-many")
    try:
        with transaction.atomic():
            row = ContactPoint.objects.create(
                space_id=space_id, system=system, value=clean, created_at=now, verified_at=now if verified else None
            )
    except IntegrityError as error:
        raise Conflict("This address is there already.", code="contact-known") from error
    return row.id


def draw_code(space_id: uuid.UUID, contact_id: uuid.UUID, *, now: dt.datetime) -> str:
    """A code for the door to send there. Raises NotFound, Conflict(codes-slowed)."""
    _get(space_id, contact_id)
    return codes.draw(PURPOSE, str(contact_id), now=now)


def verify_contact(space_id: uuid.UUID, contact_id: uuid.UUID, code: str, *, now: dt.datetime) -> None:
    """Raises NotFound, Invalid(code-wrong)."""
    row = _get(space_id, contact_id)
    codes.use(PURPOSE, str(contact_id), code, now=now)
    row.verified_at = row.verified_at or now
    row.save(update_fields=["verified_at"])


def remove_contact(space_id: uuid.UUID, contact_id: uuid.UUID) -> None:
    _get(space_id, contact_id).delete()


def _get(space_id: uuid.UUID, contact_id: uuid.UUID) -> ContactPoint:
    row = ContactPoint.objects.filter(space_id=space_id, id=contact_id).first()
    if row is None:
        raise NotFound("No contact point of this id.", code="contact-unknown")
    return row


def _email(value: str) -> str:
    name, _, host = value.strip().rpartition("@")
    clean = f"{name}@{host.lower()}"
    try:
        validate_email(clean)
    except ValidationError as error:
        raise Invalid("This is not an e-mail address.", code="email-invalid", path="value") from error
    return clean


def _phone(value: str) -> str:
    digits = re.sub(r"[\s().-]", "", value)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif re.fullmatch(r"0[1-9]\d{8}", digits):
        digits = "+33" + digits[1:]
    if not re.fullmatch(r"\+[1-9]\d{7,14}", digits):
        raise Invalid("This is not a telephone number.", code="phone-invalid", path="value")
    return digits
