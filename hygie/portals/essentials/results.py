"""Observations as results and measures; the position in the interval comes from the document's own interval only."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from hygie.portals.essentials.quantities import (
    as_decimal,
    codes,
    day_text,
    label,
    number,
    quantity_text,
    unit,
    with_unit,
    words,
)
from hygie.portals.essentials.rows import Bar, Measure, Result
from hygie.portals.essentials.source import source_of

_SYSTOLIC, _DIASTOLIC = "8480-6", "8462-4"
# Observation.interpretation: http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation
_ABOVE = frozenset({"H", "HH", "HU", "H>"})
_BELOW = frozenset({"L", "LL", "LU", "L<"})
_CRITICAL = frozenset({"HH", "LL", "AA"})
_MARGIN = Decimal("0.3")
_TOO_MANY_DECIMALS = 4


def is_measure(resource: dict[str, Any]) -> bool:
    return any("vital-signs" in codes(category) for category in resource.get("category") or [])


def read_result(resource: dict[str, Any]) -> list[Result]:
    """One row for the observation's value, one for each of its components; none when it only groups others."""
    rows = []
    if _has_value(resource) or not (resource.get("component") or resource.get("hasMember")):
        rows.append(_row(resource, label(resource.get("code")), resource))
    rows.extend(_row(part, label(part.get("code")), resource) for part in resource.get("component") or [])
    return rows


def read_measures(resource: dict[str, Any]) -> list[Measure]:
    """Blood pressure reads as one measure (129/80 mmHg)."""
    parts = resource.get("component") or []
    named = {code: part.get("valueQuantity") or {} for part in parts for code in codes(part.get("code"))}
    common = {"date": _date(resource), "source": source_of(resource)}
    if named.get(_SYSTOLIC) and named.get(_DIASTOLIC):
        high, low = named[_SYSTOLIC], named[_DIASTOLIC]
        value = f"{quantity_text(high)}/{quantity_text(low)}"
        return [Measure(gettext("Tension artérielle"), value, unit(high), **common)]
    found = [resource] if _has_value(resource) else []
    return [Measure(label(each.get("code")), *_value(each), **common) for each in (*found, *parts)]


def _row(observed: dict[str, Any], name: str, whole: dict[str, Any]) -> Result:
    value, its_unit = _value(observed)
    interval = _interval(observed.get("referenceRange"))
    position, flagged = _position(observed, interval)
    return Result(
        label=name,
        value=value,
        unit=its_unit,
        range_text=_range_text(interval, its_unit),
        position=position,
        position_label=_position_label(position),
        critical=flagged,
        date=_date(whole),
        comment=" ".join(str(note.get("text", "")) for note in observed.get("note") or []).strip(),
        bar=_bar(observed.get("valueQuantity") or {}, interval) if position in ("in", "above", "below") else None,
        source=source_of(whole),
    )


def _has_value(observed: dict[str, Any]) -> bool:
    return any(key.startswith("value") for key in observed)


def _value(observed: dict[str, Any]) -> tuple[str, str]:
    """(text, unit); what is absent is said absent."""
    if quantity := observed.get("valueQuantity"):
        return quantity_text(quantity) or gettext("non renseigné"), unit(quantity)
    if concept := observed.get("valueCodeableConcept"):
        return label(concept), ""
    if between := observed.get("valueRange"):
        ends = [with_unit(between[end]) for end in ("low", "high") if between.get(end)]
        return " – ".join(ends), ""
    if ratio := observed.get("valueRatio"):
        return ":".join(with_unit(ratio.get(part) or {}) for part in ("numerator", "denominator")), ""
    if "valueBoolean" in observed:
        return (gettext("oui") if observed["valueBoolean"] else gettext("non")), ""
    for key in ("valueString", "valueInteger", "valueTime"):
        if key in observed:
            return (number(observed[key]) if key == "valueInteger" else str(observed[key])), ""
    if "valueDateTime" in observed:
        return day_text(observed["valueDateTime"]), ""
    return words(observed.get("dataAbsentReason")) or gettext("non renseigné"), ""


def _date(resource: dict[str, Any]) -> str:
    return day_text(resource.get("effectiveDateTime") or (resource.get("effectivePeriod") or {}).get("start"))


def _interval(ranges: Iterable[dict[str, Any]] | None) -> dict[str, Any]:
    """The one interval that applies. With several (by age, by sex), none is chosen: nothing is guessed."""
    normal = [each for each in ranges or [] if not codes(each.get("type")) - {"normal", "N", ""}]
    return normal[0] if len(normal) == 1 else {}


def _range_text(interval: dict[str, Any], its_unit: str) -> str:
    low, high = interval.get("low"), interval.get("high")
    if low and high:
        return gettext("de %(low)s à %(high)s") % {"low": _end(low), "high": _end(high, its_unit)}
    if low:
        return gettext("au moins %(low)s") % {"low": _end(low, its_unit)}
    if high:
        return gettext("au plus %(high)s") % {"high": _end(high, its_unit)}
    return str(interval.get("text", ""))


def _end(quantity: dict[str, Any], its_unit: str | None = None) -> str:
    """A bound; its unit only when one is expected and it is not the value's own."""
    text, own = number(_plain(quantity.get("value"))), unit(quantity)
    return text if its_unit is None or not own or own == its_unit else f"{text} {own}"


def _plain(value: Any) -> Any:
    """Some software writes 63.000000 for 63: zeros that measure nothing. A measured value is never touched."""
    found = as_decimal(value)
    text = f"{found:f}" if found is not None else ""
    return text.rstrip("0").rstrip(".") if len(text.partition(".")[2]) >= _TOO_MANY_DECIMALS else value


def _position(observed: dict[str, Any], interval: dict[str, Any]) -> tuple[str, bool]:
    """(in, above, below, unusual or "", flagged as critical). The document's own flag comes before arithmetic."""
    flags = frozenset().union(*(codes(each) for each in observed.get("interpretation") or []))
    critical = bool(flags & _CRITICAL)
    if flags & _ABOVE:
        return "above", critical
    if flags & _BELOW:
        return "below", critical
    if "N" in flags:
        return "in", False
    if flags & {"A", "AA"}:
        return "unusual", critical
    return _compare(observed.get("valueQuantity") or {}, interval), False


def _compare(quantity: dict[str, Any], interval: dict[str, Any]) -> str:
    value = as_decimal(quantity.get("value"))
    bounds = [_bound(quantity, interval.get(end)) for end in ("low", "high")]
    if value is None or bounds == [None, None] or "?" in bounds:
        return ""
    low, high = (as_decimal(bound) for bound in bounds)
    comparator = str(quantity.get("comparator", ""))
    if comparator.startswith("<"):
        # « < 5 » is below an interval that begins at 5, within one that ends at 5, and cannot be placed otherwise.
        below = low is not None and value <= low
        return "below" if below else _within(low is None and high is not None and value <= high)
    if comparator.startswith(">"):
        above = high is not None and value >= high
        return "above" if above else _within(high is None and low is not None and value >= low)
    if low is not None and value < low:
        return "below"
    return "above" if high is not None and value > high else "in"


def _within(certain: bool) -> str:
    return "in" if certain else ""


def _bound(quantity: dict[str, Any], bound: dict[str, Any] | None) -> str | None:
    """The bound's number; "?" when its unit is not the value's: two units are not compared."""
    if not bound or bound.get("value") is None:
        return None
    units = [each.get("code") or each.get("unit") for each in (quantity, bound)]
    return str(bound["value"]) if units[1] in (None, "", units[0]) else "?"


def _position_label(position: str) -> str:
    return {
        "in": gettext("Dans l’intervalle"),
        "above": gettext("Au-dessus"),
        "below": gettext("En dessous"),
        "unusual": gettext("Signalé par le laboratoire"),
    }.get(position, "")


def _bar(quantity: dict[str, Any], interval: dict[str, Any]) -> Bar | None:
    """The number line, when value and bounds are plain numbers of one unit."""
    value = as_decimal(quantity.get("value"))
    texts = [_bound(quantity, interval.get(end)) for end in ("low", "high")]
    if value is None or quantity.get("comparator") or "?" in texts or texts == [None, None]:
        return None
    low, high = (as_decimal(text) for text in texts)
    known = [each for each in (low, high, value) if each is not None]
    span = max(known) - min(known) or abs(value) or Decimal(1)
    start, end = min(known) - span * _MARGIN, max(known) + span * _MARGIN
    if min(known) >= 0:
        start = max(start, Decimal(0))

    def x(at: Decimal) -> Decimal:
        return (at - start) * 100 / (end - start)

    left = x(low) if low is not None else Decimal(0)
    right = x(high) if high is not None else Decimal(100)
    if right <= left:
        return None
    ticks = tuple((_percent(x(each)), number(_plain(each))) for each in (low, high) if each is not None)
    return Bar(_percent(left), _percent(right - left), _percent(min(max(x(value), Decimal(3)), Decimal(97))), ticks)


def _percent(value: Decimal) -> str:
    return f"{value:.2f}%"
