"""The rows that templates show. Every text is ready to be read, in the language of the request."""

import datetime as dt
from dataclasses import dataclass, field

from django.utils.translation import gettext


@dataclass(frozen=True, slots=True)
class Bar:
    """A number line, in percent of its width, as SVG attributes want them (`8.33%`)."""

    band_x: str
    band_width: str
    mark_x: str
    ticks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One test. `position` is in, above, below, unusual or "" (nothing said); `position_label` says it in words.

    `range_text` is the document's own interval; "" when it gives none. `critical` when the document itself flags it.
    """

    label: str
    value: str
    unit: str = ""
    range_text: str = ""
    position: str = ""
    position_label: str = ""
    critical: bool = False
    date: str = ""
    comment: str = ""
    bar: Bar | None = None
    source: str = ""

    @property
    def is_out(self) -> bool:
        return self.position not in ("", "in")

    @property
    def spoken(self) -> str:
        """The text alternative of the number line."""
        named = gettext("%(name)s : %(value)s") % {"name": self.label, "value": f"{self.value} {self.unit}".rstrip()}
        parts = [named, self.position_label.lower(), self.range_text]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class ResultGroup:
    title: str
    rows: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """A vital sign: no judgement on it, the document's range only when it gives one."""

    label: str
    value: str
    unit: str = ""
    date: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Allergy:
    """`none_known` when the source says that there is none; `severe` when it says severe or of high risk."""

    label: str
    severity: str = ""
    severe: bool = False
    none_known: bool = False
    reactions: str = ""
    status: str = ""
    active: bool = True
    date: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    label: str
    status: str = ""
    active: bool = True
    none_known: bool = False
    date: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Medicine:
    """`ends_on` is the last day that the document gives, None when it gives none; `date` says what it dates."""

    label: str
    dosage: str = ""
    period: str = ""
    ends_on: dt.date | None = None
    reason: str = ""
    status: str = ""
    active: bool = True
    none_known: bool = False
    date: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Vaccine:
    """`day` is the FHIR date of the dose, "" when the document does not give it; `date` says either in words."""

    label: str
    day: str = ""
    date: str = ""
    dose: str = ""
    diseases: str = ""
    lot: str = ""
    done: bool = True
    source: str = ""


@dataclass(slots=True)
class Essentials:
    results: list[ResultGroup] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    allergies: list[Allergy] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    medicines: list[Medicine] = field(default_factory=list)
    vaccines: list[Vaccine] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.results or self.measures or self.allergies or self.problems or self.medicines or self.vaccines)

    @property
    def all_results(self) -> list[Result]:
        return [row for group in self.results for row in group.rows]

    @property
    def in_range(self) -> int:
        return sum(1 for row in self.all_results if row.position == "in")

    @property
    def out_of_range(self) -> int:
        return sum(1 for row in self.all_results if row.is_out)
