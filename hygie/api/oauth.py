"""The token endpoint: OAuth2 client credentials (RFC 6749 §4.4) for software that acts for a named professional.

django-oauth-toolkit keeps clients and tokens; here are the two things that it does not know: SMART scopes, and
`requested_subject`, the IDNPS of the professional, who must work for the client's structure. A structure learns nothing
about other structures' people: an unknown number and somebody else's get the same answer.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes
from oauthlib.oauth2 import BackendApplicationServer
from oauthlib.oauth2.rfc6749 import errors as oauth_errors

from hygie.api import body
from hygie.api import scopes as smart
from hygie.api.errors import UnsupportedMediaType
from hygie.api.policy import policy
from hygie.identity import actions as identity_actions
from hygie.identity import queries as identity
from hygie.identity.types import ClientKind, ClientView
from hygie.lib.errors import Invalid

SUBJECT = "requested_subject"


class SmartScopes(BaseScopes):
    """What the toolkit asks about scopes; the real answers are in `Validator.validate_scopes`."""

    def get_all_scopes(self) -> dict[str, str]:
        types = sorted(smart.TYPES | {smart.ANY})
        return {f"{context}/{kind}.{smart.LETTERS}": kind for context in smart.CONTEXTS for kind in types}

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        client = identity.find_client(application.client_id) if application is not None else None
        return sorted(client.scopes) if client else []

    def get_default_scopes(self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any) -> list[str]:
        return self.get_available_scopes(application, request)


class Validator(OAuth2Validator):
    """Grants what is requested and registered, to a structure's client, for a professional of that structure."""

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Any, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        machine = identity.find_client(client_id)
        if machine is None:
            raise oauth_errors.UnauthorizedClientError(request=request)
        granted = _granted(scopes, machine, request)
        request.hygie_professional_id = _subject(granted, machine, request)
        request.scopes = [str(scope) for scope in sorted(granted)]
        return True

    def _save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> None:
        """In the toolkit's transaction: a token whose subject cannot be written is not given."""
        super()._save_bearer_token(token, request, *args, **kwargs)
        if request.hygie_professional_id is not None:
            identity_actions.attach_subject(
                token["access_token"],
                client_id=request.client.client_id,
                professional_id=request.hygie_professional_id,
            )


def _granted(texts: list[str], machine: ClientView, request: Any) -> frozenset[smart.Scope]:
    """A scope that shares nothing with the registered ones is refused; a wider one is narrowed, and the answer says so.

    No scope in the request asks for all that the client is registered for (RFC 6749 §3.3).
    """
    registered = smart.parse_all(machine.scopes)
    try:
        requested = smart.parse_all(texts) if texts else registered
    except Invalid:
        raise oauth_errors.InvalidScopeError(request=request) from None
    if not requested or any(not smart.narrow([scope], registered) for scope in requested):
        raise oauth_errors.InvalidScopeError(request=request)
    return smart.narrow(requested, registered)


def _subject(granted: frozenset[smart.Scope], machine: ClientView, request: Any) -> Any:
    """The register id of the professional named, None for `system/` scopes alone and for software that acts alone."""
    if SUBJECT in request.duplicate_params:
        raise oauth_errors.InvalidRequestError(f"Duplicate {SUBJECT} parameter.", request=request)
    idnps = getattr(request, SUBJECT, None)
    if all(scope.context == "system" for scope in granted):
        if idnps:
            raise oauth_errors.InvalidRequestError(f"{SUBJECT} goes with user/ scopes only.", request=request)
        return None
    if not idnps and machine.kind in frozenset(ClientKind):
        return None
    if not idnps:
        raise oauth_errors.InvalidRequestError(
            f"{SUBJECT} is required: the IDNPS of the professional.", request=request
        )
    found = identity.find_professional(idnps) if len(idnps) <= 64 and "\0" not in idnps else None
    if found is None or machine.organization_id not in {each.id for each in found.organizations}:
        raise oauth_errors.InvalidGrantError(
            f"{SUBJECT} is not an active professional of this client's organisation.", request=request
        )
    return found.id


def _server() -> BackendApplicationServer:
    return BackendApplicationServer(Validator(), token_expires_in=settings.HYGIE_TOKEN_SECONDS)


@policy("public", "none")
def token(request: HttpRequest) -> HttpResponse:
    """POST /oauth/token."""
    form = body.read(request, limit=body.FORM_BYTES)
    try:
        body.check_type(request, body.FORM)
        text = form.decode("ascii")
    except (UnsupportedMediaType, UnicodeDecodeError):
        return _refuse(f"The body is {body.FORM}.")
    if request.META.get("QUERY_STRING"):
        return _refuse("Parameters go in the body, never in the address.")
    headers = {
        "Content-Type": body.FORM,
        "Authorization": request.META.get("HTTP_AUTHORIZATION", ""),
        "HTTP_AUTHORIZATION": request.META.get("HTTP_AUTHORIZATION", ""),
    }
    told, content, status = _server().create_token_response("/oauth/token", "POST", text, headers)
    response = HttpResponse(content, status=status, content_type="application/json")
    if "WWW-Authenticate" in told or status == 401:
        response["WWW-Authenticate"] = 'Basic realm="hygie"'
    response["Pragma"] = "no-cache"
    return response


def _refuse(description: str) -> HttpResponse:
    error = oauth_errors.InvalidRequestError(description)
    return HttpResponse(error.json, status=400, content_type="application/json")
