"""The operators, on values that are already evaluated. https://hl7.org/fhirpath/N1/#operations"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hygie.fhir.core.fhirpath import duration, numbers, quantity
from hygie.fhir.core.fhirpath.equality import are_equal, are_equivalent, as_quantity, compare, key, keys
from hygie.fhir.core.fhirpath.errors import ExecutionFault
from hygie.fhir.core.fhirpath.model import Node
from hygie.fhir.core.fhirpath.numbers import EXACT
from hygie.fhir.core.fhirpath.quantity import Quantity
from hygie.fhir.core.fhirpath.run import Items, Run, one
from hygie.fhir.core.fhirpath.temporal import Moment

Operation = Callable[[Run, Items, Items], Items]


def _boolean(value: bool | None) -> Items:
    return [] if value is None else [value]


def _equal(run: Run, left: Items, right: Items) -> Items:
    return _boolean(are_equal(run, left, right))


def _unequal(run: Run, left: Items, right: Items) -> Items:
    same = are_equal(run, left, right)
    return [] if same is None else [not same]


def _comparison(symbol: str, judge: Callable[[int], bool]) -> Operation:
    def run_it(_run: Run, left: Items, right: Items) -> Items:
        first, second = one(left, f"`{symbol}`"), one(right, f"`{symbol}`")
        if first is None or second is None:
            return []
        order = compare(first, second, f"`{symbol}`")
        return [] if order is None else [judge(order)]

    return run_it


def _in(run: Run, left: Items, right: Items) -> Items:
    if len(left) > 1:
        raise ExecutionFault("`in` looks for one item, not for several.")
    return [key(run, left[0]) in keys(run, right)] if left else []


def _contains(run: Run, left: Items, right: Items) -> Items:
    return _in(run, right, left)


def _concatenate(run: Run, left: Items, right: Items) -> Items:
    first, second = one(left, "`&`"), one(right, "`&`")
    first, second = "" if first is None else first, "" if second is None else second
    if not isinstance(first, str) or not isinstance(second, str):
        raise ExecutionFault("`&` takes strings.")
    run.check_length(len(first) + len(second))
    return [run.text(first + second)]


def _number(value: Any) -> numbers.Number | None:
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _result(value: Any) -> Items:
    """Empty for an overflow, as the specification wants it."""
    if isinstance(value, int):
        value = numbers.integer(value)
    elif isinstance(value, Decimal):
        value = numbers.finite(value)
    elif isinstance(value, Quantity) and not value.value.is_finite():
        value = None
    return [] if value is None else [value]


def _arithmetic(symbol: str, work: Callable[[Run, Any, Any], Any]) -> Operation:
    def run_it(run: Run, left: Items, right: Items) -> Items:
        first, second = one(left, f"`{symbol}`"), one(right, f"`{symbol}`")
        if first is None or second is None:
            return []
        return _result(work(run, first, second))

    return run_it


def _sum(symbol: str, sign: int) -> Callable[[Run, Any, Any], Any]:
    def work(run: Run, left: Any, right: Any) -> Any:
        first, second = _number(left), _number(right)
        if first is not None and second is not None:
            if isinstance(first, int) and isinstance(second, int):
                return first + sign * second
            return EXACT.add(Decimal(first), EXACT.multiply(Decimal(second), Decimal(sign)))
        if isinstance(left, str) and isinstance(right, str) and sign == 1:
            run.check_length(len(left) + len(right))
            return run.text(left + right)
        if isinstance(left, Moment) and _is_measure(right):
            return duration.add(left, _measure(right), sign)
        if _is_measure(left) and _is_measure(right):
            return quantity.add(_measure(left), _measure(right), sign)
        raise _refused(symbol)

    return work


def _is_measure(value: Any) -> bool:
    return isinstance(value, Quantity | Node) and as_quantity(value) is not None


def _measure(value: Any) -> Quantity:
    found = as_quantity(value)
    if found is None:
        raise ExecutionFault("A quantity with a value and a unit is expected.")
    return found


def _refused(symbol: str) -> ExecutionFault:
    return ExecutionFault(f"`{symbol}` does not take values of these types.")


def _product(symbol: str, of_numbers: Callable[[Any, Any], Any], of_quantities: Callable[[Any, Any], Any]) -> Any:
    def work(_run: Run, left: Any, right: Any) -> Any:
        first, second = _number(left), _number(right)
        if first is not None and second is not None:
            return of_numbers(first, second)
        if (first is not None or _is_measure(left)) and (second is not None or _is_measure(right)):
            return of_quantities(_measure(left), _measure(right))
        raise _refused(symbol)

    return work


def _times(left: numbers.Number, right: numbers.Number) -> numbers.Number:
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    return EXACT.multiply(Decimal(left), Decimal(right))


def _of_numbers(symbol: str, work: Callable[[Any, Any], Any]) -> Callable[[Run, Any, Any], Any]:
    def run_it(_run: Run, left: Any, right: Any) -> Any:
        first, second = _number(left), _number(right)
        if first is None or second is None:
            raise _refused(symbol)
        return work(first, second)

    return run_it


def negate(items: Items) -> Items:
    value = one(items, "`-`")
    number = _number(value)
    if number is not None:
        return _result(-number)
    if value is None:
        return []
    if _is_measure(value):
        return [Quantity(-_measure(value).value, _measure(value).unit)]
    raise _refused("-")


def affirm(items: Items) -> Items:
    value = one(items, "`+`")
    if value is None or _number(value) is not None or _is_measure(value):
        return items
    raise _refused("+")


OPERATIONS: dict[str, Operation] = {
    "=": _equal,
    "!=": _unequal,
    "~": lambda run, left, right: [are_equivalent(run, left, right)],
    "!~": lambda run, left, right: [not are_equivalent(run, left, right)],
    "<": _comparison("<", lambda order: order < 0),
    "<=": _comparison("<=", lambda order: order <= 0),
    ">": _comparison(">", lambda order: order > 0),
    ">=": _comparison(">=", lambda order: order >= 0),
    "in": _in,
    "contains": _contains,
    "&": _concatenate,
    "+": _arithmetic("+", _sum("+", 1)),
    "-": _arithmetic("-", _sum("-", -1)),
    "*": _arithmetic("*", _product("*", _times, quantity.multiply)),
    "/": _arithmetic("/", _product("/", numbers.quotient, quantity.divide)),
    "div": _arithmetic("div", _of_numbers("div", numbers.whole_quotient)),
    "mod": _arithmetic("mod", _of_numbers("mod", numbers.remainder)),
}
