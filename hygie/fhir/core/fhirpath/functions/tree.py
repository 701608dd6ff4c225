"""Navigation, time, and what has no better place. https://hl7.org/fhirpath/N1/#tree-navigation"""

import datetime as dt
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import Any

from hygie.fhir.core.fhirpath import quantity, temporal
from hygie.fhir.core.fhirpath.equality import as_quantity
from hygie.fhir.core.fhirpath.errors import Budget, ExecutionFault
from hygie.fhir.core.fhirpath.functions.signature import Function, integer_argument, text_argument
from hygie.fhir.core.fhirpath.model import Node
from hygie.fhir.core.fhirpath.numbers import decimals
from hygie.fhir.core.fhirpath.quantity import Quantity
from hygie.fhir.core.fhirpath.run import MAX_DEPTH, Code, Item, Items, Run, one, truth
from hygie.fhir.core.fhirpath.temporal import Date, DateTime, Moment, Time
from hygie.fhir.core.fhirpath.values import SYSTEM_NAMES, TypeInfo

_MOST_DECIMALS = 28
_DEFAULT_DECIMALS = 8
_WIDE = Context(prec=400, traps=[])


def children_of(run: Run, items: Items) -> Items:
    out: Items = []
    for item in items:
        if item.__class__ is Node:
            data = item.value if item.value.__class__ is dict else item.extra
            if data is not None:
                out += item.shape.children(data)
    run.spend(len(out) + 1)
    return out


def _children(run: Run, _this: Items, items: Items, _arguments: tuple[Code, ...]) -> Items:
    return children_of(run, items)


def _descendants(run: Run, _this: Items, items: Items, _arguments: tuple[Code, ...]) -> Items:
    if items is run.resource and run.below is not None:
        # R4's dom-3 asks for those of %resource again for each contained resource.
        return run.below
    out: Items = []
    level = children_of(run, items)
    for _ in range(MAX_DEPTH * 2):
        if not level:
            if items is run.resource:
                run.below = out
            return out
        out += level
        level = children_of(run, level)
    raise Budget("The resource is nested too deep.")


def _iif(run: Run, _this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    if len(items) > 1:
        raise ExecutionFault("iif() takes one item, not several.")
    if truth(arguments[0](run, items), "iif()"):
        return arguments[1](run, items)
    return arguments[2](run, items) if len(arguments) > 2 else []


def _trace(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    name = text_argument(run, this, arguments[0], "trace()")
    if run.environment.trace is not None:
        told = items
        if len(arguments) > 1:
            told = [each for item in items for each in arguments[1](run, [item])]
        run.environment.trace(name or "", tuple(told))
    return items


def _clock(
    read: Callable[[dt.datetime], Date | DateTime | Time],
) -> Callable[[Run, Items, Items, tuple[Code, ...]], Items]:
    def run_it(run: Run, _this: Items, _items: Items, _arguments: tuple[Code, ...]) -> Items:
        if run.environment.now is None:
            raise ExecutionFault("This evaluation has no clock: give it `now`.")
        return [read(run.environment.now)]

    return run_it


def _not(_run: Run, _this: Items, items: Items, _arguments: tuple[Code, ...]) -> Items:
    value = truth(items, "not()")
    return [] if value is None else [not value]


def type_of(item: Item) -> TypeInfo:
    if isinstance(item, Node):
        return TypeInfo("FHIR", item.shape.name)
    return TypeInfo("System", SYSTEM_NAMES[item.__class__])


def _type(_run: Run, _this: Items, items: Items, _arguments: tuple[Code, ...]) -> Items:
    return [type_of(item) for item in items]


def _precision(_run: Run, _this: Items, items: Items, _arguments: tuple[Code, ...]) -> Items:
    value = one(items, "precision()")
    match value:
        case None:
            return []
        case bool():
            pass
        case int() | Decimal():
            return [decimals(Decimal(value))]
        case Moment():
            return [temporal.precision(value)]
    raise ExecutionFault("precision() takes a Decimal, a date or a time.")


def _boundary(name: str, *, high: bool) -> Function:
    def run_it(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
        value = one(items, name)
        digits = integer_argument(run, this, arguments[0], name) if arguments else None
        found: Any = None
        if isinstance(value, Date | DateTime | Time):
            found = temporal.boundary(value, digits, high=high)
        elif value is not None:
            measure = as_quantity(value)
            if measure is None:
                raise ExecutionFault(f"{name} takes a number, a quantity, a date or a time.")
            number = _decimal_boundary(measure.value, digits, high=high)
            is_number = isinstance(value, int | Decimal)
            found = number if is_number or number is None else Quantity(number, measure.unit)
        return [] if found is None else [found]

    return Function(run_it, 0, 1, gives="input")


def _decimal_boundary(value: Decimal, digits: int | None, *, high: bool) -> Decimal | None:
    """Half a unit of the last digit down or up, told with `digits` decimals: 1.587 → 1.5865 or 1.5875."""
    places = _DEFAULT_DECIMALS if digits is None else digits
    if not 0 <= places <= _MOST_DECIMALS or abs(value.adjusted()) > 100:
        return None
    half = Decimal(5).scaleb(-decimals(value) - 1)
    edge = _WIDE.add(value, half) if high else _WIDE.subtract(value, half)
    # As the official tests have it: away from zero by rounding, towards zero by cutting.
    rounding = ROUND_HALF_UP if high == (value >= 0) else ROUND_DOWN
    return edge.quantize(Decimal(1).scaleb(-places), rounding, _WIDE)


def _comparable(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    left, right = as_quantity(one(items, "comparable()")), as_quantity(one(arguments[0](run, this), "comparable()"))
    return [] if left is None or right is None else [quantity.is_comparable(left, right)]


FUNCTIONS = {
    "children": Function(_children, gives="unordered"),
    "descendants": Function(_descendants, gives="unordered"),
    "iif": Function(_iif, 2, 3),
    "trace": Function(_trace, 1, 2, gives="input"),
    "now": Function(_clock(temporal.datetime_of), gives="DateTime"),
    "today": Function(_clock(temporal.date_of), gives="Date"),
    "timeOfDay": Function(_clock(temporal.time_of), gives="Time"),
    "not": Function(_not, gives="Boolean"),
    "type": Function(_type, gives="TypeInfo"),
    "precision": Function(_precision, gives="Integer"),
    "lowBoundary": _boundary("lowBoundary()", high=False),
    "highBoundary": _boundary("highBoundary()", high=True),
    "comparable": Function(_comparable, 1, 1, gives="Boolean"),
}
