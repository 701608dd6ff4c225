"""The addresses of the terminology operations. https://hl7.org/fhir/R4/terminology-service.html

Nothing here is of a person: any valid token may ask what a code means.
"""

from django.http import HttpRequest, HttpResponse

from hygie.api import body, query
from hygie.api.fhir import interactions
from hygie.api.policy import policy
from hygie.api.reply import fhir
from hygie.fhir.core.terminology.model import Kind
from hygie.fhir.http.call import Answer, Call
from hygie.fhir.http.terminology import expand, lookup, validate_code
from hygie.fhir.http.terminology.service import Service
from hygie.terminology.loaded import members

MAX_BYTES = 2 * 1024 * 1024


@policy("client", "none")
def expand_set(request: HttpRequest, logical_id: str = "") -> HttpResponse:
    """GET, POST /fhir/ValueSet/$expand and /fhir/ValueSet/<id>/$expand"""
    call = _call(request, "ValueSet", logical_id)
    return _told(request, expand.expand(call, _service(request), request.received_at))


@policy("client", "none")
def validate_code_of_set(request: HttpRequest, logical_id: str = "") -> HttpResponse:
    """GET, POST /fhir/ValueSet/$validate-code and /fhir/ValueSet/<id>/$validate-code"""
    return _told(request, validate_code.of_value_set(_call(request, "ValueSet", logical_id), _service(request)))


@policy("client", "none")
def validate_code_of_system(request: HttpRequest, logical_id: str = "") -> HttpResponse:
    """GET, POST /fhir/CodeSystem/$validate-code and /fhir/CodeSystem/<id>/$validate-code"""
    return _told(request, validate_code.of_code_system(_call(request, "CodeSystem", logical_id), _service(request)))


@policy("client", "none")
def look_up(request: HttpRequest) -> HttpResponse:
    """GET, POST /fhir/CodeSystem/$lookup"""
    return _told(request, lookup.lookup(_call(request, "CodeSystem"), _service(request)))


@policy("client", "none")
def subsumes(request: HttpRequest, logical_id: str = "") -> HttpResponse:
    """GET, POST /fhir/CodeSystem/$subsumes and /fhir/CodeSystem/<id>/$subsumes"""
    return _told(request, lookup.subsumes(_call(request, "CodeSystem", logical_id), _service(request)))


@policy("client", "none")
def translate(request: HttpRequest, logical_id: str = "") -> HttpResponse:
    """GET, POST /fhir/ConceptMap/$translate and /fhir/ConceptMap/<id>/$translate"""
    return _told(request, lookup.translate(_call(request, "ConceptMap", logical_id), _service(request)))


def _call(request: HttpRequest, resource_type: str, logical_id: str = "") -> Call:
    told = body.resource(request, limit=MAX_BYTES) if request.method == "POST" else None
    return interactions.call_of(request, resource_type, logical_id, resource=told)


def _service(request: HttpRequest) -> Service:
    def stored(kind: Kind, own_id: str) -> bytes:
        return interactions.record_of(request).read(kind, own_id).body

    return Service(members(), stored)


def _told(request: HttpRequest, answer: Answer) -> HttpResponse:
    return fhir(answer.body, status=answer.status, pretty=query.is_pretty(request))
