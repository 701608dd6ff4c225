"""The values of R4 primitive types, as JSON has them. https://hl7.org/fhir/R4/datatypes.html#primitive

The published regular expressions are kept in the definitions; those here accept the same values in linear time, and
refuse days that no calendar has.
"""

import re
import string
from calendar import isleap
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hygie.fhir.core.validation.issues import Found, fault

Check = Callable[[Any, Any], Found]
"""(value, run) → faults or None."""

MAX_STRING = 1024 * 1024
_INT_MAX = 2**31 - 1
_YEAR = r"(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = (
    r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|[12][0-9]))"
)
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_is_date = re.compile(rf"{_YEAR}(?:-{_MONTH}|-{_DAY})?").fullmatch
_is_datetime = re.compile(rf"{_YEAR}(?:-{_MONTH}|-{_DAY}(?:T{_TIME}{_ZONE})?)?").fullmatch
_is_instant = re.compile(rf"{_YEAR}-{_DAY}T{_TIME}{_ZONE}").fullmatch
_is_time = re.compile(_TIME).fullmatch
_is_id = re.compile(r"[A-Za-z0-9\-.]{1,64}").fullmatch
_is_code = re.compile(r"\S++(?:\s\S++)*+").fullmatch
_is_oid = re.compile(r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+").fullmatch
_UUID = r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_is_uuid = re.compile(_UUID).fullmatch
_is_uuid_uri = re.compile(_UUID, re.IGNORECASE).fullmatch
# What the published `[ \r\n\t\S]+` leaves out, with the white space of all languages taken for text (French needs it).
_has_control = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]").search
_SPACE = re.compile(r"[ \t\r\n]+")


def _wrong(kind: str, how: str, value: Any) -> Found:
    """Says the JSON type when that is what is wrong, else the format."""
    if value is None:
        return fault("null", "null says nothing in FHIR: leave the property out.")
    if type(value) is not str:
        return fault("type", f"A JSON string is expected: a FHIR {kind} is written between quotes.")
    if not value:
        return fault("empty", "A string is not empty: leave the property out when there is no value.")
    return fault("format", f"This is not a FHIR {kind}: write {how}.", code="value")


def _string(value: Any, _run: Any) -> Found:
    if type(value) is str and value:
        if len(value) > MAX_STRING:
            return fault("too-long", "A string has at most 1,048,576 characters: send long content as an Attachment.")
        if value.isprintable() or not _has_control(value):
            return None
    return _wrong("string", "text without control characters (tab and line ends are allowed)", value)


def _leap(value: str) -> bool:
    """False for the 29th of February of a common year."""
    return value[5:10] != "02-29" or isleap(int(value[:4]))


def _matching(kind: str, matches: Callable[[str], Any], how: str) -> Check:
    def check(value: Any, _run: Any) -> Found:
        if type(value) is str and matches(value):
            return None
        return _wrong(kind, how, value)

    return check


def _dated(kind: str, matches: Callable[[str], Any], how: str) -> Check:
    def check(value: Any, _run: Any) -> Found:
        if type(value) is str and matches(value) and _leap(value):
            return None
        return _wrong(kind, how, value)

    return check


def _uri(kind: str) -> Check:
    how = "a URI without white space (after `urn:oid:` an OID, after `urn:uuid:` a UUID)"

    def check(value: Any, _run: Any) -> Found:
        if type(value) is str and value and len(value.split()) == 1 and not value[0].isspace():
            if value[-1].isspace():
                return _wrong(kind, how, value)
            if not value.startswith("urn:") or _is_right_urn(value if kind != "canonical" else value.partition("|")[0]):
                return None
        return _wrong(kind, how, value)

    return check


def _is_right_urn(value: str) -> bool:
    if value.startswith("urn:oid:"):
        return _is_oid(value) is not None
    # A fragment may follow: the address of something inside a resource of a Bundle.
    return not value.startswith("urn:uuid:") or _is_uuid_uri(value.partition("#")[0]) is not None


def _integer(kind: str, low: int) -> Check:
    def check(value: Any, _run: Any) -> Found:
        if type(value) is int:
            if low <= value <= _INT_MAX:
                return None
            return fault("format", f"A FHIR {kind} is from {low} to {_INT_MAX}.", code="value")
        if value is None:
            return _wrong(kind, "", value)
        return fault("type", f"A JSON number without fraction, without quotes, is expected: a FHIR {kind}.")

    return check


def _boolean(value: Any, _run: Any) -> Found:
    if value is True or value is False:
        return None
    if value is None:
        return _wrong("boolean", "", value)
    return fault("type", "true or false is expected, without quotes.")


def _decimal(value: Any, _run: Any) -> Found:
    if type(value) is int or isinstance(value, Decimal):
        return None
    if value is None:
        return _wrong("decimal", "", value)
    return fault("type", "A JSON number, without quotes, is expected: a FHIR decimal.")


_BASE64 = string.ascii_letters.encode() + string.digits.encode() + b"+/"
_PADDING = (b"", b"=", b"==")


def decoded_size(value: str) -> int | None:
    """How many bytes a base64 text stands for; None when it is not base64 (white space is allowed)."""
    if not value.isascii():
        return None
    text = value.encode()
    # What is no sign of base64: nothing, padding, or white space too.
    rest = text.translate(None, _BASE64)
    if rest not in _PADDING:
        text = b"".join(text.split())
        rest = text.translate(None, _BASE64)
    # The empty text is no FHIR value.
    if not text or len(text) % 4 or rest not in _PADDING or not text.endswith(rest):
        return None
    return len(text) // 4 * 3 - len(rest)


def _base64(value: Any, _run: Any) -> Found:
    if type(value) is str and decoded_size(value) is not None:
        return None
    return _wrong("base64Binary", "base64 with its padding", value)


CHECKS: dict[str, Check] = {
    "base64Binary": _base64,
    "boolean": _boolean,
    "canonical": _uri("canonical"),
    "code": _matching("code", _is_code, "a code without white space before, after, or twice in a row within"),
    "date": _dated("date", _is_date, "YYYY, YYYY-MM or YYYY-MM-DD, of a day that exists"),
    "dateTime": _dated(
        "dateTime", _is_datetime, "YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss with a zone (Z or +hh:mm)"
    ),
    "decimal": _decimal,
    "id": _matching("id", _is_id, "1 to 64 letters, digits, `-` and `.`"),
    "instant": _dated("instant", _is_instant, "YYYY-MM-DDThh:mm:ss with a zone (Z or +hh:mm)"),
    "integer": _integer("integer", -(2**31)),
    "markdown": _string,
    "oid": _matching("oid", _is_oid, "`urn:oid:` and an OID"),
    "positiveInt": _integer("positiveInt", 1),
    "string": _string,
    "time": _matching("time", _is_time, "hh:mm:ss"),
    "unsignedInt": _integer("unsignedInt", 0),
    "uri": _uri("uri"),
    "url": _uri("url"),
    "uuid": _matching("uuid", _is_uuid, "`urn:uuid:` and a UUID in lower case"),
}
