"""What software can find out by itself: SMART configuration and CapabilityStatement, made from what is implemented."""

from functools import cache
from importlib.metadata import version

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver

from hygie.api import scopes
from hygie.api.fhir import served
from hygie.api.policy import policy
from hygie.api.query import is_pretty
from hygie.api.reply import fhir
from hygie.fhir.core import json
from hygie.fhir.http import capability


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


@cache
def _statement() -> bytes:
    interactions: dict[str, list[str]] = {"system": ["batch"]}
    for pattern in get_resolver("hygie.api.urls").url_patterns:
        typed = "fhir_type:resource_type" in str(pattern.pattern)
        for each in pattern.callback.methods.values():
            for kind in served.TYPES if typed else ["system"]:
                codes = interactions.setdefault(kind, [])
                if each.interaction and each.interaction not in codes and served.does(kind, each.interaction):
                    codes.append(each.interaction)
    return json.write(
        capability.statement(
            base=f"{settings.HYGIE_BASE_URL}/fhir", version=version("hygie"), interactions=interactions
        )
    )


@policy("public", "none", interaction="capabilities")
def metadata(request: HttpRequest) -> HttpResponse:
    """GET /fhir/metadata."""
    return fhir(_statement(), pretty=is_pretty(request))
