"""The only place that reads the wall clock; doors call it and pass `now` down."""

import datetime as dt
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def now() -> dt.datetime:
    """The present instant, aware, in UTC, to the microsecond."""
    return dt.datetime.now(tz=dt.UTC)


def rfc3339(instant: dt.datetime) -> str:
    """`2026-11-24T05:00:00.123456Z`: fixed width, so that text order is time order."""
    return instant.astimezone(dt.UTC).isoformat(timespec="microseconds")[:-6] + "Z"
