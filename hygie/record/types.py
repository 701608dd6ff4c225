"""What doors hand to the record and what it gives back."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hygie.access.rules import LABEL_BITS
from hygie.identity.ins import INS
from hygie.identity.traits import Traits
from hygie.record.cda.render import Section
from hygie.record.cda.types import Author, Entry
from hygie.terminology.types import Coding


class Origin(StrEnum):
    """Who brought a document; shown everywhere, and a filter."""

    PROFESSIONAL = "professional"
    PATIENT = "patient"
    DEVICE = "device"
    INSURANCE = "insurance"


class Label(StrEnum):
    """TRE_A07: who must not see a document."""

    MASQUE_PS = "MASQUE_PS"
    INVISIBLE_PATIENT = "INVISIBLE_PATIENT"
    INVISIBLE_REPRESENTANTS_LEGAUX = "INVISIBLE_REPRESENTANTS_LEGAUX"


def label_bits(labels: Iterable[Label]) -> int:
    """Labels as the bits of the store's column."""
    return sum(LABEL_BITS[label.value] for label in set(labels))


def label_names(bits: int) -> frozenset[Label]:
    return frozenset(label for label in Label if bits & LABEL_BITS[label.value])


@dataclass(frozen=True, slots=True)
class Submission:
    """One document on its way in, with the metadata of a DMP DocumentEntry (french-specs §3.1), whatever form they came in.

    `ins` are the INS that the document names (none: the identity is not qualified); `resource` is the DocumentReference as
    it was sent (PDSm), from which ours is made, or None (CDA: it is built from these fields). Codings hold FHIR systems.
    """

    unique_id: str
    type: Coding
    class_code: str
    title: str
    created: str  # FHIR dateTime, precision as written
    created_at: dt.datetime
    ins: tuple[INS, ...]
    traits: Traits
    media_type: str
    content: bytes
    language: str = "fr-FR"
    format: Coding | None = None
    facility: Coding | None = None
    practice_setting: Coding | None = None
    period_start: str = ""
    period_start_at: dt.datetime | None = None
    period_end: str = ""
    event_codes: tuple[Coding, ...] = ()
    authors: tuple[Author, ...] = ()
    authenticator: Author | None = None
    custodian: str = ""
    replaces: tuple[str, ...] = ()
    order_ids: tuple[str, ...] = ()
    labels: frozenset[Label] = frozenset()
    origin: Origin = Origin.PROFESSIONAL
    entries: tuple[Entry, ...] = ()
    text: str = ""
    resource: dict[str, Any] | None = None
    path: str = ""  # where it stands in what was sent, for errors


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of a deposit. `created` is False when the very same document was here already."""

    receipt: str
    document_id: str
    version: int
    unique_id: str
    sha256: str
    space_id: uuid.UUID
    created: bool = True
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentFilters:
    words: str = ""
    class_code: str = ""
    author: str = ""
    origin: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    status: str = "current"


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """What a list shows of a document: words, never codes or file names."""

    id: str
    title: str
    type_code: str
    type_label: str
    class_code: str
    class_label: str
    author: str
    organization: str
    dated_at: dt.datetime | None
    deposited_at: dt.datetime
    origin: str
    hidden: bool
    status: str
    media_type: str
    size: int
    version: int
    own_title: str = ""  # as its author titled it


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A page of documents; `total` and the facets count what this reader may see, and only that."""

    cards: list[DocumentCard]
    total: int
    next: str = ""
    classes: list[tuple[str, str, int]] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    years: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AttachmentView:
    index: int
    media_type: str
    title: str
    size: int


@dataclass(frozen=True, slots=True)
class VersionView:
    id: str
    title: str
    deposited_at: dt.datetime
    status: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class DocumentDetail:
    card: DocumentCard
    sections: tuple[Section, ...]
    attachments: list[AttachmentView]
    versions: list[VersionView]
    entries: list[dict[str, Any]]
    metadata: list[tuple[str, str]]
    sha256: str
    can_hide: bool
    pending_replaces: bool


@dataclass(frozen=True, slots=True)
class StoredFile:
    data: bytes
    media_type: str
    filename: str


@dataclass(frozen=True, slots=True)
class AllergyView:
    """An allergy as a banner shows it; `none_known` when the source says that there is none."""

    text: str
    severity: str
    none_known: bool
    recorded: str
    document_id: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A FHIR resource as it is served."""

    body: bytes
    version: int
    updated_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search. `included`: (type, body) of what comes with the matches; `cut`: more would have come."""

    bodies: list[bytes]
    total: int
    next: str = ""
    included: list[tuple[str, bytes]] = field(default_factory=list)
    cut: bool = False
