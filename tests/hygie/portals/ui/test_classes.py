"""A class that a template names exists in a style sheet: a page must not hope for a component that is not shipped."""

import re
from pathlib import Path

PORTALS = Path(__file__).parents[4] / "hygie" / "portals"
STATIC = PORTALS / "ui" / "static" / "ui"
_TEMPLATE_PART = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
# Read by a person or by a script only.
_HOOKS = {"hy-footer__out", "hy-cda__section"}


def _declared() -> set[str]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in PORTALS.rglob("*.css"))
    return set(re.findall(r"\.([a-zA-Z][a-zA-Z0-9_-]*)", text))


def _named() -> dict[str, str]:
    """Classes by the first template that names them; a class whose name holds a variable part is left out."""
    found: dict[str, str] = {}
    for path in sorted(PORTALS.rglob("*.html")):
        for value in re.findall(r'\sclass="([^"]*(?:\{%.*?%\}[^"]*)*)"', path.read_text(encoding="utf-8")):
            words = re.sub(r"\{\{.*?\}\}", "\0", re.sub(r"\{%.*?%\}", " ", value)).split()
            for word in words:
                if "\0" not in word:
                    found.setdefault(word, path.name)
    return found


def test_every_class_of_the_templates_is_in_a_style_sheet():
    declared = _declared() | _HOOKS
    assert {word: name for word, name in _named().items() if word not in declared} == {}


def test_the_rule_reads_the_templates():
    named = _named()
    assert {"btn", "hy-card", "hy-tools__item", "hy-rows"} <= set(named) <= {*named}
    assert "hy-doors" in named
