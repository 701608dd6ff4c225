"""The query against the types of R4, before anything is read: a name that is mistyped is not taken for one that is absent.

Where only the data say which type it is (`contained`, most references), the types that fragments name are checked; fields that
stand outside of them are when they are met.
"""

from collections.abc import Iterable

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, NamedTypeNode, SelectionSetNode

from hygie.fhir.core.definitions import load
from hygie.fhir.core.graphql.document import Query
from hygie.fhir.core.graphql.faults import Fault
from hygie.fhir.core.graphql.selection import ROOT, Field, Selections, is_primitive, kept_types, searched, type_name

Sets = tuple[SelectionSetNode, ...]
CONNECTION = frozenset({"count", "offset", "pagesize", "first", "previous", "next", "last"})
_EDGE = frozenset({"mode", "score"})
_ABSTRACT = frozenset({"Resource", "DomainResource"})


class Checks:
    def __init__(self, query: Query, selections: Selections) -> None:
        self._query, self._selections = query, selections
        self._definitions = load()

    def system(self) -> None:
        """Raises Fault."""
        for field in self._selections.of((self._query.selections,), ROOT):
            if field.name in kept_types():
                self._inner(field, field.name)
            elif field.name != "__typename" and not self._search(field):
                raise unknown(field, ROOT)

    def object(self, sets: Sets, type: str) -> None:
        """Raises Fault."""
        is_resource = type in self._definitions.resource_types
        for field in self._selections.of(sets, type):
            found = self._definitions.element_of(type, field.name)
            if field.name == "__typename" or (field.name == "resourceType" and is_resource):
                _plain(field)
            elif found is not None:
                self._inner(field, found[1].code)
            elif field.name.startswith("_") and is_primitive(type, field.name[1:]):
                self._inner(field, "Element")
            elif field.name == "resource" and type == "Reference":
                self._inner(field, "Resource")
            elif not (is_resource and self._search(field)):
                raise unknown(field, type)

    def _inner(self, field: Field, type: str) -> None:
        if self._definitions.kinds.get(type) == "primitive":
            _plain(field)
            return
        _composed(field)
        if type not in _ABSTRACT:
            self.object(field.below, type)
            return
        for each in sorted(set(self._named(field.below))):
            self.object(field.below, each)

    def _named(self, sets: Sets) -> Iterable[str]:
        """The resource types that fragments are about."""
        for each in (selection for one in sets for selection in one.selections):
            match each:
                case FieldNode():
                    continue
                case InlineFragmentNode():
                    condition, below = each.type_condition, each.selection_set
                case FragmentSpreadNode():
                    fragment = self._query.fragments[each.name.value]
                    condition, below = fragment.type_condition, fragment.selection_set
                case _:
                    continue
            name = condition.name.value if condition else "Resource"
            if name not in _ABSTRACT:
                yield self._resource_type(name, condition)
            else:
                yield from self._named((below,))

    def _resource_type(self, name: str, node: NamedTypeNode | None) -> str:
        if name not in self._definitions.resource_types:
            raise Fault(f"{name} is no resource type of R4.", code="graphql-fragment", at=node)
        return name

    def _search(self, field: Field) -> bool:
        found = searched(field.name)
        if found is None:
            return False
        _composed(field)
        if found.is_list:
            self.object(field.below, found.type)
        else:
            self._connection(field, found.type)
        return True

    def _connection(self, field: Field, type: str) -> None:
        for each in self._selections.of(field.below, f"{type}Connection"):
            if each.name == "edges":
                _composed(each)
                for one in self._selections.of(each.below, f"{type}Edge"):
                    if one.name == "resource":
                        self._inner(one, type)
                    elif one.name not in _EDGE | {"__typename"}:
                        raise unknown(one, f"{type}Edge")
            elif each.name in CONNECTION | {"__typename"}:
                _plain(each)
            else:
                raise unknown(each, f"{type}Connection")


def unknown(field: Field, type: str) -> Fault:
    if field.name in ("__schema", "__type"):
        message = "There is no introspection here but __typename: the types are those of FHIR R4."
        return Fault(message, code="graphql-introspection", at=field.node)
    return Fault(f"{type_name(type)} has no field {field.name}.", code="graphql-field", at=field.node)


def _plain(field: Field) -> None:
    if field.below or field.flatten:
        raise Fault(f"{field.name} is a plain value: nothing is asked of it.", code="graphql-field", at=field.node)


def _composed(field: Field) -> None:
    if not field.below:
        raise Fault(f"{field.name} is an object: say what is asked of it.", code="graphql-field", at=field.node)
