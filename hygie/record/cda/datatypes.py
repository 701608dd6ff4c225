"""HL7 v3 data types (II, TS, CD, PN) to values. Readers give None for what is absent, null or unreadable."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from lxml.etree import _Element

from hygie.record.cda.elements import attribute, children
from hygie.record.cda.types import CdaTime, Identifier
from hygie.terminology import queries as terminology
from hygie.terminology.types import Coding

_TS = re.compile(r"(\d{4}(?:\d{2}){0,5})(?:[.,]\d{1,9})?(Z|[+-]\d{1,4})?", re.ASCII)
_OID = re.compile(r"[0-2](\.(0|[1-9]\d*))+", re.ASCII)
_PARIS = ZoneInfo("Europe/Paris")
_DEFAULTS = (1, 1, 1, 0, 0, 0)


def parse_time(value: str) -> CdaTime | None:
    """An HL7 TS literal of 4 to 14 digits, zone optional (Europe/Paris when absent). None when it is not a date."""
    found = _TS.fullmatch(value)
    return _read_parts(*found.groups()) if found else None


@lru_cache(maxsize=4096)
def _read_parts(digits: str, zone: str | None) -> CdaTime | None:
    parts = [int(digits[:4]), *(int(digits[at : at + 2]) for at in range(4, len(digits), 2))]
    parts += _DEFAULTS[len(parts) :]
    try:
        return CdaTime(datetime(*parts[:6], tzinfo=_zone(zone)), len(digits))  # type: ignore[arg-type,misc]
    except ValueError:
        return None


def _zone(text: str | None) -> ZoneInfo | timezone:
    if text == "Z":
        return UTC
    # Official examples have cut zones ("202302091130+0", "20240106113623+100"): the date is right and no guess at the
    # rest is safe, so the zone counts as not given. A document is not refused for that.
    if text is None or len(text) not in (3, 5):
        return _PARIS
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[3:5] or 0))
    return timezone(-offset if text[0] == "-" else offset)


def read_time(element: _Element | None) -> CdaTime | None:
    """TS of an element's `value`, or of the `low` (else `center`) of an interval."""
    if element is None:
        return None
    if value := attribute(element, "value"):
        return parse_time(value)
    for bound in ("low", "center"):
        for found in children(element, bound):
            if value := attribute(found, "value"):
                return parse_time(value)
    return None


def read_period(element: _Element | None) -> tuple[CdaTime | None, CdaTime | None]:
    """(start, end) of an IVL_TS; a simple TS is a start only."""
    ends = children(element, "high")
    return read_time(element), parse_time(attribute(ends[0], "value")) if ends else None


def read_coding(element: _Element | None) -> Coding | None:
    """The CD's own code and system. None with a nullFlavor, without a code, or without a code system: a code that
    nobody can look up means nothing."""
    if element is None or element.get("nullFlavor"):
        return None
    code, system = attribute(element, "code"), attribute(element, "codeSystem")
    if not code or not system:
        return None
    return Coding(terminology.oid_to_system(system), code, attribute(element, "displayName"))


def read_ids(element: _Element | None) -> tuple[Identifier, ...]:
    """Identifiers that are really given (no nullFlavor, with a root)."""
    return tuple(
        (attribute(found, "root"), attribute(found, "extension"))
        for found in children(element, "id")
        if attribute(found, "root") and not found.get("nullFlavor")
    )


def joined_id(identifier: Identifier) -> str:
    """`root` or `root^extension`, as an XDS uniqueId."""
    root, extension = identifier
    return f"{root}^{extension}" if extension else root


def is_oid(text: str) -> bool:
    return bool(_OID.fullmatch(text))
