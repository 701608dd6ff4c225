"""Runs a query: on one resource, or on the whole of a server.

Elements that are absent are left out of the answer, as in the examples of https://hl7.org/fhir/R4/graphql.html.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hygie.fhir.core.definitions import Element, TypeRef, load
from hygie.fhir.core.graphql import filtering
from hygie.fhir.core.graphql.answer import Answer, Spending
from hygie.fhir.core.graphql.checking import CONNECTION, Checks, unknown
from hygie.fhir.core.graphql.document import Query
from hygie.fhir.core.graphql.faults import Fault, place
from hygie.fhir.core.graphql.filtering import Value
from hygie.fhir.core.graphql.searches import Searches
from hygie.fhir.core.graphql.selection import ROOT, Field, Selections, is_primitive, kept_types, type_name
from hygie.fhir.core.graphql.source import Source
from hygie.lib.errors import HygieError, NotFound, Unavailable


def run(query: Query, source: Source, *, focus: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`data`, and `errors` when a part of it could not be given. `focus`: the resource of an instance query.

    Raises Fault for a query that is wrong; Unavailable when the server cannot answer at all.
    """
    runner = _Runner(query, source)
    if focus is None:
        runner.checks.system()
        answer = runner.system()
    else:
        runner.checks.object((query.selections,), focus["resourceType"])
        answer = Answer(runner.spending)
        runner.members(Value(focus, focus["resourceType"], focus, True), answer, (query.selections,), "", False)
    return {"data": answer.members} | ({"errors": runner.errors} if runner.errors else {})


class _Runner:
    def __init__(self, query: Query, source: Source) -> None:
        self._query, self._source = query, source
        self._definitions = load()
        self._selections = Selections(query)
        self.checks = Checks(query, self._selections)
        self.spending = Spending()
        self._searches = Searches(source, self.spending)
        self._read: dict[tuple[str, str, str], dict[str, Any] | HygieError] = {}
        self.errors: list[dict[str, Any]] = []
        # By the error itself: it stays, so that no other takes its place in memory.
        self._told: dict[HygieError, dict[str, Any]] = {}
        self._path: list[str | int] = []

    def system(self) -> Answer:
        answer = Answer(self.spending)
        for field in self._selections.of((self._query.selections,), ROOT):
            if field.name == "__typename":
                answer.put(field, "", ROOT, "string", is_list=False)
            elif field.name in kept_types():
                self._one(field, answer)
            elif not self._search(field, answer, None, "", False):
                raise unknown(field, ROOT)
        return answer

    def members(self, value: Value, answer: Answer, below: Sequence[Any], suffix: str, inherited: bool) -> None:
        """The fields that are asked of one object; `inherited`: a flattened parent makes lists of them."""
        fields = self._selections.of(tuple(below), value.type)
        self.spending.spend("fields", len(fields))
        for field in fields:
            if field.name == "__typename" or (field.name == "resourceType" and value.is_resource):
                answer.put(field, suffix, type_name(value.type), "string", is_list=inherited)
            elif (found := self._definitions.element_of(value.type, field.name)) is not None:
                self._element(field, value, found, answer, suffix, inherited)
            elif field.name.startswith("_") and is_primitive(value.type, field.name[1:]):
                self._extended(field, value, answer, suffix, inherited)
            elif field.name == "resource" and value.type == "Reference":
                self._reference(field, value, answer, suffix, inherited)
            elif not (value.is_resource and self._search(field, answer, value, suffix, inherited)):
                raise unknown(field, value.type)

    def _element(
        self, field: Field, parent: Value, told: tuple[Element, TypeRef], answer: Answer, suffix: str, inherited: bool
    ) -> None:
        element, ref = told
        found = parent.json.get(field.name) if isinstance(parent.json, Mapping) else None
        values = [
            self._value(each, ref.code, parent)
            for each in (found if isinstance(found, list) else [found])
            if each is not None
        ]
        self._values(field, values, answer, suffix, inherited, is_list=element.is_list)

    def _value(self, json: Any, type: str, parent: Value) -> Value:
        if type in ("Resource", "DomainResource") and isinstance(json, Mapping):
            return Value(json, str(json.get("resourceType", type)), parent.resource, True)
        return Value(json, type, parent.resource)

    def _extended(self, field: Field, parent: Value, answer: Answer, suffix: str, inherited: bool) -> None:
        """`_birthDate`: the id and the extensions of a primitive."""
        found = parent.json.get(field.name) if isinstance(parent.json, Mapping) else None
        told = [each for each in (found if isinstance(found, list) else [found]) if each is not None]
        element = self._definitions.element_of(parent.type, field.name[1:])
        is_list = element is not None and element[0].is_list
        values = [Value(each, "Element", parent.resource) for each in told]
        self._values(field, values, answer, suffix, inherited, is_list=is_list)

    def _values(
        self, field: Field, values: Sequence[Value], answer: Answer, suffix: str, inherited: bool, *, is_list: bool
    ) -> None:
        several = is_list and not field.first
        for index, each in enumerate(filtering.wanted(values, field, self.spending)):
            own = suffix + filtering.suffix(each, index, field, self.spending) if field.slice else suffix
            listed = several or inherited
            if not field.below:
                answer.put(field, own, each.json, each.type, is_list=listed)
            elif field.flatten:
                self.members(each, answer, field.below, own, listed)
            else:
                inner = Answer(self.spending)
                step: list[str | int] = [field.key + own, *([answer.count(field, own)] if listed else [])]
                self._path += step
                self.members(each, inner, field.below, "", False)
                del self._path[-len(step) :]
                answer.put(field, own, inner.members, each.type, is_list=listed)

    def _reference(self, field: Field, parent: Value, answer: Answer, suffix: str, inherited: bool) -> None:
        """The resource that a Reference points to, unless it is not of a `type` that is asked for.

        One that cannot be given is an error of this field, unless it is `optional`.
        """
        optional, types = field.arguments.get("optional", False), field.arguments.get("type", [])
        if not isinstance(optional, bool) or set(field.arguments) - {"optional", "type"}:
            raise Fault("resource takes optional: true or false, and type.", code="graphql-argument", at=field.node)
        try:
            found = self._target(parent, types if isinstance(types, list) else [types])
        except HygieError as error:
            if not optional:
                self._fault(field, error)
            return
        if found is not None:
            self._values(_plain(field), [found], answer, suffix, inherited, is_list=False)

    def _target(self, parent: Value, types: Sequence[Any]) -> Value | None:
        reference = parent.json.get("reference") if isinstance(parent.json, Mapping) else None
        if not isinstance(reference, str):
            raise NotFound("The reference names no resource by an address.")
        if reference.startswith("#"):
            held = parent.resource.get("contained") or []
            found = next((each for each in held if each.get("id") == reference[1:]), None)
            if found is None:
                raise NotFound("The reference names nothing that is contained.")
            within = parent.resource
        else:
            address = self._source.address_of(reference)
            if address is None:
                raise NotFound("The reference leads to another server.")
            if types and address[0] not in types:
                return None
            found = within = self._stored(*address)
        type = str(found["resourceType"])
        return Value(found, type, within, True) if not types or type in types else None

    def _stored(self, type: str, id: str, version: str = "") -> dict[str, Any]:
        """Read once for the whole query. Raises HygieError."""
        key = (type, id, version)
        if key not in self._read:
            self.spending.spend("reads")
            try:
                self._read[key] = self._source.resource(type, id, version)
            except Unavailable:
                raise
            except HygieError as error:
                self._read[key] = error
        found = self._read[key]
        if isinstance(found, HygieError):
            raise found
        return found

    def _one(self, field: Field, answer: Answer) -> None:
        """`Patient(id: "…")`"""
        id = field.arguments.get("id")
        if not isinstance(id, str | int) or set(field.arguments) != {"id"}:
            raise Fault(f"{field.name} takes one argument: id.", code="graphql-argument", at=field.node)
        try:
            found = self._stored(field.name, str(id))
        except HygieError as error:
            self._fault(field, error)
            answer.members[field.key] = None
            return
        value = Value(found, field.name, found, True)
        self._values(_plain(field), [value], answer, "", False, is_list=False)

    def _search(self, field: Field, answer: Answer, focus: Value | None, suffix: str, inherited: bool) -> bool:
        """`ObservationList(…)` and `ObservationConnection(…)`; False when the field is neither."""
        asked = self._searches.asked(field, focus)
        if asked is None:
            return False
        try:
            page = self._searches.page(asked)
        except Unavailable:
            raise
        except HygieError as error:
            self._fault(field, error)
            if focus is None:
                answer.members[field.key] = None
            return True
        if asked.is_list:
            values = [Value(each, asked.type, each, True) for each in page.resources]
            self._values(asked.filter, values, answer, suffix, inherited, is_list=True)
            if focus is None and not field.flatten and not values:
                answer.members.setdefault(field.key, [])
        else:
            self._connection(field, asked.type, page, answer, suffix, inherited)
        return True

    def _connection(self, field: Field, type: str, page: Any, answer: Answer, suffix: str, inherited: bool) -> None:
        inner = Answer(self.spending)
        told = {"count": page.total, "pagesize": page.size, "next": page.next or None}
        for each in self._selections.of(field.below, f"{type}Connection"):
            if each.name == "edges":
                for found in page.resources:
                    self._edge(each, type, found, inner)
                inner.members.setdefault(each.key, [])
            elif each.name == "__typename":
                inner.put(each, "", f"{type}Connection", "string", is_list=False)
            elif each.name not in CONNECTION:
                raise unknown(each, f"{type}Connection")
            elif told.get(each.name) is not None:
                inner.put(each, "", told[each.name], "string", is_list=False)
        answer.put(field, suffix, inner.members, "Connection", is_list=inherited)

    def _edge(self, field: Field, type: str, found: dict[str, Any], answer: Answer) -> None:
        inner = Answer(self.spending)
        for each in self._selections.of(field.below, f"{type}Edge"):
            match each.name:
                case "mode":
                    inner.put(each, "", "match", "string", is_list=False)
                case "score":
                    continue
                case "resource":
                    self._values(each, [Value(found, type, found, True)], inner, "", False, is_list=False)
                case "__typename":
                    inner.put(each, "", f"{type}Edge", "string", is_list=False)
                case _:
                    raise unknown(each, f"{type}Edge")
        answer.put(field, "", inner.members, "Edge", is_list=True)

    def _fault(self, field: Field, error: HygieError) -> None:
        """An error of one field; the same refusal is written down once."""
        line, column = place(field.node)
        if error not in self._told:
            self._told[error] = self._source.fault(error)
        self.errors.append(
            {
                "message": error.message,
                "locations": [{"line": line, "column": column}],
                "path": [*self._path, field.key],
                "extensions": {"code": error.code, "resource": self._told[error]},
            }
        )


def _plain(field: Field) -> Field:
    """The same without arguments, which said which resource it is."""
    return Field(field.key, field.name, {}, field.below, field.node, field.flatten, field.first, field.singleton, "")
