"""One provider and all that it remembers. In memory: another start is another country."""

import hashlib
import secrets
import threading
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings

from hygie.simulators.state.oidc.keys import Keys

LEVELS = ("eidas1", "eidas2", "eidas3")
TITLES = {"franceconnect": "FranceConnect+", "prosanteconnect": "Pro Santé Connect"}
# A table that grows for ever would be a leak: the oldest go.
_MOST = 5000


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody who may sign in. `level`: the best that the means of this person give."""

    username: str
    label: str
    level: str
    claims: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Client:
    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    backchannel_logout_uri: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of authorization, once checked."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    acr: str


@dataclass(slots=True)
class Session:
    """Somebody is signed in at the provider, in one browser."""

    username: str
    acr: str
    auth_time: int
    sid: str
    clients: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Code:
    asked: Asked
    session: Session
    expires: float


@dataclass(frozen=True, slots=True)
class Access:
    client_id: str
    session: Session
    code: str
    expires: float


class Realm:
    def __init__(self, name: str, said: dict[str, Any], base_url: str) -> None:
        self.name = name
        self.title = TITLES[name]
        self.issuer = f"{base_url}/{name}"
        self.keys = Keys("ES256" if name == "franceconnect" else "RS256")
        self.identities = {each["username"]: _identity(each) for each in said["identities"]}
        self.clients = {each["client_id"]: _client(each) for each in said["clients"]}
        self.waiting: dict[str, Asked] = {}
        self.sessions: dict[str, Session] = {}
        self.codes: dict[str, Code] = {}
        self.spent: set[str] = set()
        self.accesses: dict[str, Access] = {}
        self.lock = threading.Lock()

    @property
    def cookie(self) -> str:
        return f"{self.name}-session"

    @property
    def is_franceconnect(self) -> bool:
        return self.name == "franceconnect"

    def levels(self) -> tuple[str, ...]:
        """Pro Santé Connect's `acr` is always eidas1."""
        return LEVELS if self.is_franceconnect else LEVELS[:1]

    def subject(self, username: str, client_id: str) -> str:
        """FranceConnect's sub differs from one client to the next; Pro Santé Connect's holds the national number."""
        if self.is_franceconnect:
            return hashlib.sha256(f"{username}\x00{client_id}".encode()).hexdigest() + "v1"
        return f"f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:{self.identities[username].claims['SubjectNameID']}"

    def keep(self, table: dict[str, Any], value: Any) -> str:
        """Under a new name that nobody can guess."""
        name = secrets.token_urlsafe(32)
        with self.lock:
            table[name] = value
            while len(table) > _MOST:
                del table[next(iter(table))]
        return name

    def take(self, table: dict[str, Any], name: str) -> Any:
        with self.lock:
            return table.pop(name, None)


def _identity(said: dict[str, Any]) -> Identity:
    return Identity(said["username"], said["label"], said["level"], said["claims"])


def _client(said: dict[str, Any]) -> Client:
    return Client(
        said["client_id"],
        said["client_secret"],
        tuple(said["redirect_uris"]),
        tuple(said["post_logout_redirect_uris"]),
        said.get("backchannel_logout_uri", ""),
    )


@cache
def realms() -> dict[str, Realm]:
    said = settings.STATE
    return {name: Realm(name, each, said["base_url"]) for name, each in said["providers"].items()}
