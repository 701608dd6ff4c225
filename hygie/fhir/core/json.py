"""FHIR JSON in and out, without losing anything: decimals keep their digits, duplicate names are refused.

https://hl7.org/fhir/R4/json.html
"""

import json as plain_json
import re
from decimal import Decimal
from typing import Any

import msgspec

from hygie.lib.errors import Invalid

MAX_DEPTH = 64


class Spelled(Decimal):
    """A decimal that Python would write otherwise than it came: `0.000000001`, `1e5`. Equal to any Decimal of its value."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> "Spelled":
        made = super().__new__(cls, text)
        made.text = text
        return made

    def __str__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[type["Spelled"], tuple[str]]:
        return Spelled, (self.text,)

    def __copy__(self) -> "Spelled":
        return self

    def __deepcopy__(self, _memo: Any) -> "Spelled":
        return self


def decimal(text: str) -> Decimal:
    """The decimal of this text, which is written again as it came."""
    value = Decimal(text)
    return value if str(value) == text else Spelled(text)


def _write_spelled(value: Any) -> msgspec.Raw:
    if isinstance(value, Spelled):
        return msgspec.Raw(value.text.encode())
    raise TypeError(f"FHIR JSON has no {type(value).__name__}.")


_decode = msgspec.json.Decoder(float_hook=decimal).decode
_encode = msgspec.json.Encoder(decimal_format="number", enc_hook=_write_spelled).encode
# Strings of valid JSON, so that what is left of it is punctuation and numbers; possessive, hence linear.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_APART = re.compile(rb'"[ \t\r\n]+:')
_MINUS_ZERO = re.compile(rb"-0(?![0-9])(?<=[:,\[ \t\r\n]-0)")


class Malformed(Invalid):
    """The content is not well-formed."""

    default_code = "json-malformed"


def read(data: bytes) -> Any:
    """The value of a JSON text: dict, list, str, int, bool, None, and Decimal for what has a fraction or an exponent.

    Raises Malformed(json-malformed, json-too-deep, json-duplicate-name, json-nul).
    """
    # No FHIR string holds NUL, and PostgreSQL text cannot.
    escapes = b"\\" in data
    if escapes and b"\\u0000" in data:
        raise Malformed("A string holds a NUL character.", code="json-nul")
    try:
        value = _decode(data)
    except RecursionError as error:
        raise _too_deep() from error
    except (msgspec.DecodeError, ValueError, ArithmeticError) as error:
        raise Malformed("The content is not well-formed JSON.") from error
    names = _count_names(value)
    if (escapes or not _are_plainly(names, data)) and names != _STRING.sub(b"", data).count(b":"):
        raise Malformed("An object has the same name twice.", code="json-duplicate-name")
    # The decoder takes a minus zero for the whole number 0.
    return _read_slowly(data) if _MINUS_ZERO.search(data) and b"-0" in _STRING.sub(b"", data) else value


def _are_plainly(names: int, data: bytes) -> bool:
    """Whether a text without escapes tells this number of names, seen without reading its strings: the colon follows each
    name at once. False says nothing."""
    return data.count(b'":') == names and not _APART.search(data)


def read_object(data: bytes) -> dict[str, Any]:
    value = read(data)
    if not isinstance(value, dict):
        raise Malformed("The content is not a JSON object.", code="json-not-object")
    return value


def write(value: Any) -> bytes:
    """UTF-8 JSON without white space; members in the order of the dict, decimals with their own digits."""
    return _encode(value)


def _read_slowly(data: bytes) -> Any:
    """A text that is known to be right, with a sign on its zeros."""
    return plain_json.loads(
        data, parse_float=decimal, parse_int=lambda text: decimal(text) if text == "-0" else int(text)
    )


def _count_names(value: Any) -> int:
    """How many members the objects have, at all levels; the decoder keeps one of two members of the same name."""
    count = 0
    level = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for item in level:
            if item.__class__ is dict:
                count += len(item)
                below += [each for each in item.values() if each.__class__ is dict or each.__class__ is list]
            elif item.__class__ is list:
                below += [each for each in item if each.__class__ is dict or each.__class__ is list]
        if not below:
            return count
        level = below
    raise _too_deep()


def check_depth(value: Any) -> None:
    """Raises Malformed(json-too-deep) for what could be written, but not read again."""
    _count_names(value)


def _too_deep() -> Malformed:
    return Malformed(f"The content is nested deeper than {MAX_DEPTH} levels.", code="json-too-deep")
