"""`=`, `~` and `<`, and the keys by which equal items are found without comparing each with each."""

from decimal import Decimal
from typing import Any

from hygie.fhir.core.fhirpath import quantity, temporal
from hygie.fhir.core.fhirpath.errors import ExecutionFault
from hygie.fhir.core.fhirpath.model import Node
from hygie.fhir.core.fhirpath.numbers import decimals, round_half_up
from hygie.fhir.core.fhirpath.quantity import FROM_CODE, Quantity
from hygie.fhir.core.fhirpath.run import Item, Items, Run, plain
from hygie.fhir.core.fhirpath.temporal import Moment

UCUM = "http://unitsofmeasure.org"
_FEW = 4


def as_quantity(item: Any) -> Quantity | None:
    """A FHIR Quantity, or a number, as a System Quantity; None for what is none, has no value, or only a bound of it.

    A code of another system than UCUM becomes a unit of its own, which equals itself only.
    """
    if isinstance(item, Quantity):
        return item
    if isinstance(item, int | Decimal) and not isinstance(item, bool):
        return Quantity(Decimal(item))
    if not is_fhir_quantity(item) or not isinstance(item.value, dict):
        return None
    value, code, system = item.value.get("value"), item.value.get("code"), item.value.get("system")
    if not isinstance(value, int | Decimal) or isinstance(value, bool) or item.value.get("comparator"):
        return None
    if system == UCUM and isinstance(code, str):
        return Quantity(Decimal(value), FROM_CODE.get(code, code))
    if system is not None:
        return Quantity(Decimal(value), f"{system}|{code}")
    unit = item.value.get("unit")
    return Quantity(Decimal(value), unit if isinstance(unit, str) and unit else "1")


def is_fhir_quantity(item: Any) -> bool:
    return isinstance(item, Node) and item.shape.is_quantity


def are_equal(run: Run, left: Items, right: Items) -> bool | None:
    """`=`: same items in the same order. None when one side is empty, or dates leave it open."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    open_ = False
    for one, other in zip(left, right, strict=True):
        same = is_equal(run, one, other)
        if same is False:
            return False
        open_ = open_ or same is None
    return None if open_ else True


def is_equal(run: Run, left: Item, right: Item) -> bool | None:
    one, other = plain(left), plain(right)
    kind = one.__class__
    if kind is other.__class__ and (kind is str or kind is bool):
        return _are_same(run, one, other)
    if one is None or other is None:
        # Primitives without a value are told apart by their extensions.
        return one is other and isinstance(left, Node) and isinstance(right, Node) and left.extra == right.extra
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    if isinstance(one, Moment) and isinstance(other, Moment):
        if one.skipped != other.skipped:
            return False
        order = temporal.order(one, other)
        return None if order is None else order == 0
    if isinstance(one, int | Decimal) and isinstance(other, int | Decimal):
        return one == other
    return _is_equal_structure(run, one, other)


def _is_equal_structure(run: Run, one: Any, other: Any) -> bool | None:
    if isinstance(one, Quantity | Node) or isinstance(other, Quantity | Node):
        first, second = as_quantity(one), as_quantity(other)
        if first is not None and second is not None:
            order = quantity.order(first, second)
            return None if order is None else order == 0
    if isinstance(one, Node) and isinstance(other, Node):
        return _are_same(run, one.value, other.value)
    return bool(one.__class__ is other.__class__ and one == other)


def _are_same(run: Run, one: Any, other: Any) -> bool:
    """Equality of JSON, paid by what is compared."""
    if one is other:
        return True
    if isinstance(one, dict):
        if not isinstance(other, dict) or len(one) != len(other):
            return False
        run.spend(len(one))
        return all(name in other and _are_same(run, value, other[name]) for name, value in one.items())
    if isinstance(one, list):
        if not isinstance(other, list) or len(one) != len(other):
            return False
        run.spend(len(one))
        return all(_are_same(run, *pair) for pair in zip(one, other, strict=True))
    if isinstance(one, str):
        run.left -= len(one) >> 10
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def key(run: Run, item: Item) -> Any:
    """Equal keys ⇔ `=` is true."""
    value = plain(item)
    match value:
        case str():
            return value
        case bool():
            return ("boolean", value)
        case int() | Decimal():
            return ("quantity", value, ())
        case Moment():
            return temporal.comparison_key(value)
        case None:
            return ("none", _frozen(run, item.extra) if isinstance(item, Node) else None)
    found = as_quantity(value)
    if found is not None:
        base = quantity.in_base_units(found)
        return ("quantity", *base) if base else ("quantity", found.value, found.unit)
    return ("element", _frozen(run, value.value)) if isinstance(value, Node) else ("value", _frozen(run, value))


def _frozen(run: Run, value: Any) -> Any:
    if isinstance(value, dict):
        run.spend(2 * len(value))
        return frozenset((name, _frozen(run, each)) for name, each in value.items())
    if isinstance(value, list):
        run.spend(len(value))
        return tuple(_frozen(run, each) for each in value)
    return value


def distinct(run: Run, items: Items) -> Items:
    """In the order of first appearance."""
    if len(items) <= _FEW:
        return _distinct_of_few(run, items)
    found: dict[Any, Item] = {}
    for item in items:
        found.setdefault(key(run, item), item)
    return list(found.values())


def _distinct_of_few(run: Run, items: Items) -> Items:
    """Comparing costs less than making keys; the answer is the same."""
    if len(items) < 2:
        return items
    found: Items = []
    for item in items:
        if not any(item is other or is_equal(run, item, other) for other in found):
            found.append(item)
    return found


def keys(run: Run, items: Items) -> set[Any]:
    run.spend(len(items))
    return {key(run, item) for item in items}


def are_equivalent(run: Run, left: Items, right: Items) -> bool:
    """`~`: the same items in any order, two empties too."""
    if len(left) != len(right):
        return False
    rest = list(right)
    for one in left:
        place = next((place for place, other in enumerate(rest) if is_equivalent(run, one, other)), None)
        run.spend(1 + (len(rest) if place is None else place))
        if place is None:
            return False
        del rest[place]
    return True


def is_equivalent(run: Run, left: Item, right: Item) -> bool:
    one, other = plain(left), plain(right)
    match one, other:
        case (bool(), _) | (_, bool()):
            return one is other
        case str(), str():
            return _folded(run, one) == _folded(run, other)
        case Moment(), Moment():
            return (
                one.skipped == other.skipped
                and temporal.is_same_precision(one, other)
                and temporal.order(one, other) == 0
            )
        case ((int() | Decimal()), (int() | Decimal())):
            return _are_close(Decimal(one), Decimal(other))
    first, second = as_quantity(one), as_quantity(other)
    if first is not None and second is not None:
        return quantity.is_equivalent(first, second)
    if isinstance(one, Node) and isinstance(other, Node):
        return _are_equivalent_structures(run, one.value, other.value)
    return bool(one == other)


def _folded(run: Run, text: str) -> str:
    run.left -= len(text) >> 4
    return " ".join(text.casefold().split())


def _are_close(one: Decimal, other: Decimal) -> bool:
    places = min(decimals(one), decimals(other))
    return round_half_up(one, places) == round_half_up(other, places)


def _are_equivalent_structures(run: Run, one: Any, other: Any) -> bool:
    run.spend(1)
    match one, other:
        case dict(), dict():
            names = one.keys() | other.keys()
            return all(_are_equivalent_structures(run, one.get(name), other.get(name)) for name in names)
        case list(), list():
            rest = list(other)
            for each in one:
                place = next((p for p, o in enumerate(rest) if _are_equivalent_structures(run, each, o)), None)
                if place is None:
                    return False
                del rest[place]
            return not rest
        case str(), str():
            return _folded(run, one) == _folded(run, other)
        case ((int() | Decimal()), (int() | Decimal())) if not isinstance(one, bool) and not isinstance(other, bool):
            return _are_close(Decimal(one), Decimal(other))
    return bool(one == other)


def compare(left: Any, right: Any, at: str) -> int | None:
    """-1, 0 or 1 for System values of the same kind, None when it is open. Raises ExecutionFault for different kinds."""
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    if not isinstance(left, bool) and not isinstance(right, bool):
        if isinstance(left, int | Decimal) and isinstance(right, int | Decimal):
            return (left > right) - (left < right)
        if isinstance(left, Moment) and isinstance(right, Moment) and left.skipped == right.skipped:
            return temporal.order(left, right)
        first, second = as_quantity(left), as_quantity(right)
        if first is not None and second is not None:
            return quantity.order(first, second)
        if all(each is not None or is_fhir_quantity(item) for each, item in ((first, left), (second, right))):
            return None
    raise ExecutionFault(f"{at} compares numbers, strings, dates, times or quantities, both of one kind.")
