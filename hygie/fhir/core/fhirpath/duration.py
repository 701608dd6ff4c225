"""Adding a duration to a date or a time. https://hl7.org/fhirpath/N1/#datetime-arithmetic"""

import datetime as dt
from decimal import Decimal
from typing import TypeVar

from hygie.fhir.core.fhirpath.errors import ExecutionFault
from hygie.fhir.core.fhirpath.quantity import CALENDAR, Quantity
from hygie.fhir.core.fhirpath.temporal import Moment, days_in

_T = TypeVar("_T", bound=Moment)
# Definite durations that are as long as their calendar word; a month and a year of UCUM are not.
_WORDS = {"wk": "week", "d": "day", "h": "hour", "min": "minute", "s": "second", "ms": "millisecond"}
_PLACES = {"year": 0, "month": 1, "day": 2, "hour": 3, "minute": 4, "second": 5}
# How many of a component make one of the component before; a month is 30 days when only months are known.
_IN_LARGER = (1, 12, 30, 24, 60, 60)
_NANO = 1_000_000_000
_MAX_DURATION = Decimal(10) ** 15
_SECONDS = {2: 86_400, 3: 3600, 4: 60, 5: 1}


def add(moment: _T, quantity: Quantity, sign: int) -> _T | None:
    """The moment later (sign 1) or earlier (-1), as precise as it was; None beyond the years 1 to 9999.

    Raises ExecutionFault for a unit that is no duration.
    """
    word = CALENDAR.get(quantity.unit) or _WORDS.get(quantity.unit)
    if word is None:
        raise ExecutionFault("Only a duration is added to a date: a calendar word, or a UCUM code up to the week.")
    value = quantity.value
    if abs(value) > _MAX_DURATION:
        return None
    if word == "week":
        word, value = "day", value.to_integral_value("ROUND_DOWN") * 7
    elif word == "millisecond":
        word, value = "second", value.to_integral_value("ROUND_DOWN").scaleb(-3)
    place = _PLACES[word]
    nanoseconds = 0
    if place == 5:
        whole = value.to_integral_value("ROUND_DOWN")
        nanoseconds = int((value - whole) * _NANO)
        value = whole
    amount, last = int(value), moment.skipped + len(moment.fields) - 1
    if last < 5:
        nanoseconds = 0
    amount, place = _reduce(amount, place, last)
    if moment.skipped and place < 3:
        # A day later, a time of day is the same.
        return moment
    return _shift(moment, place, sign * amount, sign * nanoseconds)


def _reduce(amount: int, place: int, last: int) -> tuple[int, int]:
    """In the finest component that the moment has, what is left over dropped: @2014 + 25 months is @2016."""
    sign, amount = (-1, -amount) if amount < 0 else (1, amount)
    if last == 0 and place > 2:
        amount, place = _reduce(amount, place, 2)
    if last == 0 and place == 2:
        return sign * (amount // 365), 0
    while place > last:
        amount //= _IN_LARGER[place]
        place -= 1
    return sign * amount, place


def _shift(moment: _T, place: int, amount: int, nanoseconds: int) -> _T | None:
    if place < 2:
        return _shift_months(moment, amount * (12 if place == 0 else 1))
    carry, nanosecond = divmod(moment.nanosecond + nanoseconds, _NANO)
    seconds = amount * _SECONDS[place] + carry
    try:
        full = _later(moment, seconds)
    except OverflowError:
        return None
    kept = full[moment.skipped : moment.skipped + len(moment.fields)]
    return type(moment)(kept, nanosecond, _digits(moment.digits, nanosecond), moment.offset)


def _later(moment: Moment, seconds: int) -> tuple[int, ...]:
    """All components; a Time goes round the clock. Raises OverflowError."""
    if moment.skipped:
        fields, seconds = (2000, 1, 1, *moment.fields), seconds % 86_400
    else:
        fields = moment.fields
    year, month, day, hour, minute, second = (*fields, *(1, 1, 1, 0, 0, 0)[len(fields) :])
    # A leap second counts as the one before.
    start = dt.datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001 -- in the moment's own zone
    return (start + dt.timedelta(seconds=seconds)).timetuple()[:6]


def _digits(digits: int, nanosecond: int) -> int:
    """As many as before, more when they are needed."""
    needed = len(f"{nanosecond:09}".rstrip("0")) if nanosecond else 0
    return digits if needed <= digits else 3 if needed <= 3 else needed


def _shift_months(moment: _T, months: int) -> _T | None:
    year, month = (*moment.fields, 1)[:2]
    year, month = divmod(year * 12 + month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    fields = (year, month + 1, *moment.fields[2:])
    if len(fields) > 2:
        # The 31st of January and one month: the last day of February.
        fields = (*fields[:2], min(fields[2], days_in(year, month + 1)), *fields[3:])
    return type(moment)(fields[: len(moment.fields)], moment.nanosecond, moment.digits, moment.offset)
