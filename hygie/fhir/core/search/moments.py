"""FHIR times as seconds since 1970: the half-open interval that a text, a Period or a Timing names.

https://hl7.org/fhir/R4/search.html#date
"""

from functools import lru_cache
from typing import Any

from hygie.fhir.core.dates import find_period

UNBOUNDED = 1e15
"""Seconds: the open end of a period."""

Interval = tuple[float, float]


@lru_cache(maxsize=8192)
def interval(text: str) -> Interval | None:
    found = find_period(text)
    return (found[0].timestamp(), found[1].timestamp()) if found else None


def period(node: dict[str, Any]) -> Interval | None:
    """A Period without a start or an end is open on that side; without both it says nothing."""
    start, end = node.get("start"), node.get("end")
    first = interval(start) if isinstance(start, str) else None
    last = interval(end) if isinstance(end, str) else None
    if first is None and last is None:
        return None
    return (first[0] if first else -UNBOUNDED, last[1] if last else UNBOUNDED)


def timing(node: dict[str, Any]) -> Interval | None:
    """From the first to the last of the events and bounds: the outer limits, as R4 says."""
    found = [each for event in node.get("event") or () if isinstance(event, str) and (each := interval(event))]
    bounds = (node.get("repeat") or {}).get("boundsPeriod")
    if isinstance(bounds, dict) and (within := period(bounds)):
        found.append(within)
    if not found:
        return None
    return min(low for low, _ in found), max(high for _, high in found)
