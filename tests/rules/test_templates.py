"""Pages work under the strict content security policy and ask nothing of anybody else."""

import re

import pytest

from tests.rules import source

TEMPLATES = {source.shown(path): path for path in source.templates()}
_RULES = {
    "an inline style": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "a script in the page": re.compile(r"<script\b(?![^>]*\bsrc\s*=)", re.IGNORECASE),
    "unescaped output": re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off"),
}
# A link that a person chooses to follow is not a request of the page.
_LINK = re.compile(r"<a\b[^>]*>", re.IGNORECASE | re.DOTALL)
_NAMESPACE = re.compile(r"""\sxmlns(:\w+)?\s*=\s*["'][^"']*["']""")
_ADDRESS = re.compile(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)
_COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}", re.DOTALL)


def _text(path) -> str:
    return _COMMENT.sub("", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_holds_neither_style_nor_script(name):
    text = _text(TEMPLATES[name])
    assert [fault for fault, pattern in _RULES.items() if pattern.search(text)] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_asks_nothing_of_others(name):
    text = _NAMESPACE.sub("", _LINK.sub("", _text(TEMPLATES[name])))
    assert _ADDRESS.findall(text) == []


def test_style_sheets_and_scripts_ask_nothing_of_others():
    asked = re.compile(r"""(?:url\(|@import|fetch\(|import\()\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)
    files = [path for path in source.tracked_files() if path.suffix in {".css", ".js"} and "static" in path.parts]
    assert [source.shown(path) for path in files if asked.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("fault", "page"),
    [
        ("an inline style", '<p class="a" style="color:red">'),
        ("a style element", "<style>"),
        ("an inline handler", '<body onload="x()">'),
        ("a javascript: address", '<a href="javascript:x()">'),
        ("a script in the page", "<script>x()</script>"),
        ("unescaped output", "{{ name|safe }}"),
    ],
)
def test_the_rule_finds_its_planted_fault(fault, page):
    assert _RULES[fault].search(page)
