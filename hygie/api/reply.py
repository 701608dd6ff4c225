"""Answers of the FHIR door: raw bytes."""

from django.http import HttpResponse
from msgspec import json as msgspec_json

from hygie.fhir.http import headers


def fhir(body: bytes, *, status: int = 200, pretty: bool = False) -> HttpResponse:
    """FHIR JSON; `pretty` only moves white space, numbers keep their digits."""
    content = msgspec_json.format(body, indent=2) if pretty else body
    return HttpResponse(content, status=status, content_type=headers.JSON)
