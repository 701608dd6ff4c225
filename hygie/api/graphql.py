"""GET and POST /fhir/$graphql and /fhir/<type>/<id>/$graphql. The answer is JSON, not FHIR JSON: R4 says so."""

from django.http import HttpRequest, HttpResponse

from hygie.access.types import Permission
from hygie.api import body, query
from hygie.api.fhir.interactions import call_of, record_of
from hygie.api.policy import policy
from hygie.fhir.core import json
from hygie.fhir.http import graphql, headers
from hygie.fhir.http.graphql import Asked
from hygie.lib.errors import Invalid

_ACTS = (
    Permission.DOCUMENT_READ,
    Permission.ENTRY_READ,
    Permission.SPACE_READ,
    Permission.DOCUMENT_LIST,
    Permission.SPACE_FIND,
)
_BYTES = 256 * 1024


@policy("client", *_ACTS)
def ask(request: HttpRequest, resource_type: str = "", logical_id: str = "") -> HttpResponse:
    """A query on the whole server, or on one resource."""
    asked = _posted(request) if request.method == "POST" else graphql.from_pairs(query.pairs(request))
    answer = graphql.answer(call_of(request, resource_type, logical_id), record_of(request), asked)
    wanted = request.META.get("HTTP_ACCEPT", "")
    content_type = graphql.RESPONSE if graphql.RESPONSE in wanted else graphql.JSON
    return HttpResponse(answer.body, status=answer.status, content_type=content_type)


def _posted(request: HttpRequest) -> Asked:
    body.check_type(request, graphql.JSON, graphql.PLAIN, headers.JSON)
    sent = body.read(request, limit=_BYTES)
    if headers.media_type(request.META.get("CONTENT_TYPE", "")) != graphql.PLAIN:
        return graphql.from_object(json.read_object(sent))
    try:
        return Asked(sent.decode("utf-8"))
    except UnicodeDecodeError:
        raise Invalid("The query is UTF-8.", code="body-length") from None
