"""Builds a life: the order of the steps is fixed, each draws from its own chance."""

import datetime as dt

from hygie.simulators.country.chance import Chance
from hygie.simulators.country.history import child, hospital, illness, laboratory, vaccines, visits
from hygie.simulators.country.history.types import Life
from hygie.simulators.country.people import Person
from hygie.simulators.country.professionals import Register, Worker


def build_life(seed: int, person: Person, register: Register, reference: dt.date) -> Life:
    def draw(step: str) -> Chance:
        return Chance(seed, person.key, step)

    life = Life(person, reference, _attending(person, register, draw("attending")))
    illness.add_illnesses(life, draw("illness"))
    given = vaccines.vaccinations(life, draw("vaccines"))
    vaccines.add_notes(life, draw("notes"), register, given)
    child.add_certificates(life, draw("child"), register, given)
    laboratory.add_reports(life, draw("laboratory"), register)
    visits.add_visits(life, draw("visits"), register)
    hospital.add_stays(life, draw("hospital"), register)
    hospital.add_imaging(life, draw("imaging"), register)
    life.team = _team(life, register, draw("team"))
    life.events.sort(key=lambda event: event.at)
    return life


def _attending(person: Person, register: Register, chance: Chance) -> Worker:
    """Households share their doctor; the first household has the first doctor of the register."""
    doctors = register.in_role(person.town, "gp")
    return doctors[0] if person.household == 0 else doctors[(person.household + person.household // 7) % len(doctors)]


def _team(life: Life, register: Register, chance: Chance) -> list[Worker]:
    """Who else follows the person, the attending doctor left out."""
    town = life.person.town
    roles: list[str] = []
    if life.age < 7:
        roles.append("paediatrician")
    if life.has("diabetes"):
        roles += ["diabetologist", "nurse"]
    if life.has("heart-failure", "ischemia", "fibrillation"):
        roles += ["cardiologist", "nurse"]
    if life.has("copd", "asthma") and life.age >= 18:
        roles.append("pneumologist")
    if life.has("arthrosis"):
        roles.append("physio")
    if life.age >= 80:
        roles.append("geriatrician")
    if life.treatments and chance.happens(0.7):
        roles.append("pharmacist")
    return [register.in_role(town, role)[0] for role in dict.fromkeys(roles)]
