"""Passwords: compared, and chosen. One alone gives the level « low »."""

import datetime as dt
import secrets
from functools import cache

from django.contrib.auth.hashers import check_password, is_password_usable, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from hygie.identity.models import Account
from hygie.identity.sign_in import guard
from hygie.identity.sign_in.guard import NOWHERE, Origin
from hygie.lib.errors import Invalid


@cache
def nobody() -> str:
    """A hash of nothing, with the current hasher: an unknown name costs the same time as a wrong password."""
    return make_password(secrets.token_urlsafe(16))


def check(username: str, password: str, *, now: dt.datetime, origin: Origin = NOWHERE) -> int:
    """The account of this name and password.

    Raises Invalid(sign-in-refused), the same for an unknown name, a closed account and a wrong password, and
    Conflict(sign-in-slowed) after too many tries, whether the account exists or not.
    """
    with guard.counted(username, origin, now=now):
        account = Account.objects.filter(username=guard.clean_name(username)).first()
        usable = account is not None and account.is_active and is_password_usable(account.password)
        good = check_password(password, account.password if account is not None and usable else nobody())
        if account is None or not usable or not good:
            raise Invalid("The name or the password is not right.", code="sign-in-refused")
    return account.pk


def check_own(account_id: int, password: str, *, now: dt.datetime, origin: Origin = NOWHERE) -> None:
    """The same for somebody who is inside. Raises Invalid(sign-in-refused), Conflict(sign-in-slowed)."""
    check(name_of(account_id), password, now=now, origin=origin)


def faults(password: str, account_id: int | None) -> list[str]:
    """Why a password cannot be chosen, in the reader's words; none when it can."""
    account = Account.objects.filter(pk=account_id).first() if account_id is not None else None
    try:
        validate_password(password, account)
    except ValidationError as error:
        return [str(message) for message in error.messages]
    return []


def name_of(account_id: int) -> str:
    """The name under which an account's tries are counted."""
    return Account.objects.values_list("username", flat=True).get(pk=account_id)
