"""Guessing: every try is counted before it is compared, all means of one account together (R-21).

Three counts, each over ten minutes. A name, known or not: 10 tries. A device that this account has come in with has 10 of
its own, so that strangers who guess do not lock the owner out. An address: 100 failures, whatever the names, which slows
one password that is tried on ten thousand accounts. A passkey is not counted: there is nothing to guess.
"""

import datetime as dt
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.utils.crypto import salted_hmac

from hygie.identity.models import SignInAttempt
from hygie.identity.sign_in import devices
from hygie.lib.errors import Conflict

TRIES = 10
TRIES_OF_ADDRESS = 100
WINDOW = dt.timedelta(minutes=10)
logger = logging.getLogger("hygie.sign_in")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a try comes from: the address of the client and the cookie of its device. Neither is kept."""

    address: str = ""
    device: str = ""


NOWHERE = Origin()


@contextmanager
def counted(name: str, origin: Origin, *, now: dt.datetime, keep: bool = False) -> Iterator[None]:
    """Around one comparison, outside any transaction. A success takes its try back, a failure (any exception) leaves it.

    `keep`: each act counts, also those that succeed.

    Raises Conflict(sign-in-slowed) when there were too many; what is compared inside is then not reached. Tries that come
    together cannot pass together: each one is written before any is counted.
    """
    written = _write(name, origin, now)
    if _too_many(written, now):
        _take_back(written)
        raise Conflict("Too many tries: wait ten minutes.", code="sign-in-slowed")
    yield
    if not keep:
        _take_back(written)


@dataclass(frozen=True, slots=True)
class _Count:
    row: SignInAttempt
    most: int
    scope: str
    binding: bool


def _write(name: str, origin: Origin, now: dt.datetime) -> list[_Count]:
    """One row a count. The account's own count does not bind a device that it knows."""
    clean = clean_name(name)
    known = devices.is_known(clean, origin.device)
    counts = [(_digest("account", clean), TRIES, "account", not known)]
    if known:
        counts.append((_digest("device", clean, origin.device), TRIES, "device", True))
    if origin.address:
        counts.append((_digest("address", origin.address), TRIES_OF_ADDRESS, "address", True))
    rows = SignInAttempt.objects.bulk_create([SignInAttempt(digest=digest, at=now) for digest, *_ in counts])
    return [_Count(row, most, scope, binding) for row, (_, most, scope, binding) in zip(rows, counts, strict=True)]


def _too_many(counts: list[_Count], now: dt.datetime) -> bool:
    for count in counts:
        tries = SignInAttempt.objects.filter(digest=count.row.digest, at__gt=now - WINDOW).count()
        if count.binding and tries > count.most:
            # Whose it is stays out of the log.
            logger.warning("sign-in slowed: scope=%s", count.scope)
            return True
    return False


def _take_back(counts: list[_Count]) -> None:
    SignInAttempt.objects.filter(pk__in=[count.row.pk for count in counts]).delete()


def clean_name(name: str) -> str:
    return name.strip().lower()


def _digest(*parts: str) -> str:
    return salted_hmac("hygie.sign-in\x00", "\x00".join(parts), algorithm="sha256").hexdigest()


def forget_attempts(*, now: dt.datetime) -> int:
    return SignInAttempt.objects.filter(at__lte=now - WINDOW).delete()[0]
