"""Quantities and the part of UCUM that is known."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fhir.core.fhirpath.ucum import UCUM, find_unit
from tests.hygie.fhir.core.fhirpath.evaluation import OBSERVATION, ask, said


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("1 'g' = 1000 'mg'", [True]),
        ("0.1 'g' + 0.2 'g' = 0.3 'g'", [True]),
        ("1 'kg' = 1 'm'", []),
        ("1 'kg' < 1 'm'", []),
        ("1 'zork' = 1 'zork'", [True]),
        ("1 'zork' = 1 'zark'", []),
        ("7 days = 1 week", [True]),
        ("1 day = 24 hours", [True]),
        ("1 year = 12 months", [True]),
        ("1 year = 365 days", []),
        ("1 year = 1 'a'", []),
        ("1 year ~ 1 'a'", [True]),
        ("37 'Cel' = 310.15 'K'", [True]),
        ("98.6 '[degF]' ~ 37.0 'Cel'", [True]),
        ("120 'mm[Hg]' > 15 'kPa'", [True]),
        ("4 'g' ~ 4040 'mg'", [True]),
        ("4.00 'g' ~ 4040 'mg'", [False]),
        ("1 = 1 '1'", [True]),
        ("Observation.value = 72500 'g'", [True]),
        ("Observation.value > 70 'kg'", [True]),
        ("Observation.value + 500 'g' = 73 'kg'", [True]),
        ("Observation.value = Observation.value", [True]),
    ],
)
def test_quantities_are_compared_in_the_same_unit(expression, answer):
    assert ask(expression, OBSERVATION) == answer


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("2.0 'cm' * 2.0 'm'", "4.00 'cm.m'"),
        ("6 'g' / 2 'm'", "3 'g/m'"),
        ("1 'm' / 1 'cm'", "100 '1'"),
        ("1 'kg' + 500 'g'", "1.5 'kg'"),
        ("10 'mg' * 2", "20 'mg'"),
        ("-(3 'mg')", "-3 'mg'"),
        ("2 'g'.toQuantity('mg')", "2000 'mg'"),
        ("'4 days'.toQuantity()", "4 days"),
        ("(-5.5 'mg').abs()", "5.5 'mg'"),
        ("1.587 'cm'.highBoundary(4)", "1.5875 'cm'"),
    ],
)
def test_quantities_are_calculated_with(expression, result):
    assert said(expression) == [result]


@pytest.mark.parametrize(
    "expression", ["1 'g' + 1 'm'", "1 'g' / 0 'm'", "'1 wk'.toQuantity()", "1 'g'.toQuantity('m')"]
)
def test_what_has_no_result_is_empty(expression):
    assert ask(expression) == []


def test_a_quantity_with_only_a_bound_is_not_compared():
    focus = {"resourceType": "Observation", "valueQuantity": {"value": 5, "comparator": "<", "unit": "kg"}}
    assert ask("value > 3 'kg'", focus) == []


def test_a_code_of_another_system_equals_itself_only():
    value = {"value": 5, "system": "http://local", "code": "box"}
    focus = {"resourceType": "Range", "low": value, "high": {**value, "value": 6}}
    observation = {"resourceType": "Observation", "valueRange": {"low": focus["low"], "high": focus["high"]}}
    assert ask("value.low <= value.high", observation) == [True]
    assert ask("value.low < 6 'kg'", observation) == []


@pytest.mark.parametrize(
    ("code", "same"),
    [
        ("mg/dL", "g/(hL)"), ("10*3/uL", "10*9/L"), ("10^9/L", "10*9/L"), ("mmol/L", "umol/mL"), ("kg/m2", "kg.m-2"),
        ("mL/min/{1.73_m2}", "mL/min"), ("{score}", "1"), ("/min", "min-1"), ("m[IU]/mL", "[iU]/L"), ("mm[Hg]", "m[Hg]/1000"),
        ("%", "10*-2"), ("[lbf_av]", "[lb_av].[g]"), ("U/L", "umol/min/L"), ("[tbs_us]", "3.[tsp_us]"), ("d", "24.h"),
        ("N", "kg.m/s2"),
    ],
)  # fmt: skip
def test_codes_that_mean_the_same_are_worth_the_same(code, same):
    assert find_unit(code) == find_unit(same) is not None


@pytest.mark.parametrize(
    "code", ["", "zork", "mg/", "mg//L", "(m", "m)", "mg dL", "k", "kk", "m99", "1" * 50, "{", "mg{a", "Kg"]
)
def test_what_is_no_code_is_worth_nothing(code):
    assert find_unit(code) is None


def test_the_table_stands_on_the_seven_base_units_and_on_arbitrary_ones():
    assert find_unit("[lb_av]") == UCUM["[lb_av]"]
    assert UCUM["[lb_av]"].factor == Fraction("453.59237") and UCUM["[lb_av]"].dimension == (("g", 1),)
    assert UCUM["Pa"].dimension == (("g", 1), ("m", -1), ("s", -2))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=1000, places=6))
def test_there_and_back_is_the_same(value):
    (there,) = ask(f"{value:f} 'mg'.toQuantity('kg')")
    assert ask(f"{there.value:f} 'kg'.toQuantity('mg').toString()") == [f"{value.normalize():f} 'mg'"]
    assert ask(f"{there.value:f} 'kg' = {value:f} 'mg'") == [True]
