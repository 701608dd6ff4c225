"""Posology as FHIR Dosage: only what is coded, and the words that the codes point to."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.etree import _Element

from hygie.record.cda.datatypes import parse_time, read_time
from hygie.record.cda.elements import XSI_TYPE, attribute, child, children, flat_text
from hygie.record.cda.entries.concepts import concept
from hygie.record.cda.entries.context import Context, Resource, related
from hygie.record.cda.entries.parts import NOTHING, high_of, period, put
from hygie.record.cda.entries.product import material_of
from hygie.record.cda.entries.quantities import (
    read_decimal,
    read_dose,
    read_integer,
    read_quantity,
    read_range,
    read_ratio,
)
from hygie.record.cda.types import CdaTime

# R4 required bindings: units-of-time, event-timing.
_UNITS = frozenset({"s", "min", "h", "d", "wk", "mo", "a"})
_EVENTS = frozenset({"HS", "WAKE", "C", "CM", "CD", "CV", "AC", "ACM", "ACD", "ACV", "PC", "PCM", "PCD", "PCV"})
_UCUM = "http://unitsofmeasure.org"
_PATIENT_INSTRUCTION = "PINSTRUCT"


@dataclass(slots=True)
class Times:
    """The effectiveTime elements of a substanceAdministration, sorted by what they say."""

    point: CdaTime | None = None
    start: CdaTime | None = None
    end: CdaTime | None = None
    duration: Resource | None = None
    repeat: Resource = field(default_factory=dict)
    words: str = ""


def read_times(element: _Element, context: Context) -> Times:
    times = Times()
    for found in children(element, "effectiveTime"):
        for part in _parts(found):
            _read_time(part, times, context)
    return times


def _parts(element: _Element) -> Iterator[_Element]:
    """The components of a set of times (SXPR_TS), or the time itself."""
    inner = children(element, "comp")
    yield from inner or [element]


def _read_time(element: _Element, times: Times, context: Context) -> None:
    kind = attribute(element, XSI_TYPE).rpartition(":")[2]
    if kind == "PIVL_TS" or child(element, "period") is not None:
        _read_frequency(child(element, "period"), times, context)
    elif kind == "EIVL_TS" or child(element, "event") is not None:
        if (event := attribute(child(element, "event"), "code")) in _EVENTS:
            times.repeat.setdefault("when", []).append(event)
    elif value := attribute(element, "value"):
        times.point = times.point or parse_time(value)
    else:
        times.start = times.start or read_time(element)
        times.end = times.end or high_of(element)
        width = read_quantity(child(element, "width"))
        if width and width.get("unit") in _UNITS:
            times.duration = {"value": width["value"], "unit": width["unit"], "system": _UCUM, "code": width["unit"]}


def _read_frequency(element: _Element | None, times: Times, context: Context) -> None:
    value, unit = read_decimal(attribute(element, "value")), attribute(element, "unit")
    if value is not None and value > 0 and unit in _UNITS:
        times.repeat |= {"frequency": 1, "period": value, "periodUnit": unit}
    times.words = times.words or _written(element, context)


def _written(element: _Element | None, context: Context) -> str:
    """Words of a quantity: translation/originalText."""
    found = (context.text(child(translation, "originalText")) for translation in children(element, "translation"))
    return next((text for text in found if text), "")


def read_dosages(element: _Element, context: Context) -> list[Resource]:
    """The posology of a drug line: that of its subordinate administrations in their order (FR.83.1, tapered or
    combined doses), else its own."""
    steps = [
        (step, relation)
        for relation in children(element, "entryRelationship")
        if attribute(relation, "typeCode") == "COMP"
        for step in children(relation, "substanceAdministration")
    ]
    if not steps:
        own = _dosage(element, None, context)
        return [own] if own else []
    found: list[Resource] = []
    for step, relation in steps:
        if dosage := _dosage(step, element, context):
            number = read_integer(attribute(child(relation, "sequenceNumber"), "value"))
            found.append(({"sequence": number} if number is not None else {}) | dosage)
    return found


def _dosage(element: _Element, line: _Element | None, context: Context) -> Resource | None:
    """One Dosage. What a step does not say about route, site and maximum is said by its line."""
    times = read_times(element, context)
    dose = child(element, "doseQuantity")
    found = put(
        {},
        text=_words(element, line, dose, times, context),
        patientInstruction=_instruction(element if line is None else line, context),
        timing=_timing(times),
        site=_first("approachSiteCode", element, line, context),
        route=_first("routeCode", element, line, context),
        doseAndRate=_dose_and_rate(dose, child(element, "rateQuantity")),
        maxDosePerPeriod=_maximum(element) or (_maximum(line) if line is not None else None),
    )
    return found or None


def _maximum(element: _Element) -> Resource | None:
    """A dose for a time; a denominator that is no time (`J` is a joule, not a day) says nothing."""
    ratio = read_ratio(child(element, "maxDoseQuantity"))
    return ratio if ratio and ratio["denominator"].get("unit") in _UNITS else None


def _first(name: str, element: _Element, line: _Element | None, context: Context) -> Resource | None:
    return concept(child(element, name), context) or concept(child(line, name), context)


def _timing(times: Times) -> Resource | None:
    repeat = dict(times.repeat)
    if times.duration:
        repeat = {"boundsDuration": times.duration} | repeat
    elif bounds := period(times.start, times.end):
        repeat = {"boundsPeriod": bounds} | repeat
    return {"repeat": repeat} if repeat else None


def _dose_and_rate(dose: _Element | None, rate: _Element | None) -> list[Resource]:
    found: Resource = {}
    if one := read_dose(dose):
        found["doseQuantity"] = one
    elif dose is not None and (bounds := read_range(dose)):
        found["doseRange"] = bounds
    if one := read_dose(rate):
        found["rateQuantity"] = one
    elif rate is not None and (bounds := read_range(rate)):
        found["rateRange"] = bounds
    return [found] if found else []


def _words(element: _Element, line: _Element | None, dose: _Element | None, times: Times, context: Context) -> str:
    """Its own text when it says more than the name of the product, else the words of its dose and of its frequency."""
    own = context.text(child(element, "text"))
    if own and (line is not None or own not in _names(element, context)):
        return own
    low, high = (_written(child(dose, bound), context) for bound in ("low", "high"))
    doses = low if low == high or not high else f"{low} à {high}" if low else high
    return ", ".join(text for text in (doses, times.words) if text)


def _names(element: _Element, context: Context) -> set[str]:
    """What the line calls its product: many documents refer to that for the text of the whole line."""
    material = material_of(element)
    code = child(material, "code")
    written = (
        attribute(code, "displayName"),
        context.text(child(code, "originalText")),
        flat_text(child(material, "name")),
    )
    return {name for name in written if name}


def _instruction(line: _Element, context: Context) -> str:
    return instruction(line, _PATIENT_INSTRUCTION, context)


def instruction(line: _Element, code: str, context: Context) -> str:
    """Text of an instruction act: PINSTRUCT for the patient, FINSTRUCT for or by the pharmacist."""
    for act in related(line, "SUBJ"):
        if attribute(child(act, "code"), "code") == code and (text := context.text(child(act, "text"))):
            return "" if text in NOTHING else text
    return ""
