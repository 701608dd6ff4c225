"""A life as plain values: illnesses, treatments, who cares, and the events that leave a document."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from hygie.record.cda.write.types import (
    Allergy,
    ChildCertificate,
    Code,
    DischargeLetter,
    Habit,
    ImagingReport,
    Kind,
    LabReport,
    MedicalSummary,
    Prescription,
    Problem,
    Professional,
    Surgery,
    Treatment,
    VaccinationNote,
)
from hygie.simulators.country.catalogue import Condition
from hygie.simulators.country.people import Person
from hygie.simulators.country.professionals import Worker


class Family(StrEnum):
    """A family of documents; each has its writer."""

    SUMMARY = "summary"
    LABORATORY = "laboratory"
    DISCHARGE = "discharge"
    PRESCRIPTION = "prescription"
    VACCINATION = "vaccination"
    IMAGING = "imaging"
    CERTIFICATE = "certificate"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Letter:
    """A document without structure: its type and its words, printed as a PDF."""

    type: Code
    paragraphs: tuple[str, ...]


Content = (
    MedicalSummary
    | LabReport
    | DischargeLetter
    | Prescription
    | VaccinationNote
    | ImagingReport
    | ChildCertificate
    | Letter
)


@dataclass(frozen=True, slots=True)
class Event:
    """One document to be. Events of one `chain` are versions of each other, in the order of time."""

    family: Family
    at: dt.datetime
    author: Professional
    title: str
    content: Content
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    act: Code | None = None
    kind: Kind | None = None  # the model, for families that have several
    stay: bool = False  # in hospital
    prescriber: Professional | None = None
    chain: str = ""
    printed: bool = False  # with a PDF copy
    private: bool = False  # the person hides it from professionals


@dataclass(slots=True)
class Life:
    """Filled step by step by the modules of this folder."""

    person: Person
    reference: dt.date
    attending: Worker
    team: list[Worker] = field(default_factory=list)
    conditions: list[tuple[Condition, dt.date]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    history: list[Problem] = field(default_factory=list)
    surgeries: list[Surgery] = field(default_factory=list)
    allergies: tuple[Allergy, ...] | None = None
    habits: list[Habit] = field(default_factory=list)
    treatments: list[Treatment] = field(default_factory=list)
    height: float = 0.0  # cm
    weight: float = 0.0  # kg
    events: list[Event] = field(default_factory=list)

    @property
    def age(self) -> int:
        return self.person.age(self.reference)

    def has(self, *keys: str) -> bool:
        return any(condition.key in keys for condition, _ in self.conditions)
