"""Who acts, and whose space it is."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from hygie.identity.ins import INS, IdentityStatus
from hygie.identity.traits import Traits


class ActorKind(StrEnum):
    CITIZEN = "citizen"
    PROFESSIONAL = "professional"
    SOFTWARE = "software"


class ClientKind(StrEnum):
    """Kinds of software that may act alone; every other kind acts for a professional."""

    BENCH = "bench"
    REGISTER = "register"


class Channel(StrEnum):
    WEB = "web"
    API = "api"


class Level(IntEnum):
    """Assurance level of a sign-in: low, substantial, high (eIDAS, regulation (EU) 910/2014, art. 8)."""

    LOW = 1
    SUBSTANTIAL = 2
    HIGH = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class AccountKind(StrEnum):
    CITIZEN = "citizen"
    PROFESSIONAL = "professional"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts, built by a door and passed down; never a name, never a matricule.

    A citizen acts with `space_id`. A professional acts with `professional_id`, `idnps`, `profession` and the
    organisation chosen; when software acts for him, `client_id` and the token's `scopes` say which and how far.
    Software that acts alone has a `client_kind` (ClientKind) and nobody else's id. An employee who acts under a
    professional's delegation is `delegate_id`: both are in the journal. `level` is that of the sign-in.
    """

    kind: ActorKind
    channel: Channel
    space_id: uuid.UUID | None = None
    professional_id: uuid.UUID | None = None
    idnps: str = ""
    profession: str = ""
    organization_id: uuid.UUID | None = None
    client_id: str = ""
    client_kind: str = ""
    scopes: frozenset[str] | None = None
    delegate_id: uuid.UUID | None = None
    level: Level = Level.LOW

    @property
    def id(self) -> str:
        """The opaque id that the trace keeps."""
        if self.kind is ActorKind.SOFTWARE:
            return self.client_id
        return str(self.professional_id if self.kind is ActorKind.PROFESSIONAL else self.space_id)


@dataclass(frozen=True, slots=True)
class Person:
    """The identity of a space, as pages and coherence checks need it."""

    space_id: uuid.UUID
    ins: INS
    status: IdentityStatus
    traits: Traits
    closed_at: dt.datetime | None = None

    @property
    def display_name(self) -> str:
        family = self.traits.used_family or self.traits.birth_family
        return f"{self.traits.used_given or self.traits.first_given} {family}"


@dataclass(frozen=True, slots=True)
class OrganizationView:
    id: uuid.UUID
    idnst: str
    name: str
    kind: str = ""
    practice_setting: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class ProfessionalView:
    id: uuid.UUID
    idnps: str
    family: str
    given: str
    title: str
    profession: str
    speciality: str
    organizations: tuple[OrganizationView, ...] = field(default=())

    @property
    def display_name(self) -> str:
        name = f"{self.given} {self.family}"
        return f"Dr {name}" if self.title == "DR" else name


@dataclass(frozen=True, slots=True)
class AccountView:
    """Whose account it is: a citizen's (`space_id`) or a professional's."""

    id: int
    kind: AccountKind
    space_id: uuid.UUID | None
    professional_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class ClientView:
    """Software of a structure, as registered."""

    client_id: str
    name: str
    kind: str
    organization_id: uuid.UUID
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class TokenView:
    """A live access token: which software, for which structure, how far, and the professional named."""

    client_id: str
    kind: str
    organization_id: uuid.UUID
    scopes: frozenset[str]
    professional_id: uuid.UUID | None
    idnps: str
    profession: str
