"""What a search asks of the store, once parsed: plain values, all of one space and one type."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class TokenFilter:
    """`param=system|code,…`: one of the values. A system of None means any; "" means no system (`|code`);
    a code of "" means any code of the system (`system|`)."""

    param: str
    values: tuple[tuple[str | None, str], ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class StringFilter:
    """`param=text`: starts with (default), contains, or is exactly one of the values (already folded by the caller)."""

    param: str
    values: tuple[str, ...]
    match: str = "starts"  # starts | contains | exact


@dataclass(frozen=True, slots=True)
class ReferenceFilter:
    """`param=Type/id` or a bare id; one of the values."""

    param: str
    values: tuple[str, ...]


class Prefix(StrEnum):
    EQ = "eq"
    NE = "ne"
    GT = "gt"
    LT = "lt"
    GE = "ge"
    LE = "le"
    SA = "sa"
    EB = "eb"


@dataclass(frozen=True, slots=True)
class DateFilter:
    """`param=ge2026-03`: `low` and `high` are the first instant of the period named and the first one after it."""

    param: str
    prefix: Prefix
    low: dt.datetime
    high: dt.datetime


Filter = TokenFilter | StringFilter | ReferenceFilter | DateFilter


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """`after` is the opaque cursor of the page before. Order: newest first by the type's own date, unless `oldest_first`."""

    filters: tuple[Filter, ...] = ()
    ids: tuple[str, ...] = ()
    count: int = 20
    after: str = ""
    oldest_first: bool = False
    with_total: bool = True
