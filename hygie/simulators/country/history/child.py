"""Children: the certificates of the eighth day, of nine and of twenty-four months, with growth that is believable."""

import datetime as dt

from hygie.record.cda.write import codes, kinds
from hygie.record.cda.write.types import ChildCertificate, Finding, Habit, Kind, Vaccination, Vital
from hygie.simulators.country.chance import Chance
from hygie.simulators.country.history.types import Event, Family, Life
from hygie.simulators.country.professionals import Register

# Age in days: (weight g, height cm, head cm), median of both sexes (WHO growth standards, rounded).
_GROWTH = {8: (3400, 50.0, 34.8), 274: (8700, 71.0, 44.5), 735: (12100, 87.0, 48.0)}
_TITLES = {
    8: "Premier certificat de santé de l'enfant (8 jours)",
    274: "Deuxième certificat de santé de l'enfant (9 mois)",
    735: "Troisième certificat de santé de l'enfant (24 mois)",
}
_KINDS = {8: kinds.CERTIFICATE_8_DAYS, 274: kinds.CERTIFICATE_9_MONTHS, 735: kinds.CERTIFICATE_24_MONTHS}
_KEPT_SINCE = dt.date(2019, 1, 1)
_VISIT = codes.snomed("11429006", "consultation")


def add_certificates(life: Life, chance: Chance, register: Register, given: list[Vaccination]) -> None:
    if life.age >= 8:
        return
    size = max(-1.6, min(1.6, chance.gauss(0, 0.8)))
    for days, kind in _KINDS.items():
        visit = life.person.born_on + dt.timedelta(days=days - 1 + (0 if days == 8 else chance.randint(0, 20)))
        if visit > life.reference - dt.timedelta(days=2) or visit < _KEPT_SINCE:
            continue
        _add(life, chance, register, days, kind, visit, size, tuple(shot for shot in given if shot.on <= visit))


def _add(
    life: Life,
    chance: Chance,
    register: Register,
    days: int,
    kind: Kind,
    visit: dt.date,
    size: float,
    given: tuple[Vaccination, ...],
) -> None:
    paediatrician = register.in_role(life.person.town, "paediatrician")[0]
    hospital = register.place(life.person.town, "hospital")
    author = paediatrician.at(hospital.idnst) if days == 8 else paediatrician.who
    content = ChildCertificate(
        measured_on=visit,
        vitals=growth(days, size, life.person.sex),
        habits=_habits(chance, days),
        findings=_findings(days),
        allergies=() if days > 8 else None,
        vaccinations=given,
        comment="Examen normal. Courbes de croissance régulières.",
    )
    at = chance.hour(visit)
    life.events.append(
        Event(Family.CERTIFICATE, at, author, _TITLES[days], content, start=at, act=_VISIT, kind=kind, stay=days == 8)
    )


def growth(days: int, size: float, sex: str) -> tuple[Vital, ...]:
    """Weight, height and head of that age; `size` in standard deviations."""
    boy = 1 if sex == "M" else -1
    weight, height, head = _GROWTH[days]
    grams = round(weight * (1 + 0.11 * size + 0.025 * boy), -1)
    tall = height * (1 + 0.037 * size) + 0.5 * boy
    around = head + 1.1 * size + 0.4 * boy
    return (
        Vital(codes.loinc("29463-7", "Poids"), "Poids", f"{grams:.0f}", "g"),
        Vital(codes.loinc("8302-2", "Taille"), "Taille", f"{tall:.1f}", "cm"),
        Vital(codes.loinc("8287-5", "Périmètre crânien"), "Périmètre crânien", f"{around:.1f}", "cm"),
    )


def _habits(chance: Chance, days: int) -> tuple[Habit, ...]:
    feeding = ("Allaitement maternel", "Préparation pour nourrissons", "Allaitement mixte")
    words = chance.choice(feeding) if days < 300 else "Alimentation diversifiée"
    return (Habit(codes.loinc("67704-7", "Type d'alimentation"), "Alimentation", words),)


def _findings(days: int) -> tuple[Finding, ...]:
    if days != 735:
        return ()
    walk = codes.asip("MED-200", "Marche acquise")
    age = codes.asip("MED-201", "Âge de la marche acquise")
    return (
        Finding(walk, "Marche acquise", "Oui", truth=True),
        Finding(age, "Âge de la marche", "13 mois", value="13", unit="mo"),
    )
