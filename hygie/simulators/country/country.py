"""The whole country from a seed: people, register, lives, documents. Nothing here touches the database."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from hygie.simulators.country.documents import Document, write_life
from hygie.simulators.country.history.life import build_life
from hygie.simulators.country.history.types import Life
from hygie.simulators.country.people import REFERENCE, Person, build_people, towns_for
from hygie.simulators.country.professionals import Register, build_register


@dataclass(frozen=True, slots=True)
class Country:
    """`seed`, `people` and `reference` decide everything."""

    seed: int
    reference: dt.date
    people: tuple[Person, ...]
    register: Register

    def person(self, key: str) -> Person:
        return self.people[int(key[1:]) - 1]

    def lives(self) -> Iterator[Life]:
        return (build_life(self.seed, person, self.register, self.reference) for person in self.people)

    def write(self, life: Life) -> tuple[Document, ...]:
        return write_life(self.seed, life)


def build_country(seed: int, people: int, reference: dt.date = REFERENCE) -> Country:
    return Country(seed, reference, build_people(seed, people, reference), build_register(seed, towns_for(people)))
