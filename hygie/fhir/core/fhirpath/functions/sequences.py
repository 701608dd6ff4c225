"""Existence, filtering, subsetting and combining. https://hl7.org/fhirpath/N1/#functions"""

import functools
from collections.abc import Callable
from typing import Any

from hygie.fhir.core.fhirpath.equality import compare, distinct, key, keys
from hygie.fhir.core.fhirpath.errors import ExecutionFault
from hygie.fhir.core.fhirpath.functions.signature import Function, integer_argument
from hygie.fhir.core.fhirpath.run import Code, Item, Items, Run, one, plain, truth


def _exists(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    if not arguments:
        return [bool(items)]
    return [bool(_where(run, this, items, arguments, limit=1))]


def _where(run: Run, _this: Items, items: Items, arguments: tuple[Code, ...], limit: int = 0) -> Items:
    criterion, outer, out = arguments[0], run.index, []
    for index, item in enumerate(items):
        run.index = index
        if truth(criterion(run, [item]), "where()"):
            out.append(item)
            if limit:
                break
    run.index = outer
    return out


def _all(run: Run, _this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    criterion, outer, result = arguments[0], run.index, True
    for index, item in enumerate(items):
        run.index = index
        if not truth(criterion(run, [item]), "all()"):
            result = False
            break
    run.index = outer
    return [result]


def _booleans(name: str, wanted: bool, judge: Callable[[Any], bool]) -> Function:
    def run_it(_run: Run, _this: Items, items: Items, _arguments: tuple[Code, ...]) -> Items:
        values = [plain(item) for item in items]
        if not all(isinstance(value, bool) for value in values):
            raise ExecutionFault(f"{name} takes Booleans only.")
        return [judge(value is wanted for value in values)]

    return Function(run_it, gives="Boolean")


def _subset_of(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    return [keys(run, items) <= keys(run, arguments[0](run, this))]


def _superset_of(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    return [keys(run, items) >= keys(run, arguments[0](run, this))]


def _is_distinct(run: Run, _this: Items, items: Items, _arguments: tuple[Code, ...]) -> Items:
    return [len(keys(run, items)) == len(items)]


def _select(run: Run, _this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    projection, outer = arguments[0], run.index
    out: Items = []
    for index, item in enumerate(items):
        run.index = index
        out += projection(run, [item])
    run.index = outer
    return out


def _repeat(run: Run, _this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    projection = arguments[0]
    found: dict[Any, Item] = {}
    level = items
    while level:
        following: Items = []
        for item in level:
            for child in projection(run, [item]):
                run.spend(4)
                mark = key(run, child)
                if mark not in found:
                    found[mark] = child
                    following.append(child)
        level = following
    return list(found.values())


def _aggregate(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    outer = run.index, run.total
    run.total = arguments[1](run, this) if len(arguments) > 1 else []
    for index, item in enumerate(items):
        run.index = index
        run.total = arguments[0](run, [item])
    result = run.total
    run.index, run.total = outer
    return result


def _single(_run: Run, _this: Items, items: Items, _arguments: tuple[Code, ...]) -> Items:
    if len(items) > 1:
        raise ExecutionFault("single() met several items.")
    return items


def _skip(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    count = integer_argument(run, this, arguments[0], "skip()")
    return items[max(count, 0) :] if count is not None else []


def _take(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    count = integer_argument(run, this, arguments[0], "take()")
    return items[: max(count, 0)] if count is not None else []


def _intersect(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    other = keys(run, arguments[0](run, this))
    return [item for item in distinct(run, items) if key(run, item) in other]


def _exclude(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    other = keys(run, arguments[0](run, this))
    return [item for item in items if key(run, item) not in other]


def _union(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    return distinct(run, items + arguments[0](run, this))


def _combine(run: Run, this: Items, items: Items, arguments: tuple[Code, ...]) -> Items:
    return items + arguments[0](run, this)


def sorted_by(run: Run, items: Items, orders: list[tuple[Code, bool]]) -> Items:
    """By each (code, is descending) in turn; an item without a value comes last, first when descending."""
    rows = [([one(code(run, [item]), "sort()") for code, _ in orders], item) for item in items]
    run.spend(len(items) * len(items).bit_length())

    def order(left: tuple[list[Any], Item], right: tuple[list[Any], Item]) -> int:
        for place, (_, descending) in enumerate(orders):
            first, second = left[0][place], right[0][place]
            if first is None or second is None:
                found = (first is None) - (second is None)
            else:
                found = compare(first, second, "sort()") or 0
            if found:
                return -found if descending else found
        return 0

    return [item for _, item in sorted(rows, key=functools.cmp_to_key(order))]


FUNCTIONS = {
    "empty": Function(lambda _run, _this, items, _arguments: [not items], gives="Boolean"),
    "exists": Function(_exists, 0, 1, gives="Boolean", each=True),
    "all": Function(_all, 1, 1, gives="Boolean", each=True),
    "allTrue": _booleans("allTrue()", True, all),
    "anyTrue": _booleans("anyTrue()", True, any),
    "allFalse": _booleans("allFalse()", False, all),
    "anyFalse": _booleans("anyFalse()", False, any),
    "subsetOf": Function(_subset_of, 1, 1, gives="Boolean"),
    "supersetOf": Function(_superset_of, 1, 1, gives="Boolean"),
    "count": Function(lambda _run, _this, items, _arguments: [len(items)], gives="Integer"),
    "distinct": Function(lambda run, _this, items, _arguments: distinct(run, items), gives="input"),
    "isDistinct": Function(_is_distinct, gives="Boolean"),
    "where": Function(_where, 1, 1, gives="input", each=True),
    "select": Function(_select, 1, 1, gives="argument", each=True),
    "repeat": Function(_repeat, 1, 1, gives="", each=True),
    "aggregate": Function(_aggregate, 1, 2, each=True),
    "single": Function(_single, gives="input"),
    "first": Function(lambda _run, _this, items, _arguments: items[:1], gives="input", ordered=True),
    "last": Function(lambda _run, _this, items, _arguments: items[-1:], gives="input", ordered=True),
    "tail": Function(lambda _run, _this, items, _arguments: items[1:], gives="input", ordered=True),
    "skip": Function(_skip, 1, 1, gives="input", ordered=True),
    "take": Function(_take, 1, 1, gives="input", ordered=True),
    "intersect": Function(_intersect, 1, 1, gives="input"),
    "exclude": Function(_exclude, 1, 1, gives="input"),
    "union": Function(_union, 1, 1, gives="both"),
    "combine": Function(_combine, 1, 1, gives="both"),
}
