"""The strict check: what the types of FHIR say can never be right, found before anything is evaluated.

Plain evaluation is tolerant, as the specification allows: `name.given1` is empty. Strict, it is an error, and so are
`Encounter.name` on a Patient, `valueQuantity` (a name of JSON, not of FHIRPath), `children().first()` (the first of what has no
order), and `iif()` on a string.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hygie.fhir.core.fhirpath.errors import SemanticFault
from hygie.fhir.core.fhirpath.functions import FUNCTIONS
from hygie.fhir.core.fhirpath.model import Model, Node
from hygie.fhir.core.fhirpath.run import Items
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
from hygie.fhir.core.fhirpath.type_tests import check_known
from hygie.fhir.core.fhirpath.values import SYSTEM_NAMES

_BOOLEAN = frozenset({"System.Boolean", "boolean"})
_ABSTRACT = frozenset({"Resource", "DomainResource", "Element", "BackboneElement"})
_BOOLEAN_OPERATORS = frozenset(
    {"=", "!=", "~", "!~", "<", "<=", ">", ">=", "in", "contains", "and", "or", "xor", "implies"}
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a collection. `types`: the FHIR types (backbones by path) and `System.X` that its items may have, None
    when nothing is known; `ordered`: their order means something."""

    types: frozenset[str] | None = None
    ordered: bool = True


_UNKNOWN = Kind()


def _system(name: str) -> Kind:
    return Kind(frozenset({f"System.{name}"}))


def check(tree: Tree, model: Model, focus: Items) -> None:
    """Raises SemanticFault. A focus without items says nothing of its type."""
    types = {item.shape.path if isinstance(item, Node) else f"System.{SYSTEM_NAMES[item.__class__]}" for item in focus}
    known = bool(types) and all(name.startswith("System.") or model.has(name) for name in types)
    _Check(model).kind(tree, Kind(frozenset(types) if known else None))


class _Check:
    def __init__(self, model: Model) -> None:
        self._model = model

    def kind(self, tree: Tree, this: Kind) -> Kind:
        return _METHODS[tree.__class__](self, tree, this)

    def literal(self, tree: Literal, _this: Kind) -> Kind:
        return _system(SYSTEM_NAMES[tree.value.__class__])

    def nothing(self, _tree: Nothing, _this: Kind) -> Kind:
        return _UNKNOWN

    def special(self, tree: Special, this: Kind) -> Kind:
        return this if tree.name == "$this" else _system("Integer") if tree.name == "$index" else _UNKNOWN

    def external(self, _tree: External, _this: Kind) -> Kind:
        return _UNKNOWN

    def member(self, tree: Member, this: Kind) -> Kind:
        if tree.source is None and tree.name[:1].isupper():
            return self._type_root(tree, this)
        source = this if tree.source is None else self.kind(tree.source, this)
        if source.types is None or source.types & _ABSTRACT:
            return Kind(None, source.ordered)
        found: set[str] = set()
        for name in source.types:
            found |= self._children(name, tree.name)
        if source.types and not found:
            raise SemanticFault(f"There is no element {tree.name[:60]} here.", at=tree.at)
        return Kind(frozenset(found), source.ordered)

    def _type_root(self, tree: Member, this: Kind) -> Kind:
        if this.types is None or this.types & _ABSTRACT:
            return Kind(frozenset({tree.name}) if self._model.has(tree.name) else None)
        found = frozenset(
            name for name in this.types if self._model.has(name) and tree.name in self._model.ancestors(name)
        )
        if not found:
            raise SemanticFault(f"The context is no {tree.name[:60]}.", at=tree.at)
        return replace(this, types=found)

    def _children(self, type_name: str, name: str) -> set[str]:
        if type_name == "System.TypeInfo":
            return {"System.String"} if name in ("name", "namespace") else set()
        if not self._model.has(type_name):
            return set()
        element = self._model.shape(type_name).element(name)
        if element is None:
            return set()
        return (
            {element.content_reference}
            if element.content_reference
            else {ref.code or "string" for ref in element.types}
        )

    def call(self, tree: Call, this: Kind) -> Kind:
        source = this if tree.source is None else self.kind(tree.source, this)
        function = FUNCTIONS.get(tree.name)
        each = tree.name in ("sort", "iif", "trace") or (function is not None and function.each)
        arguments = [
            self.kind(argument, replace(source, ordered=True) if each else this) for argument in tree.arguments
        ]
        if function is None:
            return replace(source, ordered=True)
        if function.ordered and not source.ordered:
            raise SemanticFault(f"{tree.name}() depends on an order that the items do not have.", at=tree.at)
        if tree.name == "iif" and arguments[0].types and not arguments[0].types & _BOOLEAN:
            raise SemanticFault("The criterion of iif() is no Boolean.", at=tree.at)
        return self._output(function.gives, source, arguments)

    def _output(self, gives: str, source: Kind, arguments: list[Kind]) -> Kind:
        match gives:
            case "input":
                return source
            case "argument":
                return arguments[0]
            case "both":
                return _either(source, arguments[0])
            case "unordered":
                return Kind(None, ordered=False)
            case "":
                return _UNKNOWN
            case "Extension":
                return Kind(frozenset({"Extension"}))
        return _system(gives)

    def indexer(self, tree: Indexer, this: Kind) -> Kind:
        source = self.kind(tree.source, this)
        self.kind(tree.index, this)
        if not source.ordered:
            raise SemanticFault("An index depends on an order that the items do not have.", at=tree.at)
        return source

    def unary(self, tree: Unary, this: Kind) -> Kind:
        return self.kind(tree.operand, this)

    def binary(self, tree: Binary, this: Kind) -> Kind:
        left, right = self.kind(tree.left, this), self.kind(tree.right, this)
        if tree.operator in _BOOLEAN_OPERATORS:
            return _system("Boolean")
        if tree.operator == "|":
            return _either(left, right)
        return _system("String") if tree.operator == "&" else _UNKNOWN

    def type_test(self, tree: TypeTest, this: Kind) -> Kind:
        source = this if tree.operand is None else self.kind(tree.operand, this)
        check_known(self._model, tree.type)
        if tree.operator == "is":
            return _system("Boolean")
        name = tree.type.name
        is_system = tree.type.namespace == "System" or not self._model.has(name)
        return Kind(frozenset({f"System.{name}" if is_system else name}), source.ordered)


def _either(left: Kind, right: Kind) -> Kind:
    types = None if left.types is None or right.types is None else left.types | right.types
    return Kind(types, left.ordered and right.ordered)


_METHODS: dict[type, Callable[[_Check, Any, Kind], Kind]] = {
    Literal: _Check.literal,
    Nothing: _Check.nothing,
    Special: _Check.special,
    External: _Check.external,
    Member: _Check.member,
    Call: _Check.call,
    Indexer: _Check.indexer,
    Unary: _Check.unary,
    Binary: _Check.binary,
    TypeTest: _Check.type_test,
}
