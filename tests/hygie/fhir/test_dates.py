import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fhir.core import dates
from hygie.lib.clock import PARIS
from hygie.lib.errors import Invalid


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2026", "2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00"),
        ("2026-12", "2026-12-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00"),
        ("2024-02-29", "2024-02-29T00:00:00+01:00", "2024-03-01T00:00:00+01:00"),
        # the day of the change to summer time has 23 hours
        ("2026-03-29", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00"),
        ("2026-03-16T10:12Z", "2026-03-16T10:12:00+00:00", "2026-03-16T10:13:00+00:00"),
        ("2026-03-16T10:12:05Z", "2026-03-16T10:12:05+00:00", "2026-03-16T10:12:06+00:00"),
        ("2026-03-16T10:12:05.25Z", "2026-03-16T10:12:05.250000+00:00", "2026-03-16T10:12:05.260000+00:00"),
        ("2026-03-16T10:12:05.1234567Z", "2026-03-16T10:12:05.123456+00:00", "2026-03-16T10:12:05.123457+00:00"),
        ("2026-03-16T10:12:05-05:30", "2026-03-16T15:42:05+00:00", "2026-03-16T15:42:06+00:00"),
        ("2026-07-16T10:12:05", "2026-07-16T08:12:05+00:00", "2026-07-16T08:12:06+00:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00", "2017-01-01T00:00:00+00:00"),
    ],
)
def test_a_date_is_the_interval_that_it_names(text, low, high):
    assert [each.astimezone(dt.UTC) for each in dates.period_of(text)] == [
        dt.datetime.fromisoformat(each).astimezone(dt.UTC) for each in (low, high)
    ]


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-1", "2026-13", "2026-00", "2026-02-30", "2026-03-16T", "2026-03-16T10", "2026-03-16T25:00Z",
     "2026-03-16T10:12:61Z", "2026-03-16T10:12:05+15:00", "2026-03-16 10:12:05", "0000", "٢٠٢٦",
     "2026-03-16T10:12:05.Z", "2026\n"],
)  # fmt: skip
def test_what_is_not_a_date_is_none(text):
    assert dates.find_period(text) is None
    with pytest.raises(Invalid):
        dates.period_of(text)


@given(st.integers(-3_700_000_000, 7_200_000_000).map(lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC)))
def test_an_instant_is_within_its_second_its_day_and_its_year(instant):
    local = instant.astimezone(PARIS)
    for text in (instant.strftime("%Y-%m-%dT%H:%M:%SZ"), local.date().isoformat(), str(local.year)):
        low, high = dates.period_of(text)
        assert low <= instant < high


@given(st.text(max_size=30))
def test_no_text_breaks_it(text):
    dates.find_period(text)
    dates.date_of(text)


def test_the_last_day_of_the_calendar_stands_for_no_end():
    for text in ("9999-12-31", "9999-12", "9999"):
        assert dates.period_of(text)[1].year == 9999


def test_a_day_is_a_whole_date():
    assert dates.date_of("1984-03-12") == dt.date(1984, 3, 12)
    assert [dates.date_of(text) for text in ("1984", "1984-03", "1984-03-1", "19840312", "1984-W11-1")] == [None] * 5
