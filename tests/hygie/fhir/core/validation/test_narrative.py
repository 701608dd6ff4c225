"""The XHTML of a narrative: what is let in, what is not, and that parsing it costs and reaches nothing."""

import pytest

from hygie.fhir.core.validation.narrative import check_narrative

XMLNS = 'xmlns="http://www.w3.org/1999/xhtml"'


def div(inside):
    return f"<div {XMLNS}>{inside}</div>"


@pytest.mark.parametrize(
    "text",
    [
        div("words"),
        div('<p class="x" style="color: red">é&#160;&amp;</p><!-- note -->'),
        div('<table border="1"><tr><td colspan="2" rowspan="1">a</td></tr></table>'),
        div('<a href="https://example.org/a?b=1" title="x">a</a><a name="b">b</a>'),
        div('<img src="#image" alt="x"/>'),
        f'<div {XMLNS} xml:lang="fr" lang="fr"><b>x</b></div>',
        '<h:div xmlns:h="http://www.w3.org/1999/xhtml"><h:p>x</h:p></h:div>',
        "\n " + div("x") + "\n",
    ],
)
def test_formatted_text_is_let_in(text):
    assert check_narrative(text, None) is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("words", "xhtml"),
        ("", "xhtml"),
        ("<div>x</div>", "txt-1"),
        (f"<p {XMLNS}>x</p>", "txt-1"),
        (div("<b>x"), "xhtml"),
        (div("&nbsp;"), "xhtml"),
        (div("&reg;"), "xhtml"),
        (div("<script>x</script>"), "txt-1"),
        (div("<iframe/>"), "txt-1"),
        (div('<p onclick="x()">x</p>'), "txt-1"),
        (div('<a href="javascript:x()">x</a>'), "txt-1"),
        (div('<a href="java&#10;script:x()">x</a>'), "txt-1"),
        (div('<a href=" JavaScript:x()">x</a>'), "txt-1"),
        (div('<img src="data:text/html,x"/>'), "txt-1"),
        (div('<p style="width: expression(alert(1))">x</p>'), "txt-1"),
        (div('<svg xmlns="http://www.w3.org/2000/svg"/>'), "txt-1"),
        (div("<?php x ?>x"), "txt-1"),
        (div(""), "txt-2"),
        (div(" <p>\n</p> <!-- words --> "), "txt-2"),
        ("<!DOCTYPE div [<!ENTITY a 'x'>]>" + div("&a;"), "txt-1"),
        (div("\x07"), "xhtml"),
    ],
)
def test_the_rest_is_refused(text, rule):
    [fault] = check_narrative(text, None) or []
    assert fault.rule == rule


@pytest.mark.parametrize("value", [None, 5, [], {}, True])
def test_what_is_no_text_is_refused(value):
    [fault] = check_narrative(value, None) or []
    assert fault.rule == "type"


def test_a_bomb_and_a_tower_are_refused_without_cost():
    bomb = "<!DOCTYPE d [" + "".join(f"<!ENTITY a{i + 1} '{f'&a{i};' * 10}'>" for i in range(9)) + "]>" + div("&a9;")
    assert check_narrative(bomb, None) is not None
    assert check_narrative(div("<b>" * 20_000 + "x" + "</b>" * 20_000), None) is not None


def test_a_lone_surrogate_is_refused():
    assert check_narrative(div("\ud800"), None) is not None
