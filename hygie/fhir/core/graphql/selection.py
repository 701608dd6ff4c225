"""What is asked of one object: the fields that apply to its type, fragments in place, the same field once.

https://spec.graphql.org/October2021/#sec-Field-Collection, and the directives of https://hl7.org/fhir/R4/graphql.html.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    print_ast,
)

from hygie.fhir.core.definitions import Definitions, load
from hygie.fhir.core.graphql.document import Query
from hygie.fhir.core.graphql.faults import Fault

_KNOWN = frozenset({"include", "skip", "flatten", "first", "singleton", "slice"})
INDEX = "$index"
ROOT = "Query"


@dataclass(frozen=True, slots=True)
class Field:
    """`key` is the name in the answer; `slice` a FHIRPath, `$index`, or ""; `below` what is asked of its value."""

    key: str
    name: str
    arguments: dict[str, Any]
    below: tuple[SelectionSetNode, ...]
    node: FieldNode
    flatten: bool
    first: bool
    singleton: bool
    slice: str


class Selections:
    """The fields of a query by type, each worked out once."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._definitions = load()
        self._found: dict[tuple[tuple[int, ...], str], tuple[Field, ...]] = {}

    def of(self, sets: tuple[SelectionSetNode, ...], type: str) -> tuple[Field, ...]:
        """Raises Fault."""
        key = (tuple(map(id, sets)), type)
        found = self._found.get(key)
        if found is None:
            nodes: dict[str, list[FieldNode]] = {}
            for each in sets:
                self._collect(each, type, nodes)
            found = self._found[key] = tuple(self._field(name, same) for name, same in nodes.items())
        return found

    def _collect(self, selections: SelectionSetNode, type: str, nodes: dict[str, list[FieldNode]]) -> None:
        for each in selections.selections:
            if not self._applies(each):
                continue
            match each:
                case FieldNode():
                    key = each.alias.value if each.alias else each.name.value
                    nodes.setdefault(key, []).append(each)
                case InlineFragmentNode():
                    wanted = each.type_condition.name.value if each.type_condition else ""
                    if not wanted or is_a(self._definitions, type, wanted):
                        self._collect(each.selection_set, type, nodes)
                case FragmentSpreadNode():
                    fragment = self._query.fragments[each.name.value]
                    if is_a(self._definitions, type, fragment.type_condition.name.value):
                        self._collect(fragment.selection_set, type, nodes)

    def _applies(self, node: SelectionNode) -> bool:
        applies = True
        for each in node.directives or ():
            name = each.name.value
            if name not in _KNOWN or (name not in ("include", "skip") and not isinstance(node, FieldNode)):
                raise Fault(f"The directive @{name} is not known here.", code="graphql-directive", at=each)
            if name in ("include", "skip"):
                value = self._argument(each, "if")
                if not isinstance(value, bool):
                    raise Fault(f"@{name} takes if: true or false.", code="graphql-directive", at=each)
                applies = applies and value is (name == "include")
        return applies

    def _argument(self, directive: DirectiveNode, name: str) -> Any:
        told = {each.name.value: each.value for each in directive.arguments or ()}
        if set(told) != {name}:
            raise Fault(f"@{directive.name.value} takes one argument: {name}.", code="graphql-directive", at=directive)
        return self._query.value(told[name])

    def _field(self, key: str, same: Sequence[FieldNode]) -> Field:
        node = same[0]
        if any(_shape(each) != _shape(node) for each in same[1:]):
            message = f"{key} is asked twice in two ways: give one of them another alias."
            raise Fault(message, code="graphql-conflict", at=same[1])
        directives = {each.name.value: each for each in node.directives or ()}
        path = self._argument(directives["slice"], "path") if "slice" in directives else ""
        if "slice" in directives and (not isinstance(path, str) or not path or "first" in directives):
            message = "@slice takes path: a FHIRPath or $index, and does not go with @first."
            raise Fault(message, code="graphql-directive", at=directives["slice"])
        arguments: dict[str, Any] = {}
        for each in node.arguments or ():
            if each.name.value in arguments:
                raise Fault("An argument is there twice.", code="graphql-argument", at=each)
            arguments[each.name.value] = self._query.value(each.value)
        return Field(
            key=key,
            name=node.name.value,
            arguments={name: value for name, value in arguments.items() if value is not None},
            below=tuple(each.selection_set for each in same if each.selection_set),
            node=node,
            flatten="flatten" in directives,
            first="first" in directives,
            singleton="singleton" in directives,
            slice=path,
        )


def _shape(node: FieldNode) -> tuple[str, tuple[str, ...], tuple[str, ...], bool]:
    """What must be the same for two fields of one name in the answer."""
    return (
        node.name.value,
        tuple(sorted(print_ast(each) for each in node.arguments or ())),
        tuple(sorted(print_ast(each) for each in node.directives or () if each.name.value not in ("include", "skip"))),
        node.selection_set is None,
    )


@dataclass(frozen=True, slots=True)
class Searched:
    """What `ObservationList` and `ObservationConnection` search."""

    type: str
    is_list: bool


def searched(name: str) -> Searched | None:
    """None for the name of a field that is no search."""
    for ending in ("List", "Connection"):
        type = name.removesuffix(ending)
        if type != name and type in kept_types():
            return Searched(type, ending == "List")
    return None


def is_primitive(type: str, name: str) -> bool:
    """Whether a member of this type is a primitive."""
    definitions = load()
    found = definitions.element_of(type, name)
    return found is not None and definitions.kinds.get(found[1].code) == "primitive"


@cache
def kept_types() -> frozenset[str]:
    """What can be read and searched: not what is an answer, or the envelope of a request."""
    return load().resource_types - {"Bundle", "OperationOutcome", "Parameters"}


def type_name(type: str) -> str:
    """The name of a type in GraphQL, whose names have no dot: `PatientContact` of `Patient.contact`."""
    return "".join(part[0].upper() + part[1:] for part in type.split(".")) if "." in type else type


def is_a(definitions: Definitions, type: str, wanted: str) -> bool:
    """Whether an object of this type is what a fragment is about."""
    return wanted in (type, type_name(type)) or definitions.is_a(type, wanted)
