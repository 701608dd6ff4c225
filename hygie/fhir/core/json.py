"""FHIR JSON in and out, without losing anything: decimals keep their digits, duplicate names are refused.

https://hl7.org/fhir/R4/json.html
"""

import re
from decimal import Decimal
from typing import Any

import msgspec

from hygie.lib.errors import Invalid

MAX_DEPTH = 64

_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_encode = msgspec.json.Encoder(decimal_format="number").encode
# Strings of valid JSON, so that what is left of it is punctuation and numbers; possessive, hence linear.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)


class Malformed(Invalid):
    """The content is not well-formed."""

    default_code = "json-malformed"


def read(data: bytes) -> Any:
    """The value of a JSON text: dict, list, str, int, bool, None, and Decimal for what has a fraction or an exponent.

    Raises Malformed(json-malformed, json-too-deep, json-duplicate-name, json-nul).
    """
    # No FHIR string holds NUL, and PostgreSQL text cannot.
    if b"\\u0000" in data:
        raise Malformed("A string holds a NUL character.", code="json-nul")
    try:
        value = _decode(data)
    except RecursionError as error:
        raise _too_deep() from error
    except (msgspec.DecodeError, ValueError, ArithmeticError) as error:
        raise Malformed("The content is not well-formed JSON.") from error
    if _count_names(value) != _STRING.sub(b"", data).count(b":"):
        raise Malformed("An object has the same name twice.", code="json-duplicate-name")
    return value


def read_object(data: bytes) -> dict[str, Any]:
    value = read(data)
    if not isinstance(value, dict):
        raise Malformed("The content is not a JSON object.", code="json-not-object")
    return value


def write(value: Any) -> bytes:
    """UTF-8 JSON without white space; members in the order of the dict, decimals with their own digits."""
    return _encode(value)


def _count_names(value: Any) -> int:
    """How many members the objects have, at all levels; the decoder keeps one of two members of the same name."""
    count = 0
    level = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                count += len(item)
                below += [each for each in item.values() if isinstance(each, dict | list)]
            elif isinstance(item, list):
                below += [each for each in item if isinstance(each, dict | list)]
        if not below:
            return count
        level = below
    raise _too_deep()


def _too_deep() -> Malformed:
    return Malformed(f"The content is nested deeper than {MAX_DEPTH} levels.", code="json-too-deep")
