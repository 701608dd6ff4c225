"""The few kinds of error that the house knows; each door maps a kind to its own answer once.

A message is a sentence for the person or the software that must act on it. It never holds health data, a name,
a matricule or a token: `code` is stable and searchable, `path` says where the fault is in what was sent
(an XPath for CDA, a FHIRPath for FHIR, a field name for a form). `act` is the refusal to be written in the journal when a
space is known: the act itself is rolled back, then the door commits this entry before it answers.
"""

from typing import Any


class HygieError(Exception):
    """Base of the kinds below; never raised as such."""

    default_code = "error"
    act: Any = None

    def __init__(self, message: str = "", *, code: str = "", path: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())
        self.message = str(self.args[0])
        self.code = code or self.default_code
        self.path = path


class Invalid(HygieError):
    """What was sent does not follow the rules."""

    default_code = "invalid"


class NotFound(HygieError):
    """Nothing of that name here, or nothing that you may know of."""

    default_code = "not-found"


class Gone(HygieError):
    """It was here and is no more."""

    default_code = "deleted"


class Conflict(HygieError):
    """It contradicts what is already here."""

    default_code = "conflict"


class PreconditionFailed(Conflict):
    """A condition of the request does not hold."""

    default_code = "precondition"


class NotAllowed(HygieError):
    """What is here cannot be changed in this way."""

    default_code = "immutable"


class AccessRefused(HygieError):
    """The rules refuse this act."""

    default_code = "forbidden"


class TooLarge(HygieError):
    """It is larger than the stated limit."""

    default_code = "too-long"


class TooMany(HygieError):
    """Too much was asked at once: ask again later."""

    default_code = "too-many"

    def __init__(self, message: str = "", *, code: str = "", path: str = "", retry_after: int = 60) -> None:
        super().__init__(message, code=code, path=path)
        self.retry_after = retry_after


class Unavailable(HygieError):
    """A part that is needed does not answer; nothing was done."""

    default_code = "transient"
