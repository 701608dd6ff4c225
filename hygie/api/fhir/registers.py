"""The register of professionals and organisations: public facts, nothing of a person's record."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from hygie.api import scopes
from hygie.api.policy import policy
from hygie.api.query import is_pretty
from hygie.api.reply import fhir
from hygie.fhir.core import json
from hygie.identity import queries as identity
from hygie.lib.errors import AccessRefused, NotFound
from hygie.terminology import queries as terminology

_IDENTIFIER_TYPES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
_IDNPS, _IDNST = "1.2.250.1.71.4.2.1", "1.2.250.1.71.4.2.2"
_PROFESSION = "1.2.250.1.71.1.2.7"


@policy("client", "none", interaction="read")
def practitioner(request: HttpRequest, resource_type: str, logical_id: str) -> HttpResponse:
    """GET /fhir/Practitioner/<id>"""
    found = identity.get_professional(_register_id(request, logical_id, resource_type))
    name: dict[str, Any] = {"family": found.family, "given": [found.given]}
    if found.title:
        name["suffix"] = [found.title]
    profession = {
        "system": terminology.oid_to_system(_PROFESSION),
        "code": found.profession,
        "display": terminology.profession_label(found.profession),
    }
    resource = {
        "resourceType": "Practitioner",
        "id": str(found.id),
        "identifier": [_identifier("IDNPS", _IDNPS, found.idnps)],
        "active": True,
        "name": [name],
        "qualification": [{"code": {"coding": [{key: value for key, value in profession.items() if value}]}}],
    }
    return fhir(json.write(resource), pretty=is_pretty(request))


@policy("client", "none", interaction="read")
def organization(request: HttpRequest, resource_type: str, logical_id: str) -> HttpResponse:
    """GET /fhir/Organization/<id>"""
    found = identity.get_organization(_register_id(request, logical_id, resource_type))
    resource: dict[str, Any] = {
        "resourceType": "Organization",
        "id": str(found.id),
        "identifier": [_identifier("IDNST", _IDNST, found.idnst)],
        "name": found.name,
    }
    if found.city:
        resource["address"] = [{"city": found.city}]
    return fhir(json.write(resource), pretty=is_pretty(request))


def _register_id(request: HttpRequest, logical_id: str, resource_type: str) -> uuid.UUID:
    granted = scopes.parse_all(request.actor.scopes or ())
    if not scopes.covers(granted, resource_type, "r"):
        raise AccessRefused("The software was not granted this scope.", code="client.scope")
    try:
        return uuid.UUID(logical_id)
    except ValueError:
        raise NotFound("Nothing of this id in the register.") from None


def _identifier(code: str, oid: str, value: str) -> dict[str, Any]:
    coding = {"system": _IDENTIFIER_TYPES, "code": code}
    return {"use": "official", "type": {"coding": [coding]}, "system": f"urn:oid:{oid}", "value": value}
