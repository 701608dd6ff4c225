"""Decisions and what they are made of."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hygie.identity.types import OrganizationView, ProfessionalView


class Permission(StrEnum):
    """`subject:thing:verb`, one spelling for pages, API and journal."""

    DOCUMENT_LIST = "record:document:list"
    DOCUMENT_READ = "record:document:read"
    DOCUMENT_DEPOSIT = "record:document:deposit"
    DOCUMENT_ADD = "record:document:add"
    DOCUMENT_HIDE = "record:document:hide"
    ENTRY_READ = "record:entry:read"
    RESOURCE_CREATE = "record:resource:create"
    RESOURCE_UPDATE = "record:resource:update"
    RESOURCE_DELETE = "record:resource:delete"
    ACCESS_READ = "access:rights:read"
    ACCESS_CHANGE = "access:rights:change"
    CONSENT_RECORD = "access:consent:record"
    TRACE_READ = "trace:entry:read"
    SPACE_FIND = "identity:space:find"
    SPACE_READ = "identity:space:read"


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes, by this rule."""

    rule: str
    reason_fr: str
    reason_en: str

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Refused:
    """No, by this rule. The reason says nothing about what the asker may not know."""

    rule: str
    reason_fr: str
    reason_en: str

    def __bool__(self) -> bool:
        return False


Decision = Allowed | Refused


class Mode(StrEnum):
    """How somebody stands to a space."""

    OWN = "own"
    REPRESENTS = "represents"
    TEAM = "team"
    CONSENT = "consent"
    NONE = "none"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class RecordAccess:
    mode: Mode
    attending: bool = False
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One right of a space as it holds now: who may, who may not, for how long."""

    kind: str
    professional: uuid.UUID | None
    organization: uuid.UUID | None
    extra: str
    until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rows of one space, loaded with the token at the beginning of a request."""

    space_id: uuid.UUID | None = None
    rows: Sequence[Row] = ()

    def of(self, space_id: uuid.UUID) -> list[Row] | None:
        """None when they are another space's: load them."""
        return list(self.rows) if space_id == self.space_id else None


NOTHING = Loaded()


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member of the care team: a professional, or a whole structure."""

    id: uuid.UUID
    professional: ProfessionalView | None
    organization: OrganizationView | None
    attending: bool
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class BlockView:
    id: uuid.UUID
    professional: ProfessionalView | None
    organization: OrganizationView | None
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class OppositionView:
    """Nobody named and no category: the person opposes all feeding."""

    id: uuid.UUID
    professional: ProfessionalView | None
    organization: OrganizationView | None
    category: str
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class ConsentView:
    id: uuid.UUID
    professional: ProfessionalView | None
    organization: OrganizationView | None
    since: dt.datetime
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Rights:
    """All that the person decided about access, as it holds now; the attending doctor comes first in the team."""

    team: list[MemberView]
    blocks: list[BlockView]
    oppositions: list[OppositionView]
    consents: list[ConsentView]


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody around the person, and whether that reader may open one document."""

    professional: ProfessionalView | None
    organization: OrganizationView | None
    attending: bool
    decision: Decision


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One entry of the journal as the person reads it; names are looked up now, the journal holds opaque ids."""

    seq: int
    at: dt.datetime
    event: str
    outcome: str
    actor_kind: str
    is_me: bool
    professional: ProfessionalView | None
    organization: OrganizationView | None
    profession: str
    ground: str
    mode: str
    channel: str
    client_id: str
    client_name: str
    document_id: str
