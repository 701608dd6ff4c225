"""Read and search of what is in a person's space; Binary is the file of a DocumentReference of the same id."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hygie.access.types import NOTHING, Loaded, Permission
from hygie.api import body, query
from hygie.api.errors import NotAcceptable
from hygie.api.fhir import loaded_sets, patients, served
from hygie.api.policy import policy
from hygie.api.reply import fhir
from hygie.fhir.core import json, narrowing, outcome, parameters
from hygie.fhir.http import headers, search, searchset
from hygie.fhir.http.call import Answer, Call
from hygie.identity import queries as identity
from hygie.identity.ins import INS
from hygie.identity.types import Actor
from hygie.lib import ids
from hygie.lib.errors import NotFound
from hygie.record import queries as record
from hygie.record import resources, vocabulary
from hygie.record.resources import criteria

_URN_OID = "urn:oid:"


@policy("client", Permission.DOCUMENT_LIST, Permission.ENTRY_READ, Permission.SPACE_FIND, interaction="search-type")
def find_many(request: HttpRequest, resource_type: str) -> HttpResponse:
    """GET /fhir/<type>?… and POST /fhir/<type>/_search"""
    return _searched(request, resource_type, asked_pairs(request))


@policy("client", Permission.DOCUMENT_LIST, Permission.ENTRY_READ, interaction="compartment")
def find_in_compartment(request: HttpRequest, logical_id: str, resource_type: str) -> HttpResponse:
    """GET /fhir/Patient/<id>/<type>?…: the same search, of this person."""
    if not served.does(resource_type, "compartment"):
        raise NotFound("This type is not of the compartment of a patient.", code="route-unknown")
    resources.space_of("Patient", logical_id)  # the id of anything else is nobody's, whether that thing exists or not
    return _searched(request, resource_type, [("patient", logical_id), *query.pairs(request)])


def _searched(request: HttpRequest, resource_type: str, pairs: Sequence[tuple[str, str]]) -> HttpResponse:
    prefer = request.META.get("HTTP_PREFER", "")
    call = Call(base=fhir_base(), type=resource_type, query=tuple(pairs), prefer=prefer)
    answer = find(call, request.actor, request.received_at, request.loaded)
    return fhir(answer.body, pretty=query.is_pretty(request))


def find(call: Call, actor: Actor, now: dt.datetime, loaded: Loaded = NOTHING) -> Answer:
    """A search, alone or inside a Bundle."""
    if call.type == "Patient":
        return patients.find(call, actor, now)
    if call.type not in search.TYPES:
        raise parameters.BadQuery("This type is not searched.", code="search-type")
    wanted = narrowing.read(call.query)
    nobodys = not resources.is_somebodys(call.type) and not _names_a_person(call)
    asked = search.read(
        call.type,
        [pair for pair in call.query if not (wanted and pair[0] in ("_elements", "_summary"))],
        strict=headers.is_strict(call.prefer),
        reading=vocabulary.reading(),
        registers=nobodys,
    )
    if nobodys:
        query = dataclasses.replace(asked.query, ids=asked.ids)
        found = loaded_sets.search(actor, call.type, query, asked.understood, now=now)
    else:
        space_id = _space(asked.patient)
        query = dataclasses.replace(asked.query, ids=criteria.local_ids(asked.ids, space_id))
        found = record.search_resources(actor, space_id, call.type, query, now=now, loaded=loaded)
    return Answer(200, _searchset(call.type, asked, _narrowed(found, wanted)))


def _names_a_person(call: Call) -> bool:
    """Whether a search of a type that may be nobody's is within a person's space."""
    for key, value in call.query:
        name = key.partition(":")[0].partition(".")[0]
        if name in ("patient", "subject") or (name == "_id" and any(map(ids.split_logical_id, value.split(",")))):
            return True
    return False


def _narrowed(found: record.Found, wanted: narrowing.Wanted | None) -> record.Found:
    if wanted is None:
        return found

    def part(body: bytes) -> bytes:
        return json.write(narrowing.narrow(json.read_object(body), wanted))

    included = [(kind, part(body)) for kind, body in found.included]
    return dataclasses.replace(found, bodies=[part(body) for body in found.bodies], included=included)


def asked_pairs(request: HttpRequest) -> list[tuple[str, str]]:
    """The parameters of the address, and those of the form when it is a POST."""
    given = query.pairs(request)
    if request.method == "POST":
        body.check_type(request, body.FORM)
        form = body.read(request, limit=body.FORM_BYTES)
        try:
            given += parameters.read_query(form.decode("ascii"))
        except UnicodeDecodeError as error:
            raise parameters.BadQuery("The form is not percent-encoded.", code="search-encoding") from error
    return given


def _searchset(resource_type: str, asked: search.Asked, found: record.Found) -> bytes:
    base = fhir_base()
    self_link = searchset.link(base, resource_type, asked.understood)
    more = found.next and not asked.count_only
    return searchset.write(
        searchset.Searchset(
            base=base,
            type=resource_type,
            bodies=[] if asked.count_only else found.bodies,
            total=found.total if found.total is not None and found.total >= 0 else None,
            self_link=self_link,
            # A cursor is plain, and the self link has at least `_count`.
            next_link=f"{self_link}&{search.CURSOR}={found.next}" if more else "",
            outcome=outcome.ignored(asked.ignored, cut=found.cut),
            included=() if asked.count_only else found.included,
        )
    )


def _space(named: search.PatientNamed) -> uuid.UUID:
    """The space of the person that the search names.

    Nobody of this id or INS: a space that does not exist, so that the answer is that of a record which is not open.
    """
    if named.id:
        return space_of(named.id) or uuid.uuid4()
    person = None
    if named.system.startswith(_URN_OID):
        person = identity.find_space(INS(named.system.removeprefix(_URN_OID), named.value))
    return person.space_id if person else uuid.uuid4()


def space_of(patient_id: str) -> uuid.UUID | None:
    """Patient.id is the space's id, in its one spelling."""
    try:
        space_id = uuid.UUID(patient_id)
    except ValueError:
        return None
    return space_id if str(space_id) == patient_id else None


def fhir_base() -> str:
    return f"{settings.HYGIE_BASE_URL}/fhir"


def binary(request: HttpRequest, logical_id: str) -> HttpResponse:
    """GET /fhir/Binary/<id>: the bytes as they were received, or a Binary resource when FHIR JSON is asked for."""
    space_id, local_id = resources.space_of("Binary", logical_id)
    now, loaded = request.received_at, request.loaded
    file = resources.read_file(request.actor, space_id, local_id, now=now, loaded=loaded)
    stored = headers.media_type(file.media_type)
    form = headers.binary_form(request.META.get("HTTP_ACCEPT", ""), query.chosen_format(request), stored)
    if form is None:
        raise NotAcceptable(
            f"This Binary is {stored}; it is given so, or as application/fhir+json, or application/fhir+xml."
        )
    if (known := request.META.get("HTTP_IF_NONE_MATCH")) and headers.matches(known, file.version):
        response = HttpResponse(status=304)
    elif form == "raw":
        response = HttpResponse(file.data, content_type=stored)
        response["Content-Disposition"] = "attachment"
    else:
        told = file.resource or {"resourceType": "Binary", "id": logical_id, "contentType": stored}
        response = fhir(json.write(told | {"data": file.data}), pretty=query.is_pretty(request))
    response["ETag"] = headers.etag(file.version)
    return response
