"""Laboratory results (FR-Resultat-examens-de-biologie), vital signs, habits, plain observations, attached files."""

import base64
import datetime as dt

from hygie.record.cda.write import codes
from hygie.record.cda.write.elements import (
    Ids,
    coded,
    completed,
    original_text,
    quantity,
    related,
    text_of,
)
from hygie.record.cda.write.types import Code, Finding, Habit, Panel, Result, Vital
from hygie.record.cda.write.xml import NOTHING, Xml, tag, templates, time

_SIMPLE = ("1.3.6.1.4.1.19376.1.5.3.1.4.13", "1.2.250.1.213.1.1.3.48")
_FLAGS = {"N": "Normal", "H": "Anormalement haut", "L": "Anormalement bas"}


def panel_entry(panel: Panel, at: dt.datetime, anchors: tuple[str, ...]) -> Xml:
    """One act for the panel, one observation a result; `anchors` are the results' places in the narrative."""
    results = (
        related("COMP", result_observation(result, at, anchor))
        for result, anchor in zip(panel.results, anchors, strict=True)
    )
    act = tag("act", coded("code", panel.code), completed(), *results, classCode="ACT", moodCode="EVN")
    return tag("entry", templates("1.3.6.1.4.1.19376.1.3.1", "1.2.250.1.213.1.1.3.21"), act, typeCode="DRIV")


def result_observation(result: Result, at: dt.datetime, anchor: str) -> Xml:
    return tag(
        "observation",
        templates("1.3.6.1.4.1.19376.1.3.1.6", "1.2.250.1.213.1.1.3.80"),
        coded("code", result.code, original_text(anchor)),
        completed(),
        time("effectiveTime", at),
        quantity("value", result.value, result.unit, "PQ"),
        _interpretation(result.flag) if result.flag else NOTHING,
        _range(result),
        classCode="OBS",
        moodCode="EVN",
    )


def _interpretation(flag: str) -> Xml:
    return coded("interpretationCode", Code(flag, codes.INTERPRETATION, _FLAGS[flag]))


def _range(result: Result) -> Xml:
    if not result.low and not result.high:
        return NOTHING
    bounds = [
        quantity(name, value, result.unit) for name, value in (("low", result.low), ("high", result.high)) if value
    ]
    reference = tag(
        "observationRange",
        tag("value", *bounds, xsi_type="IVL_PQ"),
        _interpretation("N"),
        classCode="OBS",
        moodCode="EVN.CRT",
    )
    return tag("referenceRange", reference, typeCode="REFV")


def vitals_entry(ids: Ids, vitals: tuple[Vital, ...], on: dt.date, anchors: tuple[str, ...]) -> Xml:
    roots = (
        "2.16.840.1.113883.10.20.1.32",
        "2.16.840.1.113883.10.20.1.35",
        "1.3.6.1.4.1.19376.1.5.3.1.4.13.1",
        "1.2.250.1.213.1.1.3.49",
    )
    components = (
        tag("component", _vital(ids, vital, on, anchor), typeCode="COMP")
        for vital, anchor in zip(vitals, anchors, strict=True)
    )
    organizer = tag(
        "organizer",
        templates(*roots),
        ids.element(),
        coded("code", codes.loinc("85353-1", "Signes vitaux")),
        completed(),
        time("effectiveTime", on),
        *components,
        classCode="CLUSTER",
        moodCode="EVN",
    )
    return tag("entry", organizer)


def _vital(ids: Ids, vital: Vital, on: dt.date, anchor: str) -> Xml:
    roots = (
        "2.16.840.1.113883.10.20.1.31",
        "1.3.6.1.4.1.19376.1.5.3.1.4.13",
        "1.3.6.1.4.1.19376.1.5.3.1.4.13.2",
        "1.2.250.1.213.1.1.3.50",
    )
    return _observation(
        ids,
        roots,
        vital.code,
        anchor,
        time("effectiveTime", on),
        quantity("value", vital.value, vital.unit, "PQ"),
    )


def _observation(ids: Ids, roots: tuple[str, ...], code: Code, anchor: str, when: Xml, value: Xml) -> Xml:
    return tag(
        "observation",
        templates(*roots),
        ids.element(),
        coded("code", code),
        text_of(anchor),
        completed(),
        when,
        value,
        classCode="OBS",
        moodCode="EVN",
    )


def habit_entry(ids: Ids, habit: Habit, anchor: str) -> Xml:
    """A habit of life; without a quantity the value is its words."""
    roots = (
        "2.16.840.1.113883.10.20.1.33",
        "1.3.6.1.4.1.19376.1.5.3.1.4.13",
        "1.3.6.1.4.1.19376.1.5.3.1.4.13.4",
        "1.2.250.1.213.1.1.3.52",
    )
    if habit.value:
        value = quantity("value", habit.value, habit.unit, "PQ")
    else:
        value = tag("value", habit.words, xsi_type="ST")
    unknown = tag("effectiveTime", nullFlavor="NA")
    return tag("entry", _observation(ids, roots, habit.code, anchor, unknown, value))


def finding_entry(ids: Ids, finding: Finding, on: dt.date, anchor: str) -> Xml:
    if finding.truth is not None:
        value = tag("value", xsi_type="BL", value="true" if finding.truth else "false")
    elif finding.value:
        value = quantity("value", finding.value, finding.unit, "PQ")
    else:
        value = tag("value", finding.words, xsi_type="ST")
    return tag("entry", _observation(ids, _SIMPLE, finding.code, anchor, time("effectiveTime", on), value))


def simple_entry(ids: Ids, role: str, code: Code, on: dt.date, anchor: str, value: Xml) -> Xml:
    """FR-Simple-Observation; `role` is the last arc of its own template."""
    roots = (*_SIMPLE, f"{_SIMPLE[1]}.{role}")
    return tag("entry", _observation(ids, roots, code, anchor, time("effectiveTime", on), value))


def media_entry(ids: Ids, media_id: str, media_type: str, content: bytes) -> Xml:
    """FR-Document-attache: the copy of the document, readable by everybody."""
    copy = codes.loinc("55108-5", "Copie du document")
    kind = _observation(
        ids,
        (*_SIMPLE, "1.2.250.1.213.1.1.3.48.18"),
        codes.loinc("69764-9", "Type de document"),
        f"{media_id}-titre",
        tag("effectiveTime", nullFlavor="NA"),
        coded("value", copy, xsi_type="CD"),
    )
    encoded = Xml(base64.b64encode(content).decode("ascii"))
    value = tag("value", encoded, mediaType=media_type, representation="B64")
    media = tag("observationMedia", value, classCode="OBS", moodCode="EVN", ID=media_id)
    organizer = tag(
        "organizer",
        tag("templateId", root="1.2.250.1.213.1.1.3.18"),
        ids.element(),
        coded("code", codes.loinc("55107-7", "Document attaché")),
        completed(),
        tag("component", kind),
        tag("component", media),
        classCode="CLUSTER",
        moodCode="EVN",
    )
    return tag("entry", organizer)
