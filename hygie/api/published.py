"""Documents about the server itself: made once, kept ready in each form, with an ETag."""

import gzip
import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse

from hygie.api.query import chosen_format, is_pretty
from hygie.api.reply import fhir
from hygie.fhir.core import json, xml
from hygie.fhir.http import headers


class Published:
    """A document that is made when it is first asked for. Two threads may make it both: it is the same."""

    def __init__(self, make: Callable[[], Mapping[str, Any]], *, content_type: str = headers.JSON) -> None:
        self._make, self._content_type = make, content_type

    @property
    def document(self) -> Mapping[str, Any]:
        """Made anew: only its bytes are kept."""
        return self._make()

    @cached_property
    def plain(self) -> bytes:
        return json.write(self._make())

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.plain, mtime=0)

    @cached_property
    def xml(self) -> bytes:
        return xml.write(json.read_object(self.plain))

    @cached_property
    def etag(self) -> str:
        return f'W/"{hashlib.sha256(self.plain).hexdigest()[:24]}"'

    def answer(self, request: HttpRequest) -> HttpResponse:
        response = self._body(request)
        response["ETag"] = self.etag
        response["Vary"] = "Accept, Accept-Encoding"
        return response

    def _body(self, request: HttpRequest) -> HttpResponse:
        known = request.META.get("HTTP_IF_NONE_MATCH", "")
        tags = {each.strip().removeprefix("W/") for each in known.split(",")}
        if known.strip() == "*" or self.etag.removeprefix("W/") in tags:
            return HttpResponse(status=304)
        if self._wants_xml(request):
            return HttpResponse(self.xml, content_type=headers.XML)
        if is_pretty(request):
            response = fhir(self.plain, pretty=True)
            response["Content-Type"] = self._content_type
            return response
        if headers.accepts_gzip(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            return HttpResponse(self.packed, content_type=self._content_type, headers={"Content-Encoding": "gzip"})
        return HttpResponse(self.plain, content_type=self._content_type)

    def _wants_xml(self, request: HttpRequest) -> bool:
        if self._content_type != headers.JSON:
            return False
        return headers.resource_form(request.META.get("HTTP_ACCEPT", ""), chosen_format(request)) == "xml"
