"""The register of professionals and organisations: public facts, nothing of a person's record."""

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings

from hygie.access import journal
from hygie.access.journal import Need
from hygie.fhir.http import defined
from hygie.identity import queries as identity
from hygie.identity.types import Actor
from hygie.terminology import queries as terminology

_IDENTIFIER_TYPES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
_IDNPS, _IDNST = "1.2.250.1.71.4.2.1", "1.2.250.1.71.4.2.2"
_PROFESSION = "1.2.250.1.71.1.2.7"


def find(actor: Actor, resource_type: str, logical_id: str) -> dict[str, Any] | None:
    """The resource of somebody or something of the national register, whose ids are UUIDs, or a definition that this server
    works by; None for another address.

    Raises NotFound, AccessRefused(client.scope).
    """
    if (definition := defined.find(resource_type, logical_id, base=f"{settings.HYGIE_BASE_URL}/fhir")) is not None:
        journal.require_scope(actor, Need(resource_type, "r"))
        return definition
    if resource_type not in _MAKERS:
        return None
    try:
        register_id = uuid.UUID(logical_id)
    except ValueError:
        return None
    journal.require_scope(actor, Need(resource_type, "r"))
    return _MAKERS[resource_type](register_id)


def _practitioner(register_id: uuid.UUID) -> dict[str, Any]:
    found = identity.get_professional(register_id)
    name: dict[str, Any] = {"family": found.family, "given": [found.given]}
    if found.title:
        name["suffix"] = [found.title]
    profession = {
        "system": terminology.oid_to_system(_PROFESSION),
        "code": found.profession,
        "display": terminology.profession_label(found.profession),
    }
    return {
        "resourceType": "Practitioner",
        "id": str(found.id),
        "identifier": [_identifier("IDNPS", _IDNPS, found.idnps)],
        "active": True,
        "name": [name],
        "qualification": [{"code": {"coding": [{key: value for key, value in profession.items() if value}]}}],
    }


def _organization(register_id: uuid.UUID) -> dict[str, Any]:
    found = identity.get_organization(register_id)
    resource: dict[str, Any] = {
        "resourceType": "Organization",
        "id": str(found.id),
        "identifier": [_identifier("IDNST", _IDNST, found.idnst)],
        "name": found.name,
    }
    if found.city:
        resource["address"] = [{"city": found.city}]
    return resource


def _identifier(code: str, oid: str, value: str) -> dict[str, Any]:
    coding = {"system": _IDENTIFIER_TYPES, "code": code}
    return {"use": "official", "type": {"coding": [coding]}, "system": f"urn:oid:{oid}", "value": value}


_MAKERS: dict[str, Callable[[uuid.UUID], dict[str, Any]]] = {
    "Practitioner": _practitioner,
    "Organization": _organization,
}
