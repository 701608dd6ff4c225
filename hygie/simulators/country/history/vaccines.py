"""Vaccinations by age, after the French calendar; only those since numeric records began leave a note."""

import datetime as dt
from itertools import groupby

from hygie.record.cda.write import codes
from hygie.record.cda.write.types import Code, Vaccination, VaccinationNote
from hygie.simulators.country import catalogue
from hygie.simulators.country.chance import Chance
from hygie.simulators.country.history.types import Event, Family, Life
from hygie.simulators.country.professionals import Register, Worker

_NOTES_SINCE = dt.date(2021, 1, 1)
_NOTES_KEPT = 3
# Since when the calendar has these (ministry of health): nobody had them earlier.
_SINCE = {
    "menb": dt.date(2022, 4, 1),
    "rota": dt.date(2023, 1, 1),
    "menacwy": dt.date(2023, 1, 1),
    "zoster": dt.date(2024, 3, 1),
    "menc": dt.date(2017, 1, 1),
    "hpv": dt.date(2013, 1, 1),
    "hexa": dt.date(2008, 1, 1),
}
_MENACWY_REPLACES_MENC = dt.date(2025, 1, 1)


def vaccinations(life: Life, chance: Chance) -> list[Vaccination]:
    """All that the person received, the oldest first; never before birth nor after the reference day."""
    born, given = life.person.born_on, []
    keeps_up = chance.random()
    for shot in catalogue.calendar():
        first = _months_after(born, shot.months)
        day = chance.weekday(first, first + dt.timedelta(days=12 if shot.months < 24 else 200))
        vaccine = shot.vaccine
        if vaccine == "menc" and day >= _MENACWY_REPLACES_MENC:
            vaccine = "menacwy"
        is_adult = shot.months >= 216
        misses = chance.happens(0.03 if shot.months < 24 else 0.15) or (is_adult and keeps_up < 0.35)
        if misses or not born < day <= life.reference or day < _SINCE.get(vaccine, dt.date.min):
            continue
        given.append(_shot(chance, vaccine, day, shot.rank, shot.booster, shot.months))
    given += _seasonal(life, chance)
    return sorted(given, key=lambda shot: shot.on)


def _seasonal(life: Life, chance: Chance) -> list[Vaccination]:
    """Flu each autumn for those over 65 or with a chronic illness; covid in 2021, then yearly for the oldest."""
    found: list[Vaccination] = []
    fragile = life.has("diabetes", "heart-failure", "copd", "asthma", "ischemia")
    for year in range(2021, life.reference.year + 1):
        autumn = dt.date(year, 10, 18)
        age = life.person.age(autumn)
        if age < 12:
            continue
        day = chance.weekday(autumn, autumn + dt.timedelta(days=35))
        if day <= life.reference and (age >= 65 or fragile) and chance.happens(0.65):
            found.append(_shot(chance, "flu", day, year - 2020, True, age * 12))
        if year == 2021 and chance.happens(0.85):
            first = chance.weekday(dt.date(2021, 4, 1), dt.date(2021, 8, 30))
            found.append(_shot(chance, "covid", first, 1, False, age * 12))
            found.append(_shot(chance, "covid", first + dt.timedelta(days=28), 2, False, age * 12))
        elif year > 2022 and day <= life.reference and age >= 75 and chance.happens(0.5):
            found.append(_shot(chance, "covid", day, year - 2020, True, age * 12))
    return found


def _shot(chance: Chance, key: str, day: dt.date, rank: int, booster: bool, months: int) -> Vaccination:
    product, route = catalogue.vaccine(key)
    lot = f"FIC{chance.digits(5)}"
    return Vaccination(product, day, lot, rank, booster, route, _site(chance, route, months))


def _site(chance: Chance, route: Code, months: int) -> Code | None:
    if route == codes.ORAL:
        return None
    if months < 18:
        return chance.choice((codes.LEFT_THIGH, codes.RIGHT_THIGH))
    return chance.choice((codes.LEFT_DELTOID, codes.RIGHT_DELTOID))


def add_notes(life: Life, chance: Chance, register: Register, given: list[Vaccination]) -> None:
    """One note a session, for the last sessions of the person (more for a small child)."""
    sessions = [(day, list(shots)) for day, shots in groupby(given, key=lambda shot: shot.on) if day >= _NOTES_SINCE]
    kept = sessions[-(8 if life.age < 4 else _NOTES_KEPT) :]
    for day, shots in kept:
        worker = _vaccinator(life, chance, register, day)
        content = VaccinationNote(
            tuple(Vaccination(s.product, s.on, s.lot, s.rank, s.booster, s.route, s.site, worker.who) for s in shots)
        )
        at = chance.hour(day)
        life.events.append(
            Event(Family.VACCINATION, at, worker.who, "Note de vaccination", content, start=at, act=_ACT)
        )


_ACT = codes.loinc("87273-9", "Note de vaccination")


def _vaccinator(life: Life, chance: Chance, register: Register, day: dt.date) -> Worker:
    town = life.person.town
    if life.person.age(day) < 3:
        return register.in_role(town, "paediatrician")[0]
    if life.person.age(day) >= 18 and chance.happens(0.5):
        return chance.choice((register.in_role(town, "pharmacist")[0], register.in_role(town, "nurse")[0]))
    return life.attending


def _months_after(day: dt.date, months: int) -> dt.date:
    month = day.month - 1 + months
    return dt.date(day.year + month // 12, month % 12 + 1, min(day.day, 28))
