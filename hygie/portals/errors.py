"""How the human door answers each kind of error: one status a kind, said once."""

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from hygie.lib import errors

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (errors.Invalid, 422),
    (errors.NotFound, 404),
    (errors.Gone, 410),
    (errors.Conflict, 409),
    (errors.AccessRefused, 403),
    (errors.TooLarge, 413),
    (errors.Unavailable, 503),
    (Http404, 404),
    (PermissionDenied, 403),
    (RequestDataTooBig, 413),
    (TooManyFieldsSent, 413),
    (SuspiciousOperation, 400),
    (BadRequest, 400),
    # A form that is cut short or not well-formed is the sender's fault, not the house's.
    (MultiPartParserError, 400),
    (UnreadablePostError, 400),
)


def status_of(error: BaseException | None) -> int:
    """The HTTP status of an error; 500 for what the house does not know."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return status
    return 500
