"""What is FHIRPath and what is not, and how it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fhir.core.fhirpath import FhirpathError, SemanticFault, SyntaxFault, compile
from hygie.fhir.core.fhirpath.parser import parse
from hygie.fhir.core.fhirpath.syntax import Binary, TypeTest
from tests.hygie.fhir.core.fhirpath.evaluation import PATIENT, ask


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "1 1", "a..b", "a.", ".a", "(1", "1)", "a[1", "{1}", "'open", "`open", "/* open", "2 + /", "a.1", "%",
        r"'\x'", "@2015-13", "@2015-02-30", "@T25", "@2015-02-04T14:61", "@T14:34:28Z", "a and", "and", "f(1,)", "f(,1)",
        "2147483649", "a div", "#", "name.div",
    ],
)  # fmt: skip
def test_what_is_not_fhirpath_is_refused(text):
    with pytest.raises(SyntaxFault):
        compile(text)


@pytest.mark.parametrize("text", ["nothing()", "exists(1, 2)", "where()", "name.is()", "as(1)", "skip()"])
def test_what_no_function_can_be_is_refused_when_it_is_compiled(text):
    with pytest.raises(SemanticFault):
        compile(text)


def test_a_fault_tells_its_place():
    with pytest.raises(SyntaxFault, match="at character 8"):
        compile("name = )")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("1 + 2 * 3 = 7", [True]),
        ("-1 + 2", [1]),
        ("1 = 1 and 2 = 3 or true", [True]),
        ("true or false and false", [True]),
        ("false implies true implies false", [False]),
        ("1 | 2 = 1", [False]),
        ("(1 | 2).count() > 1 = true", [True]),
        ("'a' & 'b' + 'c' = 'abc'", [True]),
        ("5 is Integer and true", [True]),
        ("10 - 2 - 3", [5]),
    ],
)
def test_operators_bind_as_the_grammar_says(text, meaning):
    assert ask(text) == meaning


def test_a_type_operator_binds_tighter_than_a_comparison():
    tree = parse("1 > 2 is Boolean")
    assert isinstance(tree, Binary) and tree.operator == ">" and isinstance(tree.right, TypeTest)


def test_keywords_may_be_names_of_elements():
    assert ask(
        "ValueSet.expansion.contains.code", {"resourceType": "ValueSet", "expansion": {"contains": [{"code": "a"}]}}
    ) == ["a"]
    assert ask("text.`div`", {"resourceType": "Patient", "text": {"div": "<div/>"}}) == ["<div/>"]


def test_strings_have_their_escapes():
    assert ask(r"'\'\"\`\r\n\t\f\\\/é'") == ["'\"`\r\n\t\f\\/é"]


def test_comments_are_blanks():
    assert ask("1 /* + 5 */ + 2 // + 3") == [3]


def test_an_expression_is_compiled_once():
    assert compile("name.given") is compile("name.given")


def test_a_tree_never_changes():
    with pytest.raises(AttributeError):
        parse("name").name = "given"  # type: ignore[misc, union-attr]


_WORDS = st.sampled_from(
    "name given . ( ) [ ] { } 1 2.5 'a' @2014 @T10 + - * / div mod & | = != ~ !~ < <= > >= in contains and or xor implies is as "
    "where exists first $this $index %resource , Patient String ofType not 4 days".split(" ")
)


@given(st.one_of(st.text(max_size=40), st.lists(_WORDS, max_size=15).map(" ".join)))
def test_no_text_makes_anything_but_a_fault_or_an_answer(text):
    try:
        compile.__wrapped__(text).evaluate(PATIENT)
    except FhirpathError:
        pass
