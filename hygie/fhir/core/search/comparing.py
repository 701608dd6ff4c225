"""Values of search parameters as tests of one row: prefixes, precision, units. https://hl7.org/fhir/R4/search.html#prefix"""

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from hygie.fhir.core import dates, parameters
from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.core.search import units
from hygie.fhir.core.search.folding import clip, fold
from hygie.fhir.core.search.query import CodeTest, DateTest, NumberTest, Prefix, UriTest, WordsTest

_NUMBER = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?")
_TOLERANCE = Decimal("0.1")
Canonical = Callable[[str], str]


def bad(message: str, name: str, code: str = "search-value") -> BadQuery:
    return BadQuery(message, code=code, path=f"http.{name}")


def split_prefix(text: str, name: str) -> tuple[Prefix, str]:
    if not text[:2].isalpha():
        return Prefix.EQ, text
    if text[:2] not in Prefix._value2member_map_:
        raise bad("This prefix is not supported.", name)
    return Prefix(text[:2]), text[2:]


def date(text: str, name: str) -> tuple[Prefix, dates.Interval]:
    """`ap` is refused: it depends on the clock, and the same question must have the same answer."""
    prefix, text = split_prefix(parameters.unescape(text), name)
    if prefix is Prefix.AP:
        raise bad("This prefix is not supported.", name)
    # A plus sign that was not percent-encoded arrives as a blank.
    found = dates.find_period(text.replace(" ", "+"))
    if found is None:
        raise bad("This is not a FHIR date.", name)
    return prefix, found


def date_test(text: str, name: str) -> DateTest:
    prefix, (low, high) = date(text, name)
    return DateTest(prefix, low.timestamp(), high.timestamp())


def number_test(text: str, name: str) -> NumberTest:
    prefix, low, high = _number(parameters.unescape(text), name)
    return NumberTest(prefix, float(low), float(high))


def _number(text: str, name: str) -> tuple[Prefix, Decimal, Decimal]:
    prefix, text = split_prefix(text, name)
    if not _NUMBER.fullmatch(text):
        raise bad("This is not a number.", name)
    value = Decimal(text)
    if prefix is Prefix.AP:
        return prefix, value - abs(value) * _TOLERANCE, value + abs(value) * _TOLERANCE
    if prefix not in (Prefix.EQ, Prefix.NE):
        return prefix, value, value
    # 100 is [99.5, 100.5), 100.00 is [99.995, 100.005), 1e2 is [95, 105): R4's own examples.
    exponent = int(value.as_tuple().exponent)
    half = Decimal(5).scaleb(exponent - (2 if exponent > 0 else 1))
    return prefix, value - half, value + half


def quantity_tests(text: str, name: str, canonical: Canonical) -> tuple[NumberTest, bool]:
    """(the test, whether it is about UCUM values) of `[prefix]number[|system|code]`."""
    parts = parameters.split(text, "|")
    if len(parts) not in (1, 3):
        raise bad("A quantity is a number, or number|system|code.", name)
    prefix, low, high = _number(parameters.unescape(parts[0]), name)
    if len(parts) == 1:
        return NumberTest(prefix, float(low), float(high)), False
    system, code = canonical(parameters.unescape(parts[1])), parameters.unescape(parts[2])
    if system == units.UCUM and code and (found := units.canonical(code)):
        first, last = (float(Fraction(end) * found.factor + found.offset) for end in (low, high))
        return NumberTest(prefix, first, last, "", found.unit), True
    unit = clip(code) if code else None
    return NumberTest(prefix, float(low), float(high), system or None, unit, shown=not system), False


def code_test(text: str, canonical: Canonical) -> CodeTest:
    system, code = parameters.token(text)
    return CodeTest(canonical(system) if system else system, clip(code) if code else None)


def words_test(text: str, mode: str) -> WordsTest:
    written = parameters.unescape(text)
    match mode:
        case "exact":
            return WordsTest(clip(fold(written)), written, "exact")
        case "contains":
            return WordsTest(fold(written), written, "contains")
    return WordsTest(fold(written), written, "starts")


def uri_test(text: str, mode: str) -> UriTest:
    written = parameters.unescape(text)
    match mode:
        case "below":
            return UriTest(written, "below")
        case "above":
            return UriTest(written, "above")
    url, _, version = written.partition("|")
    return UriTest(clip(url), "", version)
