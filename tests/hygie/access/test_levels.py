"""Item × assurance level: a table, and rules that obey it."""

import pytest

from hygie.access import engine, levels
from hygie.access.facts import Facts
from hygie.access.levels import parse
from hygie.access.rules import RULES
from hygie.access.types import Permission
from hygie.identity.types import Level
from hygie.lib.errors import Invalid

HEADER = "item,level,source"


def test_every_act_has_a_level():
    assert all(isinstance(levels.required(act), Level) for act in Permission)


def test_a_named_act_goes_before_the_others():
    table = parse([HEADER, "*,low,x", "record:document:read,high,x"])
    assert table[Permission.DOCUMENT_READ] is Level.HIGH
    assert table[Permission.DOCUMENT_LIST] is Level.LOW


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["item,level"],
        [HEADER],
        [HEADER, "record:document:read,high,x"],
        [HEADER, "*,certain,x"],
        [HEADER, "record:document:eat,low,x"],
        [HEADER, "*,low"],
    ],
)
def test_a_table_that_is_not_whole_is_refused(lines):
    with pytest.raises(Invalid) as refused:
        parse(lines)
    assert refused.value.code == "levels"


def test_a_blank_line_of_a_table_says_nothing():
    assert parse([HEADER, "", "*,low,x", ""])[Permission.DOCUMENT_READ] is Level.LOW


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("act", list(Permission))
def test_below_the_level_the_first_rule_that_speaks_is_about_the_level(level, act):
    needed = levels.required(act)
    decided = engine.decide(Facts(owner=True, level=level), act)
    assert (not decided and decided.rule.startswith("level.")) == (level < needed)


def test_the_rules_about_levels_come_before_any_that_allows():
    first = next(index for index, rule in enumerate(RULES) if rule.effect.value == "allow")
    assert {"level.high", "level.substantial"} <= {rule.id for rule in RULES[:first]}
