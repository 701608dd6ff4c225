import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fhir.core import parameters
from hygie.fhir.core.parameters import BadQuery, Parameter
from hygie.fhir.http import search
from hygie.fhir.store.search import Prefix, TokenFilter

text = st.text(max_size=12)


def escape(value):
    return "".join("\\" + sign if sign in "\\,|$" else sign for sign in value)


@given(st.lists(text.filter(bool), min_size=1, max_size=5))
def test_escaped_values_come_back(values):
    joined = ",".join(escape(value) for value in values)
    assert [parameters.unescape(each) for each in parameters.split(joined, ",")] == values


@given(text, text.filter(bool))
def test_a_token_is_its_system_and_its_code(system, code):
    assert parameters.token(f"{escape(system)}|{escape(code)}") == (system, code)
    assert parameters.token(escape(code)) == (None, code)


@given(text)
def test_no_text_breaks_the_grammar(value):
    for run in (
        lambda: parameters.read_query(value),
        lambda: parameters.token(value),
        lambda: parameters.unescape(value),
    ):
        try:
            run()
        except BadQuery:
            pass


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("type", ("type", "", "")),
        ("type:not", ("type", "", "not")),
        ("patient.identifier", ("patient", "identifier", "")),
        ("patient:Patient.identifier", ("patient", "identifier", "Patient")),
        ("subject:identifier", ("subject", "", "identifier")),
    ],
)
def test_a_name_has_a_chain_and_a_modifier(key, parts):
    assert parameters.parameter(key, "x") == Parameter(key, *parts, "x")


def read(*pairs, kind="DocumentReference", strict=False):
    return search.read(
        kind, [("patient", "p"), *pairs], strict=strict, canonical=lambda s: s.lower(), fold=str.casefold
    )


def test_parameters_become_filters_in_their_order():
    asked = read(("status", "current"), ("date", "ge2026"), ("category", "S|10,|11,S|"))
    status, date, category = asked.query.filters
    assert status == TokenFilter("status", ((None, "current"),))
    assert (date.param, date.prefix) == ("date", Prefix.GE)
    assert category.values == (("s", "10"), ("", "11"), ("s", ""))
    assert asked.understood == (
        ("patient", "p"), ("status", "current"), ("date", "ge2026"), ("category", "S|10,|11,S|"), ("_count", "20"),
    )  # fmt: skip


def test_each_type_is_dated_by_its_own_parameter():
    for kind, name in [
        ("MedicationRequest", "authoredon"),
        ("MedicationDispense", "whenhandedover"),
        ("Observation", "date"),
    ]:
        [found] = read((name, "2026"), kind=kind).query.filters
        assert found.param == "date"
        assert read(("_sort", name), kind=kind).query.oldest_first
        assert not read(("_sort", f"-{name}"), kind=kind).query.oldest_first


def test_two_ids_without_a_common_one_match_nothing():
    assert read(("_id", "a,b"), ("_id", "b,c")).ids == ("b",)
    assert read(("_id", "a"), ("_id", "b")).ids == ("-",)
    assert read().ids == ()
