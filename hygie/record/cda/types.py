"""What a CDA R2 (CI-SIS) document says, as plain values: header, people, coded entries, attachments.

Field names follow the header's own words; codings carry FHIR system URIs (terminology.oid_to_system), never bare OIDs.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from lxml.etree import _Element

from hygie.terminology.types import Coding

# (root, extension) of an HL7 instance identifier; extension is "" when the root is the whole identifier.
Identifier = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class CdaDocument:
    """A parsed ClinicalDocument; `self_presenting` when it came inside its own xsl:stylesheet (never run)."""

    root: _Element
    self_presenting: bool
    size: int


@dataclass(frozen=True, slots=True)
class CdaTime:
    """An HL7 TS. `at` is the first instant of the period that is meant, always aware (Europe/Paris when no zone is
    given); `digits` (4 year, 6 month, 8 day, 10, 12, 14) is the precision that was written."""

    at: datetime
    digits: int

    @property
    def day(self) -> date:
        return self.at.date()

    @property
    def fhir(self) -> str:
        """FHIR dateTime of the same precision. FHIR has no hour without minutes: an hour falls back to its day."""
        if self.digits == 4:
            return f"{self.at.year:04d}"
        if self.digits == 6:
            return f"{self.at.year:04d}-{self.at.month:02d}"
        if self.digits < 12:
            return self.at.date().isoformat()
        return self.at.isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class PatientIdentity:
    """Traits of recordTarget (french-specs 1.5). `ins` and `ipps` are (OID, value)."""

    ins: tuple[Identifier, ...]
    ipps: tuple[Identifier, ...]
    birth_family: str
    birth_given: tuple[str, ...]  # all given names of the birth certificate, in order
    first_given: str
    used_family: str
    used_given: str
    sex: str  # "M", "F" or "U"
    born: CdaTime
    birth_place_insee: str  # "" when absent
    birth_place_name: str
    telecoms: tuple[str, ...]

    @property
    def born_on(self) -> date:
        return self.born.day


@dataclass(frozen=True, slots=True)
class Organization:
    """`idnst` is the national structure number (root 1.2.250.1.71.4.2.2), None when not given."""

    name: str
    idnst: str | None = None
    ids: tuple[Identifier, ...] = ()


class AuthorKind(StrEnum):
    PROFESSIONAL = "professional"
    PATIENT = "patient"
    DEVICE = "device"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Author:
    """An author, authenticator, performer or participant. `idnps` is the national professional number as written.
    For a device, `family` is its name (software or model)."""

    kind: AuthorKind
    ids: tuple[Identifier, ...]
    idnps: str | None
    family: str
    given: str
    prefix: str
    suffix: str
    speciality: Coding | None
    function_code: Coding | None
    organization: Organization | None
    at: CdaTime | None


@dataclass(frozen=True, slots=True)
class Participant:
    type_code: str
    class_code: str
    function_code: Coding | None
    who: Author


@dataclass(frozen=True, slots=True)
class Encounter:
    """componentOf/encompassingEncounter; `facility` is the sector (TRE_R02), `facility_name` the place's name."""

    ids: tuple[Identifier, ...]
    code: Coding | None
    start: CdaTime | None
    end: CdaTime | None
    facility: Coding | None
    facility_name: str
    responsible: Author | None


@dataclass(frozen=True, slots=True)
class CdaHeader:
    """Everything a DMP DocumentEntry needs (french-specs 3.1, 4.2).

    None where the document is silent and the rules tolerate it: legal_authenticator, class_code and format (type or
    model unknown to the tables), facility, practice_setting, service_start, service_end, encounter.
    """

    unique_id: str  # "root" or "root^extension"
    set_id: str
    version_number: int | None
    code: Coding
    title: str
    effective: CdaTime
    confidentiality_code: Coding
    language: str
    template_ids: tuple[Identifier, ...]
    format: Coding | None
    class_code: str | None  # TRE_A03 code that the type decides (ASS_X04)
    patient: PatientIdentity
    authors: tuple[Author, ...]
    custodian: Organization
    legal_authenticator: Author | None
    participants: tuple[Participant, ...]
    service_start: CdaTime | None
    service_end: CdaTime | None
    event_codes: tuple[Coding, ...]
    performer: Author | None
    practice_setting: Coding | None
    encounter: Encounter | None
    replaces: tuple[str, ...]  # unique ids of the documents that this one replaces (RPLC)
    order_ids: tuple[str, ...]  # inFulfillmentOf/order/id, e.g. the prescription of a dispensation
    body_media_type: str  # media type of a nonXMLBody, "" for a structured body

    @property
    def effective_at(self) -> datetime:
        return self.effective.at

    @property
    def facility(self) -> Coding | None:
        return self.encounter.facility if self.encounter else None


@dataclass(frozen=True, slots=True)
class Entry:
    """One understood coded entry. `resource` is FHIR R4 JSON without id, meta, subject/patient; decimals are
    decimal.Decimal so that 72.50 stays 72.50. `path` is stable for one document: the id of the CDA entry, or its XPath.
    """

    resource: dict[str, Any]
    path: str
    section_code: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the document. `media_type` is what the bytes are, not what the document claims."""

    index: int
    media_type: str
    title: str
    data: bytes
