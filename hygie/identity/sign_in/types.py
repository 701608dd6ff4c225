"""Means of sign-in and what a session is."""

import datetime as dt
import uuid
from dataclasses import dataclass
from enum import StrEnum

from hygie.identity.types import AccountView, Level


class Method(StrEnum):
    """How a session was opened, or raised; the level that it gives is in `LEVELS`.

    An identity provider says its own level at each sign-in: `LEVELS` has the least that is believed without that word.
    """

    PASSWORD = "password"
    PASSWORD_TOTP = "password+totp"
    PASSWORD_CODE = "password+code"
    PASSWORD_RECOVERY = "password+recovery"
    PASSKEY = "passkey"
    FRANCECONNECT = "franceconnect"
    PROSANTECONNECT = "psc"


LEVELS = {
    Method.PASSWORD: Level.LOW,
    Method.PASSWORD_TOTP: Level.SUBSTANTIAL,
    Method.PASSWORD_CODE: Level.SUBSTANTIAL,
    Method.PASSWORD_RECOVERY: Level.SUBSTANTIAL,
    Method.PASSKEY: Level.SUBSTANTIAL,
    Method.FRANCECONNECT: Level.LOW,
    Method.PROSANTECONNECT: Level.LOW,
}


class Kind(StrEnum):
    """What an account can add to its password. The first two are the strong ones: something that one holds."""

    PASSKEY = "passkey"
    TOTP = "totp"
    CODE = "code"
    RECOVERY = "recovery"


# What a second proof makes of a password.
RAISED = {
    Kind.PASSKEY: Method.PASSKEY,
    Kind.TOTP: Method.PASSWORD_TOTP,
    Kind.CODE: Method.PASSWORD_CODE,
    Kind.RECOVERY: Method.PASSWORD_RECOVERY,
}


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session that holds now."""

    id: uuid.UUID
    account: AccountView
    method: str
    level: Level
    kiosk: bool
    device: str
    created_at: dt.datetime
    proved_at: dt.datetime
    seen_at: dt.datetime


@dataclass(frozen=True, slots=True)
class FactorView:
    """A passkey or an authenticator application, as its owner named it."""

    id: uuid.UUID
    kind: Kind
    name: str
    created_at: dt.datetime
    used_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account holds: `recovery_left` codes on paper, and whether it has a password at all."""

    factors: tuple[FactorView, ...]
    recovery_left: int
    has_password: bool

    def of(self, kind: Kind) -> tuple[FactorView, ...]:
        return tuple(each for each in self.factors if each.kind is kind)

    @property
    def last_used(self) -> Kind | None:
        """The strong means that served last."""
        used = [(each.used_at, each.kind) for each in self.factors if each.used_at is not None]
        return max(used)[1] if used else None
