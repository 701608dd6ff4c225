"""The value of an observation as the one FHIR value[x] that says the same."""

from collections.abc import Callable

from lxml.etree import _Element

from hygie.record.cda.datatypes import parse_time, read_time
from hygie.record.cda.elements import XSI_TYPE, attribute
from hygie.record.cda.entries.concepts import concept
from hygie.record.cda.entries.context import Context
from hygie.record.cda.entries.parts import high_of, period
from hygie.record.cda.entries.quantities import interval_value, read_integer, read_quantity, read_ratio

Value = tuple[str, object]


def read_value(element: _Element | None, context: Context) -> Value | None:
    """(name of value[x], value), or None for a null, unreadable or unknown value. A code with a nullFlavor still has
    the words or the translation that stand for it."""
    if element is None:
        return None
    kind = attribute(element, XSI_TYPE).rpartition(":")[2]
    if element.get("nullFlavor") and (kind not in _CODED or element.get("nullFlavor") != "OTH"):
        return None
    read = _READERS.get(kind.partition("_PQ")[0] if kind.startswith("RTO") else kind)
    return read(element, context) if read else None


def _named(name: str, value: object) -> Value | None:
    return None if value is None or value == "" else (name, value)


def _quantity(element: _Element, context: Context) -> Value | None:
    return _named("valueQuantity", read_quantity(element))


def _integer(element: _Element, context: Context) -> Value | None:
    return _named("valueInteger", read_integer(attribute(element, "value")))


def _concept(element: _Element, context: Context) -> Value | None:
    return _named("valueCodeableConcept", concept(element, context))


def _string(element: _Element, context: Context) -> Value | None:
    if attribute(element, "representation") == "B64" or attribute(element, "mediaType") not in ("", "text/plain"):
        return None
    return _named("valueString", context.text(element))


def _interval(element: _Element, context: Context) -> Value | None:
    return interval_value(element)


def _boolean(element: _Element, context: Context) -> Value | None:
    value = {"true": True, "1": True, "false": False, "0": False}.get(attribute(element, "value"))
    return _named("valueBoolean", value)


def _time(element: _Element, context: Context) -> Value | None:
    time = parse_time(attribute(element, "value"))
    return _named("valueDateTime", time.fhir if time else None)


def _period(element: _Element, context: Context) -> Value | None:
    return _named("valuePeriod", period(read_time(element), high_of(element)))


def _ratio(element: _Element, context: Context) -> Value | None:
    return _named("valueRatio", read_ratio(element))


_CODED = frozenset({"CD", "CE", "CV", "CO"})
_READERS: dict[str, Callable[[_Element, Context], Value | None]] = {
    "PQ": _quantity,
    "REAL": _quantity,
    "INT": _integer,
    **dict.fromkeys(_CODED, _concept),
    **dict.fromkeys(("ST", "ED"), _string),
    **dict.fromkeys(("IVL_PQ", "IVL_INT", "IVL_REAL"), _interval),
    "BL": _boolean,
    "TS": _time,
    "IVL_TS": _period,
    "RTO": _ratio,
}
