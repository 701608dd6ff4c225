"""What the writer writes: the header's people and places, and the clinical content. Instants are aware."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Code:
    """A code under the OID of its system, as CDA writes it."""

    code: str
    system: str
    display: str = ""
    system_name: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    number: str
    street: str
    postal_code: str
    city: str


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure with its sector of activity (TRE_R02) and its practice setting (JDV_J04)."""

    idnst: str
    name: str
    facility: Code
    practice_setting: Code
    address: Address
    phone: str


@dataclass(frozen=True, slots=True)
class Professional:
    """`civility` is TRE_R81 (M, MME), `title` TRE_R11 (DR, PR…), `speciality` TRE_A02."""

    idnps: str
    family: str
    given: str
    civility: str
    title: str
    speciality: Code
    structure: Structure


@dataclass(frozen=True, slots=True)
class Patient:
    """Traits as they are on the INS; `sex` M, F or U; `phone` digits or ""."""

    ins_oid: str
    ins_value: str
    birth_family: str
    birth_given: tuple[str, ...]
    used_family: str
    used_given: str
    sex: str
    born_on: dt.date
    birth_place: str
    birth_place_name: str
    address: Address
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A model of document: its type, its templates (root, extension), from the general to the precise."""

    code: Code
    templates: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Act:
    """The main act that the document is about. `number` is the act's own (root, extension)."""

    start: dt.datetime
    performer: Professional
    code: Code | None = None
    end: dt.datetime | None = None
    number: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """`id`, `set_id` and `replaces` are OIDs. `encounter` is AMB or IMP (HL7 ActCode)."""

    kind: Kind
    id: str
    set_id: str
    version: int
    title: str
    written_at: dt.datetime
    patient: Patient
    author: Professional
    act: Act
    encounter: str = "AMB"
    authenticator: Professional | None = None
    attending: Professional | None = None
    prescriber: Professional | None = None
    other_acts: tuple[Code, ...] = ()
    replaces: str = ""
    notice: str = ""  # a warning that the reader must see, written in a section of its own


@dataclass(frozen=True, slots=True)
class Problem:
    label: str
    code: Code | None  # CIM-10
    start: dt.date | None
    end: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Surgery:
    label: str
    on: dt.date
    code: Code | None = None  # CCAM


class AllergyKind(StrEnum):
    DRUG = "drug"
    FOOD = "food"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Allergy:
    """`agent` in plain words; `code` (ATC, CIS…) when there is one; `reaction` with its CIM-10 code."""

    kind: AllergyKind
    agent: str
    code: Code | None
    since: dt.date | None
    reaction: str = ""
    reaction_code: Code | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """A medicine or a vaccine: its name, ATC, and CIS when known."""

    name: str
    atc: Code | None = None
    cis: Code | None = None


@dataclass(frozen=True, slots=True)
class Treatment:
    """`dose` in `unit` every `every_hours` hours; `route` is EDQM; `reason` the problem that it treats."""

    product: Product
    posology: str
    start: dt.date
    dose: str
    unit: str
    every_hours: int
    end: dt.date | None = None
    route: Code | None = None
    reason: Problem | None = None


@dataclass(frozen=True, slots=True)
class PrescribedItem:
    treatment: Treatment
    renewals: int = 0
    instruction: str = ""
    long_term: bool = False  # in relation with an ALD


@dataclass(frozen=True, slots=True)
class Device:
    """A medical device of a prescription (EMDN)."""

    label: str
    code: Code
    start: dt.date
    end: dt.date
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Vaccination:
    product: Product
    on: dt.date
    lot: str
    rank: int
    booster: bool
    route: Code
    site: Code | None
    performer: Professional | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A quantity: `value`, `low` and `high` are decimal texts, kept as written; `flag` N, H, L (HL7)."""

    code: Code
    label: str
    value: str
    unit: str
    low: str = ""
    high: str = ""
    flag: str = ""
    previous: str = ""  # earlier value and date, for the reader only


@dataclass(frozen=True, slots=True)
class Panel:
    """A group of results under one code (LOINC)."""

    code: Code
    title: str
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A speciality of the laboratory (18719-5 biochemistry…)."""

    code: Code
    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Vital:
    code: Code
    label: str
    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class Habit:
    """A habit: LOINC and a quantity, or words only."""

    code: Code
    label: str
    words: str
    value: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class FamilyProblem:
    """`relation` is RoleCode (MTH, FTH…), `sex` the relative's."""

    relation: Code
    sex: str
    label: str
    code: Code


@dataclass(frozen=True, slots=True)
class Finding:
    """A plain observation with a yes/no or a quantity (development of a child…)."""

    code: Code
    label: str
    words: str
    truth: bool | None = None
    value: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class MedicalSummary:
    problems: tuple[Problem, ...] = ()
    history: tuple[Problem, ...] = ()
    surgeries: tuple[Surgery, ...] = ()
    allergies: tuple[Allergy, ...] | None = None  # None: not known; (): known to have none
    habits: tuple[Habit, ...] = ()
    family: tuple[FamilyProblem, ...] = ()
    vigilance: str = ""
    treatments: tuple[Treatment, ...] = ()


@dataclass(frozen=True, slots=True)
class LabReport:
    sampled_at: dt.datetime
    chapters: tuple[Chapter, ...]
    comment: str = ""
    pdf: bytes | None = None


@dataclass(frozen=True, slots=True)
class DischargeLetter:
    admitted_on: dt.date
    left_on: dt.date
    entry_mode: Code
    exit_mode: Code
    reason: str
    story: tuple[str, ...]
    conclusion: str
    stopped: tuple[Treatment, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    pending: str = ""
    follow_up: tuple[tuple[str, dt.date], ...] = ()
    allergies: tuple[Allergy, ...] | None = None


@dataclass(frozen=True, slots=True)
class Prescription:
    items: tuple[PrescribedItem, ...]
    devices: tuple[Device, ...] = ()
    vitals: tuple[Vital, ...] = ()
    measured_on: dt.date | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class VaccinationNote:
    vaccinations: tuple[Vaccination, ...]
    title: str = "Vaccination"


@dataclass(frozen=True, slots=True)
class ImagingReport:
    """`exam` is LOINC, `ccam` its billing code, `modality` DICOM (CR, US, CT, MR, MG), `site` in words."""

    exam: Code
    modality: Code
    site: str
    study_uid: str
    request: str
    technique: str
    findings: tuple[str, ...]
    conclusion: str
    comparison: str = ""
    dose: str = ""
    dose_unit: str = ""
    ccam: Code | None = None


@dataclass(frozen=True, slots=True)
class ChildCertificate:
    measured_on: dt.date
    vitals: tuple[Vital, ...]
    habits: tuple[Habit, ...] = ()
    history: tuple[Problem, ...] = ()
    findings: tuple[Finding, ...] = ()
    allergies: tuple[Allergy, ...] | None = None
    vaccinations: tuple[Vaccination, ...] = ()
    comment: str = ""
