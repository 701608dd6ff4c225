"""System.Quantity: a decimal and a unit, of UCUM or of the calendar. https://hl7.org/fhirpath/N1/#quantity"""

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from hygie.fhir.core.fhirpath.numbers import EXACT, decimals, quotient, round_half_up, text_of
from hygie.fhir.core.fhirpath.ucum import UCUM, Unit, find_unit

# Calendar words → singular.
CALENDAR = {
    word: singular
    for singular in ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
    for word in (singular, singular + "s")
}
# Up to the week, calendar and definite durations are equal; a year and a month have no fixed length.
_DEFINITE = {"week": "wk", "day": "d", "hour": "h", "minute": "min", "second": "s", "millisecond": "ms"}
_FLOATING = {"year": Unit(Fraction(12), (("calendar month", 1),)), "month": Unit(Fraction(1), (("calendar month", 1),))}
_NEAREST = {"year": "a", "month": "mo"}
# FHIR: these UCUM codes of a Quantity are calendar durations. https://hl7.org/fhir/R4/fhirpath.html#quantity
FROM_CODE = {"a": "year", "mo": "month"}
_TEXT = re.compile(r"(?P<value>[+-]?[0-9]+(?:\.[0-9]+)?)\s*(?:'(?P<unit>[^']+)'|(?P<word>[a-zA-Z]+))?")
_WIDE = Context(prec=60)
_MAX_EXPONENT = 200


@dataclass(frozen=True, slots=True)
class Quantity:
    """`unit` as written: a UCUM code, "1" for none, or a calendar word ("days")."""

    value: Decimal
    unit: str = "1"

    def __str__(self) -> str:
        return f"{text_of(self.value)} {self.unit}" if self.unit in CALENDAR else f"{text_of(self.value)} '{self.unit}'"


def parse_quantity(text: str) -> Quantity | None:
    """`1.5 'mg'`, `4 days`, `3`; None for another text."""
    found = _TEXT.fullmatch(text.strip())
    if found is None or (found["word"] is not None and found["word"] not in CALENDAR):
        return None
    return Quantity(Decimal(found["value"]), found["unit"] or found["word"] or "1")


def unit_of(word: str, *, loosely: bool = False) -> Unit | None:
    """What a unit is worth; `loosely`, a calendar year is the year of UCUM."""
    singular = CALENDAR.get(word)
    if singular is None:
        return find_unit(word)
    if singular in _DEFINITE:
        return UCUM[_DEFINITE[singular]]
    return UCUM[_NEAREST[singular]] if loosely else _FLOATING[singular]


def is_comparable(left: Quantity, right: Quantity) -> bool:
    first, second = unit_of(left.unit), unit_of(right.unit)
    return first is not None and second is not None and first.dimension == second.dimension


def in_base_units(quantity: Quantity, *, loosely: bool = False) -> tuple[Fraction, object] | None:
    """(value in the base units, dimension); None for a unit that is not known or a value that is out of reach."""
    unit = unit_of(quantity.unit, loosely=loosely)
    if unit is None or abs(quantity.value.adjusted()) > _MAX_EXPONENT:
        return None
    return Fraction(quantity.value) * unit.factor + unit.offset, unit.dimension


def order(left: Quantity, right: Quantity) -> int | None:
    """-1, 0 or 1; None when the units cannot be compared."""
    if left.unit == right.unit:
        return (left.value > right.value) - (left.value < right.value)
    first, second = in_base_units(left), in_base_units(right)
    if first is None or second is None or first[1] != second[1]:
        return None
    return (first[0] > second[0]) - (first[0] < second[0])


def is_equivalent(left: Quantity, right: Quantity) -> bool:
    """Equal once both are rounded to the less precise of the two, in the unit of the left one."""
    first, second = unit_of(left.unit, loosely=True), unit_of(right.unit, loosely=True)
    if left.unit == right.unit:
        ratio = Fraction(1)
    elif first is None or second is None or first.dimension != second.dimension or first.offset or second.offset:
        return order(left, right) == 0
    else:
        ratio = second.factor / first.factor
    if max(abs(left.value.adjusted()), abs(right.value.adjusted())) > _MAX_EXPONENT:
        return False
    converted = Fraction(right.value) * ratio
    shift = _WIDE.divide(Decimal(ratio.numerator), Decimal(ratio.denominator)).adjusted()
    places = max(0, min(decimals(left.value), decimals(right.value) - shift))
    other = _WIDE.divide(Decimal(converted.numerator), Decimal(converted.denominator))
    return round_half_up(left.value, places) == round_half_up(other, places)


def add(left: Quantity, right: Quantity, sign: int) -> Quantity | None:
    """The sum in the unit of the left one; None when the units differ in dimension."""
    if left.unit == right.unit:
        return Quantity(EXACT.add(left.value, sign * right.value), left.unit)
    converted = convert(right, left.unit)
    return converted and Quantity(EXACT.add(left.value, sign * converted.value), left.unit)


def convert(quantity: Quantity, word: str) -> Quantity | None:
    if quantity.unit == word:
        return quantity
    found, unit = in_base_units(quantity), unit_of(word)
    if found is None or unit is None or found[1] != unit.dimension:
        return None
    value = (found[0] - unit.offset) / unit.factor
    return Quantity(quotient(Decimal(value.numerator), Decimal(value.denominator)) or Decimal(0), word)


def multiply(left: Quantity, right: Quantity) -> Quantity | None:
    return _product(EXACT.multiply(left.value, right.value), left.unit, right.unit, ".")


def divide(left: Quantity, right: Quantity) -> Quantity | None:
    """None when the right one is zero."""
    value = quotient(left.value, right.value)
    return None if value is None else _product(value, left.unit, right.unit, "/")


def _product(value: Decimal, left: str, right: str, sign: str) -> Quantity | None:
    left, right = _as_ucum(left), _as_ucum(right)
    if right == "1":
        return Quantity(value, left)
    if sign == "/" and left == right:
        return Quantity(value)
    word = f"{left}{sign}{right if right.isalpha() else f'({right})'}"
    unit = find_unit(word)
    if unit is not None and not unit.dimension and not unit.offset:
        return convert(Quantity(value, word), "1")
    return Quantity(value, word)


def _as_ucum(word: str) -> str:
    singular = CALENDAR.get(word)
    return word if singular is None else _DEFINITE.get(singular) or _NEAREST[singular]
