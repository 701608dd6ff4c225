"""The files of examples/: documents of three people of the default country, not yet deposited when it is loaded."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hygie.record.cda.write.types import LabReport, Vaccination, VaccinationNote
from hygie.simulators.country import catalogue
from hygie.simulators.country.chance import Chance
from hygie.simulators.country.country import Country, build_country
from hygie.simulators.country.documents import write_life
from hygie.simulators.country.history.life import build_life
from hygie.simulators.country.history.types import Event, Family, Letter, Life
from hygie.simulators.country.history.visits import CONSULTATION

# As `hygie demo` without options.
SEED = 1
PEOPLE = 200
_SALT = "examples"


def build_examples() -> dict[str, bytes]:
    """File name → document: a laboratory report and its correction, a vaccination, a letter with a PDF."""
    country = build_country(SEED, PEOPLE)
    report, corrected = _write(country, "p0001", _laboratory)
    (vaccination,) = _write(country, "p0002", _vaccination)
    (letter,) = _write(country, "p0007", _letter)
    return {
        "biologie.xml": report,
        "biologie-corrigee.xml": corrected,
        "vaccination.xml": vaccination,
        "consultation.xml": letter,
    }


def write_examples(folder: Path) -> None:
    for name, source in build_examples().items():
        (folder / name).write_bytes(source)


def _write(country: Country, key: str, make: Callable[[Country, Life], list[Event]]) -> list[bytes]:
    life = build_life(country.seed, country.person(key), country.register, country.reference)
    life.events = make(country, life)
    return [document.source for document in write_life(SEED, life, salt=_SALT)]


def _laboratory(country: Country, life: Life) -> list[Event]:
    """The last report of the person, a week later, as the doctor's software sends it; then a second version."""
    last = [event for event in life.events if event.family is Family.LABORATORY][-1]
    content = last.content
    assert isinstance(content, LabReport)  # noqa: S101 - the family says so
    sampled = dt.datetime.combine(country.reference - dt.timedelta(days=3), dt.time(8, 10), tzinfo=last.at.tzinfo)
    written = sampled + dt.timedelta(hours=8)
    report = replace(content, sampled_at=sampled, comment="")
    first = replace(last, at=written, start=sampled, end=written, content=report, chain="example", printed=False)
    comment = "Compte rendu corrigé : il annule et remplace le précédent."
    second = replace(first, at=written + dt.timedelta(hours=2), content=replace(report, comment=comment), printed=True)
    return [first, second]


def _vaccination(country: Country, life: Life) -> list[Event]:
    day = country.reference - dt.timedelta(days=5)
    at = Chance(SEED, _SALT).hour(day)
    product, route = catalogue.vaccine("dtp")
    shot = Vaccination(product, day, "FIC00001", 1, True, route, None, life.attending.who)
    note = VaccinationNote((shot,))
    return [Event(Family.VACCINATION, at, life.attending.who, "Note de vaccination", note, start=at)]


def _letter(country: Country, life: Life) -> list[Event]:
    at = Chance(SEED, _SALT).hour(country.reference - dt.timedelta(days=4))
    words = (
        "Consultation de suivi. Pas d'essoufflement nouveau, poids stable.",
        "Le traitement est inchangé. Prochain rendez-vous dans trois mois.",
    )
    letter = Letter(CONSULTATION, words)
    author = life.attending.who
    return [Event(Family.LETTER, at, author, "Consultation de médecine générale", letter, start=at, act=CONSULTATION)]
