"""Dates and times: precision, zones, arithmetic, boundaries."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fhir.core.fhirpath import DateTime, Environment, ExecutionFault, temporal
from tests.hygie.fhir.core.fhirpath.evaluation import PATIENT, ask, said


@pytest.mark.parametrize(
    ("comparison", "answer"),
    [
        ("@2014 = @2014", [True]),
        ("@2014 = @2014-03", []),
        ("@2014 < @2015-03-01", [True]),
        ("@2014-03-01 = @2014-03-01T", [True]),
        ("@2014-03-01T10:00 = @2014-03-01T10:00:00", []),
        ("@2014-03-01T10:00:00 = @2014-03-01T10:00:00.000", [True]),
        ("@2014-03-01T10:00:00Z = @2014-03-01T12:00:00+02:00", [True]),
        ("@2014-03-01T23:30:00-05:00 > @2014-03-02T00:00:00Z", [True]),
        ("@2014-03-01T10:00:00Z > @2014-03-01T09:00:00", []),
        ("@2014-03-01T10:00:00Z > @2014-02-01T09:00:00", [True]),
        ("@2014-03-01T10:00:00 < @2014-03-03T10:00:00+01:00", [True]),
        ("@2014 = @T10:00", [False]),
        ("@2014 ~ @2014-01", [False]),
        ("@T10:00 < @T10:30", [True]),
        ("@2014-03-01T10Z < @2014-03-01T12+01:00", [True]),
        ("birthDate = @1974-12-25", [True]),
        ("birthDate < today()", [True]),
        ("now() > today()", []),
    ],
)
def test_precision_and_zones_may_leave_a_comparison_open(comparison, answer):
    assert ask(comparison, PATIENT) == answer


@pytest.mark.parametrize(
    ("sum_", "result"),
    [
        ("@2014 + 25 months", "2016"),
        ("@2014 + 364 days", "2014"),
        ("@2014-01-31 + 1 month", "2014-02-28"),
        ("@2016-02-29 + 1 year", "2017-02-28"),
        ("@2014-03-31 - 1 month", "2014-02-28"),
        ("@2014-01-01 + 47 hours", "2014-01-02"),
        ("@1973-12-25 + 7.7 days", "1974-01-01"),
        ("@1973-12-25 + 2 'wk'", "1974-01-08"),
        ("@2014-01-01T10:00 + 90 seconds", "2014-01-01T10:01"),
        ("@2014-01-01T23:59:59.999+02:00 + 1 millisecond", "2014-01-02T00:00:00.000+02:00"),
        ("@2014-01-01T10:00:00 + 0.25 seconds", "2014-01-01T10:00:00.250"),
        ("@T23:30 + 45 minutes", "00:15"),
        ("@T00:10 - 20 minutes", "23:50"),
        ("@T10:00 + 1 day", "10:00"),
        ("@2014-12-25 - 1 'month'", "2014-11-25"),
    ],
)
def test_a_duration_moves_a_date_as_far_as_its_precision_goes(sum_, result):
    assert said(sum_) == [result]


@pytest.mark.parametrize("sum_", ["@9999-12-31 + 1 day", "@0001-01-01 - 1 month", "@2014 + 100000000000000000 years"])
def test_beyond_the_calendar_is_empty(sum_):
    assert ask(sum_) == []


@pytest.mark.parametrize(
    "sum_", ["@2014-01-01 + 1 'mo'", "@2014-01-01 + 1 'a'", "@2014-01-01 + 1 'cm'", "@2014-01-01 + 1"]
)
def test_what_is_no_duration_is_refused(sum_):
    with pytest.raises(ExecutionFault):
        ask(sum_)


_day = dt.datetime.fromisoformat


@given(st.datetimes(_day("1900-01-01"), _day("2100-01-01")), st.integers(-(10**9), 10**9))
def test_adding_seconds_agrees_with_python(start, seconds):
    literal = start.replace(microsecond=0).isoformat()
    after = start.replace(microsecond=0) + dt.timedelta(seconds=seconds)
    sign = "-" if seconds < 0 else "+"
    assert said(f"@{literal} {sign} {abs(seconds)} seconds") == [after.isoformat()]


@given(
    st.datetimes(_day("1990-01-01"), _day("1990-01-03"), timezones=st.timezones()),
    st.datetimes(_day("1990-01-01"), _day("1990-01-03"), timezones=st.timezones()),
)
def test_instants_are_ordered_as_python_orders_them(left, right):
    first, second = (_at_a_minute(each) for each in (left, right))
    values = [temporal.parse_datetime(each.isoformat()) for each in (first, second)]
    assert isinstance(values[0], DateTime) and isinstance(values[1], DateTime)
    assert temporal.order(values[0], values[1]) == (first > second) - (first < second)
    assert (temporal.comparison_key(values[0]) == temporal.comparison_key(values[1])) is (first == second)


def _at_a_minute(moment: dt.datetime) -> dt.datetime:
    offset = moment.utcoffset() or dt.timedelta()
    whole = dt.timedelta(minutes=int(offset.total_seconds() // 60))
    return moment.replace(microsecond=0, tzinfo=dt.timezone(whole))


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("@2014.lowBoundary()", "2014-01-01"),
        ("@2012-02.highBoundary()", "2012-02-29"),
        ("@2014-01-01T08.lowBoundary()", "2014-01-01T08:00:00.000+14:00"),
        ("@2014-01-01T08.highBoundary()", "2014-01-01T08:59:59.999-12:00"),
        ("@2014-01-01T08:05:10Z.highBoundary()", "2014-01-01T08:05:10.999Z"),
        ("@T10.highBoundary()", "10:59:59.999"),
        ("@2014-05-06.lowBoundary(6)", "2014-05"),
    ],
)
def test_boundaries_fill_what_is_not_known(call, result):
    assert said(call) == [result]


def test_a_boundary_more_precise_than_the_type_is_empty():
    assert ask("@2014.lowBoundary(17) | @T10.lowBoundary(17)") == []


def test_the_clock_is_lent_by_the_caller():
    assert said("today() | timeOfDay()") == ["2026-03-16", "10:12:30.500"]
    assert said("now()") == ["2026-03-16T10:12:30.500Z"]
    with pytest.raises(ExecutionFault):
        ask("now()", environment=Environment())


@pytest.mark.parametrize(
    "text", ["2014-13", "2014-02-30", "2014-1", "T10", "2014-01-01T25", "2014-01-01T10:00+15:00", "x", ""]
)
def test_what_is_no_date_is_not_converted(text):
    assert ask(f"'{text}'.convertsToDateTime()") == [False]
