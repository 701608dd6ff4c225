"""Vital signs (FR-Signe-vital .3.50) and laboratory results (FR-Resultat-examens-de-biologie .3.80) → Observation."""

from collections.abc import Iterator

from lxml.etree import _Element

from hygie.record.cda.datatypes import read_time
from hygie.record.cda.elements import attribute, child, children, template_roots
from hygie.record.cda.entries.concepts import code_of, coded, codes_in, concept
from hygie.record.cda.entries.context import (
    Context,
    Found,
    Resource,
    components,
    is_about_patient,
    is_true,
    status_code,
)
from hygie.record.cda.entries.parts import notes, performers, person, put
from hygie.record.cda.entries.quantities import read_range
from hygie.record.cda.entries.values import read_value
from hygie.record.cda.types import CdaTime

CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
LOINC = "http://loinc.org"
_NORMAL = "N"
_SYSTOLIC, _DIASTOLIC = (LOINC, "8480-6"), (LOINC, "8462-4")
_BLOOD_PRESSURE = {
    "coding": [{"system": LOINC, "code": "85354-9", "display": "Pression artérielle systolique et diastolique"}]
}
_STATUSES = {
    "completed": "final",
    "active": "preliminary",
    "new": "registered",
    "held": "registered",
    "suspended": "registered",
    "aborted": "cancelled",
    "cancelled": "cancelled",
}
_VITAL_SIGN = frozenset({"1.2.250.1.213.1.1.3.50", "1.3.6.1.4.1.19376.1.5.3.1.4.13.2"})
_OF_THE_COMPONENT = ("code", "valueQuantity", "interpretation", "referenceRange")
_SHARED = ("status", "effectiveDateTime", "effectivePeriod", "bodySite", "method", "performer")


def read_observation(
    element: _Element,
    context: Context,
    category: str,
    *,
    time: CdaTime | None = None,
    specimen: Resource | None = None,
) -> Resource | None:
    """None without a code or without a value. `time` and `specimen` are those of the organizer around."""
    if attribute(element, "moodCode") != "EVN" or is_true(element, "negationInd") or not is_about_patient(element):
        return None
    status = status_code(element)
    code = coded(child(element, "code"), context)
    value = read_value(child(element, "value"), context)
    if code is None or value is None or status == "nullified" or element.get("nullFlavor"):
        return None
    resource: Resource = {
        "resourceType": "Observation",
        "status": _STATUSES.get(status, "unknown"),
        "category": [code_of(CATEGORY, category)],
        "code": code,
    }
    own = read_time(child(element, "effectiveTime")) or time
    name, content = value
    return put(
        resource,
        effectiveDateTime=own.fhir if own else None,
        performer=[actor for who in performers(element) if (actor := person(who))],
        **{name: content},
        interpretation=_interpretations(element, context),
        note=notes(element, context),
        bodySite=concept(child(element, "targetSiteCode"), context),
        method=concept(child(element, "methodCode"), context),
        specimen=specimen,
        referenceRange=_reference_ranges(element, context),
    )


def _interpretations(element: _Element, context: Context) -> list[Resource]:
    found = (concept(code, context) for code in children(element, "interpretationCode"))
    return [one for one in found if one]


def _reference_ranges(element: _Element, context: Context) -> list[Resource]:
    """obs-3: a range has a bound or a text. One that is not the normal range says which it is."""
    found: list[Resource] = []
    for reference in children(element, "referenceRange"):
        observation = child(reference, "observationRange")
        value = child(observation, "value")
        kind = concept(child(observation, "interpretationCode"), context)
        is_normal = kind is None or any(code == _NORMAL for _, code in codes_in(kind))
        one: Resource = dict(read_range(value) or {})
        words = context.text(child(observation, "text")) or ("" if one else context.text(value))
        if one or words:
            found.append(put(one, type=None if is_normal else kind, text=words))
    return found


def read_vital_signs(organizer: _Element, context: Context) -> Iterator[Found]:
    """The signs of an organizer (FR-Signes-vitaux, .3.49); one systolic and one diastolic pressure make a panel."""
    time = read_time(child(organizer, "effectiveTime"))
    found = [
        Found(element, read_observation(element, context, "vital-signs", time=time))
        for element in components(organizer)
        if template_roots(element) & _VITAL_SIGN
    ]
    systolic, diastolic = _only(found, _SYSTOLIC), _only(found, _DIASTOLIC)
    panel = _panel(systolic.resource, diastolic.resource) if systolic and diastolic else None
    for one in found:
        if panel and one is systolic:
            yield Found(organizer, panel, "/85354-9")
        elif panel is None or one is not diastolic:
            yield one


def read_vital_sign(element: _Element, context: Context) -> Resource | None:
    return read_observation(element, context, "vital-signs")


def _only(found: list[Found], code: tuple[str, str]) -> Found | None:
    """The one result of that code; several are several measures, and nothing tells which go together."""
    same = [one for one in found if one.resource and code in codes_in(one.resource["code"])]
    return same[0] if len(same) == 1 and "valueQuantity" in (same[0].resource or {}) else None


def _panel(systolic: Resource | None, diastolic: Resource | None) -> Resource | None:
    """Blood pressure as one Observation with two components; None when the two measures do not share their time,
    status, place or method."""
    if systolic is None or diastolic is None:
        return None
    if any(systolic.get(name) != diastolic.get(name) for name in _SHARED):
        return None
    shared = {name: systolic[name] for name in _SHARED if name in systolic}
    parts = [{name: one[name] for name in _OF_THE_COMPONENT if name in one} for one in (systolic, diastolic)]
    comments = [note for one in (systolic, diastolic) for note in one.get("note", [])]
    return put(
        {
            "resourceType": "Observation",
            "status": systolic["status"],
            "category": systolic["category"],
            "code": _BLOOD_PRESSURE,
        },
        **shared,
        note=comments,
        component=parts,
    )
