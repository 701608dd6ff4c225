"""PQ, RTO and intervals as FHIR Quantity, Ratio and Range. A number keeps the digits that were written."""

import re
from decimal import Decimal

from lxml.etree import _Element

from hygie.record.cda.elements import attribute, child, children
from hygie.record.cda.entries.context import Resource
from hygie.terminology import queries as terminology

_NUMBER = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2})?", re.ASCII)
_UCUM = re.compile(r"[!-~]{1,64}", re.ASCII)
# Presentation units ("30009000" box) are EDQM codes: french-specs 12.
_EDQM_CODE = re.compile(r"\d{8}", re.ASCII)
_UCUM_SYSTEM = terminology.oid_to_system("2.16.840.1.113883.6.8")
_EDQM_SYSTEM = terminology.oid_to_system("0.4.0.127.0.16.1.1.2.1")
_INT32 = range(-(2**31), 2**31)


def read_decimal(text: str) -> Decimal | None:
    """72.50 stays 72.50. None for what is not a number (`1,5`, `NaN`, `<1`)."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def read_integer(text: str) -> int | None:
    """A FHIR integer (32 bits), or None."""
    if not re.fullmatch(r"[+-]?\d{1,10}", text, re.ASCII):
        return None
    number = int(text)
    return number if number in _INT32 else None


def read_quantity(element: _Element | None) -> Resource | None:
    """A PQ (or INT, REAL). The unit of a PQ is UCUM by its type; one that cannot be is kept as text."""
    if element is None or element.get("nullFlavor"):
        return None
    value = read_decimal(attribute(element, "value"))
    if value is None:
        return None
    quantity: Resource = {"value": value}
    unit = attribute(element, "unit")
    if _EDQM_CODE.fullmatch(unit):
        quantity |= {"system": _EDQM_SYSTEM, "code": unit}
    elif unit and unit != "1":
        quantity["unit"] = unit
        if _UCUM.fullmatch(unit):
            quantity |= {"system": _UCUM_SYSTEM, "code": unit}
    return quantity


def read_range(element: _Element | None) -> Resource | None:
    """Low and high of an interval, at least one of them; None when they are the wrong way round (rng-2)."""
    low, high = read_quantity(child(element, "low")), read_quantity(child(element, "high"))
    found: Resource = {}
    if low:
        found["low"] = low
    if high:
        found["high"] = high
    if low and high and low.get("unit") == high.get("unit") and low["value"] > high["value"]:
        return None
    return found or None


def read_ratio(element: _Element | None) -> Resource | None:
    numerator = read_quantity(child(element, "numerator"))
    denominator = read_quantity(child(element, "denominator"))
    return {"numerator": numerator, "denominator": denominator} if numerator and denominator else None


def read_dose(element: _Element | None) -> Resource | None:
    """The one quantity that is meant: a PQ, or an interval whose bounds are equal. None for a real interval."""
    if quantity := read_quantity(element):
        return quantity
    bounds = read_range(element) or {}
    low, high = bounds.get("low"), bounds.get("high")
    return low if low and low == high else None


def interval_value(element: _Element) -> tuple[str, object] | None:
    """IVL_PQ as a value: a Range, or a Quantity with its comparator when one bound is known. FHIR ranges include their
    bounds: an interval that excludes one is said in words."""
    bounds = read_range(element)
    if bounds is None:
        return None
    if len(bounds) == 1:
        [(name, quantity)] = bounds.items()
        comparator = {("low", True): ">=", ("low", False): ">", ("high", True): "<=", ("high", False): "<"}
        unit = {key: value for key, value in quantity.items() if key != "value"}
        sign = comparator[name, _is_included(element, name)]
        return "valueQuantity", {"value": quantity["value"], "comparator": sign, **unit}
    if _is_included(element, "low") and _is_included(element, "high"):
        return "valueRange", bounds
    return "valueString", _interval_in_words(element, bounds)


def _is_included(element: _Element, name: str) -> bool:
    return all(attribute(bound, "inclusive") != "false" for bound in children(element, name))


def _interval_in_words(element: _Element, bounds: Resource) -> str:
    left = "[" if _is_included(element, "low") else "]"
    right = "]" if _is_included(element, "high") else "["
    low, high = (f"{bounds[name]['value']} {bounds[name].get('unit', '')}".strip() for name in ("low", "high"))
    return f"{left}{low} ; {high}{right}"
