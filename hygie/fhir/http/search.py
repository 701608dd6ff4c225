"""A search request as a `SearchQuery`: whose data, which criteria, in which order, with what else.

https://hl7.org/fhir/R4/search.html. A person's data are searched within one person: `Asked.patient` says how that
person was named, and the door turns it into a partition. The registers' are searched apart.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from hygie.fhir.core import parameters
from hygie.fhir.core.definitions import load
from hygie.fhir.core.parameters import BadQuery, Parameter
from hygie.fhir.core.search import Reading, dated_param, fields, find_clause, owner_clause
from hygie.fhir.core.search.fields import Kind
from hygie.fhir.core.search.query import Clause, Include, SearchQuery
from hygie.fhir.http import including, sorting
from hygie.lib.ids import split_logical_id

MAX_COUNT = 100
DEFAULT_COUNT = 20
CURSOR = "_cursor"


@dataclass(frozen=True, slots=True)
class SearchType:
    """A searchable type: its parameters, and the one by which its results are dated and sorted."""

    parameters: dict[str, Kind]
    sort: str


@dataclass(frozen=True, slots=True)
class PatientNamed:
    """One way in which a search named its person: a logical id, or an identifier (system, value). Empty: the registers."""

    id: str = ""
    system: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """`understood` is what the self link repeats; `ignored` the names that were left aside; `count_only` for counts.

    `ids` are logical ids: the door makes local ones of them, once it knows the space.
    """

    patient: PatientNamed
    query: SearchQuery
    ids: tuple[str, ...]
    understood: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]
    count_only: bool


@cache
def searchable(resource_type: str) -> SearchType:
    """What a type can be searched by, besides the person and what every type has (`_id`, `_tag`, `_profile`…)."""
    found = {
        name: param.kind
        for name, param in fields.params_of(resource_type).items()
        if not name.startswith("_") and name not in _PATIENT_NAMES
    }
    return SearchType(found | {"_lastUpdated": Kind.DATE}, dated_param(resource_type))


_PATIENT_NAMES = frozenset({"patient", "subject"})
_RESULT_NAMES = frozenset({"_count", "_sort", "_total", "_summary", "_format", "_pretty", CURSOR})
_INCLUDES = frozenset({"_include", "_revinclude"})
_NOT_REPEATED = frozenset({"_format", "_pretty", "_count", CURSOR})


class _Types(Mapping[str, SearchType]):
    """All R4 types, each looked at when it is asked for."""

    def __getitem__(self, name: str) -> SearchType:
        if name not in load().resource_types:
            raise KeyError(name)
        return searchable(name)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(load().resource_types))

    def __len__(self) -> int:
        return len(load().resource_types)


TYPES: Mapping[str, SearchType] = _Types()
"""What can be searched. The CapabilityStatement and the documentation are made from it."""


def _codes_of_r4(url: str) -> Iterable[tuple[str, str]] | None:
    return load().valueset(url)


OF_R4 = Reading(codes_of=_codes_of_r4)


def read(
    resource_type: str,
    pairs: Sequence[tuple[str, str]],
    *,
    strict: bool,
    reading: Reading = OF_R4,
    registers: bool = False,
) -> Asked:
    """Raises BadQuery: patient-required, search-parameter (strict), search-modifier, search-value, search-sort…

    `registers`: the type belongs to no person, and no person is named.
    """
    reader = _Reader(resource_type, reading, registers)
    for key, value in pairs:
        reader.take(parameters.parameter(key, value))
    if reader.ignored and strict:
        raise BadQuery("This parameter is not supported for this type.", path=f"http.{reader.ignored[0]}")
    return reader.asked()


@dataclass(slots=True)
class _Reader:
    """Takes parameters one by one; repeated ones are all to be met, as FHIR says."""

    type: str
    reading: Reading
    registers: bool
    ignored: list[str] = field(default_factory=list)
    _clauses: list[Clause] = field(default_factory=list)
    _includes: list[Include] = field(default_factory=list)
    _patients: list[PatientNamed] = field(default_factory=list)
    _ids: set[str] | None = None
    _results: dict[str, str] = field(default_factory=dict)
    _understood: list[tuple[str, str]] = field(default_factory=list)

    def take(self, given: Parameter) -> None:
        if not self._understands(given):
            self.ignored.append(given.name)
        elif given.key not in _NOT_REPEATED:
            self._understood.append((given.key, given.value))

    def _understands(self, given: Parameter) -> bool:
        if given.name in _INCLUDES:
            found = including.read(self.type, given)
            self._includes += found
            return bool(found)
        if given.key in _RESULT_NAMES:
            self._results[given.key] = given.value
            return True
        if given.name in _PATIENT_NAMES and not self.registers and self._take_patient(given):
            return True
        if given.key == "_id":
            ids = {parameters.unescape(each) for each in parameters.values(given)}
            self._ids = ids if self._ids is None else self._ids & ids
            return True
        clause = find_clause(self.type, given.key, given.value, self.reading)
        if clause is not None:
            self._clauses.append(clause)
        return clause is not None

    def _take_patient(self, given: Parameter) -> bool:
        """Whether the parameter names the person; `subject=Device/…` and `patient.name=` are criteria like others."""
        if given.modifier == "identifier" or (given.chain == "identifier" and given.modifier in ("", "Patient")):
            for each in parameters.values(given):
                system, value = parameters.token(each)
                self._patients.append(PatientNamed(system=system or "", value=value))
            return True
        if given.chain or given.modifier not in ("", "Patient"):
            return False
        named = []
        for each in parameters.values(given):
            head, _, logical_id = parameters.unescape(each).rpartition("/")
            if head and head.rpartition("/")[2] != "Patient":
                if given.name == "subject":
                    return False
                raise BadQuery("The reference is not one to a Patient.", code="search-value", path=f"http.{given.name}")
            named.append(PatientNamed(id=logical_id))
        self._patients += named
        return True

    def asked(self) -> Asked:
        count, count_only = _count(self._results)
        patient = PatientNamed() if self.registers else self._person()
        clauses = list(self._clauses)
        if self._patients and (owner := owner_clause(self.type)) is not None:
            clauses.append(owner)
        query = SearchQuery(
            count=0 if count_only else count,
            after=self._results.get(CURSOR, ""),
            with_total=count_only or _with_total(self._results.get("_total", "accurate")),
            clauses=tuple(dict.fromkeys(clauses)),
            sort=sorting.read(self.type, self._results.get("_sort", "")),
            includes=tuple(self._includes),
        )
        ids = tuple(sorted(self._ids)) if self._ids is not None else ()
        if self._ids is not None and not ids:
            ids = ("-",)  # two _id without a common value: nothing can match
        understood = (*self._understood, ("_count", "0" if count_only else str(count)))
        return Asked(patient, query, ids, understood, tuple(dict.fromkeys(self.ignored)), count_only)

    def _person(self) -> PatientNamed:
        """The one person that was named, by a parameter or by ids that carry one space."""
        named = set(self._patients)
        if not named and self._ids:
            spaces = {found[0] if (found := split_logical_id(each)) else None for each in self._ids}
            named = {PatientNamed(id=str(space)) for space in spaces if space is not None and len(spaces) == 1}
        if len(named) != 1:
            raise BadQuery(
                "A search names exactly one patient: patient=<id> or patient.identifier=<system>|<value>.",
                code="patient-required",
                path="http.patient",
            )
        return named.pop()


def _count(results: dict[str, str]) -> tuple[int, bool]:
    """(how many, only the count). `_count=0` and `_summary=count` ask for the count only."""
    summary = results.get("_summary", "")
    if summary not in ("", "count", "false"):
        raise BadQuery("Only _summary=count is supported.", code="search-value", path="http._summary")
    text = results.get("_count", str(DEFAULT_COUNT))
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise BadQuery("_count is a whole number.", code="search-value", path="http._count")
    count = int(text)
    return max(1, min(count, MAX_COUNT)), count == 0 or summary == "count"


def _with_total(text: str) -> bool:
    if text not in ("none", "accurate", "estimate"):
        raise BadQuery("_total is none, estimate or accurate.", code="search-value", path="http._total")
    return text != "none"
