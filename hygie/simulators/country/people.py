"""Families of the country: couples, children, older people, each with an INS of the test root and a right key."""

import datetime as dt
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from hygie.identity.ins import INS, NIR_TEST, control_key
from hygie.identity.traits import Traits
from hygie.record.cda.write.types import Address
from hygie.simulators.country import names
from hygie.simulators.country.chance import Chance
from hygie.simulators.country.names import Place

REFERENCE = dt.date(2026, 11, 1)
"""The day at which the country is looked at: ages and histories stop there."""

# Where people live: each town has its own structures (professionals.py).
TOWNS = ("35238", "26362", "88160", "64445")
PEOPLE_A_TOWN = 60


@dataclass(frozen=True, slots=True)
class Person:
    """`key` is the person's rank; `partner` and `parents` are keys. `town` is an index in TOWNS."""

    key: str
    ins: INS
    traits: Traits
    birth_place_name: str
    address: Address
    phone: str
    town: int
    household: int
    partner: str = ""
    parents: tuple[str, ...] = ()

    @property
    def used_family(self) -> str:
        return self.traits.used_family

    @property
    def used_given(self) -> str:
        return self.traits.used_given

    @property
    def sex(self) -> str:
        return self.traits.sex

    @property
    def born_on(self) -> dt.date:
        return self.traits.born_on

    def age(self, on: dt.date) -> int:
        born = self.born_on
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def towns_for(count: int) -> int:
    return max(1, min(len(TOWNS), -(-count // PEOPLE_A_TOWN)))


def build_people(seed: int, count: int, reference: dt.date = REFERENCE) -> tuple[Person, ...]:
    """Exactly `count` people, in households; the first households are always of the same shape (see `_FIRST`)."""
    census = _Census(seed, count, reference)
    while census.missing:
        census.add_household()
    return tuple(census.people)


class _Census:
    def __init__(self, seed: int, count: int, reference: dt.date) -> None:
        self.people: list[Person] = []
        self._chance = Chance(seed, "people")
        self._count = count
        self._reference = reference
        self._taken: set[str] = set()
        self._household = 0
        self._town = 0
        self._address = Address("", "", "", "")

    @property
    def missing(self) -> int:
        return self._count - len(self.people)

    def add_household(self) -> None:
        town_count = towns_for(self._count)
        self._town = self._household % town_count if self._household >= len(_FIRST) else 0
        home = names.commune(TOWNS[self._town])
        number = str(self._chance.randint(1, 98))
        self._address = Address(number, self._chance.choice(names.STREETS), home.postcode, home.name.upper())
        shape = _FIRST[self._household] if self._household < len(_FIRST) else self._chance.one(_SHAPES)
        shape(self, self._chance)
        self._household += 1

    def born(self, youngest: int, oldest: int) -> dt.date:
        """A birth date such that the age at the reference day is between the two."""
        last = _years_before(self._reference, youngest)
        return self._chance.day(_years_before(self._reference, oldest + 1) + dt.timedelta(days=1), last)

    def adult(
        self, sex: str, born_on: dt.date, *, family: str = "", used_family: str = "", partner: str = ""
    ) -> Person | None:
        return self._add(sex, born_on, family or names.family_name(self._chance), used_family, partner, ())

    def couple(self, youngest: int, oldest: int) -> tuple[Person, Person] | None:
        """A woman and a man (most often) of about the same age; None when there is room for one person only."""
        if self.missing < 2:
            self.adult(self._chance.choice("MF"), self.born(youngest, oldest))
            return None
        chance = self._chance
        born_on = self.born(youngest, oldest)
        sexes = chance.one(((("F", "M"), 0.92), (("F", "F"), 0.04), (("M", "M"), 0.04)))
        shared = names.family_name(chance)
        married_name = shared if chance.happens(0.85 if youngest >= 60 else 0.45) else ""
        earlier = born_on - dt.timedelta(days=chance.randint(-900, 1500))
        latest = _years_before(self._reference, youngest)
        key = self.next_key(1)
        first = self.adult(sexes[0], born_on, used_family=married_name, partner=key)
        second = self.adult(sexes[1], min(earlier, latest), family=shared, partner=self.people[-1].key)
        return (first, second) if first and second else None

    def children(self, parents: tuple[Person, ...], count: int, youngest: int, oldest: int) -> None:
        """Children of these parents; every parent was at least 18 at the birth, and births are a year apart."""
        latest_parent = max(parent.born_on for parent in parents)
        family = parents[-1].traits.used_family
        if len(parents) == 2 and self._chance.happens(0.15):
            family = f"{parents[0].traits.birth_family.title()} {parents[1].traits.birth_family.title()}"
        born: list[dt.date] = []
        for _ in range(min(count, self.missing)):
            first = max(_years_before(self._reference, oldest + 1), _years_after(latest_parent, 18)) + dt.timedelta(
                days=1
            )
            day = self._chance.day(first, _years_before(self._reference, youngest))
            if any(abs((day - other).days) < 330 for other in born) or day < first:
                continue
            born.append(day)
            self._add(self._chance.choice("MF"), day, family, "", "", tuple(parent.key for parent in parents))

    def child_at(self, parents: tuple[Person, ...], sex: str, born_on: dt.date) -> None:
        family = parents[-1].traits.used_family
        self._add(sex, born_on, family, "", "", tuple(parent.key for parent in parents))

    def ago(self, years: int, days: int = 0) -> dt.date:
        return _years_before(self._reference, years) - dt.timedelta(days=days)

    def next_key(self, ahead: int = 0) -> str:
        return f"p{len(self.people) + 1 + ahead:04d}"

    def _add(
        self, sex: str, born_on: dt.date, family: str, used_family: str, partner: str, parents: tuple[str, ...]
    ) -> Person | None:
        if not self.missing:
            return None
        chance = self._chance
        given = names.given_names(chance, sex, born_on.year)
        place = names.birth_place(chance, born_on)
        traits = Traits(
            birth_family=civil(family),
            birth_given=tuple(civil(name) for name in given),
            first_given=civil(given[0]),
            sex=sex,
            born_on=born_on,
            birth_place=place.insee,
            used_family=used_family or family,
            used_given=given[0],
        )
        number = names.mobile(chance) if chance.happens(0.7) else names.phone(chance)
        person = Person(
            self.next_key(), self._ins(sex, born_on, place), traits, place.name.upper(), self._address,
            number, self._town, self._household, partner, parents,
        )  # fmt: skip
        self.people.append(person)
        return person

    def _ins(self, sex: str, born_on: dt.date, place: Place) -> INS:
        """A matricule that nobody else of the country has; only the order number is free."""
        start = f"{1 if sex == 'M' else 2}{born_on:%y%m}{place.insee}"
        while True:
            body = f"{start}{self._chance.randint(1, 990):03d}"
            if body not in self._taken:
                self._taken.add(body)
                return INS(NIR_TEST, body + control_key(body))


def civil(name: str) -> str:
    """As the civil registry's file writes it (INS): capitals A-Z, hyphen, apostrophe, no accents."""
    opened = name.replace("Œ", "OE").replace("œ", "oe").replace("’", "'")
    folded = unicodedata.normalize("NFKD", opened).encode("ascii", "ignore").decode()
    return " ".join(folded.upper().split())


def _years_before(day: dt.date, years: int) -> dt.date:
    return _same_day(day, day.year - years)


def _years_after(day: dt.date, years: int) -> dt.date:
    return _same_day(day, day.year + years)


def _same_day(day: dt.date, year: int) -> dt.date:
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


Shape = Callable[[_Census, Chance], None]


def _leading_couple(census: _Census, chance: Chance) -> None:
    """The first person: a woman of about sixty with a rich record (history.py), and her husband."""
    shared = names.family_name(chance)
    key = census.next_key(1)
    census.adult("F", census.born(57, 61), used_family=shared, partner=key)
    census.adult("M", census.born(58, 64), family=shared, partner="p0001")


def _leading_family(census: _Census, chance: Chance) -> None:
    """A young family with a child of two years and a few months, and one of seven."""
    couple = census.couple(31, 36)
    if couple:
        census.child_at(couple, "F", census.ago(7, chance.randint(20, 300)))
        census.child_at(couple, "M", census.ago(2, chance.randint(60, 200)))


def _leading_elder(census: _Census, chance: Chance) -> None:
    """An old man with heart failure, alone."""
    census.adult("M", census.born(81, 84))


def _family(census: _Census, chance: Chance) -> None:
    if couple := census.couple(27, 47):
        census.children(couple, chance.one(((1, 0.3), (2, 0.5), (3, 0.2))), 0, 15)


def _single_parent(census: _Census, chance: Chance) -> None:
    parent = census.adult("F" if chance.happens(0.8) else "M", census.born(28, 48))
    if parent:
        census.children((parent,), chance.one(((1, 0.6), (2, 0.4))), 1, 16)


def _young_couple(census: _Census, chance: Chance) -> None:
    census.couple(23, 38)


def _middle_couple(census: _Census, chance: Chance) -> None:
    if couple := census.couple(45, 64):
        census.children(couple, chance.one(((0, 0.4), (1, 0.4), (2, 0.2))), 14, 23)


def _older_couple(census: _Census, chance: Chance) -> None:
    census.couple(65, 88)


def _single(census: _Census, chance: Chance) -> None:
    census.adult(chance.choice("MF"), census.born(19, 62))


def _single_elder(census: _Census, chance: Chance) -> None:
    census.adult("F" if chance.happens(0.7) else "M", census.born(70, 95))


_FIRST: tuple[Shape, ...] = (_leading_couple, _leading_family, _leading_elder)
_SHAPES: tuple[tuple[Shape, float], ...] = (
    (_family, 0.36),
    (_single_parent, 0.08),
    (_young_couple, 0.1),
    (_middle_couple, 0.17),
    (_older_couple, 0.15),
    (_single, 0.06),
    (_single_elder, 0.08),
)
