"""What an entry says: docs/reference/trace-format.md."""

import datetime as dt
import uuid
from dataclasses import dataclass
from enum import StrEnum


class Event(StrEnum):
    """Names are for ever; the sentences that people read are in the portals."""

    DOCUMENT_DEPOSITED = "record.document.deposited"
    DOCUMENT_DEPOSIT_REPEATED = "record.document.deposit_repeated"
    DOCUMENT_ADDED = "record.document.added"
    DOCUMENT_REPLACED = "record.document.replaced"
    DOCUMENT_LISTED = "record.document.listed"
    DOCUMENT_READ = "record.document.read"
    DOCUMENT_DOWNLOADED = "record.document.downloaded"
    DOCUMENT_HIDDEN = "record.document.hidden"
    DOCUMENT_SHOWN = "record.document.shown"
    ENTRY_LISTED = "record.entry.listed"
    ENTRY_READ = "record.entry.read"
    RESOURCE_CREATED = "record.resource.created"
    RESOURCE_UPDATED = "record.resource.updated"
    RESOURCE_DELETED = "record.resource.deleted"
    HISTORY_READ = "record.history.read"
    EVERYTHING_READ = "record.everything.read"
    RESOURCE_EXPORTED = "record.resource.exported"
    DOCUMENT_ASSEMBLED = "record.document.assembled"
    SPACE_FOUND = "identity.space.found"
    SPACE_READ = "identity.space.read"
    SPACE_CREATED = "identity.space.created"
    PROVIDER_LINKED = "identity.provider.linked"
    RIGHTS_LISTED = "access.rights.listed"
    CONSENT_GIVEN = "access.consent.given"
    CONSENT_ENDED = "access.consent.ended"
    BLOCK_SET = "access.block.set"
    BLOCK_LIFTED = "access.block.lifted"
    OPPOSITION_SET = "access.opposition.set"
    OPPOSITION_LIFTED = "access.opposition.lifted"
    TEAM_JOINED = "access.team.joined"
    TEAM_LEFT = "access.team.left"
    TRACE_LISTED = "trace.entry.listed"
    TRACE_EXPORTED = "trace.entry.exported"


class Outcome(StrEnum):
    ALLOWED = "allowed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Act:
    """One act on a space, before it is numbered. Only opaque ids, codes and digests: no name, no health word."""

    space_id: uuid.UUID
    event: Event
    actor_kind: str
    actor_id: str
    channel: str
    at: dt.datetime
    outcome: Outcome = Outcome.ALLOWED
    ground: str = ""
    mode: str = "normal"
    object: str = ""
    object_version: int = 0
    object_digest: str = ""
    profession: str = ""
    organization_id: str = ""
    on_behalf_of: str = ""
    client_id: str = ""
    delegate_id: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry as it is stored."""

    seq: int
    at: dt.datetime
    event: str
    outcome: str
    actor_kind: str
    actor_id: str
    channel: str
    ground: str
    mode: str
    object: str
    profession: str
    organization_id: str
    client_id: str
    delegate_id: str
    level: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """The first entry of a space that is not what was written, and why."""

    space_id: uuid.UUID
    seq: int
    kind: str
    detail: str
