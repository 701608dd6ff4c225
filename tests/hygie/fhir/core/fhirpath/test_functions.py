"""The library of functions, where the official suite says little: empty inputs, several items, wrong types."""

from decimal import Decimal

import pytest

from hygie.fhir.core.fhirpath import ExecutionFault
from hygie.fhir.core.fhirpath.functions import FUNCTIONS
from tests.hygie.fhir.core.fhirpath.evaluation import PATIENT, ask

_MADE_BY_THE_SYNTAX = {"is", "as", "ofType", "sort"}
# https://hl7.org/fhirpath/N1/ (normative), then https://hl7.org/fhir/R4/fhirpath.html
SPECIFIED = """
empty exists all allTrue anyTrue allFalse anyFalse subsetOf supersetOf count distinct isDistinct where select repeat ofType
single first last tail skip take intersect exclude union combine iif toBoolean convertsToBoolean toInteger convertsToInteger
toDate convertsToDate toDateTime convertsToDateTime toDecimal convertsToDecimal toQuantity convertsToQuantity toString
convertsToString toTime convertsToTime indexOf substring startsWith endsWith contains upper lower replace matches
replaceMatches length toChars abs ceiling exp floor ln log power round sqrt truncate children descendants trace now timeOfDay
today is as not aggregate type extension hasValue getValue resolve memberOf conformsTo htmlChecks
""".split()


def test_every_function_of_the_specification_is_there():
    assert set(SPECIFIED) <= set(FUNCTIONS) | _MADE_BY_THE_SYNTAX


_NEVER_EMPTY = {
    "empty", "exists", "all", "allTrue", "allFalse", "anyTrue", "anyFalse", "count", "isDistinct", "hasValue", "subsetOf",
    "supersetOf", "union", "combine", "now", "today", "timeOfDay",
}  # fmt: skip
_OF_NUMBERS = {"skip", "take", "substring", "log", "power", "comparable"}
_ARGUMENTS = {"iif": "{}, 1", "where": "true", "aggregate": "$this"}


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - _NEVER_EMPTY))
def test_nothing_in_is_nothing_out(name):
    argument = "1" if name in _OF_NUMBERS else "'a'"
    assert ask("{}." + f"{name}({_ARGUMENTS.get(name) or ', '.join([argument] * FUNCTIONS[name].least)})") == []


@pytest.mark.parametrize(
    "expression",
    [
        "(1 | 2).toString()", "('a' | 'b').length()", "('a' | 'b').upper()", "(1 | 2).not()", "1.length()", "'a'.abs()",
        "true.abs()", "'a'.substring('b')", "'abc'.indexOf(1)", "(1 | 2) + 1", "1 < 'a'", "true > false", "'a' - 'b'", "'a' * 2",
        "true + 1",
        "(1 | 2) in (1 | 2)", "1 & 'a'", "(true | 1).allTrue()", "(1 | 2).single()", "'a'['b']", "iif(1 | 2, 3)", "-'a'",
        "1.round(-1)", "'a'.encode('rot13')", "'a'.escape('xml')", "(1 | 2).join()", "'a'.precision()",
        "skip('a')", "(1 | 2) is Integer",
    ],
)  # fmt: skip
def test_what_a_function_cannot_take_is_refused(expression):
    with pytest.raises(ExecutionFault):
        ask(expression, PATIENT)


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("(1 | 2 | 3).where($index > 0)", [2, 3]),
        ("(1 | 2).select((10 | 20).select($this + $index)).combine($this.count())", [10, 21, 10, 21, 1]),
        ("(1 | 2).all($this > 0) and {}.all(false)", [True]),
        ("{}.allTrue() and {}.anyTrue().not()", [True]),
        ("(true | false).anyFalse()", [True]),
        ("(3 | 1 | 2).sort()", [1, 2, 3]),
        ("('b' | 'a').sort(-$this)", ["b", "a"]),
        ("(1 | 2 | 3).skip(-1).take(2)", [1, 2]),
        ("1.combine(1.0).distinct().count()", [1]),
        ("1.combine(true).combine('1').distinct().count()", [3]),
        ("(1 | 2).intersect(2 | 2.0)", [2]),
        ("iif({}, 1, 2)", [2]),
        ("iif(true, 1, 1.nothing)", [1]),
        ("'abc'.substring(1, 1) & 'abc'.substring(3)", ["b"]),
        ("'a,,b'.split(',').count()", [3]),
        ("'é'.encode('urlbase64').decode('urlbase64')", ["é"]),
        ("'zz'.decode('hex')", []),
        ("'a'.toBoolean()", []),
        ("'Y'.toBoolean()", [True]),
        ("1.5.toInteger() | 'x'.toInteger()", []),
        ("'+7'.toInteger()", [7]),
        ("1.10.toString()", ["1.10"]),
        ("'2015-02-04T14:34'.toDate().toString()", ["2015-02-04"]),
        ("2147483647 + 1", []),
        ("(-5) mod 3", [-2]),
        ("5.5 div 2", [2]),
        ("1 / 3 * 3 ~ 1", [True]),
        ("0.1 + 0.2 = 0.3", [True]),
        ("1.00 * 1.0", [Decimal("1.000")]),
        ("2.5.round() | (-2.5).round()", [3, -3]),
        ("2.power(31) | 2.power(-1)", [Decimal("0.5")]),
        ("0.ln() | (-1).sqrt() | 5.log(1)", []),
        ("1.587.lowBoundary(2) | 1.587.highBoundary(2)", [Decimal("1.58"), Decimal("1.59")]),
        ("(1 | 2 | {}) = (1 | 2)", [True]),
        ("'Ab  c' ~ 'aB c'", [True]),
        ("true ~ 1", [False]),
        ("(1 | 2) !~ (2 | 1)", [False]),
        ("name.repeat(given).count()", [4]),
        ("name.given.join('-')", ["Anne-Marie-Nanou"]),
        ("name[1].given[1]", ["Nanou"]),
        ("name.given.where($this = 'Anne') in name.given", [True]),
        ("name.given.subsetOf(%resource.name.given)", [True]),
    ],
)
def test_functions_answer_as_the_specification_says(expression, answer):
    assert ask(expression, PATIENT) == answer


@pytest.mark.parametrize("left", ["true", "false", "{}"])
@pytest.mark.parametrize("right", ["true", "false", "{}"])
def test_logic_has_three_values(left, right):
    value = {"true": True, "false": False, "{}": None}
    one, other = value[left], value[right]
    either = True if one or other else None if one is None or other is None else False
    both = False if one is False or other is False else None if one is None or other is None else True
    assert ask(f"{left} or {right}") == ([] if either is None else [either])
    assert ask(f"{left} and {right}") == ([] if both is None else [both])
    assert ask(f"{left} xor {right}") == ([] if None in (one, other) else [one is not other])
    implied = ask(f"iif({left} = false, true, iif({left} = true, {right}, iif({right} = true, true, {{}})))")
    assert ask(f"{left} implies {right}") == implied
