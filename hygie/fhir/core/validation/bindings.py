"""Codes against the value sets that R4 requires. https://hl7.org/fhir/R4/terminologies.html#required"""

from typing import Any

from hygie.fhir.core.definitions import Binding, load
from hygie.fhir.core.validation.issues import Found, fault
from hygie.fhir.core.validation.primitives import Check
from hygie.fhir.core.validation.run import Run

_SHOWN = 16


def code_check(binding: Binding, check: Check) -> Check | None:
    """Of a `code`: a look-up instead of the format, which every code of the set has. None when the set has no list."""
    codes = _codes(binding)
    if codes is None:
        return None
    known = frozenset(code for _, code in codes)
    told = _told(binding, [code for _, code in sorted(codes)])

    def check_code(value: Any, run: Run) -> Found:
        # A list or an object has no hash: the format says what is wrong with it.
        if type(value) is str and value in known:
            return None
        return check(value, run) or fault("binding", told, code="code-invalid")

    return check_code


def coding_check(binding: Binding, type_name: str) -> Check | None:
    """Of a Coding, CodeableConcept or Quantity whose own structure is right. None when the set has no list."""
    codes = _codes(binding)
    if codes is None or type_name not in ("Coding", "CodeableConcept", "Quantity"):
        return None
    told = _told(binding, [code for _, code in sorted(codes)])

    def is_in(coding: dict[str, Any]) -> bool:
        return (coding.get("system"), coding.get("code")) in codes

    def check_coding(value: dict[str, Any], _run: Run) -> Found:
        if type_name == "CodeableConcept":
            right = any(is_in(each) for each in value.get("coding", ()))
        else:
            right = is_in(value)
        # An extension may say why there is no code.
        if right or "extension" in value:
            return None
        return fault("binding", told, code="code-invalid")

    return check_coding


def _codes(binding: Binding) -> frozenset[tuple[str, str]] | None:
    if binding.strength != "required":
        return None
    return load().valueset(binding.valueset)


def _told(binding: Binding, codes: list[str]) -> str:
    shown = ", ".join(codes[:_SHOWN]) + (", …" if len(codes) > _SHOWN else "")
    return f"A code of {binding.valueset} is required here: {shown}."
