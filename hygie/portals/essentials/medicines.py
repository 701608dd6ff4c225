"""Prescriptions, dispensations and treatments as « what, how much, until when »."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext, ngettext

from hygie.portals.essentials.quantities import (
    as_decimal,
    codes,
    day_text,
    label,
    number,
    period_text,
    with_unit,
    words,
)
from hygie.portals.essentials.rows import Medicine
from hygie.portals.essentials.source import source_of

TYPES = frozenset({"MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense"})
# UCUM units of duration in days; a month is counted long rather than short.
_DAYS = {"d": 1, "wk": 7, "mo": 31, "a": 366}
_MOST_UNITS = 1000
_ENDED = frozenset({"stopped", "cancelled", "completed", "not-taken", "on-hold"})
_NO_MEDICINE = frozenset({"787481004", "02276797", "no-known-medications"})


def read_medicine(resource: dict[str, Any]) -> Medicine:
    concept = _medication(resource)
    status = str(resource.get("status", ""))
    texts = [_dosage(each) for each in _instructions(resource)]
    reasons = [words(each) for each in resource.get("reasonCode") or []]
    return Medicine(
        label=label(concept),
        dosage=" ; ".join(dict.fromkeys(text for text in texts if text)),
        period=_period(resource),
        reason=", ".join(reason for reason in reasons if reason),
        status=_status_label(status, is_treatment=resource.get("resourceType") == "MedicationStatement"),
        active=status not in _ENDED,
        none_known=bool(codes(concept) & _NO_MEDICINE),
        ends_on=_ends_on(resource),
        date=_dated(resource),
        source=source_of(resource),
    )


def _medication(resource: dict[str, Any]) -> dict[str, Any] | None:
    if concept := resource.get("medicationCodeableConcept"):
        return dict(concept)
    reference = resource.get("medicationReference") or {}
    wanted = str(reference.get("reference", "")).lstrip("#")
    for each in resource.get("contained") or []:
        if each.get("id") == wanted:
            return dict(each.get("code") or {})
    return {"text": reference["display"]} if reference.get("display") else None


def _instructions(resource: dict[str, Any]) -> list[dict[str, Any]]:
    found = resource.get("dosageInstruction") or resource.get("dosage") or []
    return [found] if isinstance(found, dict) else list(found)


def _dosage(instruction: dict[str, Any]) -> str:
    """The prescriber's own words, else what is coded, said simply; then the advice to the patient."""
    how = str(instruction.get("text") or "").strip() or _coded_dosage(instruction)
    advice = str(instruction.get("patientInstruction") or "").strip()
    return ". ".join(part.rstrip(".") for part in (how, advice) if part) + ("." if how and advice else "")


def _coded_dosage(instruction: dict[str, Any]) -> str:
    route = words(instruction.get("route"))
    how_much = " ".join(part for part in (_dose(instruction), _timing(instruction.get("timing") or {})) if part)
    # « Voie orale » in the middle of a sentence; an acronym keeps its capitals.
    route = route[:1].lower() + route[1:] if route[1:2].islower() else route
    return ", ".join(part for part in (how_much, route) if part)


def _dose(instruction: dict[str, Any]) -> str:
    for each in instruction.get("doseAndRate") or []:
        if quantity := each.get("doseQuantity"):
            return with_unit(quantity)
        if between := each.get("doseRange"):
            ends = [with_unit(between[end]) for end in ("low", "high") if between.get(end)]
            return gettext("de %(low)s à %(high)s") % {"low": ends[0], "high": ends[1]} if len(ends) == 2 else ends[0]
    return ""


def _timing(timing: dict[str, Any]) -> str:
    if text := words(timing.get("code")):
        return text
    repeat = timing.get("repeat") or {}
    parts = []
    if repeat.get("frequency") and (repeat["frequency"] != 1 or not repeat.get("periodUnit")):
        times = 1 if as_decimal(repeat["frequency"]) == 1 else 2
        parts.append(ngettext("%(count)s fois", "%(count)s fois", times) % {"count": number(repeat["frequency"])})
    if repeat.get("periodUnit"):
        parts.append(_every(repeat))
    names = _moments()
    moments = [names[each] for each in repeat.get("when") or [] if each in names]
    return " ".join((*parts, ", ".join(moments))).strip()


def _moments() -> dict[str, str]:
    morning, noon, evening, night = gettext("le matin"), gettext("le midi"), gettext("le soir"), gettext("au coucher")
    return {
        "MORN": morning, "ACM": morning, "PCM": morning, "CM": morning,
        "NOON": noon, "ACD": noon, "PCD": noon, "CD": noon,
        "EVE": evening, "ACV": evening, "PCV": evening, "CV": evening,
        "NIGHT": night, "HS": night,
    }  # fmt: skip


def _every(repeat: dict[str, Any]) -> str:
    count = as_decimal(repeat.get("period")) or 1
    unit = str(repeat.get("periodUnit", ""))
    if (count, unit) == (24, "h"):
        count, unit = 1, "d"
    if count == 1:
        return {
            "d": gettext("par jour"),
            "wk": gettext("par semaine"),
            "mo": gettext("par mois"),
            "h": gettext("par heure"),
        }.get(unit, "")
    names = {"d": gettext("jours"), "wk": gettext("semaines"), "mo": gettext("mois"), "h": gettext("heures")}
    return gettext("tous les %(count)s %(unit)s") % {"count": number(count), "unit": names.get(unit, "")}


def _period(resource: dict[str, Any]) -> str:
    if period := resource.get("effectivePeriod"):
        return period_text(period)
    if on := resource.get("effectiveDateTime"):
        return day_text(on)
    for instruction in _instructions(resource):
        repeat = (instruction.get("timing") or {}).get("repeat") or {}
        if bounds := repeat.get("boundsPeriod"):
            return period_text(bounds)
        if duration := repeat.get("boundsDuration"):
            return gettext("pendant %(duration)s") % {"duration": _duration(duration)}
    return period_text((resource.get("dispenseRequest") or {}).get("validityPeriod") or {})


def _dated(resource: dict[str, Any]) -> str:
    if written := day_text(resource.get("authoredOn")):
        return gettext("prescrit le %(day)s") % {"day": written}
    if given := day_text(resource.get("whenHandedOver")):
        return gettext("délivré le %(day)s") % {"day": given}
    return day_text(resource.get("dateAsserted"))


def _ends_on(resource: dict[str, Any]) -> dt.date | None:
    """The last day among the periods and durations that are written; a period without an end has no last day."""
    start = _day(resource.get("authoredOn"))
    days = [_day((resource.get("effectivePeriod") or {}).get("end"))]
    for instruction in _instructions(resource):
        repeat = (instruction.get("timing") or {}).get("repeat") or {}
        days.append(_day((repeat.get("boundsPeriod") or {}).get("end")))
        count = as_decimal((repeat.get("boundsDuration") or {}).get("value"))
        length = _DAYS.get(str((repeat.get("boundsDuration") or {}).get("code", "")))
        if start and count is not None and length and count < _MOST_UNITS:
            days.append(start + dt.timedelta(days=int(count * length)))
    return max((day for day in days if day), default=None)


def _day(value: object) -> dt.date | None:
    """Only a whole date is a day."""
    try:
        return dt.date.fromisoformat(str(value or "")[:10])
    except ValueError:
        return None


def _duration(quantity: dict[str, Any]) -> str:
    """« 7 jours »; UCUM gives the unit."""
    count = as_decimal(quantity.get("value"))
    many = 2 if count is None or count > 1 else 1
    names = {
        "d": ngettext("jour", "jours", many),
        "wk": ngettext("semaine", "semaines", many),
        "mo": gettext("mois"),
        "a": ngettext("an", "ans", many),
        "h": ngettext("heure", "heures", many),
    }
    name = names.get(str(quantity.get("code") or quantity.get("unit") or ""))
    return f"{number(quantity.get('value'))} {name}" if name else with_unit(quantity)


def _status_label(status: str, *, is_treatment: bool) -> str:
    """An order that was carried out, a box that was handed over are not treatments that are over."""
    return {
        "stopped": gettext("Arrêté"),
        "cancelled": gettext("Annulé"),
        "on-hold": gettext("Suspendu"),
        "not-taken": gettext("Non pris"),
        "completed": gettext("Terminé") if is_treatment else "",
    }.get(status, "")
