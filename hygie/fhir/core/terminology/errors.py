"""What can go wrong with codes; the doors make an OperationOutcome of each. https://hl7.org/fhir/R4/terminology-service.html"""

from hygie.lib.errors import Invalid, NotFound


class NotLoaded(NotFound):
    """This code system, value set or map is not loaded here."""

    default_code = "not-loaded"


class UnknownCode(NotFound):
    """The code system has no such code."""

    default_code = "code-not-found"


class NotSupported(Invalid):
    """This part of a value set's definition is not supported here."""

    default_code = "not-supported"


class TooCostly(Invalid):
    """The answer would be too large, or needs too much work."""

    default_code = "too-costly"


class Effort:
    """How much work one request may still cost. Raises TooCostly when it is spent."""

    __slots__ = ("left",)

    def __init__(self, steps: int = 1_000_000) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooCostly("The definition of the value set needs more work than one request may cost.")
