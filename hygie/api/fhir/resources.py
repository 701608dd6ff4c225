"""Read and search of what is in a person's space; Binary is the file of a DocumentReference of the same id."""

import dataclasses
import re
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hygie.access.types import Permission
from hygie.api import body, query
from hygie.api.errors import NotAcceptable
from hygie.api.policy import policy
from hygie.api.reply import fhir, versioned
from hygie.fhir.core import json, outcome, parameters
from hygie.fhir.http import headers, search, searchset
from hygie.identity import queries as identity
from hygie.identity.ins import INS
from hygie.lib import ids
from hygie.lib.errors import NotFound
from hygie.record import queries as record
from hygie.terminology import queries as terminology

DOCUMENT = "DocumentReference"
_URN_OID = "urn:oid:"
_LOCAL_ID = re.compile(r"[A-Za-z0-9\-.]+")


@policy("client", Permission.DOCUMENT_READ, interaction="read")
def read_document(request: HttpRequest, resource_type: str, logical_id: str) -> HttpResponse:
    """GET /fhir/DocumentReference/<id>"""
    return _read(request, resource_type, logical_id)


@policy("client", Permission.ENTRY_READ, interaction="read")
def read_entry(request: HttpRequest, resource_type: str, logical_id: str) -> HttpResponse:
    """GET /fhir/<type>/<id> of what was read in documents."""
    return _read(request, resource_type, logical_id)


def _read(request: HttpRequest, resource_type: str, logical_id: str) -> HttpResponse:
    space_id, local_id = split(logical_id)
    stored = record.read_resource(request.actor, space_id, resource_type, local_id, now=request.received_at)
    return versioned(request, stored)


@policy("client", Permission.DOCUMENT_LIST, interaction="search-type")
def find_documents(request: HttpRequest, resource_type: str) -> HttpResponse:
    """GET /fhir/DocumentReference?… and POST /fhir/DocumentReference/_search"""
    return _find(request, resource_type)


@policy("client", Permission.ENTRY_READ, interaction="search-type")
def find_entries(request: HttpRequest, resource_type: str) -> HttpResponse:
    """GET /fhir/<type>?… and POST /fhir/<type>/_search of what was read in documents."""
    return _find(request, resource_type)


def _find(request: HttpRequest, resource_type: str) -> HttpResponse:
    asked = search.read(
        resource_type,
        asked_pairs(request),
        strict=headers.is_strict(request.META.get("HTTP_PREFER", "")),
        canonical=terminology.canonical_system,
        fold=terminology.fold,
    )
    space_id = _space(asked.patient)
    wanted = dataclasses.replace(asked.query, ids=_local_ids(asked.ids, space_id))
    found = record.search_resources(request.actor, space_id, resource_type, wanted, now=request.received_at)
    return fhir(_searchset(resource_type, asked, found), pretty=query.is_pretty(request))


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
    next_link = ""
    if found.next and not asked.count_only:
        next_link = searchset.link(base, resource_type, [*asked.understood, (search.CURSOR, found.next)])
    return searchset.write(
        searchset.Searchset(
            base=base,
            type=resource_type,
            bodies=[] if asked.count_only else found.bodies,
            total=found.total if found.total is not None and found.total >= 0 else None,
            self_link=searchset.link(base, resource_type, asked.understood),
            next_link=next_link,
            outcome=ignored_outcome(asked.ignored),
        )
    )


def ignored_outcome(names: tuple[str, ...]) -> dict[str, object] | None:
    """What was left aside is said; the names are the client's own."""
    if not names:
        return None
    return outcome.resource(
        *[
            outcome.issue(
                "warning",
                "not-supported",
                code="search-parameter",
                diagnostics="This parameter is not supported for this type; it was left aside.",
                path=f"http.{name}",
            )
            for name in names
        ]
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


def _local_ids(logical_ids: tuple[str, ...], space_id: uuid.UUID) -> tuple[str, ...]:
    """`_id` inside this space; another space's id is an id that matches nothing."""
    if not logical_ids:
        return ()
    found = [ids.split_logical_id(each) for each in logical_ids]
    return tuple(each[1] for each in found if each and each[0] == space_id) or ("-",)


def split(logical_id: str) -> tuple[uuid.UUID, str]:
    """(space, local id) of a logical id. Raises NotFound for what cannot be one of ours."""
    found = ids.split_logical_id(logical_id)
    if found is None or not _LOCAL_ID.fullmatch(found[1]):
        raise NotFound("Nothing of this id, or nothing that you may know of.")
    return found


def fhir_base() -> str:
    return f"{settings.HYGIE_BASE_URL}/fhir"


@policy("client", Permission.DOCUMENT_READ, interaction="read")
def binary(request: HttpRequest, resource_type: str, logical_id: str) -> HttpResponse:
    """GET /fhir/Binary/<id>: the bytes as they were received, or a Binary resource when FHIR JSON is asked for."""
    space_id, local_id = split(logical_id)
    file = record.read_binary(request.actor, space_id, local_id, now=request.received_at)
    stored = headers.media_type(file.media_type)
    form = headers.binary_form(request.META.get("HTTP_ACCEPT", ""), query.chosen_format(request), stored)
    if form is None:
        raise NotAcceptable(f"This Binary is {stored}; it is given so, or as application/fhir+json.")
    # A file never changes under its id, so it has one version.
    if (known := request.META.get("HTTP_IF_NONE_MATCH")) and headers.matches(known, 1):
        response = HttpResponse(status=304)
    elif form == "raw":
        response = HttpResponse(file.data, content_type=stored)
        response["Content-Disposition"] = "attachment"
    else:
        response = fhir(json.write(_binary(logical_id, stored, file.data)), pretty=query.is_pretty(request))
    response["ETag"] = headers.etag(1)
    return response


def _binary(logical_id: str, media_type: str, data: bytes) -> dict[str, object]:
    return {"resourceType": "Binary", "id": logical_id, "contentType": media_type, "data": data}
