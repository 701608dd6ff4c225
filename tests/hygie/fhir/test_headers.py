import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fhir.http import headers


@given(st.text(max_size=60))
def test_no_header_breaks_negotiation(text):
    headers.resource_form(text)
    headers.resource_form("", text)
    headers.binary_form(text, "", "application/pdf")
    headers.preferences(text)
    headers.matches(text, 3)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "raw"),
        ("application/pdf", "raw"),
        ("application/*", "raw"),
        ("application/fhir+json", "json"),
        ("application/pdf;q=0.5, application/fhir+json", "json"),
        ("application/pdf, application/fhir+json;q=0.5", "raw"),
        ("text/html", None),
        ("application/fhir+xml", "json"),
        ("application/xml", None),
        ("application/pdf;q=0", "raw"),
    ],
)
def test_the_first_range_that_can_be_served_decides(accept, form):
    assert headers.binary_form(accept, "", "application/pdf") == form


@pytest.mark.parametrize(
    ("prefer", "wanted", "strict"),
    [
        ("", "", False),
        ("return=minimal", "minimal", False),
        ("return=OperationOutcome; handling=strict", "OperationOutcome", True),
        ("handling=lenient, return=representation", "representation", False),
        ("respond-async, handling=strict", "", True),
        ("return=everything", "", False),
    ],
)
def test_preferences(prefer, wanted, strict):
    assert headers.preferred_return(prefer) == wanted
    assert headers.is_strict(prefer) is strict


def test_versions_compare_weakly():
    assert headers.etag(3) == 'W/"3"'
    assert all(headers.matches(each, 3) for each in ('W/"3"', '"3"', '"1", W/"3"', "*"))
    assert not any(headers.matches(each, 3) for each in ('W/"4"', "3", "", '"33"'))


def test_dates_are_those_of_http():
    instant = dt.datetime(2026, 3, 16, 11, 12, 5, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    assert headers.http_date(instant) == "Mon, 16 Mar 2026 10:12:05 GMT"
