"""Chronic illnesses, their treatments, allergies, past events and habits."""

import datetime as dt

from hygie.record.cda.write import codes
from hygie.record.cda.write.types import Allergy, AllergyKind, Code, Habit, Problem, Surgery, Treatment
from hygie.simulators.country import catalogue
from hygie.simulators.country.catalogue import Condition
from hygie.simulators.country.chance import Chance
from hygie.simulators.country.history.types import Life

# The first people of every country have the same illnesses, so that a visit of the demonstration can be told.
_SCRIPTED = {
    "p0001": ("diabetes", "hypertension", "lipids", "arthrosis"),
    "p0002": ("hypertension", "depression"),
    "p0003": ("asthma",),
    "p0005": ("asthma", "rhinitis"),
    "p0006": ("eczema",),
    "p0007": ("heart-failure", "fibrillation", "hypertension", "copd"),
}
_PAST = (
    (codes.cim10("J18.9", "Pneumopathie, sans précision"), 12, 0.08),
    (codes.cim10("N10", "Pyélonéphrite aiguë"), 6, 0.06),
    (codes.cim10("U07.1", "COVID-19"), 4, 0.3),
    (codes.cim10("J02.0", "Pharyngite à streptocoques"), 3, 0.12),
)
_SURGERIES = (("Appendicectomie", 0.14, 9), ("Cholécystectomie", 0.07, 35), ("Hernie inguinale opérée", 0.07, 30))
_URTICARIA = codes.cim10("L50.0", "Urticaire allergique")
_RASH = ("Urticaire", _URTICARIA)
# agent, code of the agent, reaction, how often among those who have one.
_ALLERGIES: tuple[tuple[AllergyKind, str, Code | None, str, Code | None, float], ...] = (
    (AllergyKind.DRUG, "Amoxicilline", codes.atc("J01CA04", "amoxicilline"), *_RASH, 0.3),
    (AllergyKind.DRUG, "Ibuprofène", codes.atc("M01AE01", "ibuprofène"), "Éruption cutanée", None, 0.15),
    (AllergyKind.FOOD, "Arachide", None, *_RASH, 0.2),
    (AllergyKind.ENVIRONMENT, "Pollens de graminées", None, "Rhinite", None, 0.25),
    (AllergyKind.ENVIRONMENT, "Latex", None, "Eczéma de contact", None, 0.1),
)


def add_illnesses(life: Life, chance: Chance) -> None:
    person = life.person
    band = 0 if life.age < 18 else 1 if life.age < 50 else 2 if life.age < 70 else 3
    scripted = _SCRIPTED.get(person.key)
    for found in catalogue.conditions():
        if scripted is not None:
            falls_ill = found.key in scripted
        else:
            falls_ill = found.only in ("", person.sex) and chance.happens(found.odds[band])
        if falls_ill:
            _fall_ill(life, chance, found, since_years=5 if scripted else 1)
    _remember(life, chance)
    life.allergies = _allergies(life, chance)
    _live(life, chance)


def _fall_ill(life: Life, chance: Chance, condition: Condition, *, since_years: int) -> None:
    if life.age < 18:
        since_years = 1
    born, last = life.person.born_on, life.reference - dt.timedelta(days=400 * since_years)
    earliest = born + dt.timedelta(days=200 if life.age < 18 else int(life.age * 365 * 0.6))
    start = chance.weekday(max(earliest, last - dt.timedelta(days=12 * 365)), max(last, earliest))
    start = min(start, life.reference - dt.timedelta(days=30))
    problem = Problem(condition.code.display, condition.code, start)
    life.conditions.append((condition, start))
    life.problems.append(problem)
    medicines = condition.medicines if condition.key != "hypertension" or life.age > 65 else condition.medicines[:1]
    already = {treatment.product.name for treatment in life.treatments}
    for key in medicines:
        medicine = catalogue.medicine(key)
        if medicine.product.name not in already:
            life.treatments.append(treat(key, start, reason=problem))


def treat(key: str, start: dt.date, *, end: dt.date | None = None, reason: Problem | None = None) -> Treatment:
    medicine = catalogue.medicine(key)
    return Treatment(
        product=medicine.product,
        posology=medicine.posology,
        start=start,
        dose=medicine.dose,
        unit=medicine.unit,
        every_hours=medicine.every_hours,
        end=end,
        route=medicine.route,
        reason=reason,
    )


def _remember(life: Life, chance: Chance) -> None:
    for code, since, odds in _PAST:
        first = life.person.born_on + dt.timedelta(days=365 * since)
        if code.code == "U07.1":
            first = max(first, dt.date(2020, 3, 15))
        last = life.reference - dt.timedelta(days=200)
        if first < last and chance.happens(odds):
            start = chance.day(max(first, last - dt.timedelta(days=15 * 365)), last)
            life.history.append(Problem(code.display, code, start, start + dt.timedelta(days=chance.randint(6, 20))))
    for label, odds, since in _SURGERIES:
        first = life.person.born_on + dt.timedelta(days=365 * since)
        last = life.reference - dt.timedelta(days=500)
        if first < last and chance.happens(odds):
            life.surgeries.append(Surgery(label, chance.weekday(first, last)))


def _allergies(life: Life, chance: Chance) -> tuple[Allergy, ...] | None:
    """Some have one, some are known to have none, of some nothing is known."""
    if life.person.key == "p0001":
        found = _ALLERGIES[0]
    elif life.has("rhinitis"):
        found = _ALLERGIES[3]
    elif chance.happens(0.16):
        found = chance.one([(row, row[-1]) for row in _ALLERGIES])
    else:
        return () if chance.happens(0.65) else None
    first = life.person.born_on + dt.timedelta(days=300)
    since = chance.day(first, max(first, life.reference - dt.timedelta(days=150)))
    kind, agent, code, reaction, reaction_code, _ = found
    return (Allergy(kind, agent, code, since, reaction, reaction_code),)


def _live(life: Life, chance: Chance) -> None:
    """Height, weight and habits of an adult (a child's measures are in child.py)."""
    if life.age < 18:
        return
    life.height = round(chance.gauss(177 if life.person.sex == "M" else 164, 6))
    heavy = 29.5 if life.has("diabetes", "hypertension") else 24.5
    index = min(39.0, max(18.0, chance.gauss(heavy, 3)))
    life.weight = round(index * (life.height / 100) ** 2, 1)
    smoker = chance.happens(0.55 if life.has("copd", "ischemia") else 0.2)
    tobacco = codes.loinc("74011-8", "Consommation tabagique")
    if smoker:
        packs = str(chance.randint(5, 40))
        life.habits.append(Habit(tobacco, "Tabac", f"{packs} paquets-années", packs, "{pack}/a"))
    else:
        life.habits.append(Habit(tobacco, "Tabac", "Non fumeur"))
    words = chance.choice(("Marche régulière", "Sport une fois par semaine", "Activité physique faible"))
    life.habits.append(Habit(codes.loinc("73985-4", "Activité physique"), "Activité physique", words))


def known_allergies(life: Life, day: dt.date) -> tuple[Allergy, ...] | None:
    """What was known that day; None when nothing was."""
    if not life.allergies:
        return life.allergies
    known = tuple(found for found in life.allergies if found.since is None or found.since <= day)
    return known or None
