"""Columns travel as the text of an array: what goes in comes out, whatever signs it has."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hygie.lib.arrays import array

texts = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
hostile = st.lists(
    st.sampled_from(['"', "\\", '\\"', "{", "}", ",", "NULL", "", " ", "'", "\n", "{a,b}", "%s", "'; DROP TABLE x"])
)


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts | hostile)
def test_a_column_comes_out_as_it_went_in(values):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite takes values one by one")
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [array("text", values)])
        assert cursor.fetchone()[0] == values


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.floats(allow_nan=False)),
    st.lists(st.integers(-(2**31), 2**31 - 1)),
    st.lists(st.booleans()),
)
def test_numbers_and_truths_too(floats, numbers, truths):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite takes values one by one")
    with connection.cursor() as cursor:
        told = [array("float8", floats), array("int", numbers), array("bool", truths)]
        cursor.execute("SELECT %s::float8[], %s::int[], %s::bool[]", told)
        assert list(cursor.fetchone()) == [floats, numbers, truths]
