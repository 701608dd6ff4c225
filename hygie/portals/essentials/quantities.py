"""Numbers, units and dates of FHIR, as people in France read them."""

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from hygie.lib.clock import PARIS
from hygie.portals.ui.words import day as words_of_day

# UCUM spellings that nobody reads on a report, and what French reports print.
_UCUM = {
    "1": "",
    "{score}": "",
    "10*9/L": "G/L",
    "10*12/L": "T/L",
    "10*3/uL": "G/L",
    "10*6/uL": "T/L",
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "a": _("ans"),
    "d": _("jours"),
    "wk": _("semaines"),
    "mo": _("mois"),
    "h": "h",
    "[pH]": "",
    "/min": "/min",
}
_COMPARATORS = {"<": "< ", "<=": "≤ ", ">": "> ", ">=": "≥ "}
NARROW = "\u202f"
_ANSWER = re.compile(r"(?:oui|non)\b|\(texte libre\)$|[\W\d_]*$", re.IGNORECASE)


def as_decimal(value: Any) -> Decimal | None:
    """A JSON number or numeric text; precision is kept as written."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def number(value: Any) -> str:
    """`72.50` is « 72,50 »; thousands are parted from ten thousand on."""
    found = as_decimal(value)
    if found is None:
        return str(value)
    whole, _, decimals = f"{found:f}".partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    if len(digits) > 4:
        digits = f"{int(digits):,}".replace(",", NARROW)
    mark = "." if (get_language() or "fr").startswith("en") else ","
    return f"{sign.replace('-', '−')}{digits}{mark}{decimals}" if decimals else f"{sign.replace('-', '−')}{digits}"


def unit(quantity: dict[str, Any]) -> str:
    """The unit as the document prints it, else the UCUM code put in plain signs."""
    text = str(quantity.get("unit") or quantity.get("code") or "")
    if text in _UCUM:
        return str(_UCUM[text])
    text = re.sub(r"\{[^}]*\}", "", text)
    text = re.sub(r"\[i?iu\]", gettext("UI"), text, flags=re.IGNORECASE)
    return re.sub(r"(?<![A-Za-z])u(?=(?:g|mol|L|m)\b)", "µ", text)


def quantity_text(quantity: dict[str, Any]) -> str:
    """The number with its comparator, without the unit."""
    if quantity.get("value") is None:
        return ""
    return _COMPARATORS.get(str(quantity.get("comparator", "")), "") + number(quantity["value"])


def with_unit(quantity: dict[str, Any]) -> str:
    return f"{quantity_text(quantity)} {unit(quantity)}".strip()


def day_text(value: str | None) -> str:
    """A FHIR date in words, no more precise than it is written: « 2018 », « juin 2025 », « 16 mars 2026 »."""
    if not value:
        return ""
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(T.*)?)?)?", value)
    if not found:
        return ""
    year, month, day, time = found.groups()
    try:
        if day is None:
            return date_format(dt.date(int(year), int(month), 1), "F Y") if month else year
        on = dt.datetime.fromisoformat(value) if time else dt.datetime(int(year), int(month), int(day), tzinfo=PARIS)
    except ValueError:
        return ""
    if on.tzinfo is not None and time:
        on = on.astimezone(PARIS)
    return words_of_day(on.date())


def period_text(period: dict[str, Any]) -> str:
    start, end = day_text(period.get("start")), day_text(period.get("end"))
    if start and end:
        return start if start == end else gettext("du %(start)s au %(end)s") % {"start": start, "end": end}
    if start:
        return gettext("depuis le %(start)s") % {"start": start} if " " in start else start
    return gettext("jusqu’au %(end)s") % {"end": end} if end else ""


def words(concept: dict[str, Any] | None) -> str:
    """What a CodeableConcept says: its text, else the first display. A bare code is not words.

    A text that is only the answer of a form (« Oui », « - », « 12 ») names nothing: the display comes first then.
    """
    if not isinstance(concept, dict):
        return ""
    text = str(concept.get("text") or "").strip()
    displays = (str(coding.get("display") or "").strip() for coding in concept.get("coding") or [])
    display = next((each for each in displays if each), "")
    return (display or text) if _ANSWER.match(text) else text


def codes(concept: dict[str, Any] | None) -> frozenset[str]:
    if not isinstance(concept, dict):
        return frozenset()
    return frozenset(str(coding.get("code", "")) for coding in concept.get("coding") or [])


def label(concept: dict[str, Any] | None) -> str:
    """Words, else the code with the plain statement that the document gives no words for it."""
    text = words(concept)
    if text:
        return text
    code = next(iter(sorted(codes(concept) - {""})), "")
    return gettext("Code %(code)s, sans libellé dans le document") % {"code": code} if code else gettext("Sans libellé")
