"""No expression and no resource may hold a server (T-09): steps, depth, text and regular expressions are bounded."""

import re
import threading
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fhir.core.fhirpath import Budget, Environment, ExecutionFault, FhirpathError, SyntaxFault, compile, regex
from hygie.fhir.core.fhirpath.expression import Expression
from hygie.fhir.core.fhirpath.run import Run
from tests.hygie.fhir.core.fhirpath.evaluation import ENVIRONMENT, PATIENT, ask

BUNDLE = {
    "resourceType": "Bundle",
    "entry": [
        {"resource": {"resourceType": "Patient", "name": [{"given": ["a", "b"], "family": str(number)}] * 3}}
        for number in range(400)
    ],
}
HUGE = {
    "resourceType": "Observation",
    "valueQuantity": {"value": Decimal("1E+999999"), "system": "http://unitsofmeasure.org", "code": "kg"},
    "component": [
        {"valueQuantity": {"value": Decimal("1E-999999"), "system": "http://unitsofmeasure.org", "code": "g"}}
    ],
}
A = "a" * 5000
CATASTROPHES = [
    (f"'{A}!'.matches('(a+)+$')", None),
    (f"'{A}!'.matches('(a|a)*b')", None),
    (f"'{A}!'.matches('(a|aa)+$')", None),
    (f"'{A}!'.matches('(.*)*(.*)*(.*)*b')", None),
    (f"'{A}!'.matchesFull('([a-z]+)*[0-9]')", None),
    (f"'{A}'.matches('a{{0,1000}}a{{0,1000}}b')", None),
    (f"'{A}'.replaceMatches('(a.*z|a)', 'x')", None),
    ("'a'.matches('((a{100}){100}){100}')", None),
    ("'a'.matches('(((((((((((((((((((((((a)))))))))))))))))))))))')", None),
    ("(" + " | ".join(map(str, range(90))) + ").aggregate($total & $total, 'aaaaaaaa')", None),
    ("1.repeat($this + 1)", None),
    ("descendants().select(%resource.descendants())", BUNDLE),
    ("descendants().where(%resource.descendants() contains $this)", BUNDLE),
    ("descendants() ~ descendants().combine(1).tail()", BUNDLE),
    (f"'{'x' * 9000}'.replace('', '{'y' * 9000}')", None),
    (f"'{'x' * 9000}'.split('').select('{'x' * 9000}'.split(''))", None),
    ("descendants().aggregate(iif($total.where(false).exists(), 1, $total), %resource.descendants()).count()", BUNDLE),
    ("descendants().where(%resource in %resource or %resource ~ %context)", BUNDLE),
    ("descendants().where(%resource.entry.tail().exists($this = %resource.entry.first()))", BUNDLE),
    (f"descendants().aggregate($total.upper(), '{'x' * 9000}'.replace('x', '{'Xy' * 50}')).length()", BUNDLE),
    (
        f"descendants().aggregate(iif($total ~ $total.lower(), 'a', $total), '{'x' * 9000}'.replace('x', '{'y' * 99}'))",
        BUNDLE,
    ),
    ("2.power(1000000)", None),
    ("10.0.power(99999999)", None),
    ("9999999.exp()", None),
    ("value.value.floor() | value.value.toInteger() | value.value.round(9)", HUGE),
    ("value * 2 'm' | value + 1 'g'", HUGE),
    ("value > component.value or value ~ component.value", HUGE),
    ("component.value.value.power(value.value)", HUGE),
    ("value.value.lowBoundary() | component.value.value.highBoundary()", HUGE),
    ("value.value.toString() & component.value.value.toString()", HUGE),
    ("component.value.combine(value).distinct()", HUGE),
]


@pytest.mark.parametrize(("expression", "focus"), CATASTROPHES)
def test_catastrophes_end_soon(expression, focus):
    start = time.process_time()
    try:
        compile(expression).evaluate(focus)
    except (FhirpathError, Budget):
        pass
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1000 + "1" + ")" * 1000,
        "-" * 1000 + "1",
        "1" + "+1" * 4000,
        "a" + ".where(a)" * 2000,
        "a" + "[0]" * 4000,
        "a|" * 9000 + "a",
    ],
)
def test_deep_expressions_are_refused_before_they_run(text):
    with pytest.raises(SyntaxFault, match=r"nested deeper|at most"):
        compile(text)


def test_names_in_a_row_are_no_depth():
    assert ask("a" + ".a" * 4000, PATIENT) == []


def test_an_expression_has_a_longest_length():
    with pytest.raises(SyntaxFault):
        compile(" " * 30_000 + "1")


def test_the_budget_is_the_callers():
    with pytest.raises(Budget):
        compile("name.given.count()").evaluate(PATIENT, environment=Environment(steps=3))


def test_a_deep_resource_is_walked_or_refused_but_does_not_break():
    focus: dict[str, object] = {"linkId": "1"}
    for _ in range(500):
        focus = {"linkId": "1", "item": [focus]}
    with pytest.raises(Budget):
        ask("descendants().count()", {"resourceType": "Questionnaire", "item": [focus]})


@pytest.mark.parametrize(
    "pattern", [r"(a)\\1", "(?=a)", "(?!a)", "(?<=a)b", "a++", "(?i)a", "(", ")", "[a", "a{2,1}", "*a", "[z-a]"]
)
def test_what_cannot_be_matched_in_linear_time_is_refused(pattern):
    with pytest.raises(ExecutionFault):
        ask(f"'aaa'.matches('{pattern}')")


def _run() -> Run:
    from hygie.fhir.core.definitions import load
    from hygie.fhir.core.fhirpath.model import model_of

    return Run(model_of(load()), ENVIRONMENT, [], strict=False)


_ATOMS = st.sampled_from(
    ["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", r"\s", "(a|b)", "(?:ab)", "(a*b)", "^", "$", r"\b", "(b|)", "1"]
)
_PATTERNS = st.lists(
    st.tuples(_ATOMS, st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,2}", "*?", "??"])), max_size=5
)


def _is_repeatable(atom: str) -> bool:
    return atom not in ("^", "$", r"\b")


@given(_PATTERNS, st.text("ab1 ", max_size=8))
def test_patterns_match_as_those_of_python(parts, text):
    pattern = "".join(atom + (times if _is_repeatable(atom) else "") for atom, times in parts)
    reference = re.compile(pattern.replace("$", r"\Z"), re.DOTALL | re.ASCII)
    assert regex.matches(_run(), text, pattern) is (reference.search(text) is not None)
    assert regex.matches_full(_run(), text, pattern) is (reference.fullmatch(text) is not None)
    found = reference.search(text)
    mine = regex._machine(pattern).find(_run(), text, 0)
    assert (mine and mine[:2]) == (found and found.span())


def test_groups_stand_in_a_substitution():
    assert ask("'30/07/1973'.replaceMatches('(\\\\d+)/(\\\\d+)/(\\\\d+)', '$3-$2-$1')") == ["1973-07-30"]
    assert ask("'abc'.replaceMatches('(?<middle>b)', '[${middle}]')") == ["a[b]c"]
    assert ask("'abc'.replaceMatches('x*', '-')") == ["-a-b-c-"]
    assert ask("'abc'.replaceMatches('', 'x')") == ["abc"]


def test_an_expression_serves_many_threads_at_once():
    expression = Expression("(1 | 2 | 3).select($this + (4 | 5).where($index = 1).aggregate($total + $this, %mine))")
    wrong: list[object] = []

    def ask_again(mine: int) -> None:
        for _ in range(300):
            found = expression.evaluate(PATIENT, variables={"mine": mine})
            if found != [6 + mine, 7 + mine, 8 + mine]:
                wrong.append(found)

    threads = [threading.Thread(target=ask_again, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
