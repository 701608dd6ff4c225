"""What software can find out by itself: SMART configuration and CapabilityStatement, made from what is implemented."""

from functools import cache
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver

from hygie.api import query, scopes
from hygie.api.fhir import served
from hygie.api.fhir.resources import fhir_base
from hygie.api.policy import policy
from hygie.api.published import Published
from hygie.fhir.core import json
from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.http import capability, capability_terminology
from hygie.terminology import sets


@cache
def _smart() -> bytes:
    """https://hl7.org/fhir/smart-app-launch/STU2/conformance.html: the members that are true here, no other."""
    return json.write(
        {
            "token_endpoint": f"{settings.HYGIE_BASE_URL}/oauth/token",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "grant_types_supported": ["client_credentials"],
            "scopes_supported": [f"user/{kind}.{scopes.LETTERS}" for kind in sorted(scopes.TYPES | {scopes.ANY})],
            "capabilities": ["permission-user", "permission-v1", "permission-v2"],
        }
    )


@policy("public", "none")
def smart_configuration(request: HttpRequest) -> HttpResponse:
    """GET /.well-known/smart-configuration and <FHIR base>/.well-known/smart-configuration."""
    return HttpResponse(_smart(), content_type="application/json")


def interactions() -> dict[str, list[str]]:
    """Type (or "system") → the codes of what it answers, as the policies of the routes and `served` tell."""
    found: dict[str, list[str]] = {"system": ["batch"]}
    for pattern in get_resolver("hygie.api.urls").url_patterns:
        typed = "fhir_type:resource_type" in str(pattern.pattern)
        for each in pattern.callback.methods.values():
            for kind in served.TYPES if typed else ["system"]:
                codes = found.setdefault(kind, [])
                if each.interaction and each.interaction not in codes and served.does(kind, each.interaction):
                    codes.append(each.interaction)
    for kind, codes in found.items():
        if "create" in codes and served.does(kind, "conditional-create"):
            codes.append("conditional-create")
    return found


def _capability() -> dict[str, Any]:
    return capability.statement(base=fhir_base(), version=version("hygie"), interactions=interactions())


def _terminology() -> dict[str, Any]:
    return capability_terminology.terminology(base=fhir_base(), version=version("hygie"), systems=sets.loaded_systems())


_MODES = {
    "full": Published(_capability),
    "normative": Published(lambda: capability.normative(_capability())),
    "terminology": Published(_terminology),
}


@policy("public", "none", interaction="capabilities")
def metadata(request: HttpRequest) -> HttpResponse:
    """GET /fhir/metadata, with `mode=full|normative|terminology`."""
    mode = next((value for key, value in query.pairs(request) if key == "mode"), "full")
    if mode not in _MODES:
        raise BadQuery("mode is full, normative or terminology.", code="search-value", path="http.mode")
    return _MODES[mode].answer(request)
