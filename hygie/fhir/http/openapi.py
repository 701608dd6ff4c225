"""OpenAPI 3.1 of the FHIR interface, made from the tables: interactions, operations, search parameters, definitions.

The whole server has one path for each interaction, whose `{type}` is one of all types: 2,400 operations, one for each type and
interaction, are a document of megabytes that no tool shows. For certain types (`?type=Observation,Condition`), each has its own
paths, search parameters and schema: what a generator of code wants. https://spec.openapis.org/oas/v3.1.0
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from hygie.fhir.http import capability, headers, patch
from hygie.fhir.http.interactions import INTERACTIONS, OF_A_BODY, OF_THE_DOOR, PARAMETERS, Described, Interaction
from hygie.fhir.http.openapi_schemas import ref, schemas
from hygie.fhir.http.operations import OPERATIONS, Level, Operation

VERSION = "3.1.0"
_FORMS = (headers.JSON, headers.XML)
_ALWAYS = {"Bundle", "OperationOutcome", "Parameters"}
_OAUTH = "smart"
_HEADERS = {
    "ETag": "The version, or a digest.",
    "Last-Modified": "When this version was made.",
    "Location": "Where the new version is.",
    "X-Request-Id": "To be quoted when something went wrong.",
    "Allow": "The methods of this address.",
    "WWW-Authenticate": "What is wrong with the token.",
    "Retry-After": "Seconds.",
    "Content-Location": "Where the export is asked for.",
}
_TOLD = {
    200: ("ETag", "Last-Modified"),
    201: ("Location", "ETag", "Last-Modified"),
    202: ("Content-Location",),
    304: ("ETag",),
}
_ON_ERROR = {401: "WWW-Authenticate", 403: "WWW-Authenticate", 405: "Allow", 503: "Retry-After"}
_LETTERS = {"c": "create", "r": "read", "u": "update", "d": "delete", "s": "search"}
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": r"^[A-Za-z0-9\-.]{1,64}$"}}
_VERSION_ID = {"name": "version", "in": "path", "required": True, "schema": {"type": "string"}}


@dataclass(frozen=True, slots=True)
class Whole:
    """What the document is made of. `serves` tells which type has which interaction; `types` () for all, on generic paths."""

    base: str
    version: str
    serves: Mapping[str, Collection[str]]
    types: tuple[str, ...] = ()
    paths: Mapping[str, Any] | None = None
    schemas: Mapping[str, Any] | None = None


def document(whole: Whole) -> dict[str, Any]:
    """`paths` and `schemas` of `whole` are those of the server besides FHIR."""
    kinds = whole.types or tuple(sorted(kind for kind in whole.serves if kind != "system"))
    paths: dict[str, Any] = {}
    for each in INTERACTIONS:
        for path, kind in _places(each.path, whole, each.name):
            paths.setdefault(path, {})[each.method.lower()] = _interaction(each, kind, whole)
    for row in OPERATIONS:
        for level in row.levels:
            for path, kind in _operation_places(row, level, whole):
                for method in row.methods:
                    paths.setdefault(path, {})[method.lower()] = _operation(row, level, method, kind)
    paths |= whole.paths or {}
    wanted = {*kinds, *_ALWAYS, "CapabilityStatement"}
    return {
        "openapi": VERSION,
        "info": {
            "title": "Hygie",
            "version": whole.version,
            "summary": "FHIR R4, deposit of documents, tokens.",
            "description": "Made from the tables that the server works by; GET /fhir/metadata says the same in FHIR.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": whole.base}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas(wanted) | dict(whole.schemas or {}) | ({} if whole.types else {"Type": _types(kinds)}),
            "parameters": {name: _parameter(name, each) for name, each in PARAMETERS.items()},
            "headers": {name: {"description": text, "schema": {"type": "string"}} for name, text in _HEADERS.items()},
            "responses": {f"E{status}": _error(status) for status in _errors()},
            "securitySchemes": {_OAUTH: _oauth(whole)},
        },
    }


def _types(kinds: Sequence[str]) -> dict[str, Any]:
    return {"type": "string", "enum": list(kinds)}


def _oauth(whole: Whole) -> dict[str, Any]:
    kinds = whole.types or ("*",)
    scopes = {
        f"{context}/{kind}.{letter}": f"{verb} {kind}, {'for a professional' if context == 'user' else 'by itself'}"
        for context in ("user", "system")
        for kind in kinds
        for letter, verb in _LETTERS.items()
    }
    flow = {"tokenUrl": f"{whole.base}/oauth/token", "scopes": scopes}
    return {"type": "oauth2", "description": "SMART v2 scopes.", "flows": {"clientCredentials": flow}}


def _places(path: str, whole: Whole, interaction: str) -> list[tuple[str, str]]:
    """(path, type): one for each type that has it when types are asked for, else the generic one."""
    if "{type}" not in path:
        return [(path, "")]
    if not whole.types:
        return [(path, "{type}")]
    return [(path.replace("{type}", kind), kind) for kind in whole.types if interaction in whole.serves.get(kind, ())]


def _operation_places(row: Operation, level: Level, whole: Whole) -> list[tuple[str, str]]:
    if level == "system":
        return [(f"/fhir/${row.name}", "")]
    kinds: Sequence[str] = row.types or whole.types or ("{type}",)
    end = f"/${row.name}" if level == "type" else f"/{{id}}/${row.name}"
    return [(f"/fhir/{kind}{end}", kind) for kind in kinds if not whole.types or kind in whole.types]


def _interaction(each: Interaction, kind: str, whole: Whole) -> dict[str, Any]:
    gives = ref(kind if each.gives == "Resource" and kind in whole.types else each.gives)
    told: dict[str, Any] = {
        "operationId": _name(f"{each.name}-{each.route}-{each.method}", kind),
        "summary": each.summary,
        "tags": [kind] if kind in whole.types else ["FHIR"],
        "parameters": [*_path_parameters(each.path, kind), *(_use(name) for name in each.reads), *_search(each, kind)],
    }
    if each.sends:
        told["requestBody"] = _body(each.sends, kind if kind in whole.types else "Resource")
    told["responses"] = responses(each.all_statuses(), gives, raw=each.name == "read" and kind in ("{type}", "Binary"))
    if each.public:
        return told | {"security": []}
    return told | {"security": _security(each.letter, kind if kind in whole.types else "*")}


def _security(letter: str, kind: str) -> list[dict[str, list[str]]]:
    if not letter:
        return [{_OAUTH: []}]
    return [{_OAUTH: [f"{context}/{kind}.{letter}"]} for context in ("user", "system")]


def _name(text: str, kind: str) -> str:
    """One name an operation, as a program may write it."""
    words = "".join(part[:1].upper() + part[1:] for part in text.replace("$", "").split("-"))
    return words[0].lower() + words[1:] + ("" if kind == "{type}" else kind)


def _path_parameters(path: str, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if kind == "{type}":
        found.append({"name": "type", "in": "path", "required": True, "schema": ref("Type")})
    return found + ([_ID] if "{id}" in path else []) + ([_VERSION_ID] if "{version}" in path else [])


def _use(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{name}"}


def _parameter(name: str, told: Described) -> dict[str, Any]:
    return {"name": name, "in": told.place, "description": told.summary, "schema": {"type": told.type}}


def _search(each: Interaction, kind: str) -> list[dict[str, Any]]:
    """Of a type, its search parameters; of any, that there are such."""
    if each.method == "POST" or (
        each.name not in ("search-type", "compartment") and not each.name.startswith("conditional")
    ):
        return []
    if kind == "{type}":
        text = "Search parameters of the type: docs/reference/fhir-search.md, CapabilityStatement.rest.resource.searchParam."
        schema = {"type": "object", "additionalProperties": {"type": "string"}}
        return [
            {"name": "criteria", "in": "query", "description": text, "style": "form", "explode": True, "schema": schema}
        ]
    return [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in _criteria(kind)
        if name not in each.reads
    ]


def _criteria(kind: str) -> list[tuple[str, str]]:
    told = capability.search(kind).get("searchParam", ())
    return [(each["name"], f"{each['type']}: {each.get('documentation', '')}") for each in told]


def _body(sends: str, kind: str) -> dict[str, Any]:
    match sends:
        case "form":
            form = {"type": "object", "additionalProperties": {"type": "string"}}
            return {"content": {"application/x-www-form-urlencoded": {"schema": form}}}
        case "patch":
            operation = {"type": "object", "required": ["op", "path"], "properties": {"op": {"type": "string"}}}
            shapes: dict[str, Any] = {
                patch.JSON_PATCH: {"type": "array", "items": operation},
                headers.JSON: ref("Parameters"),
            }
            content = {each: {"schema": shapes.get(each, {"type": "object"})} for each in patch.ACCEPTED}
            return {"required": True, "content": content}
        case "bundle":
            kind = "Bundle"
    content = {form: {"schema": ref(kind)} for form in _FORMS}
    if kind in ("Binary", "Resource"):
        content["*/*"] = {"schema": {"description": "The file of a Binary, as it is."}}
    return {"required": True, "content": content}


def responses(statuses: Sequence[int], gives: Mapping[str, Any], *, raw: bool = False) -> dict[str, Any]:
    """What an address answers: a resource, nothing, or an error that is told in one place."""
    told: dict[str, Any] = {}
    for status in statuses:
        if status >= 400:
            told[str(status)] = {"$ref": f"#/components/responses/E{status}"}
            continue
        answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
        answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _TOLD.get(status, ())}
        if status not in (202, 204, 304):
            answer["content"] = {form: {"schema": dict(gives)} for form in _FORMS}
            if raw:
                answer["content"]["*/*"] = {"schema": {"description": "The file of a Binary, as it is."}}
        told[str(status)] = {name: value for name, value in answer.items() if value}
    return told


def _errors() -> list[int]:
    own = {status for each in INTERACTIONS for status in each.statuses if status >= 400}
    return sorted({*own, *OF_THE_DOOR, *OF_A_BODY})


def _error(status: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}: docs/reference/api.md, Errors.",
        "content": {form: {"schema": ref("OperationOutcome")} for form in _FORMS},
    }
    names = ["X-Request-Id", *([_ON_ERROR[status]] if status in _ON_ERROR else [])]
    return told | {"headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}}


def _operation(row: Operation, level: Level, method: str, kind: str) -> dict[str, Any]:
    path = "{id}" if level == "instance" else ""
    told: dict[str, Any] = {
        "operationId": _name(f"{row.name}-{level}-{method}", kind),
        "summary": row.summary,
        "externalDocs": {"url": row.url},
        "tags": ["Operations"],
        "parameters": _path_parameters(path, kind),
    }
    if method == "GET":
        told["parameters"] += [_in_query(each.name, each.documentation) for each in row.parameters if each.use == "in"]
    if method == "POST":
        told["requestBody"] = _operation_body(row)
    told["responses"] = _operation_answers(row, method)
    return told | {"security": _security("", "*")}


def _in_query(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": text or name, "schema": {"type": "string"}}


def _operation_body(row: Operation) -> dict[str, Any]:
    if row.name == "graphql":
        members = {"query": {"type": "string"}, "variables": {"type": "object"}, "operationName": {"type": "string"}}
        schema = {"type": "object", "required": ["query"], "properties": members}
        content: dict[str, Any] = {
            "application/json": {"schema": schema},
            "application/graphql": {"schema": {"type": "string"}},
            headers.JSON: {"schema": ref("Parameters")},
        }
        return {"required": True, "content": content}
    return {"content": {form: {"schema": ref("Parameters")} for form in _FORMS}}


def _operation_answers(row: Operation, method: str) -> dict[str, Any]:
    out = [each for each in row.parameters if each.use == "out"]
    whole = len(out) == 1 and out[0].name == "return" and out[0].type in ("Bundle", "OperationOutcome", "ValueSet")
    gives = ref(out[0].type if whole and out[0].type in _ALWAYS else "Parameters" if out else "OperationOutcome")
    statuses = {*row.statuses, *OF_THE_DOOR, 410, 422, *(OF_A_BODY if method == "POST" else ())}
    told = responses(sorted(statuses), gives)
    if row.name == "graphql":
        plain = {"application/json": {"schema": {"type": "object"}}}
        told["200"] = {"description": "data, and errors of fields that could not be given.", "content": plain}
        told["400"] = {"description": "errors: the query is wrong.", "content": plain | _error(400)["content"]}
    return told
