"""Date, DateTime and Time with their precision. https://hl7.org/fhirpath/N1/#date-and-time

A value is known down to its last component: `@2014` may be any day of it, so that comparing it with `@2014-03-01` gives no answer
(None), neither true nor false. Seconds and milliseconds are one precision.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from hygie.fhir.core.fhirpath.errors import SyntaxFault

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_CLOCK = re.compile(r"([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?)?")
_ZONE = re.compile(r"Z|[+-][0-9]{2}:[0-9]{2}")
# The zones of the Earth: a time without a zone is somewhere between.
EASTERNMOST, WESTERNMOST = 14 * 60, -12 * 60
_FIRST = (1, 1, 1, 0, 0, 0)
_T = TypeVar("_T", bound="Moment")


@dataclass(frozen=True, slots=True)
class Moment:
    """`fields`: from the largest down to the last that is known (year…second of a Date or DateTime, hour…second of a Time).

    `nanosecond` with `digits` as written, both 0 without a fraction; `offset` in minutes, None when there is no zone.
    """

    fields: tuple[int, ...]
    nanosecond: int = 0
    digits: int = 0
    offset: int | None = None
    # How many fields of the full value come before those of this kind.
    skipped: ClassVar[int] = 0
    name: ClassVar[str] = "DateTime"

    def __str__(self) -> str:
        day = "-".join(f"{each:0{4 if place == 0 else 2}}" for place, each in enumerate(self.fields[:3]))
        return day + ("T" + _clock_text(self, self.fields[3:]) if len(self.fields) > 3 else "")


class Date(Moment):
    __slots__ = ()
    name = "Date"


class DateTime(Moment):
    __slots__ = ()


class Time(Moment):
    __slots__ = ()
    skipped = 3
    name = "Time"

    def __str__(self) -> str:
        return _clock_text(self, self.fields)


def _clock_text(moment: Moment, fields: tuple[int, ...]) -> str:
    text = ":".join(f"{each:02}" for each in fields)
    if moment.digits:
        text += f".{moment.nanosecond:09}"[: moment.digits + 1].ljust(moment.digits + 1, "0")
    if moment.offset is None:
        return text
    if moment.offset == 0:
        return text + "Z"
    hours, minutes = divmod(abs(moment.offset), 60)
    return f"{text}{'-' if moment.offset < 0 else '+'}{hours:02}:{minutes:02}"


def parse_date(text: str) -> Date | None:
    found = _DATE.fullmatch(text)
    fields = found and _fields(found.groups())
    return Date(fields) if fields and _is_day(fields) else None


def parse_time(text: str) -> Time | None:
    found = _CLOCK.fullmatch(text)
    return _timed(Time, (), found, None) if found else None


def parse_datetime(text: str) -> DateTime | None:
    """A date alone is a DateTime without a time; `2015T` as in a literal is taken too."""
    day, _, clock = text.partition("T")
    found = _DATE.fullmatch(day)
    fields = found and _fields(found.groups())
    if not fields or not _is_day(fields):
        return None
    if not clock:
        return DateTime(fields)
    zone = _ZONE.search(clock)
    time = _CLOCK.fullmatch(clock[: zone.start()] if zone else clock)
    if len(fields) < 3 or time is None or (zone and zone.end() != len(clock)):
        return None
    return _timed(DateTime, fields, time, zone and zone.group())


def parse_literal(text: str, at: int) -> Date | DateTime | Time:
    """`@2014-01`, `@2014-01T`, `@T10:30`. Raises SyntaxFault."""
    value: Date | DateTime | Time | None
    if text.startswith("@T"):
        value = parse_time(text[2:])
    elif "T" in text:
        value = parse_datetime(text[1:])
    else:
        value = parse_date(text[1:])
    if value is None:
        raise SyntaxFault("This is no date or time.", at=at)
    return value


def _fields(groups: tuple[str | None, ...]) -> tuple[int, ...]:
    return tuple(int(each) for each in groups if each is not None)


def _is_day(fields: tuple[int, ...]) -> bool:
    year, month, day = (*fields, 1, 1)[:3]
    return 1 <= year and 1 <= month <= 12 and 1 <= day <= days_in(year, month)


def days_in(year: int, month: int) -> int:
    return 29 if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else _LENGTHS[month - 1]


_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _timed(kind: type[_T], day: tuple[int, ...], found: re.Match[str], zone: str | None) -> _T | None:
    clock = _fields(found.groups()[:3])
    # A leap second is allowed by FHIR.
    if any(value > most for value, most in zip(clock, (23, 59, 60), strict=False)):
        return None
    fraction = found.group(4) or ""
    offset = None if zone is None else 0 if zone == "Z" else int(zone[1:3]) * 60 + int(zone[4:6])
    if offset is not None and offset > EASTERNMOST:
        return None
    signed = -offset if offset and zone and zone[0] == "-" else offset
    return kind(day + clock, int(fraction[:9].ljust(9, "0")) if fraction else 0, min(len(fraction), 9), signed)


def order(left: Moment, right: Moment) -> int | None:
    """-1, 0 or 1, None when the precision or the missing zone of one leaves it open. Both are Times, or none is."""
    first, second = left.fields, right.fields
    if len(first) > 3 and len(second) > 3 and left.offset != right.offset:
        if left.offset is None or right.offset is None:
            return _order_without_zone(left, right)
        first, second = _in_utc(left), _in_utc(right)
    for one, other in zip(first, second, strict=False):
        if one != other:
            return -1 if one < other else 1
    if len(first) != len(second):
        return None
    return (left.nanosecond > right.nanosecond) - (left.nanosecond < right.nanosecond)


def is_same_precision(left: Moment, right: Moment) -> bool:
    return len(left.fields) == len(right.fields)


def comparison_key(moment: Moment) -> tuple[object, ...]:
    """Equal keys ⇔ `order` is 0."""
    zoned = moment.offset is not None and len(moment.fields) > 3
    return (moment.skipped, _in_utc(moment) if zoned else moment.fields, moment.nanosecond, zoned)


def _minutes(moment: Moment) -> int:
    """Since the year 1, in the moment's own zone."""
    year, month, day, hour, minute = (*moment.fields, 0)[:5]
    return (dt.date(year, month, day).toordinal() * 24 + hour) * 60 + minute


def _in_utc(moment: Moment) -> tuple[int, ...]:
    """Minutes (hours, when minutes are not known) since the year 1 in UTC, then the seconds."""
    minutes = _minutes(moment) - (moment.offset or 0)
    if len(moment.fields) == 4:
        return (minutes // 60,)
    return (minutes // 60, minutes % 60, *moment.fields[5:])


def _order_without_zone(left: Moment, right: Moment) -> int | None:
    if left.offset is None:
        other = _order_without_zone(right, left)
        return None if other is None else -other
    instant, local = _minutes(left) - left.offset, _minutes(right)
    if instant > local - WESTERNMOST:
        return 1
    return -1 if instant < local - EASTERNMOST else None


def date_of(now: dt.datetime) -> Date:
    return Date((now.year, now.month, now.day))


def datetime_of(now: dt.datetime) -> DateTime:
    return DateTime(
        (now.year, now.month, now.day, now.hour, now.minute, now.second),
        now.microsecond // 1000 * 1_000_000,
        3,
        _offset_of(now),
    )


def time_of(now: dt.datetime) -> Time:
    return Time((now.hour, now.minute, now.second), now.microsecond // 1000 * 1_000_000, 3)


def _offset_of(now: dt.datetime) -> int | None:
    offset = now.utcoffset()
    return None if offset is None else int(offset.total_seconds()) // 60


# Digits of a precision, as `precision()` and the boundaries count them → number of fields; 17 and 9 have milliseconds.
_FIELDS_OF = {4: 1, 6: 2, 8: 3, 10: 4, 12: 5, 14: 6, 17: 6}
_TIME_FIELDS_OF = {2: 1, 4: 2, 6: 3, 9: 3}


def precision(moment: Moment) -> int:
    table = _TIME_FIELDS_OF if isinstance(moment, Time) else _FIELDS_OF
    digits = next(digits for digits, count in table.items() if count == len(moment.fields))
    return digits + (3 if moment.digits else 0)


def boundary(moment: _T, digits: int | None, *, high: bool) -> _T | None:
    """The first (or last) instant that the value may be, told to `digits` (year 4 … millisecond 17; of a Time 2 … 9)."""
    is_time, is_date = isinstance(moment, Time), isinstance(moment, Date)
    table = _TIME_FIELDS_OF if is_time else _FIELDS_OF
    wanted = digits if digits is not None else 9 if is_time else 8 if is_date else 17
    if wanted not in table or (is_date and wanted > 8):
        return None
    count = table[wanted]
    fields = list(moment.fields)
    while len(fields) < count:
        fields.append(_edge(fields, len(fields) + moment.skipped, high=high))
    with_fraction = wanted in (17, 9)
    known = moment.digits > 0
    nanosecond = moment.nanosecond if known else 999_000_000 if high else 0
    if known and moment.digits < 3 and high:
        nanosecond += 10 ** (9 - moment.digits) - 1_000_000
    zoned = not is_time and not is_date and count > 3
    offset = moment.offset if moment.offset is not None or not zoned else WESTERNMOST if high else EASTERNMOST
    return type(moment)(
        tuple(fields[:count]), nanosecond if with_fraction else 0, 3 if with_fraction else 0, offset if zoned else None
    )


def _edge(fields: list[int], place: int, *, high: bool) -> int:
    if not high:
        return _FIRST[place]
    return days_in(fields[0], fields[1]) if place == 2 else (0, 12, 0, 23, 59, 59)[place]
