"""`ObservationList(patient: "…")` and `ObservationConnection(…)`: a search as its arguments ask it.

From within a resource, `_reference` names the search parameter that leads back to it. A hyphen is written `_`, since GraphQL
has none: `clinical_status`. A parameter that is not known is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hygie.fhir.core.graphql.answer import Spending
from hygie.fhir.core.graphql.faults import Fault
from hygie.fhir.core.graphql.filtering import Value
from hygie.fhir.core.graphql.selection import Field, searched
from hygie.fhir.core.graphql.source import Page, Source
from hygie.fhir.core.search import fields
from hygie.lib.errors import HygieError, Unavailable

_RESULTS = frozenset({"_count", "_sort", "_total", "_cursor"})
_EVERY_TYPE = frozenset({"_id", "_lastUpdated", "_tag", "_security", "_profile", "_source", "_list"})


@dataclass(frozen=True, slots=True)
class Asked:
    """`filter`: the field as it chooses among what was found (`fhirpath`, @first…)."""

    type: str
    pairs: tuple[tuple[str, str], ...]
    focus: tuple[str, str] | None
    is_list: bool
    filter: Field


class Searches:
    def __init__(self, source: Source, spending: Spending) -> None:
        self._source, self._spending = source, spending
        self._found: dict[tuple[object, ...], Page | HygieError] = {}

    def asked(self, field: Field, focus: Value | None) -> Asked | None:
        """None when the field is no search. Raises Fault."""
        found = searched(field.name)
        return None if found is None else _asked(field, found.type, found.is_list, focus)

    def page(self, asked: Asked) -> Page:
        """The same search once for the whole query. Raises HygieError, Fault."""
        key = (asked.type, asked.pairs, asked.focus)
        if key not in self._found:
            self._spending.spend("searches")
            try:
                self._found[key] = self._source.search(asked.type, asked.pairs, asked.focus)
            except Unavailable:
                raise
            except HygieError as error:
                self._found[key] = error
        found = self._found[key]
        if isinstance(found, HygieError):
            raise found
        return found


def _asked(field: Field, type: str, is_list: bool, focus: Value | None) -> Asked:
    arguments = dict(field.arguments)
    kept = {"fhirpath": arguments.pop("fhirpath")} if is_list and "fhirpath" in arguments else {}
    if "cursor" in arguments:
        arguments["_cursor"] = arguments.pop("cursor")
    pairs = []
    start = None
    if focus is not None:
        start = _start(focus, field)
        parameter = arguments.pop("_reference", None)
        if not isinstance(parameter, str):
            message = f"{field.name} inside a resource takes _reference: the search parameter that leads back to it."
            raise Fault(message, code="graphql-argument", at=field.node)
        pairs.append((_name(type, parameter, field), "/".join(start)))
    pairs += [(_name(type, name, field), _text(value, field)) for name, value in arguments.items()]
    return Asked(type, tuple(pairs), start, is_list, replace(field, arguments=kept))


def _start(focus: Value, field: Field) -> tuple[str, str]:
    json = focus.json if isinstance(focus.json, Mapping) else {}
    id = json.get("id")
    if not isinstance(id, str) or focus.resource is not focus.json:
        raise Fault("Nothing can point to this resource.", code="graphql-field", at=field.node)
    return focus.type, id


def _name(type: str, argument: str, field: Field) -> str:
    """The search parameter that an argument means."""
    if argument in _RESULTS | _EVERY_TYPE:
        return argument
    for name in (argument, argument.replace("_", "-")):
        if fields.find_param(type, name) is not None:
            return name
    raise Fault(f"{type} has no search parameter {argument}.", code="graphql-argument", at=field.node)


def _text(value: Any, field: Field) -> str:
    """As it is written in a search; a list gives alternatives."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return value
        case int() | Decimal():
            return str(value)
        case list() if value:
            return ",".join(_text(each, field) for each in value)
    raise Fault("This value cannot be searched for.", code="graphql-argument", at=field.node)
