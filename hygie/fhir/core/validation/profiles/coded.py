"""Codes against the value sets that a profile binds. https://hl7.org/fhir/R4/terminologies.html"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hygie.fhir.core.validation.issues import Severity

MemberOf = Callable[[Any, str], bool | None]
# The types that a binding speaks of; of a choice, the others are left alone.
CODED = frozenset(["code", "string", "uri", "url", "canonical", "Coding", "CodeableConcept", "Quantity"])


@dataclass(frozen=True, slots=True)
class Told:
    rule: str
    message: str
    code: str
    severity: Severity


def check_binding(value: Any, binding: tuple[str, str], member_of: MemberOf, *, is_strict: bool) -> Told | None:
    """None: nothing to say. `is_strict`: extensible bindings and value sets that are not loaded are told of too."""
    strength, valueset = binding
    if strength != "required" and not is_strict:
        return None
    told = _told(value, valueset, member_of)
    if told is None:
        if not is_strict:
            return None
        message = f"The value set {valueset} is not loaded here: the code was not checked."
        return Told("binding-unknown", message, "not-found", "information")
    if told:
        return None
    if strength == "required":
        return Told("profile-binding", f"A code of {valueset} is required here.", "code-invalid", "error")
    message = f"A code of {valueset} is expected here when one fits."
    return Told("profile-binding", message, "code-invalid", "warning")


def _told(value: Any, valueset: str, member_of: MemberOf) -> bool | None:
    """Is one of the codes a member; True for what holds no code, or says by an extension why."""
    if type(value) is dict:
        # Text alone is no code.
        if not {"coding", "code"} & value.keys() and "extension" in value:
            return True
    elif type(value) is not str:
        return True
    return member_of(value, valueset)
