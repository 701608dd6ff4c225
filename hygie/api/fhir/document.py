"""GET /fhir/Composition/<id>/$document: the document that a Composition heads."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse

from hygie.access.types import Permission
from hygie.api import query
from hygie.api.fhir import interactions, registers
from hygie.api.fhir.patients import patient
from hygie.api.policy import policy
from hygie.api.reply import fhir
from hygie.fhir.http import document
from hygie.record import resources
from hygie.record.resources import gathering


@policy("client", Permission.ENTRY_READ, Permission.DOCUMENT_READ)
def of_composition(request: HttpRequest, logical_id: str) -> HttpResponse:
    """200 with a Bundle of type document."""
    call = interactions.call_of(request, "Composition", logical_id)
    document.check(call)
    space_id, local_id = resources.space_of("Composition", logical_id)

    def targets(resource: dict[str, Any]) -> Iterator[tuple[str, str]]:
        return document.targets(resource, call.base)

    found = gathering.document(
        request.actor,
        space_id,
        local_id,
        targets=targets,
        outside=partial(registers.find, request.actor),
        patient=patient,
        now=request.received_at,
        loaded=request.loaded,
    )
    return fhir(document.write(call.base, found, now=request.received_at), pretty=query.is_pretty(request))
