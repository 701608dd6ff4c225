"""FHIR dates as the interval that they name: `2026-03` is a whole month. https://hl7.org/fhir/R4/datatypes.html#dateTime

A value without a time zone is read in the time of Europe/Paris, the server's own (R4, search: "the server's local
timezone should be assumed"): the 16th of March is the French one.
"""

import datetime as dt
import re

from hygie.lib.clock import PARIS
from hygie.lib.errors import Invalid

_DATETIME = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?P<fraction>\.[0-9]+)?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)
Interval = tuple[dt.datetime, dt.datetime]
_END_OF_TIME = dt.datetime.max.replace(tzinfo=dt.UTC)


def find_period(text: str) -> Interval | None:
    """(first instant, first instant after), aware, of a FHIR date, dateTime or instant; None when it is none.

    Minutes without seconds and times without a zone are accepted, as search allows them.
    """
    found = _DATETIME.fullmatch(text)
    if found is None:
        return None
    try:
        return _interval(found)
    except (ValueError, OverflowError):
        return None


def period_of(text: str) -> Interval:
    """The same. Raises Invalid(date) when the text is not a FHIR date."""
    found = find_period(text)
    if found is None:
        raise Invalid("This is not a FHIR date.", code="date")
    return found


def _interval(found: re.Match[str]) -> Interval:
    year, month, day = int(found["year"]), found["month"], found["day"]
    midnight = _midnight(dt.date(year, int(month or 1), int(day or 1)))
    if found["hour"] is not None:
        return _time(found, midnight)
    if month is None:
        after = (year + 1, 1, 1)
    elif day is None:
        after = (year + 1, 1, 1) if month == "12" else (year, int(month) + 1, 1)
    elif (year, month, day) == (9999, "12", "31"):
        after = (10_000, 1, 1)
    else:
        following = midnight.date() + dt.timedelta(days=1)
        after = (following.year, following.month, following.day)
    # "9999-12-31" is in use for "no end".
    return midnight, _midnight(dt.date(*after)) if after[0] < 10_000 else _END_OF_TIME


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, tzinfo=PARIS)


def _time(found: re.Match[str], midnight: dt.datetime) -> Interval:
    zone = _zone(found["zone"])
    # A leap second is told as the last one of its minute.
    second = min(int(found["second"] or 0), 59) if found["second"] in (None, "60") else int(found["second"])
    fraction = found["fraction"]
    low = _in_utc(
        midnight.replace(
            hour=int(found["hour"]),
            minute=int(found["minute"]),
            second=second,
            microsecond=int(fraction[1:7].ljust(6, "0")) if fraction else 0,
            tzinfo=zone,
        )
    )
    length = dt.timedelta(minutes=1) if found["second"] is None else dt.timedelta(seconds=1)
    if fraction:
        length = dt.timedelta(microseconds=10 ** max(0, 7 - len(fraction)))
    return low, low + length if low < _END_OF_TIME - length else _END_OF_TIME


def _in_utc(moment: dt.datetime) -> dt.datetime:
    """Of the first hours of year 1 and the last of 9999, which UTC may not have, the hour that is written."""
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        return moment.replace(tzinfo=dt.UTC)


def _zone(text: str | None) -> dt.tzinfo:
    if text is None:
        return PARIS
    if text == "Z":
        return dt.UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 14 or minutes > 59:
        raise ValueError("no such time zone")
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-offset if text[0] == "-" else offset)


def date_of(text: str) -> dt.date | None:
    """The day of a full FHIR date (YYYY-MM-DD), else None."""
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 and _DATETIME.fullmatch(text) else None
    except ValueError:
        return None
