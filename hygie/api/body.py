"""Bodies read within a limit: a length that says too much is refused before one byte is read."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from hygie.api.errors import UnsupportedMediaType
from hygie.fhir.core import json, xml
from hygie.fhir.http.headers import JSON, XML, media_type
from hygie.lib.errors import Invalid, TooLarge

FORM = "application/x-www-form-urlencoded"
FORM_BYTES = 64 * 1024
MAX_VALUES = 250_000
"""Values of all resources of a body: what is checked and indexed one by one costs microseconds each."""
_METADATA_BYTES = 1024 * 1024
_XML = (XML, "application/xml", "text/xml")


def document_limit() -> int:
    return settings.HYGIE_DOCUMENT_BYTES


def resource_limit() -> int:
    """A document as base64, and the resources around it."""
    return settings.HYGIE_DOCUMENT_BYTES * 4 // 3 + _METADATA_BYTES


def read(request: HttpRequest, *, limit: int) -> bytes:
    """The whole body. Raises TooLarge, Invalid(body-length) for a body that is cut short or has no length."""
    if request.headers.get("Content-Encoding", "identity").lower() not in ("", "identity"):
        raise UnsupportedMediaType("The body may not be compressed.", code="content-encoding")
    text = request.META.get("CONTENT_LENGTH") or ""
    if text:
        length = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1
        if length < 0:
            raise Invalid("Content-Length is not a number.", code="body-length")
        if length > limit:
            raise _too_large(limit)
        data = request.read(length)
        if len(data) != length:
            raise Invalid("The body is shorter than Content-Length says.", code="body-length")
        return data
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", ""):
        data = request.META["wsgi.input"].read(limit + 1)
        if len(data) > limit:
            raise _too_large(limit)
        return data
    return b""


def check_type(request: HttpRequest, *accepted: str) -> None:
    """Raises UnsupportedMediaType; parameters of the type (charset…) do not matter."""
    if media_type(request.META.get("CONTENT_TYPE", "")) not in accepted:
        raise UnsupportedMediaType(f"The Content-Type is one of: {', '.join(sorted(accepted))}.")


def resource(request: HttpRequest, *, limit: int = 0) -> dict[str, Any]:
    """The body as a FHIR resource, JSON or XML as Content-Type says; `limit` in bytes, else that of any resource.

    Raises UnsupportedMediaType, TooLarge, Malformed, Invalid(xml-…).
    """
    check_type(request, JSON, "application/json", *_XML)
    limit = limit or resource_limit()
    data = read(request, limit=limit)
    # Cheap to say before anything is made of it: a comma a value in JSON, a tag in XML. Files hold neither.
    if max(data.count(b","), data.count(b"<")) > MAX_VALUES:
        raise TooLarge(f"The body holds more than {MAX_VALUES} values.", code="body-too-many-values")
    if media_type(request.META.get("CONTENT_TYPE", "")) in _XML:
        return xml.read(data, max_size=limit)
    return json.read_object(data)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body is larger than {limit // (1024 * 1024) or 1} MB.", code="body-too-large")
