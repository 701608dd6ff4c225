"""Coherence of traits: what must be equal, what is only flagged, what does not count."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from hygie.identity.traits import Trait, Traits, compare

LEA = Traits("DURAND-LEFÈVRE", ("LÉA", "CAMILLE"), "LÉA", "F", dt.date(1984, 3, 12), "75056")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"birth_family": "Durand Lefevre"},
        {"birth_family": "durand‑lefèvre"},
        {"birth_given": ("CAMILLE", "Lea"), "first_given": "Camille"},
        {"birth_given": ("Léa",)},
        {"birth_place": ""},
        {"birth_place": "99999"},
        {"used_family": "MARTIN"},
    ],
)
def test_accents_case_hyphens_and_order_do_not_count(said: dict[str, Any]) -> None:
    coherence = compare(LEA, replace(LEA, **said))
    assert coherence and not coherence.place_differs


@pytest.mark.parametrize(
    ("said", "trait"),
    [
        ({"birth_family": "DURAND"}, Trait.BIRTH_FAMILY),
        ({"birth_given": ("ZOÉ",), "first_given": "ZOÉ"}, Trait.GIVEN),
        ({"born_on": dt.date(1984, 12, 3)}, Trait.BORN_ON),
        ({"sex": "M"}, Trait.SEX),
        ({"sex": "U"}, Trait.SEX),
    ],
)
def test_each_strict_trait_refuses_and_is_named(said: dict[str, Any], trait: Trait) -> None:
    coherence = compare(LEA, replace(LEA, **said))
    assert not coherence and coherence.differs == (trait,)


def test_another_birth_place_is_flagged_and_does_not_refuse() -> None:
    coherence = compare(LEA, replace(LEA, birth_place="13055"))
    assert coherence and coherence.place_differs


def test_a_compound_name_is_not_its_first_part() -> None:
    known = replace(LEA, birth_given=("JEAN-PIERRE",), first_given="JEAN-PIERRE")
    assert not compare(known, replace(known, birth_given=("JEAN",), first_given="JEAN"))


def test_ligatures_are_opened() -> None:
    assert compare(replace(LEA, birth_family="ŒUVRARD"), replace(LEA, birth_family="Oeuvrard"))
