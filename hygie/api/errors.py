"""How the machine doors answer each kind of error: one status, one issue type, said once. docs/reference/api.md lists them."""

import logging

from django.http import HttpResponse

from hygie.fhir.core import outcome
from hygie.fhir.core.json import Malformed
from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.http import validate
from hygie.fhir.http.headers import JSON
from hygie.lib import errors
from hygie.lib.errors import HygieError

_log = logging.getLogger("hygie.api")
RETRY_SECONDS = 5
_MOST_ISSUES = 50


class NotSignedIn(HygieError):
    """An access token is needed: ask for one at the token endpoint."""

    default_code = "token-missing"


class TokenRefused(NotSignedIn):
    """The access token is unknown, expired, or its professional left the organisation."""

    default_code = "token-refused"


class MethodNotAllowed(HygieError):
    """This address does not answer this method."""

    default_code = "method"

    def __init__(self, allow: str) -> None:
        super().__init__()
        self.allow = allow


class NotAcceptable(HygieError):
    """This server answers application/fhir+json and application/fhir+xml only."""

    default_code = "not-acceptable"


class UnsupportedMediaType(HygieError):
    """The Content-Type is not one that this address reads."""

    default_code = "media-type"


# The first kind that fits decides: particular kinds stand before the general ones.
_KINDS: tuple[tuple[type[HygieError], int, str], ...] = (
    (NotSignedIn, 401, "login"),
    (MethodNotAllowed, 405, "not-supported"),
    (NotAcceptable, 406, "not-supported"),
    (UnsupportedMediaType, 415, "not-supported"),
    (Malformed, 400, "structure"),
    (BadQuery, 400, "invalid"),
    (errors.Invalid, 422, "invalid"),
    (errors.NotFound, 404, "not-found"),
    (errors.Gone, 410, "deleted"),
    (errors.PreconditionFailed, 412, "conflict"),
    (errors.Conflict, 409, "conflict"),
    (errors.NotAllowed, 405, "not-supported"),
    (errors.AccessRefused, 403, "forbidden"),
    (errors.TooLarge, 413, "too-long"),
    (errors.TooMany, 429, "throttled"),
    (errors.Unavailable, 503, "transient"),
)
# Faults of the request rather than of the resource in it.
_BAD_REQUESTS = frozenset({"cursor", "body-length", "criterion", "id-mismatch", "type-mismatch"})
_WORDS = (
    ("required", "required"),
    ("missing", "required"),
    ("unknown", "code-invalid"),
    ("mismatch", "business-rule"),
    ("costly", "too-costly"),
    ("not-supported", "not-supported"),
    ("not-loaded", "not-found"),
)


def _issue_kind(error: HygieError, kind: str) -> str:
    """`invalid` made more precise by our own code: what is missing, what is not in a table, what contradicts."""
    if isinstance(error, errors.Invalid) and kind == "invalid":
        for word, precise in _WORDS:
            if word in error.code:
                return precise
    return kind


def status_of(error: HygieError) -> tuple[int, str]:
    """(HTTP status, FHIR issue type). XML that is not well-formed, or that we do not read at all, is a 400."""
    if isinstance(error, errors.Invalid) and error.code.startswith("xml-"):
        return 400, "structure"
    if isinstance(error, errors.Invalid) and error.code in _BAD_REQUESTS:
        return 400, "invalid"
    for kind, status, issue_kind in _KINDS:
        if isinstance(error, kind):
            return status, _issue_kind(error, issue_kind)
    return 500, "exception"


def told(error: HygieError) -> tuple[int, bytes]:
    """(status, OperationOutcome); a resource that is not right has an issue for each of its faults."""
    status, kind = status_of(error)
    if issues := getattr(error, "issues", ()):
        return status, outcome.body(*map(validate.told, issues[:_MOST_ISSUES]))
    issue = outcome.issue("error", kind, code=error.code, diagnostics=error.message, path=error.path)
    return status, outcome.body(issue)


def answer(error: HygieError) -> HttpResponse:
    """The fault as an OperationOutcome. The door has written the refusal into the journal before."""
    status, content = told(error)
    response = HttpResponse(content, status=status, content_type=JSON)
    if isinstance(error, NotSignedIn):
        refused = isinstance(error, TokenRefused)
        response["WWW-Authenticate"] = 'Bearer realm="hygie"' + (', error="invalid_token"' if refused else "")
    elif isinstance(error, errors.AccessRefused) and error.code == "client.scope":
        response["WWW-Authenticate"] = 'Bearer realm="hygie", error="insufficient_scope"'
    elif isinstance(error, MethodNotAllowed):
        response["Allow"] = error.allow
    elif isinstance(error, errors.NotAllowed):
        response["Allow"] = "GET, HEAD"
    elif isinstance(error, errors.TooMany):
        response["Retry-After"] = str(error.retry_after)
    elif status == 503:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def unexpected(error: Exception, route: str, request_id: str) -> HttpResponse:
    """A fault of ours: the log has its type and place (hygie/config/logs.py keeps no message), nothing of it goes out."""
    _log.error("unexpected error request=%s", request_id, exc_info=error, extra={"route": route})
    issue = outcome.issue(
        "fatal",
        "exception",
        code="unexpected",
        diagnostics="The server failed; nothing was changed. Quote X-Request-Id.",
    )
    return HttpResponse(outcome.body(issue), status=500, content_type=JSON)
