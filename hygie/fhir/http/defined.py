"""OperationDefinition and SearchParameter as they can be read here: made from the tables that the engine itself uses.

An OperationDefinition names the one of R4 (or of a guide) as its `base`: it says which of its parameters are read here.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from hygie.fhir.core.definitions import SearchParameter
from hygie.fhir.http.capability import DATE, parameters
from hygie.fhir.http.operations import OPERATIONS, Operation, Parameter
from hygie.fhir.http.search import TYPES


def find(type: str, id: str, *, base: str) -> dict[str, Any] | None:
    """The definition of this id; None when it is none of ours."""
    if type == "OperationDefinition":
        row = _operations().get(id)
        return _operation(id, row, base) if row else None
    if type == "SearchParameter":
        found = _parameters().get(id)
        return _search_parameter(id, *found) if found else None
    return None


def id_of(url: str) -> str:
    return url.rpartition("/")[2]


@cache
def _operations() -> Mapping[str, Operation]:
    return {id_of(each.url): each for each in OPERATIONS}


@cache
def _parameters() -> Mapping[str, tuple[SearchParameter, dict[str, str]]]:
    """By id: the parameter, and its expression for each type that has it."""
    found: dict[str, tuple[SearchParameter, dict[str, str]]] = {}
    for kind in TYPES:
        for each in parameters(kind):
            found.setdefault(id_of(each.url), (each, {}))[1][kind] = each.expression
    return found


def _operation(id: str, row: Operation, base: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "resourceType": "OperationDefinition",
        "id": id,
        "url": f"{base}/OperationDefinition/{id}",
        "name": _name(row.name),
        "title": f"${row.name}",
        "status": "active",
        "kind": "operation",
        "date": DATE,
        "description": row.summary,
        "affectsState": row.affects_state,
        "code": row.name,
        "base": row.url,
    }
    if row.levels != ("system",):
        told["resource"] = list(row.types) or ["Resource"]
    told |= {level: level in row.levels for level in ("system", "type", "instance")}
    told["parameter"] = [_parameter(each) for each in row.parameters]
    return told


def _name(id: str) -> str:
    """As a program may name it: `ClinicalCode`."""
    return "".join(part[:1].upper() + part[1:] for part in id.replace("_", "-").split("-"))


def _parameter(row: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {"name": row.name.lstrip("$"), "use": row.use, "min": row.min, "max": row.max}
    if row.documentation:
        told["documentation"] = row.documentation
    if row.type:
        told["type"] = row.type
    if row.parts:
        told["part"] = [_parameter(each) for each in row.parts]
    return told


def _search_parameter(id: str, told: SearchParameter, expressions: Mapping[str, str]) -> dict[str, Any]:
    every_type = set(expressions) == set(TYPES)
    found: dict[str, Any] = {
        "resourceType": "SearchParameter",
        "id": id,
        "url": told.url,
        "name": _name(id),
        "status": "active",
        "date": DATE,
        "description": f"As this server answers it: {told.type}.",
        "code": told.code,
        "base": ["Resource"] if every_type else sorted(expressions),
        "type": told.type,
    }
    expression = " | ".join(dict.fromkeys(each for each in expressions.values() if each))
    if expression:
        found |= {"expression": expression, "xpathUsage": "normal"}
    if told.target:
        found["target"] = list(told.target)
    if told.comparators:
        found["comparator"] = list(told.comparators)
    if told.modifiers:
        found["modifier"] = list(told.modifiers)
    if told.components:
        found["component"] = [
            {"definition": _definition_of(each.code, expressions), "expression": each.expression}
            for each in told.components
        ]
    return found


def _definition_of(code: str, kinds: Mapping[str, str]) -> str:
    """The canonical of a component: the parameter of this code of the first type that has it."""
    return next(each.url for kind in kinds for each in parameters(kind) if each.code == code)
