"""One table of rules, two uses: the decision and the SQL condition never disagree."""

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import fields, replace

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hygie.access import engine, rules
from hygie.access.facts import Facts
from hygie.access.rules import RULES, SEE, Effect
from hygie.access.types import Allowed, Permission
from hygie.fhir.store import write
from hygie.fhir.store.condition import AccessColumns, authors_column
from hygie.fhir.store.rows import NewResource, key
from hygie.identity.types import Level
from tests import factories

TYPES = ("11502-2", "57833-6", "ATTEST-RESID", "DOCPAT01", "%", "inconnu")
AUTHORS = ("899900000001", "8999_0000001", "ABC", "abc", "1/2")
ITEMS = [
    AccessColumns(labels, type_code, origin, authors_column(list(authors)))
    for labels in range(8)
    for type_code in TYPES
    for origin, authors in (
        ("professional", ()),
        ("patient", (AUTHORS[0],)),
        ("professional", (AUTHORS[1], AUTHORS[2])),
        (rules.TEST, ()),
    )
]
_FLAGS = [field.name for field in fields(Facts) if field.type in ("bool", bool)]
_type_sets = st.frozensets(st.sampled_from(TYPES))
facts_strategy = st.builds(
    Facts,
    **{name: st.booleans() for name in _FLAGS},
    level=st.sampled_from(Level),
    author_id=st.sampled_from(["", "899900000001", "ABC", "abc", "1/2"]),
    opposed_types=_type_sets,
    readable_types=_type_sets,
    writable_types=_type_sets,
)
acts = st.sampled_from(sorted(Permission))


def disagreements(facts: Facts, act: Permission) -> list[AccessColumns]:
    narrowed = engine.condition(facts, act)
    return [item for item in ITEMS if narrowed.matches(item) != bool(engine.decide(facts, act, item))]


@given(facts_strategy, acts)
@settings(max_examples=400)
def test_the_condition_in_memory_says_what_the_decision_says(facts: Facts, act: Permission) -> None:
    assert disagreements(facts, act) == []


@pytest.fixture
def stored_items(db: None) -> uuid.UUID:
    space_id = uuid.uuid4()
    rows = [
        NewResource("DocumentReference", f"item{n}", b"{}", factories.NOW, factories.NOW, item)
        for n, item in enumerate(ITEMS)
    ]
    write.insert(space_id, rows)
    return space_id


def seen_by_sql(space_id: uuid.UUID, facts: Facts, act: Permission) -> set[str]:
    sql, params = engine.condition(facts, act).sql(connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM fhir_resource WHERE space_id = %s AND {sql}", [key(space_id), *params])
        return {row[0] for row in cursor.fetchall()}


@given(facts=facts_strategy, act=acts)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_sql_condition_says_what_the_decision_says(stored_items: uuid.UUID, facts: Facts, act: Permission) -> None:
    allowed = {f"item{n}" for n, item in enumerate(ITEMS) if engine.decide(facts, act, item)}
    assert seen_by_sql(stored_items, facts, act) == allowed


@given(facts_strategy, acts)
def test_a_closed_door_hides_every_item(facts: Facts, act: Permission) -> None:
    """`door` refuses only when no item could be allowed: else a list would be refused that has something to show."""
    if not engine.door(facts, act):
        assert not any(engine.decide(facts, act, item) for item in ITEMS)


@given(facts_strategy, acts)
def test_no_facts_no_right_and_every_decision_has_its_sentences(facts: Facts, act: Permission) -> None:
    decision = engine.decide(facts, act)
    assert decision.rule and decision.reason_fr.endswith(".") and decision.reason_en.endswith(".")
    assert not engine.decide(Facts(known=False), act)


def test_whoever_is_nobody_is_refused_everything() -> None:
    for act in Permission:
        assert engine.decide(Facts(level=Level.HIGH), act).rule == "default.refused"


def test_rule_ids_are_unique_and_told_apart_in_both_languages() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.reason_fr and rule.reason_en and (rule.acts or rule.id.startswith("level.")) for rule in RULES)


def test_removing_a_grant_never_shows_more() -> None:
    """Monotony: without team, consent or attending, nobody sees an item that he did not see with them."""
    base = Facts(professional=True, level=Level.SUBSTANTIAL, readable_types=frozenset(TYPES), author_id=AUTHORS[0])
    grants = ("in_team", "attending", "consented")
    for values in itertools.product((False, True), repeat=len(grants)):
        more = replace(base, **dict(zip(grants, values, strict=True)))
        for name in grants:
            less = replace(more, **{name: False})
            for item in ITEMS:
                assert engine.decide(more, Permission.DOCUMENT_READ, item) or not engine.decide(
                    less, Permission.DOCUMENT_READ, item
                )


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.acts & SEE], ids=lambda rule: rule.id)
def test_planted_defect_a_flipped_rule_changes_some_decision(rule: rules.Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: each rule decides something that another table would decide otherwise."""
    before = decisions()
    flipped = replace(rule, effect=Effect.REFUSE if rule.effect is Effect.ALLOW else Effect.ALLOW)
    table = tuple(flipped if one is rule else one for one in RULES)
    monkeypatch.setattr(engine, "RULES", table)
    assert decisions() != before


def test_planted_defect_a_condition_that_forgets_a_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = Facts(professional=True, level=Level.SUBSTANTIAL, in_team=True, readable_types=frozenset(TYPES))
    assert disagreements(facts, Permission.DOCUMENT_READ) == []
    forgetful = tuple(rule for rule in RULES if rule.id != "professional.masked")
    decided = {item: bool(engine.decide(facts, Permission.DOCUMENT_READ, item)) for item in ITEMS}
    monkeypatch.setattr(engine, "RULES", forgetful)
    narrowed = engine.condition(facts, Permission.DOCUMENT_READ)
    assert any(narrowed.matches(item) != decided[item] for item in ITEMS)


def decisions() -> Sequence[bool]:
    names = (
        "owner",
        "represents",
        "professional",
        "blocked",
        "in_team",
        "attending",
        "consented",
        "closed",
        "scope_covers",
    )
    found = []
    for values in itertools.product((False, True), repeat=len(names)):
        facts = Facts(
            **dict(zip(names, values, strict=True)),
            level=Level.SUBSTANTIAL,
            readable_types=frozenset(TYPES[:4]),
            author_id=AUTHORS[0],
        )
        for item in ITEMS[::7]:
            decision = engine.decide(facts, Permission.DOCUMENT_READ, item)
            found.append(isinstance(decision, Allowed))
    for values in itertools.product((False, True), repeat=3):
        names_alone = ("registers", "bench", "test_space")
        alone = Facts(**dict(zip(names_alone, values, strict=True)), level=Level.SUBSTANTIAL)
        found += [
            isinstance(engine.decide(alone, Permission.ENTRY_READ, item), Allowed)
            for item in (AccessColumns(), AccessColumns(origin=rules.TEST))
        ]
    found.append(isinstance(engine.decide(Facts(owner=True), Permission.DOCUMENT_READ), Allowed))  # level « low »
    return found
