"""The machines' door: /fhir, /dmp, /oauth and SMART discovery, without session, cookie, CSRF token or language.

It stands before the middleware of the pages. For each request: address, policy, token, view; every error becomes one
OperationOutcome here and nowhere else.
"""

import secrets
from collections.abc import Callable

from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from hygie.access.actions import journal_refusal
from hygie.api import errors, formats, routing
from hygie.api.bearer import actor_of
from hygie.api.policy import Route
from hygie.api.query import chosen_format
from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.http.headers import resource_form
from hygie.lib import clock
from hygie.lib.errors import HygieError, NotFound, Unavailable

_FIRST_STEPS = frozenset({"fhir", "dmp", "oauth"})
_DISCOVERY = "/.well-known/smart-configuration"
# Their answers have a form of their own: RFC 6749, RFC 8615, OpenAPI and GraphQL say JSON. A Binary is given as what it is.
# An export's manifest is JSON, its files are ndjson.
_OWN_FORM = frozenset(
    {
        "token", "discovery", "discovery-root", "graphql", "graphql-instance", "openapi", "export-status", "export-file",
    }
)  # fmt: skip


class MachineDoor:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path != _DISCOVERY and path[1:].partition("/")[0] not in _FIRST_STEPS:
            return self._get_response(request)
        request_id = secrets.token_hex(8)
        response = formats.spoken(request, _answer(request, request_id))
        response["X-Request-Id"] = request_id
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        if response.streaming:
            return response
        if response.status_code != 304:
            response["Content-Length"] = str(len(response.content))
        if request.method == "HEAD":
            response.content = b""
        return response


def _answer(request: HttpRequest, request_id: str) -> HttpResponse:
    """A refusal enters the journal before it is told; when it cannot, the answer is that nothing could be done."""
    route = "unknown"
    try:
        try:
            view, kwargs, route = _resolve(request)
            return _call(request, view, kwargs, route)
        except HygieError as error:
            journal_refusal(error)
            return errors.answer(error)
    except HygieError as error:
        return errors.answer(error)
    except DataError:
        return errors.answer(BadQuery("A value cannot be compared with what is stored.", code="search-value"))
    except (OperationalError, InterfaceError):
        return errors.answer(Unavailable("The database does not answer; nothing was done.", code="database"))
    except Exception as error:  # noqa: BLE001 - the last net: no trace of a fault leaves the house
        return errors.unexpected(error, route, request_id)


def _resolve(request: HttpRequest) -> tuple[Route, dict[str, str], str]:
    match = routing.find(request.path_info[1:])
    if match is None:
        raise NotFound("No such address, or a type that this server does not serve.", code="route-unknown")
    request.resolver_match = match  # the access log names the route by it
    return match.func, match.kwargs, match.url_name or ""  # type: ignore[return-value]


def _call(request: HttpRequest, view: Route, kwargs: dict[str, str], route: str) -> HttpResponse:
    policy = view.methods.get(request.method or "")
    if policy is None:
        raise errors.MethodNotAllowed(view.allow)
    request.received_at = clock.now()  # type: ignore[attr-defined]
    if policy.audience == "client":
        request.actor, request.loaded = actor_of(request, now=request.received_at)  # type: ignore[attr-defined]
    raw = route == "instance" and kwargs["resource_type"] == "Binary" and request.method in ("GET", "HEAD")
    if not raw and route not in _OWN_FORM:
        form = resource_form(request.META.get("HTTP_ACCEPT", ""), chosen_format(request))
        # The receipt of a deposit is no FHIR resource: it has no XML.
        if form is None or (form == "xml" and route == "deposit"):
            raise errors.NotAcceptable
    return view(request, **kwargs)
