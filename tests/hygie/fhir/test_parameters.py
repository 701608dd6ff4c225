import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fhir.core import parameters
from hygie.fhir.core.parameters import BadQuery, Parameter
from hygie.fhir.core.search import Reading
from hygie.fhir.core.search.query import NEWEST_FIRST, CodeTest, OwnOr, Prefix, Sort, StatusIn
from hygie.fhir.http import search

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
    return search.read(kind, [("patient", "p"), *pairs], strict=strict, reading=Reading(canonical=lambda s: s.lower()))


def test_parameters_become_clauses_in_their_order():
    asked = read(("status", "current"), ("date", "ge2026"), ("category", "S|10,|11,S|"))
    status, date, category, owner = asked.query.clauses
    assert status == StatusIn(("current",))
    assert [test.prefix for test in date.tests] == [Prefix.GE]
    assert category.tests == (CodeTest("s", "10"), CodeTest("", "11"), CodeTest("s", None))
    assert isinstance(owner, OwnOr)
    assert asked.understood == (
        ("patient", "p"), ("status", "current"), ("date", "ge2026"), ("category", "S|10,|11,S|"), ("_count", "20"),
    )  # fmt: skip


def test_each_type_is_dated_by_its_own_parameter():
    for kind, name in [
        ("MedicationRequest", "authoredon"),
        ("MedicationDispense", "whenhandedover"),
        ("Observation", "date"),
        ("Encounter", "date"),
    ]:
        assert read(("_sort", name), kind=kind).query.sort == (Sort("sort_at"),)
        assert read(("_sort", f"-{name}"), kind=kind).query.sort == NEWEST_FIRST
    assert read().query.sort == NEWEST_FIRST


def test_two_ids_without_a_common_one_match_nothing():
    assert read(("_id", "a,b"), ("_id", "b,c")).ids == ("b",)
    assert read(("_id", "a"), ("_id", "b")).ids == ("-",)
    assert read().ids == ()


def test_ids_that_carry_one_space_name_its_person():
    one, other = "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "3f2504e0-4f89-41d3-9a0c-0305e82c3302"
    asked = search.read("Observation", [("_id", f"{one}.a,{one}.b")], strict=True)
    assert asked.patient.id == one
    for ids in (f"{one}.a,{other}.b", f"{one}.a,x", "x"):
        with pytest.raises(BadQuery) as caught:
            search.read("Observation", [("_id", ids)], strict=True)
        assert caught.value.code == "patient-required"


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(["Observation", "Patient", "List", "AuditEvent"]))
def test_no_query_breaks_the_grammar_of_a_type(key, value, kind):
    try:
        search.read(kind, [("patient", "p"), (key, value)], strict=False)
    except BadQuery:
        pass


@given(
    st.sampled_from(["code", "date", "value-quantity", "subject", "combo-code-value-quantity", "_has:Observation:focus:code",
                     "encounter.status", "_include", "_sort", "_lastUpdated", "identifier:of-type", "code:in", "value-string"]),
    st.text(alphabet="a1|$,\\.:-/ePgt9", max_size=14),
)  # fmt: skip
def test_no_value_breaks_the_grammar_of_a_parameter(key, value):
    try:
        search.read("Observation", [("patient", "p"), (key, value)], strict=False)
    except BadQuery:
        pass
