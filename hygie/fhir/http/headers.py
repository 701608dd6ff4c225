"""Headers of FHIR's RESTful interface: content negotiation, preferences, versions. https://hl7.org/fhir/R4/http.html"""

import datetime as dt
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from typing import Literal

JSON = "application/fhir+json"
XML = "application/fhir+xml"
FHIR_MEDIA_TYPES = frozenset({"application/fhir+json", "application/json", "text/json", "json"})
FHIR_XML_MEDIA_TYPES = frozenset({"application/fhir+xml", "application/xml", "text/xml", "xml"})
XML_MEDIA_TYPES = frozenset({"text/xml", "application/xml", "application/hl7-v3+xml"})

Form = Literal["json", "raw"]
Return = Literal["", "minimal", "representation", "OperationOutcome"]


def media_type(content_type: str) -> str:
    """`application/xml` of `Application/XML; charset=utf-8`."""
    return content_type.partition(";")[0].strip().lower()


def _accepted(accept: str) -> list[str]:
    """Media ranges of an Accept header, most wanted first; those of weight 0 are left out."""
    ranges: list[tuple[float, str]] = []
    for part in accept.split(",")[:32]:
        name, *parameters = part.split(";")
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        if weight > 0 and name.strip():
            ranges.append((-weight, name.strip().lower()))
    return [name for _, name in sorted(ranges, key=lambda each: each[0])]


@lru_cache(maxsize=128)  # software asks for the same thing again and again
def resource_form(accept: str, chosen: str = "") -> Literal["json", "xml"] | None:
    """How a resource is written for the client; None when neither suits. `chosen` is `_format`, which wins over the header.

    The first wanted range that can be served decides.
    """
    for each in [media_type(chosen.replace(" ", "+"))] if chosen else _accepted(accept) or ["*/*"]:
        if each in FHIR_MEDIA_TYPES or (each in ("*/*", "application/*", "text/*") and not chosen):
            return "json"
        if each in FHIR_XML_MEDIA_TYPES:
            return "xml"
    return None


def binary_form(accept: str, chosen: str, stored: str) -> Form | None:
    """How a Binary is given: as a resource ("json", whatever its syntax) when FHIR JSON or XML is asked for, else as it is.

    The first wanted range that can be served decides; None when none can. `application/xml` is not FHIR XML here.
    """
    if chosen:
        return "json" if resource_form("", chosen) else None
    stored_range = stored.partition("/")[0] + "/*"
    for each in _accepted(accept) or ["*/*"]:
        if each in FHIR_MEDIA_TYPES or each == XML:
            return "json"
        if each in ("*/*", stored_range, stored) or (each in XML_MEDIA_TYPES and stored in XML_MEDIA_TYPES):
            return "raw"
    return None


def preferences(prefer: str) -> dict[str, str]:
    """`return=minimal; handling=strict` (RFC 7240); separators `,` and `;` are both seen in the wild."""
    told: dict[str, str] = {}
    for part in prefer.replace(";", ",").split(",")[:16]:
        key, _, value = part.partition("=")
        told.setdefault(key.strip().lower(), value.strip().strip('"'))
    return told


def preferred_return(prefer: str) -> Return:
    match preferences(prefer).get("return", ""):
        case "minimal":
            return "minimal"
        case "representation":
            return "representation"
        case "OperationOutcome":
            return "OperationOutcome"
    return ""


def is_strict(prefer: str) -> bool:
    return preferences(prefer).get("handling", "") == "strict"


def etag(version: int) -> str:
    return f'W/"{version}"'


def matches(if_none_match: str, version: int) -> bool:
    """Whether If-None-Match names this version: weak comparison, as RFC 9110 says."""
    if if_none_match.strip() == "*":
        return True
    wanted = f'"{version}"'
    return any(each.strip().removeprefix("W/") == wanted for each in if_none_match.split(","))


def http_date(instant: dt.datetime) -> str:
    return format_datetime(instant.astimezone(dt.UTC), usegmt=True)


def instant_of(date: str) -> str:
    """The same instant as FHIR writes it."""
    return parsedate_to_datetime(date).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def accepts_gzip(accepted: str) -> bool:
    """`gzip` or `*`, with a weight that is not 0. https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3"""
    for part in accepted.lower().split(","):
        name, _, weight = part.replace(" ", "").partition(";")
        if name in ("gzip", "x-gzip", "*"):
            return not (weight.startswith("q=0") and not weight.strip("q=0."))
    return False
