"""Puts the people into the database: spaces, parents of minors, care teams, accounts."""

import datetime as dt
import uuid

from django.db import transaction

from hygie.access import actions as access
from hygie.identity import actions as identity
from hygie.identity.ins import IdentityStatus
from hygie.lib.clock import PARIS
from hygie.simulators.country.accounts import Credentials, open_account
from hygie.simulators.country.chance import Chance
from hygie.simulators.country.country import Country
from hygie.simulators.country.history.types import Life
from hygie.simulators.country.people import Person
from hygie.simulators.country.report import CountryReport, PersonAccount

ACCOUNTS = 26
_MAJORITY = 18
# Mon espace santé opened to everybody in February 2022.
_OPENING = dt.datetime(2022, 2, 3, 9, tzinfo=PARIS)


def opened_at(person: Person) -> dt.datetime:
    """When the person's space began: at the national opening, or five days after birth."""
    born = dt.datetime.combine(person.born_on, dt.time(9), tzinfo=PARIS)
    return max(_OPENING, born + dt.timedelta(days=5))


def space_id_of(seed: int, person: Person) -> uuid.UUID:
    return uuid.UUID(int=Chance(seed, person.key, "space").getrandbits(128), version=4)


@transaction.atomic
def open_spaces(country: Country, lives: dict[str, Life], report: CountryReport) -> None:
    for person in country.people:
        report.spaces[person.key] = identity.create_space(
            ins=person.ins,
            status=IdentityStatus.QUAL,
            traits=person.traits,
            now=opened_at(person),
            space_id=space_id_of(country.seed, person),
        )
        _enroll(lives[person.key], report)
    for person in country.people:
        _represent(country, person, report)
    report.people = len(country.people)


def _enroll(life: Life, report: CountryReport) -> None:
    space_id, since = report.spaces[life.person.key], opened_at(life.person)
    doctor = report.professionals[life.attending.idnps]
    access.enroll(space_id, professional_id=doctor, attending=True, since=since)
    for worker in life.team:
        access.enroll(space_id, professional_id=report.professionals[worker.idnps], since=since)


def _represent(country: Country, person: Person, report: CountryReport) -> None:
    born = person.born_on
    coming_of_age = dt.datetime(born.year + _MAJORITY, born.month, min(born.day, 28), tzinfo=PARIS)
    reference = dt.datetime.combine(country.reference, dt.time(), tzinfo=PARIS)
    if coming_of_age <= reference:
        return
    for parent in person.parents:
        access.add_representative(
            report.spaces[person.key], report.spaces[parent], since=opened_at(person), until=coming_of_age
        )


def open_accounts(country: Country, report: CountryReport, credentials: Credentials, now: dt.datetime) -> None:
    """The first adults, in the order of the country: the first one is the one that a visit begins with."""
    adults = [person for person in country.people if person.age(country.reference) >= _MAJORITY]
    for person in adults[:ACCOUNTS]:
        username, password = credentials.give(person.used_given, person.used_family)
        space_id = report.spaces[person.key]
        secret = open_account(country.seed, username, password, space_id=space_id, now=now)
        traits = person.traits
        report.person_accounts.append(
            PersonAccount(
                space_id,
                person.ins,
                traits.birth_family,
                traits.first_given,
                traits.born_on,
                username,
                password,
                secret,
            )
        )
