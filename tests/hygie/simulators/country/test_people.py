"""People, families and the register: unique, coherent, and never to be taken for real ones."""

import datetime as dt
from functools import cache
from itertools import pairwise

import pytest

from hygie.identity.ins import NIR_TEST, control_key
from hygie.simulators.country.people import REFERENCE, Person, build_people, civil, towns_for
from hygie.simulators.country.professionals import build_register, luhn_digit


@cache
def people(seed: int = 5, count: int = 160) -> tuple[Person, ...]:
    return build_people(seed, count)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 25, 200])
def test_the_country_has_exactly_the_people_that_were_asked_for(count: int) -> None:
    assert len(build_people(9, count)) == count


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    assert build_people(5, 160) == people()
    assert {person.ins for person in build_people(6, 160)} != {person.ins for person in people()}


def test_every_matricule_is_unique_under_the_test_root_and_tells_sex_birth_and_place() -> None:
    assert len({person.ins for person in people()}) == len(people())
    for person in people():
        value = person.ins.value
        assert person.ins.oid == NIR_TEST
        assert person.ins.key_is_right
        assert control_key(value[:13]) == value[13:]
        assert value[0] == ("1" if person.sex == "M" else "2")
        assert value[1:5] == f"{person.born_on:%y%m}"
        assert value[5:10] == person.traits.birth_place


def test_some_people_are_born_in_corsica_and_their_keys_are_right() -> None:
    corsicans = [
        person for seed in range(4) for person in people(seed, 200) if person.traits.birth_place[:2] in ("2A", "2B")
    ]
    assert corsicans
    assert all(person.ins.key_is_right and person.born_on.year >= 1976 for person in corsicans)


def test_children_are_younger_than_their_parents_and_live_with_them() -> None:
    by_key = {person.key: person for person in people()}
    children = [person for person in people() if person.parents]
    assert children
    for child in children:
        for key in child.parents:
            parent = by_key[key]
            assert parent.age(child.born_on) >= 18
            assert (parent.household, parent.address, parent.town) == (child.household, child.address, child.town)


def test_siblings_are_not_born_within_eleven_months() -> None:
    families: dict[tuple[str, ...], list[dt.date]] = {}
    for child in people():
        families.setdefault(child.parents, []).append(child.born_on)
    for parents, births in families.items():
        ordered = sorted(births)
        if parents:
            assert all((later - earlier).days >= 330 for earlier, later in pairwise(ordered))


def test_partners_name_each_other_and_share_the_household() -> None:
    by_key = {person.key: person for person in people()}
    couples = [person for person in people() if person.partner]
    assert couples
    for person in couples:
        partner = by_key[person.partner]
        assert partner.partner == person.key
        assert partner.household == person.household


def test_nobody_is_born_after_the_reference_day_or_older_than_a_hundred() -> None:
    assert all(person.born_on <= REFERENCE and person.age(REFERENCE) < 100 for person in people())


def test_the_first_household_is_the_one_that_a_visit_begins_with() -> None:
    for seed in range(12):
        first, second = people(seed, 40)[:2]
        assert (first.sex, first.partner, second.partner) == ("F", "p0002", "p0001")
        assert 57 <= first.age(REFERENCE) <= 61
        assert people(seed, 40)[5].age(REFERENCE) == 2


def test_birth_names_are_written_as_the_civil_registry_does() -> None:
    assert civil("Lefèvre") == "LEFEVRE"
    assert civil("Jean-Pierre") == "JEAN-PIERRE"
    assert civil("Le Goff") == "LE GOFF"
    assert civil("Cœur d’Ô") == "COEUR D'O"
    for person in people():
        assert person.traits.birth_family.isascii()
        assert person.traits.birth_family == person.traits.birth_family.upper()
        assert person.traits.birth_given[0] == person.traits.first_given


def test_telephones_are_those_that_arcep_keeps_for_fiction() -> None:
    fiction = ("019900", "026191", "035301", "046571", "053649", "063998")
    assert all(len(person.phone) == 10 and person.phone.startswith(fiction) for person in people())


def test_professionals_have_test_numbers_with_a_right_key() -> None:
    register = build_register(5, 4)
    numbers = [worker.rpps for worker in register.workers]
    assert len(set(numbers)) == len(numbers)
    for worker in register.workers:
        assert len(worker.rpps) == 11
        assert worker.rpps.startswith("9970")
        assert luhn_digit(worker.rpps[:-1]) == worker.rpps[-1]
        assert worker.idnps == f"8{worker.rpps}"


def test_structures_are_marked_as_fictive_and_numbered_once() -> None:
    register = build_register(5, 4)
    assert len({place.idnst for place in register.places}) == len(register.places)
    for place in register.places:
        assert "(fictif)" in place.structure.name or "(fictive)" in place.structure.name
        if place.finess:
            assert place.idnst == f"1{place.finess}"
            assert luhn_digit(place.finess[:-1]) == place.finess[-1]


def test_several_professionals_work_in_two_structures() -> None:
    register = build_register(5, 1)
    both = [worker for worker in register.workers if len(worker.works_at) == 2]
    assert len(both) >= 4
    assert {"10", "21", "40", "50", "60", "70"} == {worker.profession for worker in register.workers}
    first = both[0]
    assert first.at(first.works_at[1].idnst).structure == first.works_at[1]


def test_the_number_of_towns_follows_the_number_of_people() -> None:
    assert [towns_for(count) for count in (1, 60, 61, 200, 5000)] == [1, 1, 2, 4, 4]
