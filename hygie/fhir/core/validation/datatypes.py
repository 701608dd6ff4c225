"""What R4 says of datatypes beyond their elements: the invariants that nearly every resource meets, written by hand for
speed (tests compare them with the published FHIRPath), and rules that it tells in words only.
"""

from typing import Any

from hygie.fhir.core import fhirpath
from hygie.fhir.core.dates import find_period
from hygie.fhir.core.definitions import load
from hygie.fhir.core.validation.extensions import check_extension
from hygie.fhir.core.validation.issues import Found, fault
from hygie.fhir.core.validation.primitives import decoded_size
from hygie.fhir.core.validation.references import check_reference
from hygie.fhir.core.validation.run import Run
from hygie.fhir.core.validation.shapes import Rule

_VALUE_SETS = ("http://hl7.org/fhir/ValueSet/", "http://terminology.hl7.org/ValueSet/")
# The code systems of R4 itself do not grow; those of terminology.hl7.org do.
_FROZEN = "http://hl7.org/fhir/"
_ABSOLUTE = "`system` is an absolute URI: it names the space of the code for everybody."
Object = dict[str, Any]


def _has(value: Object, name: str) -> bool:
    """The element is there, with a value or with an extension only."""
    return name in value or "_" + name in value


def _check_coding(value: Object, _run: Run) -> Found:
    system = value.get("system", ":")
    if ":" not in system and system[0] != "#":
        return fault("system", _ABSOLUTE, "system", code="invalid")
    if system.startswith(_VALUE_SETS):
        return fault("system", "`system` names a code system, and this is a value set.", "system", code="invalid")
    if system.startswith(_FROZEN) and "code" in value:
        known = load().code_system(system)
        if known is not None and value["code"] not in known:
            return fault("code", "This code is not one of its code system: correct it.", "code", code="code-invalid")
    return None


def _check_identifier(value: Object, _run: Run) -> Found:
    if ":" not in value.get("system", ":"):
        return fault("system", _ABSOLUTE, "system", code="invalid")
    return None


def _check_attachment(value: Object, _run: Run) -> Found:
    data = value.get("data")
    if "data" not in value and "_data" not in value:
        return None
    if not _has(value, "contentType"):
        return fault("att-1", "An attachment with data says its `contentType`: add it.", code="invariant")
    if data is not None and "size" in value and decoded_size(data) != value["size"]:
        return fault("attachment-size", "`size` is not the number of bytes of `data`: correct it, or leave it out.")
    return None


def _check_period(value: Object, _run: Run) -> Found:
    if "start" not in value or "end" not in value:
        return None
    start, end = value["start"], value["end"]
    if "T" in start and "T" in end:
        low, high = find_period(start), find_period(end)
        if low is None or high is None or low[0] <= high[0]:
            return None
    elif len(start) == len(end) and start <= end:
        return None
    # Of a day and an hour of it, nobody knows which comes first: FHIRPath says so, and the invariant fails.
    shared = min(len(start), len(end), 10)
    if start[:shared] < end[:shared]:
        return None
    how = "give both with the same precision" if start[:shared] == end[:shared] else "exchange them, or correct one"
    return fault("per-1", f"`start` must not be after `end`: {how}.", code="invariant")


def _check_contact_point(value: Object, _run: Run) -> Found:
    if _has(value, "value") and not _has(value, "system"):
        return fault(
            "cpt-2", "A contact point with a value says its `system` (phone, email…): add it.", code="invariant"
        )
    return None


def _check_quantity(value: Object, _run: Run) -> Found:
    if _has(value, "code") and not _has(value, "system"):
        return fault(
            "qty-3", "A coded unit says its `system` (UCUM is http://unitsofmeasure.org): add it.", code="invariant"
        )
    return None


def check_simple_quantity(value: Object, _run: Run) -> Found:
    if _has(value, "comparator"):
        return fault("sqty-1", "No comparator is allowed here: take it out.", code="invariant")
    return None


def _check_range(value: Object, _run: Run) -> Found:
    low, high = value.get("low", {}), value.get("high", {})
    same_unit = all(low.get(name) == high.get(name) for name in ("code", "system", "unit"))
    if same_unit and "value" in low and "value" in high and low["value"] > high["value"]:
        return fault("rng-2", "`low` is more than `high`: exchange them, or correct one.", code="invariant")
    return None


def _check_ratio(value: Object, _run: Run) -> Found:
    numerator, denominator = "numerator" in value, "denominator" in value
    if numerator != denominator or not (numerator or "extension" in value):
        return fault("rat-1", "A ratio has a numerator and a denominator: add what is missing.", code="invariant")
    return None


def _check_expression(value: Object, _run: Run) -> Found:
    if value.get("language") != "text/fhirpath" or "expression" not in value:
        return None
    try:
        fhirpath.compile(value["expression"])
    except fhirpath.SyntaxFault:
        return fault("expression", "This is not FHIRPath: correct the expression, or its language.", code="invalid")
    except (fhirpath.FhirpathError, fhirpath.Budget):
        # Well written, of functions or variables that others know.
        return None
    return None


RULES: dict[str, tuple[Rule, ...]] = {
    "Attachment": (_check_attachment,),
    "Coding": (_check_coding,),
    "ContactPoint": (_check_contact_point,),
    "Expression": (_check_expression,),
    "Extension": (check_extension,),
    "Identifier": (_check_identifier,),
    "Period": (_check_period,),
    "Quantity": (_check_quantity,),
    "Range": (_check_range,),
    "Ratio": (_check_ratio,),
    "Reference": (check_reference,),
}
