"""What can be wrong with an expression. Messages name functions, types and places, never a value of the resource."""

from hygie.lib.errors import Invalid, TooLarge


class FhirpathError(Invalid):
    """The expression cannot be evaluated. `at` is the character where the fault is, -1 when it has no place."""

    default_code = "fhirpath"

    def __init__(self, message: str = "", *, at: int = -1) -> None:
        super().__init__(f"{message} (at character {at + 1})" if at >= 0 else message)
        self.at = at


class SyntaxFault(FhirpathError):
    """The text is not FHIRPath."""

    default_code = "fhirpath-syntax"


class SemanticFault(FhirpathError):
    """The expression can never be right: no such function, type or element."""

    default_code = "fhirpath-semantic"


class ExecutionFault(FhirpathError):
    """The expression is wrong for what it met: several items where one is expected, a string where a number is."""

    default_code = "fhirpath-execution"


class Budget(TooLarge):
    """The evaluation needs more steps, items or text than it is given."""

    default_code = "fhirpath-budget"
