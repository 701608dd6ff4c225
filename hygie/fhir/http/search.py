"""A search request as a `SearchQuery`: which parameters a type has, and what the values mean.

https://hl7.org/fhir/R4/search.html. A person's data are searched within one person: `Asked.patient` says how that
person was named, and the door turns it into a partition.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hygie.fhir.core import dates, indexing, parameters
from hygie.fhir.core.parameters import BadQuery, Parameter
from hygie.fhir.store.search import DateFilter, Filter, Prefix, ReferenceFilter, SearchQuery, StringFilter, TokenFilter

MAX_COUNT = 100
DEFAULT_COUNT = 20
CURSOR = "_cursor"


class Kind(StrEnum):
    TOKEN = "token"
    DATE = "date"
    STRING = "string"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class SearchType:
    """A searchable type: its parameters, and the one by which its results are dated and sorted."""

    parameters: dict[str, Kind]
    sort: str


@dataclass(frozen=True, slots=True)
class PatientNamed:
    """One way in which a search named its person: a logical id, or an identifier (system, value)."""

    id: str = ""
    system: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """`understood` is what the self link repeats; `ignored` the names that were left aside; `count_only` for counts."""

    patient: PatientNamed
    query: SearchQuery
    ids: tuple[str, ...]
    understood: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]
    count_only: bool


# The parameter of R4 that is the date by which the store sorts a type; "" where no parameter says exactly that.
_DATED = {
    "DocumentReference": "date",
    "AllergyIntolerance": "",
    "Condition": "",
    "Immunization": "date",
    "MedicationStatement": "effective",
    "MedicationRequest": "authoredon",
    "MedicationDispense": "whenhandedover",
    "Observation": "date",
    "DiagnosticReport": "date",
}
# What the store promotes to a column, so that it is not in the index.
_WITHOUT_STATUS = frozenset({"AllergyIntolerance", "Condition"})


def _searchable(resource_type: str, dated: str) -> SearchType:
    indexed = {name: Kind(kind) for name, (kind, _) in indexing.PARAMETERS[resource_type].items()}
    promoted = {} if resource_type in _WITHOUT_STATUS else {"status": Kind.TOKEN}
    own = {dated: Kind.DATE} if dated else {}
    return SearchType(indexed | promoted | own | {"_lastUpdated": Kind.DATE}, dated)


TYPES: dict[str, SearchType] = {kind: _searchable(kind, dated) for kind, dated in _DATED.items()}
"""What can be searched: what the store indexes. The CapabilityStatement and the documentation are made from it."""

_PATIENT_NAMES = frozenset({"patient", "subject"})
_RESULT_NAMES = frozenset({"_count", "_sort", "_total", "_summary", "_format", "_pretty", CURSOR})
Canonical = Callable[[str], str]


def read(
    resource_type: str, pairs: Sequence[tuple[str, str]], *, strict: bool, canonical: Canonical, fold: Canonical
) -> Asked:
    """Raises BadQuery: patient-required, search-parameter (strict), search-modifier, search-value, search-sort…

    `canonical` gives the one URI under which a code system is stored, `fold` the comparable form of a text.
    """
    reader = _Reader(TYPES[resource_type], canonical, fold)
    for key, value in pairs:
        reader.take(parameters.parameter(key, value))
    if reader.ignored and strict:
        raise BadQuery("This parameter is not supported for this type.", path=f"http.{reader.ignored[0]}")
    return reader.asked()


class _Reader:
    """Takes parameters one by one; repeated ones are all to be met, as FHIR says."""

    def __init__(self, searched: SearchType, canonical: Canonical, fold: Canonical) -> None:
        self._searched = searched
        self._canonical = canonical
        self._fold = fold
        self._filters: list[Filter] = []
        self._patients: list[PatientNamed] = []
        self._ids: set[str] | None = None
        self._results: dict[str, str] = {}
        self._understood: list[tuple[str, str]] = []
        self.ignored: list[str] = []

    def take(self, given: Parameter) -> None:
        if given.name in _PATIENT_NAMES and self._take_patient(given):
            pass
        elif given.key == "_id":
            ids = {parameters.unescape(each) for each in parameters.values(given)}
            self._ids = ids if self._ids is None else self._ids & ids
        elif given.key in _RESULT_NAMES:
            self._results[given.key] = given.value
        elif (kind := self._searched.parameters.get(given.name)) and _is_plain(given, kind):
            self._filters.append(self._filter(given, kind))
        else:
            self.ignored.append(given.name)
            return
        if given.key not in ("_format", "_pretty", "_count", CURSOR):
            self._understood.append((given.key, given.value))

    def _take_patient(self, given: Parameter) -> bool:
        alternatives = parameters.values(given)
        if given.modifier == "identifier" or (given.chain == "identifier" and given.modifier in ("", "Patient")):
            for each in alternatives:
                system, value = parameters.token(each)
                self._patients.append(PatientNamed(system=system or "", value=value))
            return True
        if given.chain or given.modifier not in ("", "Patient"):
            return False
        for each in alternatives:
            text = parameters.unescape(each)
            head, _, logical_id = text.rpartition("/")
            if head and head.rpartition("/")[2] != "Patient":
                raise BadQuery("The reference is not one to a Patient.", code="search-value", path=f"http.{given.name}")
            self._patients.append(PatientNamed(id=logical_id))
        return True

    def _filter(self, given: Parameter, kind: Kind) -> Filter:
        match kind:
            case Kind.TOKEN:
                return self._token(given)
            case Kind.DATE:
                return self._date(given)
            case Kind.STRING:
                match = {"": "starts", "contains": "contains", "exact": "exact"}[given.modifier]
                texts = [parameters.unescape(each) for each in parameters.values(given)]
                return StringFilter(given.name, tuple(self._fold(each) for each in texts), match)
            case Kind.REFERENCE:
                found = [parameters.unescape(each) for each in parameters.values(given)]
                return ReferenceFilter(given.name, tuple(found))

    def _token(self, given: Parameter) -> TokenFilter:
        pairs = []
        for each in parameters.values(given):
            system, code = parameters.token(each)
            pairs.append((self._canonical(system) if system else system, code))
        return TokenFilter(given.name, tuple(pairs), negated=given.modifier == "not")

    def _date(self, given: Parameter) -> DateFilter:
        alternatives = parameters.values(given)
        if len(alternatives) > 1:
            raise BadQuery("A date has one value here.", code="search-value", path=f"http.{given.name}")
        text = parameters.unescape(alternatives[0])
        prefix = Prefix.EQ
        if text[:2].isalpha():
            if text[:2] not in Prefix._value2member_map_:
                raise BadQuery("This prefix is not supported.", code="search-value", path=f"http.{given.name}")
            prefix, text = Prefix(text[:2]), text[2:]
        # A plus sign that was not percent-encoded arrives as a blank.
        found = dates.find_period(text.replace(" ", "+"))
        if found is None:
            raise BadQuery("This is not a FHIR date.", code="search-value", path=f"http.{given.name}")
        # The store calls every type's own date `date`.
        param = "date" if given.name == self._searched.sort else given.name
        return DateFilter(param, prefix, *found)

    def asked(self) -> Asked:
        if len(set(self._patients)) != 1:
            raise BadQuery(
                "A search names exactly one patient: patient=<id> or patient.identifier=<system>|<value>.",
                code="patient-required",
                path="http.patient",
            )
        count, count_only = _count(self._results)
        query = SearchQuery(
            filters=tuple(self._filters),
            count=count,
            after=self._results.get(CURSOR, ""),
            oldest_first=_oldest_first(self._results.get("_sort", ""), self._searched.sort),
            with_total=count_only or _with_total(self._results.get("_total", "accurate")),
        )
        ids = tuple(sorted(self._ids)) if self._ids is not None else ()
        if self._ids is not None and not ids:
            ids = ("-",)  # two _id without a common value: nothing can match
        understood = (*self._understood, ("_count", "0" if count_only else str(count)))
        return Asked(self._patients[0], query, ids, understood, tuple(dict.fromkeys(self.ignored)), count_only)


def _is_plain(given: Parameter, kind: Kind) -> bool:
    """Whether this spelling of a known parameter is supported. A modifier that is not must be refused (R4)."""
    if given.chain or given.modifier == "identifier":
        # The author is indexed by identifier: `author.identifier`, `author:identifier` and `author` are one.
        return given.name == "author" and (not given.chain or given.chain == "identifier")
    supported = {Kind.TOKEN: ("", "not"), Kind.STRING: ("", "exact", "contains")}.get(kind, ("",))
    if given.modifier not in supported:
        raise BadQuery("This modifier is not supported.", code="search-modifier", path=f"http.{given.name}")
    return True


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


def _oldest_first(text: str, own: str) -> bool:
    """Results come newest first; `_sort` may name the type's own date only, in either direction."""
    own = own or "date"
    if text in ("", f"-{own}"):
        return False
    if text == own:
        return True
    raise BadQuery(f"_sort is {own} or -{own}.", code="search-sort", path="http._sort")
