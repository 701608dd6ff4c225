"""From a value of a FHIR type to its rows of the index. https://hl7.org/fhir/R4/search.html#ptypes

| kind | system | value | text | low, high |
|---|---|---|---|---|
| token | the code's system | code, identifier's value | "\\n" + folded display, a line each | |
| `token#` (of-type) | system and code of Identifier.type, a bar between | identifier's value | | |
| string | | folded | as written | |
| date | | | | first instant, first instant after |
| number, quantity | the unit's system | the unit's code | the unit as written | the value; of a Range its ends |
| `quantity#` (UCUM) | | unit of the dimension | | the value in it |
| reference | target type | local id in the own space; else `Type/id` or the URL | version | |
| `reference#` (identifier) | identifier's system | identifier's value | | |
| uri | | the URI; of a canonical without its version | version | |
"""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from hygie.fhir.core.search import moments, units
from hygie.fhir.core.search.fields import Kind
from hygie.fhir.core.search.folding import clip, fold

UNBOUNDED = moments.UNBOUNDED
_MAX_FLOAT = 1e300
_MAX_EXPONENT = 60
NOT_OWN = 0
"""The field of the mark at the head of the rows of a resource that is not about the Patient of its space."""


class IndexValue(NamedTuple):
    """One row of the index: a value of a field. `element`: in which element of a list, where composites must know."""

    field: int
    system: str = ""
    value: str = ""
    text: str = ""
    low: float | None = None
    high: float | None = None
    element: int = 0


class Target(NamedTuple):
    """Whose resource is read (`space`: UUID text, "" for none), what it contains, and where its rows go."""

    space: str
    contained: dict[str, dict[str, Any]]
    add: Callable[[IndexValue], None]


Convert = Callable[[Any, int, int, int, Target], None]
"""(node, number of the field, number beside, element, target): adds the rows of one value."""

_fold = lru_cache(maxsize=4096)(fold)


def _texts(*given: Any) -> str:
    return "".join([f"\n{_fold(text)}" for text in given if text])


def _code(systems: dict[str, str]) -> Convert:
    """A `code`: its system is the one that its required value set gives to it, told by R4 as implicit."""

    def convert(node: Any, field: int, beside: int, element: int, to: Target) -> None:
        if node.__class__ is str:
            to.add(IndexValue(field, systems.get(node, ""), clip(node), "", None, None, element))

    return convert


def _plain(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    if node.__class__ is str:
        to.add(IndexValue(field, "", clip(node), "", None, None, element))


def _boolean(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    if node.__class__ is bool:
        to.add(IndexValue(field, "", "true" if node else "false", "", None, None, element))


def _integer(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    if node.__class__ is int:
        to.add(IndexValue(field, "", str(node), "", None, None, element))


def _coding(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    code, system = node.get("code"), node.get("system")
    if code or system:
        to.add(IndexValue(field, system or "", clip(code or ""), _texts(node.get("display")), None, None, element))


def _concept(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    text = node.get("text")
    codings = node.get("coding")
    if not codings:
        if text:
            to.add(IndexValue(field, "", "", _texts(text), None, None, element))
        return
    for coding in codings:
        code, system, display = coding.get("code"), coding.get("system"), coding.get("display")
        told = _texts(text, display) if text != display else _texts(text)
        to.add(IndexValue(field, system or "", clip(code or ""), told, None, None, element))
        text = None


def _identifier(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    value, system, kind = node.get("value"), node.get("system"), node.get("type") or {}
    if not (value or system):
        return
    to.add(IndexValue(field, system or "", clip(value or ""), _texts(kind.get("text")), None, None, element))
    if value:
        for coding in kind.get("coding") or ():
            told = f"{coding.get('system') or ''}|{coding.get('code') or ''}"
            to.add(IndexValue(beside, told, clip(value), "", None, None, element))


def _contact(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    if value := node.get("value"):
        to.add(IndexValue(field, node.get("system") or "", clip(value), "", None, None, element))


def _deceased(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    dead = node.get("deceasedBoolean") is True or "deceasedDateTime" in node
    to.add(IndexValue(field, "", "true" if dead else "false"))


def _string(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    if node.__class__ is str:
        to.add(IndexValue(field, "", clip(_fold(node)), node, None, None, element))


def _uri(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    if node.__class__ is str:
        to.add(IndexValue(field, "", clip(node), "", None, None, element))


def _canonical(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    if node.__class__ is str:
        url, _, version = node.partition("|")
        to.add(IndexValue(field, "", clip(url), version, None, None, element))


def _moment(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    if node.__class__ is str and (found := moments.interval(node)):
        to.add(IndexValue(field, "", "", "", found[0], found[1], element))


def _period(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    if found := moments.period(node):
        to.add(IndexValue(field, "", "", "", found[0], found[1], element))


def _timing(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    if found := moments.timing(node):
        to.add(IndexValue(field, "", "", "", found[0], found[1], element))


def _number(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    if node.__class__ is int or isinstance(node, Decimal):
        value = _float(node, 0)
        to.add(IndexValue(field, "", "", "", value, value, element))


def _quantity(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    value = node.get("value")
    if value is None:
        return
    low = high = value
    match node.get("comparator", ""):
        case "<" | "<=":
            low = None
        case ">" | ">=":
            high = None
    _measure(node, low, high, field, beside, element, to)


def _range(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    low, high = node.get("low") or {}, node.get("high") or {}
    if "value" in low or "value" in high:
        _measure(low or high, low.get("value"), high.get("value"), field, beside, element, to)


def _measure(unit: dict[str, Any], low: Any, high: Any, field: int, beside: int, element: int, to: Target) -> None:
    """As written, and in UCUM's unit of the dimension when the unit is one that we know."""
    system, code = unit.get("system") or "", unit.get("code") or ""
    first, last = _float(low, -UNBOUNDED), _float(high, UNBOUNDED)
    to.add(IndexValue(field, system, clip(code), unit.get("unit") or "", first, last, element))
    if system != units.UCUM or not all(_is_ordinary(each) for each in {low, high} if each is not None):
        return
    if told := _in_dimension(low, high, code):
        first, last = first if low is None else told[1], last if high is None else told[2]
        to.add(IndexValue(beside, "", told[0], "", first, last, element))


@lru_cache(maxsize=8192)
def _in_dimension(low: Any, high: Any, code: str) -> tuple[str, float, float] | None:
    """(unit, low, high) in UCUM's unit of the dimension, exact until the last step; an end that is None is 0."""
    found = units.canonical(code)
    if found is None:
        return None
    ends = [0.0 if each is None else float(Fraction(each) * found.factor + found.offset) for each in (low, high)]
    return found.unit, ends[0], ends[1]


def _is_ordinary(value: Any) -> bool:
    """A value whose exact fraction is small: 1e999999 is a valid decimal."""
    return abs(Decimal(value).adjusted()) < _MAX_EXPONENT and len(Decimal(value).as_tuple().digits) < _MAX_EXPONENT


def _float(value: Any, otherwise: float) -> float:
    if value is None:
        return otherwise
    try:
        return max(-_MAX_FLOAT, min(float(value), _MAX_FLOAT))
    except OverflowError:
        return _MAX_FLOAT if value > 0 else -_MAX_FLOAT


def _money(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    if "value" in node:
        value, currency = _float(node["value"], 0), node.get("currency") or ""
        to.add(IndexValue(field, "urn:iso:std:iso:4217", currency, currency, value, value, element))


def _sampled(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    """The limits of the samples, when they are told; their unit is the one of the origin."""
    low, high = node.get("lowerLimit"), node.get("upperLimit")
    if low is not None or high is not None:
        _measure(node.get("origin") or {}, low, high, field, beside, element, to)


def _reference(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    written = node.get("reference")
    if written.__class__ is str and written:
        if written[0] == "#":
            # A contained target has no address; its identifiers answer `:identifier` and `.identifier`.
            for each in (to.contained.get(written[1:]) or {}).get("identifier") or ():
                _beside(each, beside, element, to)
        else:
            told = split_reference(written, to.space, node.get("type") or "")
            to.add(IndexValue(field, told[0], clip(told[1]), told[2], None, None, element))
    if identifier := node.get("identifier"):
        _beside(identifier, beside, element, to)


def _beside(identifier: Any, beside: int, element: int, to: Target) -> None:
    if identifier.__class__ is dict and identifier.get("value"):
        system, value = identifier.get("system") or "", clip(identifier["value"])
        to.add(IndexValue(beside, system, value, "", None, None, element))


def _logical(node: Any, field: int, beside: int, element: int, to: Target) -> None:
    """An Identifier where a reference is looked for (`Composition.relatesTo.target`)."""
    _beside(node, beside, element, to)


def split_reference(written: str, space: str, named: str = "") -> tuple[str, str, str]:
    """(type, value, version) as the table above says. `named` is Reference.type; `space` "" when the resource has none."""
    path, _, version = written.partition("/_history/")
    head, _, logical_id = path.rpartition("/")
    if not head:
        return named, path, version
    kind = head.rpartition("/")[2]
    if not (kind.isalpha() and kind[0].isupper()):
        return named, path, version
    if head != kind:
        return kind, path, version
    if space and logical_id.startswith(space):
        if kind == "Patient" and logical_id == space:
            return kind, logical_id, version
        if logical_id[len(space) : len(space) + 1] == ".":
            return kind, logical_id[len(space) + 1 :], version
    return kind, path, version


_TOKENS: dict[str, Convert] = {
    "CodeableConcept": _concept, "Coding": _coding, "Identifier": _identifier, "ContactPoint": _contact, "boolean": _boolean,
    "id": _plain, "string": _plain, "uri": _plain, "url": _plain, "canonical": _plain, "oid": _plain, "uuid": _plain,
    "markdown": _plain, "integer": _integer, "unsignedInt": _integer, "positiveInt": _integer, "deceased": _deceased,
    "date": _plain, "dateTime": _plain, "instant": _plain,
}  # fmt: skip
_CONVERTS: dict[Kind, dict[str, Convert]] = {
    Kind.TOKEN: _TOKENS,
    Kind.STRING: dict.fromkeys(("string", "markdown", "code", "id", "uri"), _string),
    Kind.DATE: {
        "date": _moment, "dateTime": _moment, "instant": _moment, "string": _moment, "Period": _period, "Timing": _timing,
    },
    Kind.NUMBER: {"integer": _number, "positiveInt": _number, "unsignedInt": _number, "decimal": _number, "Range": _range},
    Kind.QUANTITY: {
        "Quantity": _quantity, "Age": _quantity, "Duration": _quantity, "Count": _quantity, "Distance": _quantity,
        "Money": _money, "Range": _range, "SampledData": _sampled,
    },
    Kind.REFERENCE: {"Reference": _reference, "canonical": _canonical, "uri": _canonical, "Identifier": _logical},
    Kind.URI: {"uri": _uri, "url": _uri, "canonical": _canonical, "oid": _uri, "uuid": _uri},
}  # fmt: skip


def convert_of(kind: Kind, type_name: str, systems: Callable[[], dict[str, str]]) -> Convert | None:
    """How values of a FHIR type are indexed for a kind of parameter; None when they are not."""
    if kind is Kind.TOKEN and type_name == "code":
        return _code(systems())
    return _CONVERTS.get(kind, {}).get(type_name)
