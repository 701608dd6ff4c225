"""From the rule table to a decision with its reason, and to a condition that narrows a statement.

Both are made from `rules.RULES` and proven equal by tests/hygie/access/test_engine.py.
"""

from hygie.access.facts import Facts
from hygie.access.rules import DEFAULT, RULES, Effect, Rule
from hygie.access.types import Allowed, Decision, Permission, Refused
from hygie.fhir.store.condition import ALWAYS, NEVER, AccessColumns, Condition, Item

_NO_ITEM = AccessColumns()


def decide(facts: Facts, act: Permission, item: Item = _NO_ITEM) -> Decision:
    """The first rule that applies to this act, these facts and this item; refused when none does."""
    for rule in RULES:
        if act in rule.acts and rule.when(facts) and rule.item(facts).matches(item):
            return _decision(rule)
    return _decision(DEFAULT)


def condition(facts: Facts, act: Permission) -> Condition:
    """The items on which `decide` would say yes, as a condition of the store."""
    allowed = NEVER
    for rule in reversed(RULES):
        if act not in rule.acts or not rule.when(facts):
            continue
        item = rule.item(facts)
        allowed = item | allowed if rule.effect is Effect.ALLOW else ~item & allowed
    return allowed


def door(facts: Facts, act: Permission) -> Decision:
    """Whether the act can be allowed on any item at all: the first rule that decides whatever the item.

    Rules that look at items are passed over: they narrow, they do not close the record.
    """
    for rule in RULES:
        if act in rule.acts and rule.when(facts) and rule.item(facts) is ALWAYS:
            return _decision(rule)
    return _decision(DEFAULT)


def _decision(rule: Rule) -> Decision:
    kind = Allowed if rule.effect is Effect.ALLOW else Refused
    return kind(rule.id, rule.reason_fr, rule.reason_en)
