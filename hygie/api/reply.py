"""Answers of the FHIR door: raw bytes with their version."""

from django.http import HttpRequest, HttpResponse
from msgspec import json as msgspec_json

from hygie.api.query import is_pretty
from hygie.fhir.http import headers
from hygie.record.types import Stored


def fhir(body: bytes, *, status: int = 200, pretty: bool = False) -> HttpResponse:
    """FHIR JSON; `pretty` only moves white space, numbers keep their digits."""
    content = msgspec_json.format(body, indent=2) if pretty else body
    return HttpResponse(content, status=status, content_type=headers.JSON)


def versioned(request: HttpRequest, stored: Stored) -> HttpResponse:
    """A resource with ETag and Last-Modified, or 304 when the client says that it has this version."""
    if (known := request.META.get("HTTP_IF_NONE_MATCH")) and headers.matches(known, stored.version):
        response = HttpResponse(status=304)
    else:
        response = fhir(stored.body, pretty=is_pretty(request))
    response["ETag"] = headers.etag(stored.version)
    response["Last-Modified"] = headers.http_date(stored.updated_at)
    return response
