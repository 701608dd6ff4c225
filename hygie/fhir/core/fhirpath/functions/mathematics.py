"""Functions of numbers. https://hl7.org/fhirpath/N1/#math"""

from decimal import Decimal
from typing import Any

from hygie.fhir.core.fhirpath import numbers as math
from hygie.fhir.core.fhirpath.equality import as_quantity
from hygie.fhir.core.fhirpath.errors import ExecutionFault
from hygie.fhir.core.fhirpath.functions.signature import Function, integer_argument, numbers
from hygie.fhir.core.fhirpath.numbers import Number
from hygie.fhir.core.fhirpath.quantity import Quantity
from hygie.fhir.core.fhirpath.run import Code, Items, Run, one
from hygie.fhir.core.fhirpath.values import System


def _of_number_or_quantity(value: Any, name: str) -> Number | Quantity | None:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    found = as_quantity(value)
    if value is not None and found is None:
        raise ExecutionFault(f"{name} takes a number or a quantity.")
    return found


def _abs(_run: Run, _this: Items, items: Items, _arguments: tuple[Code, ...]) -> Items:
    value = _of_number_or_quantity(one(items, "abs()"), "abs()")
    if isinstance(value, Quantity):
        return [Quantity(abs(value.value), value.unit)]
    if value is None:
        return []
    return _some(math.integer(abs(value)) if isinstance(value, int) else abs(value))


def _round(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    value = _of_number_or_quantity(one(items, "round()"), "round()")
    places = integer_argument(run, this, arguments[0], "round()") if arguments else 0
    if value is None or places is None:
        return []
    if places < 0:
        raise ExecutionFault("round() takes a number of decimals, 0 or more.")
    if isinstance(value, Quantity):
        return [Quantity(math.round_half_up(value.value, places), value.unit)]
    if isinstance(value, int):
        return [value]
    return [math.round_half_up(value, places)]


def _some(value: System | None) -> Items:
    return [] if value is None else [value]


def _whole(function: Any) -> Any:
    return lambda value: value if isinstance(value, int) else function(value)


FUNCTIONS = {
    "abs": Function(_abs, gives="input"),
    "round": Function(_round, 0, 1, gives="Decimal"),
    "ceiling": numbers("ceiling()", _whole(math.ceiling), gives="Integer"),
    "floor": numbers("floor()", _whole(math.floor), gives="Integer"),
    "truncate": numbers("truncate()", _whole(math.truncate), gives="Integer"),
    "exp": numbers("exp()", math.exponential, gives="Decimal"),
    "ln": numbers("ln()", math.natural_logarithm, gives="Decimal"),
    "log": numbers("log()", math.logarithm, Decimal, gives="Decimal"),
    "sqrt": numbers("sqrt()", math.square_root, gives="Decimal"),
    "power": numbers("power()", math.power, Decimal),
}
