"""The addresses of bulk export: kick-off, status, cancellation, files. docs/reference/fhir-bulk.md"""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_vary_headers

from hygie.access.types import Permission
from hygie.api import body, query
from hygie.api.fhir.resources import fhir_base
from hygie.api.policy import policy
from hygie.api.reply import fhir
from hygie.fhir.http import export, headers
from hygie.fhir.http.export import Level, Part
from hygie.lib.clock import rfc3339
from hygie.record import vocabulary
from hygie.record.export import jobs

_READ = (Permission.DOCUMENT_READ, Permission.ENTRY_READ, Permission.SPACE_READ)
_SOON, _LATER = 1, 5
_FEW = 200


@policy("client", *_READ)
def of_system(request: HttpRequest) -> HttpResponse:
    """GET, POST /fhir/$export"""
    return _start(request, "system")


@policy("client", *_READ)
def of_patients(request: HttpRequest) -> HttpResponse:
    """GET, POST /fhir/Patient/$export"""
    return _start(request, "patient")


@policy("client", *_READ)
def of_group(request: HttpRequest, logical_id: str) -> HttpResponse:
    """GET, POST /fhir/Group/<id>/$export"""
    return _start(request, "group", logical_id)


def _start(request: HttpRequest, level: Level, group: str = "") -> HttpResponse:
    """202: the job is in the database, and `hygie worker` makes it."""
    posted = request.method == "POST"
    pairs = query.pairs(request)
    if posted and request.META.get("CONTENT_LENGTH") not in ("", "0", None):
        pairs += export.pairs_of(body.resource(request))
    asked = export.read(
        level,
        pairs,
        prefer=request.META.get("HTTP_PREFER", ""),
        posted=posted,
        group=group,
        reading=vocabulary.reading(),
    )
    address = fhir_base() + request.path_info.removeprefix("/fhir")
    if text := request.META.get("QUERY_STRING", ""):
        address += f"?{text}"
    job_id = jobs.start(request.actor, asked, address, now=request.received_at)
    response = fhir(export.accepted(), status=202)
    response["Content-Location"] = _place(job_id)
    return response


@policy("client", *_READ)
def status(request: HttpRequest, job_id: str) -> HttpResponse:
    """GET /fhir/bulk-export/<job>: 202 and how far it is, or 200 and the manifest."""
    found = jobs.status(request.actor, job_id, now=request.received_at)
    if found.expires_at is None:
        response = HttpResponse(status=202)
        response["X-Progress"] = "waiting" if found.total is None else f"{found.told} of {found.total} records"
        response["Retry-After"] = str(_SOON if (found.total or 0) - found.told < _FEW else _LATER)
        return response
    parts = [
        Part(each.kind, each.type, f"{_place(job_id)}/{each.number}.ndjson", each.count)  # type: ignore[arg-type]
        for each in found.files
    ]
    content = export.manifest(found.request, rfc3339(found.transaction_time), parts, since=found.since)
    response = HttpResponse(content, content_type="application/json")
    response["Expires"] = headers.http_date(found.expires_at)
    return response


@policy("client", *_READ)
def cancel(request: HttpRequest, job_id: str) -> HttpResponse:
    """DELETE /fhir/bulk-export/<job>: 202; nothing of it is left."""
    jobs.cancel(request.actor, job_id, now=request.received_at)
    return HttpResponse(status=202)


@policy("client", *_READ)
def file(request: HttpRequest, job_id: str, number: int) -> HttpResponseBase:
    """GET /fhir/bulk-export/<job>/<number>.ndjson, in gzip for who accepts it."""
    packed = headers.accepts_gzip(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    found = jobs.open_file(request.actor, job_id, number, packed=packed, now=request.received_at)
    pieces: Iterator[bytes] = iter(()) if request.method == "HEAD" else found.pieces
    response = StreamingHttpResponse(pieces, content_type=export.NDJSON)
    response["Content-Length"] = str(found.size)
    if packed:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ("Accept-Encoding",))
    if found.expires_at is not None:
        response["Expires"] = headers.http_date(found.expires_at)
    return response


def _place(job_id: str) -> str:
    return f"{fhir_base()}/bulk-export/{job_id}"
