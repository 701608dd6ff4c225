"""A search that anybody can check: each resource in memory, each SearchParameter's own FHIRPath expression, R4's words.

It shares no code with the search compiler: no index, no paths, no clauses. Slow, and meant to be read beside
https://hl7.org/fhir/R4/search.html.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from hygie.fhir.core import fhirpath
from hygie.fhir.core.definitions import SearchParameter, load
from hygie.fhir.core.search import guides

UCUM = "http://unitsofmeasure.org"
_GRAMS = {"g": Decimal(1), "kg": Decimal(1000), "mg": Decimal("0.001")}
_RESOLVES = re.compile(r"\.where\(resolve\(\) is (\w+)\)")
_FOREVER = 10**12


def matches(resource: dict[str, Any], type_name: str, criterion: str, space: str) -> bool:
    """Whether a resource answers one `name[:modifier]=value[,value…]`."""
    key, _, value = criterion.partition("=")
    name, _, modifier = key.partition(":")
    parameter = parameter_of(type_name, name)
    items = list(_items(parameter, resource))
    if modifier == "missing":
        return (value == "true") == (not any(_says(parameter.type, item) for item in items))
    wanted = re.split(r"(?<!\\),", value)
    found = any(
        _answers(parameter.type, modifier, one.replace("\\,", ","), item, space) for one in wanted for item in items
    )
    return found != (modifier == "not")


def parameter_of(type_name: str, name: str) -> SearchParameter:
    own = load().search_parameters(type_name)
    return own[name] if name in own else next(each for each in guides.parameters_of(type_name) if each.code == name)


def is_coded(resource: dict[str, Any], type_name: str, name: str) -> bool:
    """Whether a value is a bare `code`, whose system R4 only implies."""
    return any(type == "code" for type, _, _ in _items(parameter_of(type_name, name), resource))


def _items(parameter: SearchParameter, resource: dict[str, Any]) -> Iterator[tuple[str, Any, frozenset[str]]]:
    """(type, JSON, the types that `resolve() is` allows) of what the expression gives."""
    for branch in _branches(parameter.expression):
        allowed = frozenset(_RESOLVES.findall(branch))
        for node in _path(_RESOLVES.sub("", branch)).evaluate(resource):
            if isinstance(node, fhirpath.Node):
                yield node.type, node.value, allowed
            else:
                yield "boolean", node, allowed


@cache
def _path(expression: str) -> fhirpath.Expression:
    return fhirpath.compile(expression)


def _branches(expression: str) -> list[str]:
    depth, found = 0, [""]
    for sign in expression:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        found = [*found, ""] if sign == "|" and not depth else [*found[:-1], found[-1] + sign]
    return [each.strip() for each in found]


def _says(kind: str, item: tuple[str, Any, frozenset[str]]) -> bool:
    """Whether there is something to compare in an element: `:missing` is about values."""
    _, node, allowed = item
    match kind:
        case "date":
            return bool(list(_moments(node)))
        case "number" | "quantity":
            return _ends(node) is not None
        case "reference":
            written = node.get("reference", "") if isinstance(node, dict) else node
            return _kind(written) in allowed if allowed else bool(written or node.get("identifier"))
    return node not in (None, {})


def _answers(kind: str, modifier: str, value: str, item: tuple[str, Any, frozenset[str]], space: str) -> bool:
    type, node, allowed = item
    match kind:
        case "token":
            return any(_token(value, coded, modifier) for coded in _codes(type, node))
        case "string":
            return any(_string(value, text, modifier) for text in _texts(node))
        case "date":
            return any(_compared(value, _moment(value), each) for each in _moments(node))
        case "number" | "quantity":
            return _quantity(value, node)
        case "uri":
            return _uri(value, str(node), modifier)
    return _reference(value, node, modifier, allowed, space)


# ---- tokens


def _codes(type: str, node: Any) -> Iterator[tuple[str | None, str, list[str], list[str]]]:
    """(system or None where R4 gives it one implicitly, code, texts, types of an identifier as system|code)."""
    match type:
        case "CodeableConcept":
            text = [node["text"]] if "text" in node else []
            for coding in node.get("coding") or [{}]:
                yield coding.get("system", ""), coding.get("code", ""), text + _some(coding.get("display")), []
        case "Coding":
            yield node.get("system", ""), node.get("code", ""), _some(node.get("display")), []
        case "Identifier":
            kinds = [
                f"{each.get('system', '')}|{each.get('code', '')}" for each in node.get("type", {}).get("coding", ())
            ]
            yield node.get("system", ""), node.get("value", ""), _some(node.get("type", {}).get("text")), kinds
        case "ContactPoint":
            yield node["system"], node["value"], [], []
        case _:
            yield None if type == "code" else "", str(node).lower() if isinstance(node, bool) else str(node), [], []


def _some(text: str | None) -> list[str]:
    return [text] if text else []


def _token(value: str, coded: tuple[str | None, str, list[str], list[str]], modifier: str) -> bool:
    system, code, texts, kinds = coded
    if modifier == "text":
        return any(_fold(text).startswith(_fold(value)) for text in texts)
    if modifier == "of-type":
        kind, _, wanted = value.rpartition("|")
        return kind in kinds and wanted == code
    asked, bar, wanted = value.rpartition("|")
    return (not bar or system is None or asked == system) and (not wanted or wanted == code)


# ---- strings, addresses


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for name, value in node.items():
            if name not in ("use", "type", "system", "period", "extension", "id"):
                yield from (each for one in (value if isinstance(value, list) else [value]) for each in _texts(one))


def _fold(text: str) -> str:
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(plain.casefold().split())


def _string(value: str, text: str, modifier: str) -> bool:
    if modifier == "exact":
        return text == value
    found, wanted = _fold(text), _fold(value)
    return wanted in found if modifier == "contains" else found.startswith(wanted)


def _uri(value: str, uri: str, modifier: str) -> bool:
    sign = "." if uri.startswith("urn:") else "/"
    uri = uri.partition("|")[0]
    if modifier == "below":
        return uri == value or uri.startswith(f"{value}{sign}")
    if modifier == "above":
        return uri == value or value.startswith(f"{uri}{sign}")
    return uri == value


# ---- dates, numbers: intervals [low, high)


def _moment(text: str) -> tuple[float, float]:
    return _interval(re.sub(r"^[a-z]{2}", "", text))


def _interval(text: str) -> tuple[float, float]:
    if "T" in text:
        at = dt.datetime.fromisoformat(text)
        fraction = re.search(r"\.(\d+)", text)
        return at.timestamp(), at.timestamp() + (10 ** -len(fraction[1]) if fraction else 1)
    year, *rest = map(int, text.split("-"))
    month, day = (*rest, 0, 0)[:2]
    first = dt.datetime(year, month or 1, day or 1, tzinfo=dt.UTC)
    last = first + dt.timedelta(days=1) if day else first.replace(year + (month in (0, 12)), (month or 12) % 12 + 1)
    return first.timestamp(), last.timestamp()


def _moments(node: Any) -> Iterator[tuple[float, float]]:
    """Of a Timing, the outer limits."""
    if isinstance(node, str):
        if re.match(r"\d{4}", node):  # a text may say a date, or not
            yield _interval(node)
    elif isinstance(node, dict) and "event" in node:
        events = [_interval(each) for each in node["event"]]
        yield min(low for low, _ in events), max(high for _, high in events)
    elif isinstance(node, dict) and ("start" in node or "end" in node):
        low = _interval(node["start"])[0] if "start" in node else -_FOREVER
        yield low, _interval(node["end"])[1] if "end" in node else _FOREVER


def _compared(value: str, wanted: tuple[float, float], found: tuple[float, float]) -> bool:
    """R4's table of prefixes, for values that are periods."""
    (low, high), (first, last) = wanted, found
    equal = low <= first and last <= high
    match value[:2]:
        case "ne":
            return not equal
        case "gt":
            return last > high
        case "lt":
            return first < low
        case "ge":
            return last > high or equal
        case "le":
            return first < low or equal
        case "sa":
            return first >= high
        case "eb":
            return last <= low
    return equal


def _ends(node: Any) -> tuple[Decimal, Decimal] | None:
    """The ends of a number, a Quantity, a Range."""
    if not isinstance(node, dict):
        return (Decimal(str(node)),) * 2
    if "low" in node or "high" in node:
        return Decimal(str(node["low"]["value"])), Decimal(str(node["high"]["value"]))
    return (Decimal(str(node["value"])),) * 2 if "value" in node else None


def _quantity(value: str, node: Any) -> bool:
    number, *unit = value.split("|")
    prefix, asked = (number[:2], Decimal(number[2:])) if number[:2].isalpha() else ("eq", Decimal(number))
    half = Decimal(5).scaleb(int(asked.as_tuple().exponent) - 1)
    margin = {"eq": half, "ne": half, "ap": abs(asked) / 10}.get(prefix, Decimal(0))
    low, high = asked - margin, asked + margin
    if (ends := _ends(node)) is None:
        return False
    first, last = ends
    told = node.get("low", node) if isinstance(node, dict) else {}
    if unit == [UCUM, "kg"]:
        if told.get("system") != UCUM:
            return False
        first, last = first * _GRAMS[told["code"]], last * _GRAMS[told["code"]]
        low, high = low * 1000, high * 1000
    elif unit and unit[1] not in (told.get("code"), told.get("unit")):
        return False
    equal = low <= first and last < high
    tests = {
        "eq": equal, "ne": not equal, "gt": last > high, "lt": first < low, "ge": last >= low, "le": first <= high,
        "sa": first > high, "eb": last < low, "ap": first <= high and last >= low,
    }  # fmt: skip
    return tests[prefix]


# ---- references


def _reference(value: str, node: Any, modifier: str, allowed: frozenset[str], space: str) -> bool:
    if modifier == "identifier":
        identifier = node.get("identifier") if isinstance(node, dict) else None
        return bool(identifier) and _token(value, next(_codes("Identifier", identifier)), "")
    written = node.get("reference", "") if isinstance(node, dict) else str(node).partition("|")[0]
    if not written:
        return False
    if allowed and _kind(written) not in allowed:
        return False
    return value in (written, written.rpartition("/")[2] if written.count("/") == 1 else written)


def _kind(written: str) -> str:
    return written.rpartition("/")[0].rpartition("/")[2]
