"""GET /fhir/openapi.json: OpenAPI 3.1 of the machines' doors. FHIR's part is made by `hygie.fhir.http.openapi`."""

from functools import lru_cache
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hygie.api import discovery, query
from hygie.api.fhir import served
from hygie.api.oauth import SUBJECT
from hygie.api.policy import policy
from hygie.api.published import Published
from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.http import openapi
from hygie.fhir.http.openapi_schemas import ref

MOST_TYPES = 20
_JSON = "application/json"


@policy("public", "none")
def describe(request: HttpRequest) -> HttpResponse:
    """The whole server; `?type=Observation,Condition`: these types, each with its own paths."""
    asked = [name for key, value in query.pairs(request) if key == "type" for name in value.split(",")]
    types = tuple(sorted(set(asked)))
    if not set(types) <= served.TYPES or len(types) > MOST_TYPES:
        raise BadQuery(f"type names up to {MOST_TYPES} served types.", code="search-value", path="http.type")
    return published(types).answer(request)


@lru_cache(maxsize=16)
def published(types: tuple[str, ...] = ()) -> Published:
    return Published(lambda: _document(types), content_type=_JSON)


def _document(types: tuple[str, ...]) -> dict[str, Any]:
    return openapi.document(
        openapi.Whole(
            base=settings.HYGIE_BASE_URL,
            version=version("hygie"),
            serves=discovery.interactions(),
            types=types,
            paths=_paths(),
            schemas=_schemas(),
        )
    )


def _schemas() -> dict[str, Any]:
    text = {"type": "string"}
    receipt = ("receipt", "document_id", "unique_id", "sha256", "space_id")
    return {
        "Receipt": {
            "type": "object",
            "required": [*receipt, "version"],
            "properties": dict.fromkeys(receipt, text)
            | {"version": {"type": "integer"}, "flags": {"type": "array", "items": text}},
        },
        "Token": {
            "type": "object",
            "required": ["access_token", "token_type", "expires_in", "scope"],
            "properties": dict.fromkeys(("access_token", "token_type", "scope"), text)
            | {"expires_in": {"type": "integer"}},
        },
        "TokenError": {
            "type": "object",
            "required": ["error"],
            "properties": {"error": text, "error_description": text},
        },
    }


def _paths() -> dict[str, Any]:
    smart = _public("What a client can find out by itself (SMART).", {"200": _given("JSON", {"type": "object"})})
    return {
        "/dmp/documents": {"post": _deposit()},
        "/oauth/token": {"post": _token()},
        "/.well-known/smart-configuration": {"get": smart | {"operationId": "smart"}},
        "/fhir/.well-known/smart-configuration": {"get": smart | {"operationId": "smartOfFhir"}},
        "/fhir/openapi.json": {"get": _self()},
        "/fhir/bulk-export/{job}": _export(),
        "/fhir/bulk-export/{job}/{number}.ndjson": {"get": _export_file()},
    }


def _given(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {_JSON: {"schema": schema}}}


def _public(summary: str, responses: dict[str, Any]) -> dict[str, Any]:
    return {"summary": summary, "tags": ["Discovery"], "responses": responses, "security": []}


def _errors(*statuses: int) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/E{status}"} for status in statuses}


def _self() -> dict[str, Any]:
    types = {"name": "type", "in": "query", "description": "Types with their own paths.", "schema": {"type": "string"}}
    responses = {"200": _given("OpenAPI 3.1.", {"type": "object"}), "304": {"description": "The same."}}
    told = _public("This document.", responses | _errors(400, 500))
    return told | {"operationId": "describe", "parameters": [types]}


def _in_path(name: str, type: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": type}}


def _behind_token(id: str, summary: str, responses: dict[str, Any], *parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": id,
        "summary": summary,
        "tags": ["Operations"],
        "parameters": list(parameters),
        "responses": responses | _errors(400, 401, 403, 404, 406, 500, 503),
        "security": [{"smart": []}],
    }


def _export() -> dict[str, Any]:
    job = _in_path("job", "string")
    done = _given("The manifest.", {"type": "object"})
    waiting = {"description": "Not yet: X-Progress, Retry-After."}
    return {
        "get": _behind_token("exportStatus", "How far an export is.", {"200": done, "202": waiting}, job),
        "delete": _behind_token(
            "exportCancel", "Cancels or removes an export.", {"202": {"description": "Done."}}, job
        ),
    }


def _export_file() -> dict[str, Any]:
    lines = {
        "description": "One resource a line.",
        "content": {"application/fhir+ndjson": {"schema": {"type": "string"}}},
    }
    parameters = (_in_path("job", "string"), _in_path("number", "integer"))
    return _behind_token("exportFile", "A file of an export.", {"200": lines}, *parameters)


def _deposit() -> dict[str, Any]:
    document = {"schema": {"description": "A CDA R2 document, UTF-8."}}
    receipt = {"200": _given("It was here.", ref("Receipt")), "201": _given("It is deposited.", ref("Receipt"))}
    return {
        "operationId": "deposit",
        "summary": "The deposit of a CDA R2 document.",
        "tags": ["Documents"],
        "requestBody": {
            "required": True,
            "content": dict.fromkeys(("application/xml", "text/xml", "application/hl7-v3+xml"), document),
        },
        "responses": receipt | _errors(400, 401, 403, 406, 409, 413, 415, 422, 500, 503),
        "security": [{"smart": ["user/*.c"]}],
    }


def _token() -> dict[str, Any]:
    text = {"type": "string"}
    form = {
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"const": "client_credentials"},
            "scope": text,
            SUBJECT: text | {"description": "The IDNPS of the professional for whom the software acts."},
            "client_id": text,
            "client_secret": text,
        },
    }
    refused = {"400": _given("RFC 6749, 5.2.", ref("TokenError")), "401": _given("RFC 6749, 5.2.", ref("TokenError"))}
    given = {"200": _given("Ten minutes at most.", ref("Token"))}
    return {
        "operationId": "token",
        "summary": "An access token: client credentials.",
        "tags": ["Tokens"],
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}},
        "responses": given | refused | _errors(413, 500, 503),
        "security": [],
    }
