"""A query as it was sent, read within limits: one operation, its fragments, the values of its variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    IntValueNode,
    ListTypeNode,
    ListValueNode,
    NamedTypeNode,
    NonNullTypeNode,
    NullValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    TypeNode,
    ValueNode,
    VariableNode,
    parse,
)

from hygie.fhir.core.graphql.faults import Fault

MAX_LENGTH = 64 * 1024
MAX_TOKENS = 5_000
MAX_DEPTH = 25
MAX_FIELDS = 2_000
_SCALARS: dict[str, tuple[type, ...]] = {
    "Boolean": (bool,),
    "Int": (int,),
    "Float": (int, Decimal),
    "String": (str,),
    "ID": (str, int),
}


@dataclass(frozen=True, slots=True)
class Query:
    selections: SelectionSetNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    def value(self, node: ValueNode) -> Any:
        """A literal or a variable as a Python value; an enum's name is a string. Raises Fault."""
        match node:
            case VariableNode():
                if node.name.value not in self.variables:
                    raise Fault(f"No variable ${node.name.value} is declared.", code="graphql-variable", at=node)
                return self.variables[node.name.value]
            case ListValueNode():
                return [self.value(each) for each in node.values]
        return _literal(node)


def read(text: str, variables: Mapping[str, Any] | None = None, operation: str = "") -> Query:
    """Raises Fault: graphql-syntax, graphql-too-large, graphql-operation, graphql-variable, graphql-fragment."""
    if len(text) > MAX_LENGTH:
        raise Fault(f"The query is longer than {MAX_LENGTH} characters.", code="graphql-too-large")
    try:
        document = parse(text, max_tokens=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        where = error.locations[0] if error.locations else None
        line, column = (where.line, where.column) if where else (0, 0)
        raise Fault(error.message, code="graphql-syntax", line=line, column=column) from None
    except RecursionError:
        raise _too_deep() from None
    fragments: dict[str, FragmentDefinitionNode] = {}
    operations: list[OperationDefinitionNode] = []
    for each in document.definitions:
        if isinstance(each, FragmentDefinitionNode):
            if each.name.value in fragments:
                raise Fault(f"The fragment {each.name.value} is there twice.", code="graphql-fragment", at=each)
            fragments[each.name.value] = each
        elif isinstance(each, OperationDefinitionNode):
            operations.append(each)
        else:
            raise Fault("A query holds operations and fragments, no types.", code="graphql-operation", at=each)
    chosen = _choose(operations, operation)
    _Measure(fragments).take(chosen.selection_set, 1, ())
    return Query(chosen.selection_set, fragments, _variables(chosen, variables or {}))


def _choose(operations: list[OperationDefinitionNode], name: str) -> OperationDefinitionNode:
    named = [each for each in operations if not name or (each.name and each.name.value == name)]
    if len(named) != 1:
        raise Fault(
            "operationName names one operation of the query." if operations else "The query has no operation.",
            code="graphql-operation",
        )
    if named[0].operation is not OperationType.QUERY:
        raise Fault("Queries only: there are no mutations and no subscriptions.", code="graphql-operation", at=named[0])
    if named[0].directives:
        raise Fault("An operation has no directives.", code="graphql-directive", at=named[0])
    return named[0]


class _Measure:
    """How deep and how large the query is with its fragments in place: counted before anything runs."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._fields = 0

    def take(self, selections: SelectionSetNode, depth: int, inside: tuple[str, ...]) -> None:
        if depth > MAX_DEPTH:
            raise _too_deep()
        for each in selections.selections:
            self._fields += 1
            if self._fields > MAX_FIELDS:
                raise Fault(f"The query has more than {MAX_FIELDS} fields.", code="graphql-too-large", at=each)
            match each:
                case FieldNode():
                    if each.selection_set:
                        self.take(each.selection_set, depth + 1, inside)
                case InlineFragmentNode():
                    self.take(each.selection_set, depth + 1, inside)
                case FragmentSpreadNode():
                    name = each.name.value
                    if name in inside or name not in self._fragments:
                        word = "names itself" if name in inside else "is not there"
                        raise Fault(f"The fragment {name} {word}.", code="graphql-fragment", at=each)
                    self.take(self._fragments[name].selection_set, depth + 1, (*inside, name))


def _variables(operation: OperationDefinitionNode, given: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for each in operation.variable_definitions or ():
        name = each.variable.name.value
        value = given.get(name)
        if name not in given and each.default_value is not None:
            value = Query(operation.selection_set, {}, {}).value(each.default_value)
        if not _fits(value, each.type):
            raise Fault(f"The value of ${name} is not of its type.", code="graphql-variable", at=each.variable)
        told[name] = value
    return told


def _fits(value: Any, type: TypeNode) -> bool:
    """By the kind of value for GraphQL's own scalars; FHIR's are texts whose grammar is looked at where they are used."""
    if isinstance(type, NonNullTypeNode):
        return value is not None and _fits(value, type.type)
    if value is None:
        return True
    if isinstance(type, ListTypeNode):
        return all(_fits(each, type.type) for each in (value if isinstance(value, list) else [value]))
    if isinstance(value, dict | list) or not isinstance(type, NamedTypeNode):
        return False
    expected = _SCALARS.get(type.name.value)
    return expected is None or (isinstance(value, expected) and (bool in expected or not isinstance(value, bool)))


def _literal(node: ValueNode) -> Any:
    match node:
        case StringValueNode() | EnumValueNode():
            return node.value
        case BooleanValueNode():
            return node.value
        case IntValueNode():
            return _whole(node)
        case FloatValueNode():
            return Decimal(node.value)
        case NullValueNode():
            return None
    raise Fault("An object is no value here.", code="graphql-argument", at=node)


def _whole(node: IntValueNode) -> int:
    if len(node.value) > 19:
        raise Fault("This number is too long.", code="graphql-argument", at=node)
    return int(node.value)


def _too_deep() -> Fault:
    return Fault(f"The query is nested deeper than {MAX_DEPTH} levels.", code="graphql-too-large")
