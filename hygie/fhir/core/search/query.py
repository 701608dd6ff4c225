"""What a search asks, once parsed: plain values over fields and columns, of one space and one type.

A *test* looks at one row of the index; a *clause* says yes or no to one resource. `hygie.fhir.store.sql` writes both as SQL.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Prefix(StrEnum):
    EQ = "eq"
    NE = "ne"
    GT = "gt"
    LT = "lt"
    GE = "ge"
    LE = "le"
    SA = "sa"
    EB = "eb"
    AP = "ap"


OWNER = "#owner"

# ---- tests of one row


@dataclass(frozen=True, slots=True)
class AnyRow:
    """Any value; of this system (or target type) when one is given."""

    system: str | None = None


@dataclass(frozen=True, slots=True)
class CodeTest:
    """A system of None means any, "" none; a code of None means any of the system."""

    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class CodesTest:
    """One of many codes of a system: what a value set comes to."""

    system: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextTest:
    """A display or a text that begins so; folded."""

    text: str


@dataclass(frozen=True, slots=True)
class WordsTest:
    """A string: `value` folded; `exact` as written, for the mode of that name."""

    value: str
    exact: str
    mode: Literal["starts", "contains", "exact"]


@dataclass(frozen=True, slots=True)
class DateTest:
    """[low, high) in seconds since 1970."""

    prefix: Prefix
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class NumberTest:
    """`low` and `high` are the ends of the value's precision for eq and ne, of the tolerance for ap, else the value twice.

    `system`, `unit`: of a quantity; None when not asked for. `shown`: a unit without a system may be the one that people see.
    """

    prefix: Prefix
    low: float
    high: float
    system: str | None = None
    unit: str | None = None
    shown: bool = False


@dataclass(frozen=True, slots=True)
class ReferenceTest:
    """`written` as it was asked: `Type/id`, a bare id, an absolute URL, a canonical; `type` when only that one will do.

    OWNER stands for the Patient of the space that is searched, which the door finds out later.
    """

    written: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class UriTest:
    value: str
    mode: Literal["", "above", "below"] = ""
    version: str = ""


Test = AnyRow | CodeTest | CodesTest | TextTest | WordsTest | DateTest | NumberTest | ReferenceTest | UriTest


# ---- clauses on one resource


@dataclass(frozen=True, slots=True)
class Rows:
    """There is a row of one of these fields that passes one of the tests. `single`: at most one row passes, so that the
    index may give the resources in their order."""

    fields: tuple[int, ...]
    tests: tuple[Test, ...]
    single: bool = False


@dataclass(frozen=True, slots=True)
class Own:
    """Its patient or subject is the Patient of its space."""


@dataclass(frozen=True, slots=True)
class OwnOr:
    """A test of the field that is kept in the column `own` when it names the space's own Patient."""

    tests: tuple[ReferenceTest, ...]
    otherwise: "Clause"


@dataclass(frozen=True, slots=True)
class StatusIn:
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IdIn:
    """Logical ids, as they are written."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Updated:
    prefix: Prefix
    low: dt.datetime
    high: dt.datetime


@dataclass(frozen=True, slots=True)
class ListedIn:
    """It is an entry of a List of the space."""

    list_id: str


@dataclass(frozen=True, slots=True)
class PartTest:
    fields: tuple[int, ...]
    test: Test


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows of all parts in the same element of a list."""

    parts: tuple[PartTest, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """It refers to a resource of this type that meets the clause. `own`: the column says so of the space's Patient."""

    fields: tuple[int, ...]
    own: bool
    target: str
    clause: "Clause"


@dataclass(frozen=True, slots=True)
class Has:
    """A resource of that type meets the clause and refers to it (`referred`: its own type)."""

    type: str
    fields: tuple[int, ...]
    own: bool
    referred: str
    clause: "Clause"


@dataclass(frozen=True, slots=True)
class AnyOf:
    clauses: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    clauses: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class Not:
    clause: "Clause"


Clause = Rows | Own | OwnOr | StatusIn | IdIn | Updated | ListedIn | Pairs | Chain | Has | AnyOf | AllOf | Not


# ---- the house's own filters, over promoted columns


@dataclass(frozen=True, slots=True)
class TokenFilter:
    """A column is one of the values: `status`, `_category` (main code), `_origin` (of the access columns)."""

    param: str
    values: tuple[tuple[str | None, str], ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class DateFilter:
    """The date by which the store sorts (`date`): `low` and `high` are the period named."""

    param: str
    prefix: Prefix
    low: dt.datetime
    high: dt.datetime


Filter = TokenFilter | DateFilter


@dataclass(frozen=True, slots=True)
class Sort:
    """A key: a column (`sort_at`, `updated_at`, `status`, `id`), or the rows of fields by `value` or `low`."""

    column: str = ""
    fields: tuple[int, ...] = ()
    by: Literal["value", "low"] = "value"
    descending: bool = False


NEWEST_FIRST = (Sort("sort_at", descending=True),)


@dataclass(frozen=True, slots=True)
class Include:
    """`type`: whose references are followed (or, in `reverse`, which type refers). `target` "" for any."""

    type: str
    fields: tuple[int, ...]
    own: bool
    target: str = ""
    reverse: bool = False
    iterate: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """`after` is the opaque cursor of the page before. Order: newest first by the type's own date, unless `sort` says."""

    filters: tuple[Filter, ...] = ()
    ids: tuple[str, ...] = ()
    count: int = 20
    after: str = ""
    with_total: bool = True
    clauses: tuple[Clause, ...] = ()
    sort: tuple[Sort, ...] = NEWEST_FIRST
    includes: tuple[Include, ...] = ()
