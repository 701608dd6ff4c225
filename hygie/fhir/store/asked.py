"""What a history and the whole of a space ask of the store: plain values."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """`since` is the first instant of the changes asked for; `after` the opaque cursor of the page before."""

    count: int
    since: dt.datetime | None = None
    after: str = ""


@dataclass(frozen=True, slots=True)
class WholeQuery:
    """All of a space: `types` () for all, `since` by last change, `start` and `end` by the date of care."""

    count: int
    types: tuple[str, ...] = ()
    since: dt.datetime | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    after: str = ""
