"""FHIR XML at the edge: behind it, every resource is the dict and the JSON of the same. https://hl7.org/fhir/R4/xml.html"""

from django.http import HttpRequest, HttpResponse

from hygie.api.query import chosen_format
from hygie.fhir.core import json, xml
from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.http import headers
from hygie.lib.errors import Invalid


def spoken(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer in FHIR XML when the client wants it so; what is no FHIR JSON, or what XML cannot hold, as it is."""
    if (
        response.streaming
        or not response.content
        or response.get("Content-Type") != headers.JSON
        or not _wants_xml(request)
    ):
        return response
    try:
        response.content = xml.write(json.read_object(response.content))
    except Invalid:
        # RFC 9110, 12.4.1: another form than none at all. What was written is written.
        return response
    response["Content-Type"] = headers.XML
    return response


def _wants_xml(request: HttpRequest) -> bool:
    try:
        return headers.resource_form(request.META.get("HTTP_ACCEPT", ""), chosen_format(request)) == "xml"
    except BadQuery:
        # The query cannot be read, which is what is being told.
        return False
