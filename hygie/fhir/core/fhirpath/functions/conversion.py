"""`toX()` and `convertsToX()`. https://hl7.org/fhirpath/N1/#conversion"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hygie.fhir.core.fhirpath import numbers, quantity
from hygie.fhir.core.fhirpath.equality import as_quantity
from hygie.fhir.core.fhirpath.functions.signature import Function, text_argument
from hygie.fhir.core.fhirpath.quantity import Quantity
from hygie.fhir.core.fhirpath.run import Code, Items, Run, one
from hygie.fhir.core.fhirpath.temporal import Date, DateTime, Moment, Time, parse_datetime, parse_time

_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
_DECIMAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_TRUE = frozenset({"true", "t", "yes", "y", "1", "1.0"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "0.0"})
_MAX_DECIMAL = 200  # Characters


def to_boolean(value: Any) -> bool | None:
    match value:
        case bool():
            return value
        case int() | Decimal():
            return bool(value) if value in (0, 1) else None
        case str():
            word = value.lower()
            return True if word in _TRUE else False if word in _FALSE else None
    return None


def to_integer(value: Any) -> int | None:
    match value:
        case bool() | int():
            return int(value)
        case str() if _INTEGER.fullmatch(value):
            return numbers.integer(int(value))
    return None


def to_decimal(value: Any) -> Decimal | None:
    match value:
        case bool() | int() | Decimal():
            return Decimal(value)
        case str() if len(value) <= _MAX_DECIMAL and _DECIMAL.fullmatch(value):
            return Decimal(value)
    return None


def to_string(value: Any) -> str | None:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | Moment() | Quantity():
            return str(value)
        case Decimal():
            return numbers.text_of(value)
    found = as_quantity(value)
    return None if found is None else str(found)


def to_date(value: Any) -> Date | None:
    match value:
        case DateTime():
            return Date(value.fields[:3])
        case Date():
            return value
        case str():
            found = parse_datetime(value)
            return None if found is None else Date(found.fields[:3])
    return None


def to_datetime(value: Any) -> DateTime | None:
    match value:
        case DateTime():
            return value
        case Date():
            return DateTime(value.fields)
        case str():
            return parse_datetime(value)
    return None


def to_time(value: Any) -> Time | None:
    match value:
        case Time():
            return value
        case str():
            return parse_time(value)
    return None


def to_quantity(value: Any) -> Quantity | None:
    match value:
        case bool():
            return Quantity(Decimal(1) if value else Decimal(0))
        case str():
            return quantity.parse_quantity(value) if len(value) <= _MAX_DECIMAL else None
    return as_quantity(value)


def _to(name: str, convert: Callable[[Any], Any], gives: str) -> Function:
    def run_it(run: Run, _this: Items, items: Items, _arguments: tuple[Code, ...]) -> Items:
        value = convert(one(items, name))
        if value is None:
            return []
        return [run.text(value) if isinstance(value, str) else value]

    return Function(run_it, gives=gives)


def _converts(name: str, convert: Callable[[Any], Any]) -> Function:
    def run_it(_run: Run, _this: Items, items: Items, _arguments: tuple[Code, ...]) -> Items:
        value = one(items, name)
        return [] if value is None else [convert(value) is not None]

    return Function(run_it, gives="Boolean")


def _in_unit(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Quantity | None:
    found = to_quantity(one(items, "toQuantity()"))
    if found is None or not arguments:
        return found
    unit = text_argument(run, this, arguments[0], "toQuantity()")
    return None if unit is None else quantity.convert(found, unit)


def _to_quantity(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    found = _in_unit(run, this, items, arguments)
    return [] if found is None else [found]


def _converts_to_quantity(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    return [_in_unit(run, this, items, arguments) is not None] if items else []


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "Boolean": to_boolean,
    "Integer": to_integer,
    "Decimal": to_decimal,
    "String": to_string,
    "Date": to_date,
    "DateTime": to_datetime,
    "Time": to_time,
}
FUNCTIONS = {
    **{f"to{name}": _to(f"to{name}()", convert, name) for name, convert in _CONVERSIONS.items()},
    **{f"convertsTo{name}": _converts(f"convertsTo{name}()", convert) for name, convert in _CONVERSIONS.items()},
    "toQuantity": Function(_to_quantity, 0, 1, gives="Quantity"),
    "convertsToQuantity": Function(_converts_to_quantity, 0, 1, gives="Boolean"),
}
