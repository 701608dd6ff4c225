"""Tree → closures. Each takes the run and `$this` (a list), and gives a list that nobody changes afterwards."""

from collections.abc import Callable
from typing import Any

from hygie.fhir.core.fhirpath.equality import distinct
from hygie.fhir.core.fhirpath.errors import ExecutionFault, SemanticFault
from hygie.fhir.core.fhirpath.externals import external
from hygie.fhir.core.fhirpath.functions import FUNCTIONS
from hygie.fhir.core.fhirpath.functions.sequences import sorted_by
from hygie.fhir.core.fhirpath.model import Node
from hygie.fhir.core.fhirpath.operators import OPERATIONS, affirm, negate
from hygie.fhir.core.fhirpath.run import Code, Items, Run, one, truth
from hygie.fhir.core.fhirpath.syntax import (
    Binary,
    Call,
    External,
    Indexer,
    Literal,
    Member,
    Nothing,
    Special,
    Tree,
    TypeTest,
    Unary,
)
from hygie.fhir.core.fhirpath.type_tests import keep, test
from hygie.fhir.core.fhirpath.values import TypeInfo


def compile_tree(tree: Tree) -> Code:
    """Raises SemanticFault for an unknown function or a wrong number of arguments."""
    return _COMPILERS[tree.__class__](tree)


def _this(_run: Run, this: Items) -> Items:
    return this


def _literal(tree: Literal) -> Code:
    value = tree.value
    return lambda _run, _this: [value]


def _nothing(_tree: Nothing) -> Code:
    return lambda _run, _this: []


def _special(tree: Special) -> Code:
    match tree.name:
        case "$index":
            return lambda run, _this: [run.index]
        case "$total":
            return lambda run, _this: run.total
        case _:
            return _this


def _external(tree: External) -> Code:
    name = tree.name
    return lambda run, _this: external(run, name)


def _member(tree: Member) -> Code:
    names: list[str] = []
    source: Tree | None = tree
    while isinstance(source, Member) and source.source is not None:
        names.append(source.name)
        source = source.source
    names.reverse()
    if isinstance(source, Member):
        if source.name[:1].isupper():
            return _walk(_type_root(source.name), names)
        return _walk(_this, [source.name, *names])
    if source is None:
        raise SemanticFault("A path has no start.")
    return _walk(compile_tree(source), names)


def _type_root(name: str) -> Code:
    """`Patient` at the start of a path: the context, when it is of that type."""

    def root(_run: Run, this: Items) -> Items:
        return [item for item in this if item.__class__ is Node and name in item.shape.ancestors]

    return root


def _walk(source: Code, names: list[str]) -> Code:
    if not names:
        return source
    steps = tuple(names)

    def walk(run: Run, this: Items) -> Items:
        items = source(run, this)
        for name in steps:
            out: Items = []
            for item in items:
                if item.__class__ is Node:
                    data = item.value
                    if data.__class__ is not dict:
                        data = item.extra
                    if data:
                        out += item.shape.reader(name)(data)
                elif isinstance(item, TypeInfo) and name in ("namespace", "name"):
                    out.append(getattr(item, name))
            run.left -= 1 + len(items) + len(out)
            if run.left < 0:
                run.spend(0)
            items = out
        return items

    return walk


def _call(tree: Call) -> Code:
    if tree.name == "sort":
        return _sort(tree)
    function = FUNCTIONS.get(tree.name)
    if function is None:
        raise SemanticFault(f"There is no function {tree.name[:40]}().", at=tree.at)
    if not function.least <= len(tree.arguments) <= function.most:
        raise SemanticFault(f"{tree.name}() does not take {len(tree.arguments)} arguments.", at=tree.at)
    source = _this if tree.source is None else compile_tree(tree.source)
    arguments = tuple(compile_tree(each) for each in tree.arguments)
    work = function.work

    def call(run: Run, this: Items) -> Items:
        items = source(run, this)
        run.left -= 2 + len(items)
        if run.left < 0:
            run.spend(0)
        out = work(run, this, items, arguments)
        run.left -= len(out)
        return out

    return call


def _sort(tree: Call) -> Code:
    """`-` in front of a key means descending, for strings too."""
    source = _this if tree.source is None else compile_tree(tree.source)
    orders = [
        (compile_tree(each.operand), True)
        if isinstance(each, Unary) and each.operator == "-"
        else (compile_tree(each), False)
        for each in tree.arguments
    ] or [(_this, False)]
    return lambda run, this: sorted_by(run, source(run, this), orders)


def _indexer(tree: Indexer) -> Code:
    source, index = compile_tree(tree.source), compile_tree(tree.index)

    def pick(run: Run, this: Items) -> Items:
        place = one(index(run, this), "An index")
        if place is None:
            return []
        if not isinstance(place, int) or isinstance(place, bool):
            raise ExecutionFault("An index is an Integer.")
        items = source(run, this)
        return [items[place]] if 0 <= place < len(items) else []

    return pick


def _unary(tree: Unary) -> Code:
    operand = compile_tree(tree.operand)
    work = negate if tree.operator == "-" else affirm
    return lambda run, this: work(operand(run, this))


def _binary(tree: Binary) -> Code:
    if tree.operator == "|":
        return _union(tree)
    left, right = compile_tree(tree.left), compile_tree(tree.right)
    if tree.operator in _LOGIC:
        return _LOGIC[tree.operator](left, right)
    work = OPERATIONS[tree.operator]

    def operate(run: Run, this: Items) -> Items:
        first, second = left(run, this), right(run, this)
        run.left -= 2 + len(first) + len(second)
        if run.left < 0:
            run.spend(0)
        return work(run, first, second)

    return operate


def _union(tree: Binary) -> Code:
    """`a | b | c` at once: duplicates are looked for once."""
    operands: list[Tree] = [tree.right]
    first = tree.left
    while isinstance(first, Binary) and first.operator == "|":
        operands.append(first.right)
        first = first.left
    operands.append(first)
    codes = tuple(compile_tree(each) for each in reversed(operands))

    def unite(run: Run, this: Items) -> Items:
        out: Items = []
        for code in codes:
            out += code(run, this)
        run.spend(1 + len(out))
        return distinct(run, out)

    return unite


def _and(left: Code, right: Code) -> Code:
    def operate(run: Run, this: Items) -> Items:
        first = truth(left(run, this), "`and`")
        if first is False:
            return [False]
        second = truth(right(run, this), "`and`")
        if second is False:
            return [False]
        return [] if first is None or second is None else [True]

    return operate


def _or(left: Code, right: Code) -> Code:
    def operate(run: Run, this: Items) -> Items:
        first = truth(left(run, this), "`or`")
        if first:
            return [True]
        second = truth(right(run, this), "`or`")
        if second:
            return [True]
        return [] if first is None or second is None else [False]

    return operate


def _xor(left: Code, right: Code) -> Code:
    def operate(run: Run, this: Items) -> Items:
        first, second = truth(left(run, this), "`xor`"), truth(right(run, this), "`xor`")
        return [] if first is None or second is None else [first is not second]

    return operate


def _implies(left: Code, right: Code) -> Code:
    def operate(run: Run, this: Items) -> Items:
        first = truth(left(run, this), "`implies`")
        if first is False:
            return [True]
        second = truth(right(run, this), "`implies`")
        if second:
            return [True]
        return [] if first is None or second is None else [False]

    return operate


_LOGIC: dict[str, Callable[[Code, Code], Code]] = {"and": _and, "or": _or, "xor": _xor, "implies": _implies}


def _type_test(tree: TypeTest) -> Code:
    operand = _this if tree.operand is None else compile_tree(tree.operand)
    type_name, operator = tree.type, tree.operator
    if operator == "is":
        return lambda run, this: test(run, operand(run, this), type_name)
    only_one = operator == "as"

    def filter_(run: Run, this: Items) -> Items:
        return keep(run, operand(run, this), type_name, only_one=only_one)

    return filter_


_COMPILERS: dict[type, Callable[[Any], Code]] = {
    Literal: _literal,
    Nothing: _nothing,
    Special: _special,
    External: _external,
    Member: _member,
    Call: _call,
    Indexer: _indexer,
    Unary: _unary,
    Binary: _binary,
    TypeTest: _type_test,
}
