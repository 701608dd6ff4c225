"""Providers, what they say of a person, and what is kept while somebody is at one."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hygie.identity.sign_in.types import Method
from hygie.identity.types import AccountKind, Level

# eIDAS levels as both providers write them in `acr` (their common word; PSC only gives eidas1).
ACR = {Level.LOW: "eidas1", Level.SUBSTANTIAL: "eidas2", Level.HIGH: "eidas3"}
LEVEL_OF_ACR = {acr: level for level, acr in ACR.items()}


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as the settings declare it. `level` is the least that a sign-in by it must reach."""

    name: str
    kind: AccountKind
    method: Method
    issuer: str
    client_id: str
    client_secret: str
    scopes: str
    level: Level
    discovery: str
    signed_userinfo: bool
    # The one `acr` that it knows, whatever level is asked; "" when it knows eIDAS's three.
    only_acr: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What discovery says, once checked."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str
    secret_in_header: bool
    names_itself: bool  # RFC 9207


@dataclass(frozen=True, slots=True)
class Pending:
    """A departure to a provider, kept in the session of the browser that left: its return must match it."""

    provider: str
    state: str
    nonce: str
    verifier: str
    asked: int  # the level
    at: str  # ISO 8601
    suite: str = ""
    session: str = ""  # the session to raise; "" for a sign-in
    kiosk: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody came back from a provider, and everything was checked."""

    provider: Provider
    subject: str
    level: Level
    claims: Mapping[str, Any]
    id_token: str
    sid: str = ""


@dataclass(frozen=True, slots=True)
class Pivot:
    """FranceConnect's pivot identity. `birthdate` may have unknown parts (`1950-00-00`); places are INSEE codes."""

    family: str
    given: tuple[str, ...]
    sex: str
    birthdate: str
    birthplace: str
    birthcountry: str


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity of one exercise, of Pro Santé Connect: codes of TRE_G15, R38, R21, R22, R23."""

    profession: str
    speciality: str
    role: str
    genre: str
    mode: str
    structures: tuple[str, ...]  # IDNST that name its structure
    structure_name: str


@dataclass(frozen=True, slots=True)
class LogoutNotice:
    """A provider says that its session has ended."""

    subject: str
    sid: str
    at: dt.datetime
