"""The addresses of the FHIR interactions: each view reads its request, asks `hygie.fhir.http`, and writes the answer."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from hygie.access.types import Permission
from hygie.api import body, query
from hygie.api.fhir import deposits, resources
from hygie.api.fhir.behind import Record
from hygie.api.policy import policy
from hygie.api.reply import fhir
from hygie.fhir.http import (
    batch,
    create,
    delete,
    everything,
    headers,
    history,
    meta,
    patch,
    read,
    update,
    validate,
)
from hygie.fhir.http.call import Answer, Call
from hygie.identity.types import ActorKind

_READ = (Permission.DOCUMENT_READ, Permission.ENTRY_READ, Permission.SPACE_READ)


@policy("client", *_READ, interaction="read")
def read_one(request: HttpRequest, resource_type: str, logical_id: str) -> HttpResponse:
    """GET /fhir/<type>/<id>"""
    if resource_type == "Binary":
        return resources.binary(request, logical_id)
    return _told(request, read.read(call_of(request, resource_type, logical_id), record_of(request)))


@policy("client", *_READ, interaction="vread")
def read_version(request: HttpRequest, resource_type: str, logical_id: str, version: str) -> HttpResponse:
    """GET /fhir/<type>/<id>/_history/<version>"""
    call = call_of(request, resource_type, logical_id)
    return _told(request, read.vread(call, record_of(request), version))


@policy("client", *_READ, interaction="history-instance")
def history_of_one(request: HttpRequest, resource_type: str, logical_id: str) -> HttpResponse:
    """GET /fhir/<type>/<id>/_history"""
    return _told(request, history.history(call_of(request, resource_type, logical_id), record_of(request)))


@policy("client", *_READ, interaction="history-type")
def history_of_type(request: HttpRequest, resource_type: str) -> HttpResponse:
    """GET /fhir/<type>/_history?patient=<id>"""
    return _told(request, history.history(call_of(request, resource_type), record_of(request)))


@policy("client", Permission.RESOURCE_CREATE, Permission.DOCUMENT_DEPOSIT, interaction="create")
def create_one(request: HttpRequest, resource_type: str) -> HttpResponse:
    """POST /fhir/<type>; a professional's DocumentReference is a deposit (PDSm, ITI-105)."""
    if resource_type == deposits.DOCUMENT and request.actor.kind is ActorKind.PROFESSIONAL:
        return deposits.publish(request)
    told = _file(request) if resource_type == "Binary" else resource_of(request)
    return _told(request, create.create(call_of(request, resource_type, resource=told), record_of(request)))


@policy("client", Permission.RESOURCE_UPDATE, interaction="update")
def update_one(request: HttpRequest, resource_type: str, logical_id: str) -> HttpResponse:
    """PUT /fhir/<type>/<id>"""
    call = call_of(request, resource_type, logical_id, resource=resource_of(request))
    return _told(request, update.update(call, record_of(request)))


@policy("client", Permission.RESOURCE_CREATE, Permission.RESOURCE_UPDATE, interaction="conditional-update")
def update_matching(request: HttpRequest, resource_type: str) -> HttpResponse:
    """PUT /fhir/<type>?criterion"""
    call = call_of(request, resource_type, resource=resource_of(request))
    return _told(request, update.update_matching(call, record_of(request)))


@policy("client", Permission.RESOURCE_UPDATE, interaction="patch")
def patch_one(request: HttpRequest, resource_type: str, logical_id: str) -> HttpResponse:
    """PATCH /fhir/<type>/<id>"""
    return _told(
        request, patch.patch(call_of(request, resource_type, logical_id), record_of(request), _change(request))
    )


@policy("client", Permission.RESOURCE_UPDATE, interaction="conditional-patch")
def patch_matching(request: HttpRequest, resource_type: str) -> HttpResponse:
    """PATCH /fhir/<type>?criterion"""
    call = call_of(request, resource_type)
    return _told(request, patch.patch_matching(call, record_of(request), _change(request)))


@policy("client", Permission.RESOURCE_DELETE, interaction="delete")
def delete_one(request: HttpRequest, resource_type: str, logical_id: str) -> HttpResponse:
    """DELETE /fhir/<type>/<id>"""
    return _told(request, delete.delete(call_of(request, resource_type, logical_id), record_of(request)))


@policy("client", Permission.RESOURCE_DELETE, interaction="conditional-delete")
def delete_matching(request: HttpRequest, resource_type: str) -> HttpResponse:
    """DELETE /fhir/<type>?criterion"""
    return _told(request, delete.delete_matching(call_of(request, resource_type), record_of(request)))


@policy("client", Permission.ENTRY_READ)
def everything_of(request: HttpRequest, logical_id: str) -> HttpResponse:
    """GET /fhir/Patient/<id>/$everything"""
    return _told(request, everything.everything(call_of(request, "Patient", logical_id), record_of(request)))


@policy("client", *_READ)
def meta_of(request: HttpRequest, resource_type: str, logical_id: str) -> HttpResponse:
    """GET /fhir/<type>/<id>/$meta"""
    return _told(request, meta.meta(call_of(request, resource_type, logical_id), record_of(request)))


@policy("client", "none")
def validate_one(request: HttpRequest, resource_type: str, logical_id: str = "") -> HttpResponse:
    """POST /fhir/<type>/$validate and /fhir/<type>/<id>/$validate: nothing is read of a record, nothing is kept."""
    call = call_of(request, resource_type, logical_id, resource=resource_of(request))
    return _told(request, validate.validate(call))


@policy("client", Permission.RESOURCE_CREATE, Permission.DOCUMENT_DEPOSIT, interaction="transaction")
def bundle(request: HttpRequest) -> HttpResponse:
    """POST /fhir: a batch, a transaction, or a deposit of documents (PDSm, ITI-65), which its entries tell."""
    told = resource_of(request)
    if request.actor.kind is ActorKind.PROFESSIONAL and deposits.is_deposit(told):
        return deposits.transaction(request, told)
    return _told(request, batch.run(call_of(request, ""), record_of(request), told))


def record_of(request: HttpRequest) -> Record:
    return Record(request.actor, request.received_at, resources.find, request.loaded)


def call_of(
    request: HttpRequest, resource_type: str, logical_id: str = "", *, resource: dict[str, Any] | None = None
) -> Call:
    told = request.META
    return Call(
        base=resources.fhir_base(),
        type=resource_type,
        id=logical_id,
        query=tuple(query.pairs(request)),
        resource=resource,
        if_match=told.get("HTTP_IF_MATCH", ""),
        if_none_match=told.get("HTTP_IF_NONE_MATCH", ""),
        if_modified_since=told.get("HTTP_IF_MODIFIED_SINCE", ""),
        if_none_exist=told.get("HTTP_IF_NONE_EXIST", ""),
        prefer=told.get("HTTP_PREFER", ""),
    )


def resource_of(request: HttpRequest) -> dict[str, Any]:
    return body.resource(request)


def _file(request: HttpRequest) -> dict[str, Any]:
    """A Binary as a resource, or any file as it is: its Content-Type, and X-Security-Context for whose it is."""
    media_type = headers.media_type(request.META.get("CONTENT_TYPE", ""))
    if media_type in (headers.JSON, headers.XML, "application/json", ""):
        return resource_of(request)
    resource: dict[str, Any] = {"resourceType": "Binary", "contentType": media_type}
    if context := request.META.get("HTTP_X_SECURITY_CONTEXT"):
        resource["securityContext"] = {"reference": context}
    return resource | {"data": body.read(request, limit=body.document_limit())}


def _change(request: HttpRequest) -> patch.Change:
    body.check_type(request, *patch.ACCEPTED)
    media_type = headers.media_type(request.META.get("CONTENT_TYPE", ""))
    return patch.read(body.read(request, limit=body.resource_limit()), media_type)


def _told(request: HttpRequest, answer: Answer) -> HttpResponse:
    pretty = bool(answer.body) and query.is_pretty(request)
    response = fhir(answer.body, status=answer.status, pretty=pretty)
    for name, value in answer.headers.items():
        response[name] = value
    return response
