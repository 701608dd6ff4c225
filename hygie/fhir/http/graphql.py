"""GET and POST [base]/$graphql and [base]/[type]/[id]/$graphql. https://hl7.org/fhir/R4/graphql.html

Every resource and every search of a query goes the way of a read or a search of its own: the same rights, the same trace.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hygie.fhir.core import graphql, json, outcome
from hygie.fhir.core.graphql import Fault, Page
from hygie.fhir.http.call import Answer, Call, Resources
from hygie.fhir.http.search import CURSOR, DEFAULT_COUNT, MAX_COUNT
from hygie.lib.errors import HygieError, Invalid
from hygie.lib.ids import split_logical_id

JSON = "application/json"
PLAIN = "application/graphql"
RESPONSE = "application/graphql-response+json"
_ADDRESS = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/(\d{1,9}))?")


@dataclass(frozen=True, slots=True)
class Asked:
    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation: str = ""


def from_object(told: Mapping[str, Any]) -> Asked:
    """`{"query": …, "variables": …, "operationName": …}`, or Parameters with a `query`. Raises Invalid."""
    if told.get("resourceType") == "Parameters":
        given = told.get("parameter")
        named = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
        told = {"query": next((each.get("valueString") for each in named if each.get("name") == "query"), None)}
    query, variables, operation = told.get("query"), told.get("variables"), told.get("operationName")
    if not isinstance(query, str) or not query:
        raise Invalid("The query is a text.", code="required", path="query")
    if not isinstance(variables, dict | None) or not isinstance(operation, str | None):
        raise Invalid("variables is an object, operationName a text.", code="structure", path="variables")
    return Asked(query, variables or {}, operation or "")


def from_pairs(pairs: Sequence[tuple[str, str]]) -> Asked:
    """The parameters of an address. Raises Invalid."""
    told = dict(pairs)
    variables = told.get("variables", "")
    return from_object(told | {"variables": json.read_object(variables.encode()) if variables else None})


def answer(call: Call, resources: Resources, asked: Asked) -> Answer:
    """200 with `data` (and `errors` of fields that could not be given); 400 with `errors` for a query that is wrong.

    Raises what a read of the instance raises.
    """
    try:
        query = graphql.read(asked.query, asked.variables, asked.operation)
        focus = json.read_object(resources.read(call.type, call.id).body) if call.type else None
        return Answer(200, json.write(graphql.run(query, _Server(call, resources), focus=focus)))
    except Fault as fault:
        return Answer(400, json.write({"errors": [_told(fault)]}))


def _told(fault: Fault) -> dict[str, Any]:
    issue = outcome.issue("error", "invalid", code=fault.code, diagnostics=fault.message)
    told: dict[str, Any] = {"message": fault.message}
    if fault.line:
        told["locations"] = [{"line": fault.line, "column": fault.column}]
    return told | {"extensions": {"code": fault.code, "resource": outcome.resource(issue)}}


class _Server:
    """What the engine of GraphQL asks, by the interactions that everybody uses."""

    def __init__(self, call: Call, resources: Resources) -> None:
        self._call, self._resources = call, resources

    def resource(self, type: str, id: str, version: str) -> dict[str, Any]:
        found = self._resources.vread(type, id, int(version)) if version else self._resources.read(type, id)
        return json.read_object(found.body)

    def search(self, type: str, pairs: Sequence[tuple[str, str]], focus: tuple[str, str] | None) -> Page:
        """Strictly; from a resource of a space, within this space."""
        space = _space(focus) if focus else ""
        query = (*pairs, ("patient", space)) if space and ("patient", f"Patient/{space}") not in pairs else tuple(pairs)
        call = replace(self._call, type=type, id="", query=query, resource=None, prefer="handling=strict")
        bundle = json.read_object(self._resources.search(call).body)
        matches = [each["resource"] for each in bundle.get("entry", ()) if each["search"]["mode"] == "match"]
        asked = dict(pairs).get("_count", "")
        size = max(1, min(int(asked), MAX_COUNT)) if asked.isdecimal() else DEFAULT_COUNT
        return Page(matches, bundle.get("total"), size, _next(bundle))

    def address_of(self, reference: str) -> tuple[str, str, str] | None:
        found = _ADDRESS.fullmatch(reference.removeprefix(f"{self._call.base}/"))
        return (found[1], found[2], found[3] or "") if found else None

    def fault(self, error: HygieError) -> dict[str, Any]:
        return json.read_object(self._resources.fault(error).body)


def _space(focus: tuple[str, str]) -> str:
    """The space of a resource; "" for one that is nobody's."""
    type, id = focus
    if type == "Patient":
        return id
    found = split_logical_id(id)
    return str(found[0]) if found else ""


def _next(bundle: Mapping[str, Any]) -> str:
    url = next((each["url"] for each in bundle.get("link", ()) if each["relation"] == "next"), "")
    return dict(parse_qsl(urlsplit(url).query)).get(CURSOR, "")
