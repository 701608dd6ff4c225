"""The attending doctor: prescriptions, medical summary, certificates; and what other professionals write."""

import datetime as dt

from hygie.record.cda.write import codes
from hygie.record.cda.write.types import (
    Code,
    Device,
    FamilyProblem,
    MedicalSummary,
    PrescribedItem,
    Prescription,
    Professional,
    Treatment,
    Vital,
)
from hygie.simulators.country import catalogue
from hygie.simulators.country.chance import Chance
from hygie.simulators.country.history.illness import known_allergies, treat
from hygie.simulators.country.history.types import Event, Family, Letter, Life
from hygie.simulators.country.professionals import Register

CONSULTATION = codes.loinc("11488-4", "CR ou fiche de consultation ou de visite")
_ACUTE = (
    ("amoxicilline", 6, "Angine bactérienne", 0.5),
    ("paracetamol", 5, "Syndrome grippal", 0.3),
    ("cetirizine", 15, "Urticaire aiguë", 0.2),
)


def add_visits(life: Life, chance: Chance, register: Register) -> None:
    if life.age >= 18:
        _renewals(life, chance)
        _summaries(life, chance)
    _acute(life, chance)
    _letters(life, chance, register)


def _day(life: Life, chance: Chance, ago_first: int, ago_last: int) -> dt.date:
    first = max(life.reference - dt.timedelta(days=ago_first), life.person.born_on + dt.timedelta(days=30))
    return chance.weekday(first, max(first, life.reference - dt.timedelta(days=ago_last)))


def _renewals(life: Life, chance: Chance) -> None:
    """Each quarter for the first person, each half-year for the others: the long-term treatments, renewed."""
    lasting = [treatment for treatment in life.treatments if treatment.end is None]
    if not lasting:
        return
    count, every = (4, 91) if life.person.key == "p0001" else (2, 182)
    newest = chance.randint(5, 60)
    for back in range(count):
        day = life.reference - dt.timedelta(days=newest + every * back)
        day -= dt.timedelta(days=max(0, day.weekday() - 4))
        current = [treatment for treatment in lasting if treatment.start <= day]
        if not current:
            continue
        items = tuple(
            PrescribedItem(_renewed(found, day, every), 2, _advice(found), _long_term(life, found)) for found in current
        )
        devices = _devices(life, day)
        content = Prescription(items, devices, _vitals(life, chance), day)
        life.events.append(_prescription(life, chance, day, content, every))


def _renewed(treatment: Treatment, day: dt.date, every: int) -> Treatment:
    return Treatment(
        product=treatment.product,
        posology=treatment.posology,
        start=day,
        dose=treatment.dose,
        unit=treatment.unit,
        every_hours=treatment.every_hours,
        end=day + dt.timedelta(days=every),
        route=treatment.route,
        reason=treatment.reason,
    )


def _advice(treatment: Treatment) -> str:
    return "Ne pas arrêter sans avis médical." if treatment.reason else ""


def _long_term(life: Life, treatment: Treatment) -> bool:
    reason = treatment.reason.code if treatment.reason else None
    return any(condition.long_term and condition.code == reason for condition, _ in life.conditions)


def _devices(life: Life, day: dt.date) -> tuple[Device, ...]:
    if not life.has("diabetes"):
        return ()
    # European Medical Device Nomenclature: glucose strips are reagents of clinical chemistry.
    code = codes.make(codes.EMDN, "W0101", "CHIMIE CLINIQUE")
    label = "Bandelettes d'autosurveillance de la glycémie, boîte de 100"
    return (Device(label, code, day, day + dt.timedelta(days=90)),)


def _vitals(life: Life, chance: Chance) -> tuple[Vital, ...]:
    weight = life.weight + chance.gauss(0, 0.8)
    high = 138 if life.has("hypertension", "heart-failure") else 122
    systolic, diastolic = round(chance.gauss(high, 6)), round(chance.gauss(high * 0.62, 4))
    return (
        Vital(codes.loinc("29463-7", "Poids"), "Poids", f"{weight:.1f}", "kg"),
        Vital(codes.loinc("8302-2", "Taille"), "Taille", f"{life.height:.0f}", "cm"),
        Vital(codes.loinc("8480-6", "Pression artérielle systolique"), "Pression systolique", str(systolic), "mm[Hg]"),
        Vital(
            codes.loinc("8462-4", "Pression artérielle diastolique"), "Pression diastolique", str(diastolic), "mm[Hg]"
        ),
        Vital(codes.loinc("8867-4", "Fréquence cardiaque"), "Fréquence cardiaque", str(chance.randint(58, 84)), "/min"),
    )


def _prescription(life: Life, chance: Chance, day: dt.date, content: Prescription, days: int) -> Event:
    at = chance.hour(day)
    return Event(
        Family.PRESCRIPTION,
        at,
        life.attending.who,
        "Prescription de médicaments",
        content,
        start=at,
        end=at + dt.timedelta(days=days),
        act=codes.loinc("57833-6", "Prescription de produits de santé"),
    )


def _acute(life: Life, chance: Chance) -> None:
    """A short illness in the last two years."""
    if life.age < 3 or not chance.happens(0.45):
        return
    key, days, words, _ = chance.one([(row, row[3]) for row in _ACUTE])
    if key == "amoxicilline" and any(found.agent == "Amoxicilline" for found in life.allergies or ()):
        key = "paracetamol"
    if life.age < 12:
        key = {"amoxicilline": "amoxicilline-enfant", "paracetamol": "paracetamol-enfant"}.get(key, key)
    day = _day(life, chance, 700, 10)
    treatment = treat(key, day, end=day + dt.timedelta(days=days))
    content = Prescription(
        (PrescribedItem(treatment, 0, "Consulter de nouveau si la fièvre persiste."),), comment=words
    )
    life.events.append(_prescription(life, chance, day, content, days))


def _summaries(life: Life, chance: Chance) -> None:
    """The VSM: a first version, and for many a newer one that replaces it."""
    if not life.conditions and life.age < 60:
        return
    days = [_day(life, chance, 900, 500), _day(life, chance, 200, 15)]
    for day in days if life.person.key == "p0001" or chance.happens(0.5) else days[1:]:
        at = chance.hour(day)
        known = [problem for problem in life.problems if problem.start is None or problem.start <= day]
        content = MedicalSummary(
            problems=tuple(known),
            history=tuple(past for past in life.history if past.start is None or past.start <= day),
            surgeries=tuple(surgery for surgery in life.surgeries if surgery.on <= day),
            allergies=known_allergies(life, day),
            habits=tuple(life.habits),
            family=_family(life),
            vigilance=_vigilance(life),
            treatments=tuple(treatment for treatment in life.treatments if treatment.start <= day),
        )
        event = Event(
            Family.SUMMARY, at, life.attending.who, "Volet de synthèse médicale", content, start=at, act=CONSULTATION,
            chain="summary",
        )  # fmt: skip
        life.events.append(event)


def _family(life: Life) -> tuple[FamilyProblem, ...]:
    chance = Chance("family", life.person.ins.value)
    if not chance.happens(0.5):
        return ()
    relation, sex = chance.choice((("MTH", "F"), ("FTH", "M")))
    label = {"MTH": "Mère", "FTH": "Père"}[relation]
    condition = catalogue.condition(chance.choice(("diabetes", "hypertension", "ischemia")))
    return (FamilyProblem(Code(relation, codes.ROLE, label), sex, condition.code.display, condition.code),)


def _vigilance(life: Life) -> str:
    if life.has("fibrillation"):
        return "Traitement anticoagulant en cours : prévenir avant tout geste invasif."
    if life.has("heart-failure"):
        return "Surveiller le poids : consulter en cas de prise de plus de 2 kg en une semaine."
    return "Contrôle annuel du fond d'œil et des pieds." if life.has("diabetes") else ""


def _letters(life: Life, chance: Chance, register: Register) -> None:
    """Letters of specialists and of other professions, as PDF in a level-1 document."""
    for role, wanted, kind, title, words, private in _LETTERS:
        if not life.has(*wanted):
            continue
        day = _day(life, chance, 600, 20)
        _write(life, chance, day, register.in_role(life.person.town, role)[0].who, kind, title, words, private=private)
    if 6 <= life.age <= 45 and chance.happens(0.3):
        words = ("Certificat médical d'absence de contre-indication à la pratique du sport.",)
        _write(life, chance, _day(life, chance, 420, 30), life.attending.who, _CERTIFICATE, "Certificat médical", words)
    if life.age >= 6 and chance.happens(0.22):
        dentist = register.in_role(life.person.town, "dentist")[0].who
        words = ("Examen de prévention. Une carie traitée, détartrage fait. Prochain contrôle dans un an.",)
        _write(life, chance, _day(life, chance, 500, 30), dentist, _TEETH, "Bilan bucco-dentaire", words)


def _write(
    life: Life, chance: Chance, day: dt.date, author: Professional, kind: Code, title: str, words: tuple[str, ...],
    *, private: bool = False,
) -> None:  # fmt: skip
    at = chance.hour(day)
    life.events.append(
        Event(Family.LETTER, at, author, title, Letter(kind, words), start=at, act=kind, private=private)
    )


_CERTIFICATE = codes.loinc("89601-9", "Certificat médical")
_TEETH = codes.loinc("28617-9", "Bilan bucco-dentaire")
_HEART = (
    "Patient suivi pour une maladie cardiaque, stable depuis la dernière consultation.",
    "Électrocardiogramme : rythme conforme à l'attendu. Échographie : fonction conservée.",
    "Le traitement est maintenu. Nouveau contrôle dans six mois, plus tôt en cas d'essoufflement.",
)
_LETTERS: tuple[tuple[str, tuple[str, ...], Code, str, tuple[str, ...], bool], ...] = (
    (
        "cardiologist",
        ("ischemia", "fibrillation", "heart-failure"),
        CONSULTATION,
        "Consultation de cardiologie",
        _HEART,
        False,
    ),
    (
        "diabetologist",
        ("diabetes",),
        CONSULTATION,
        "Consultation de diabétologie",
        (
            "Diabète de type 2 : l'équilibre s'améliore, l'hémoglobine glyquée baisse.",
            "Pas d'hypoglycémie. Pieds sans lésion. Fond d'œil à refaire cette année.",
            "Poursuite du traitement. Dosage de l'hémoglobine glyquée dans trois mois.",
        ),
        False,
    ),
    (
        "psychiatrist",
        ("depression",),
        CONSULTATION,
        "Consultation de psychiatrie",
        (
            "L'humeur s'améliore depuis le mois dernier, le sommeil reste fragile.",
            "Poursuite du traitement et des entretiens. Prochain rendez-vous dans six semaines.",
        ),
        True,
    ),
    (
        "nurse",
        ("heart-failure", "copd"),
        codes.loinc("11506-3", "CR ou fiche de suivi de soins par auxiliaire médical"),
        "Suivi infirmier à domicile",
        (
            "Passages quotidiens : poids, tension, préparation du pilulier.",
            "État stable, pas d'œdème. Bonne observance.",
        ),
        False,
    ),
    (
        "pharmacist",
        ("heart-failure", "ischemia"),
        codes.loinc("56445-0", "Bilan médicamenteux (Officine)"),
        "Bilan partagé de médication",
        (
            "Ordonnances revues avec la personne : pas d'interaction à risque.",
            "Proposition : un pilulier hebdomadaire.",
        ),
        False,
    ),
    (
        "physio",
        ("arthrosis",),
        codes.loinc("47420-5", "CR de bilan fonctionnel"),
        "Bilan de kinésithérapie",
        (
            "Gonarthrose : flexion limitée à 110°, douleur 4/10 à la marche.",
            "Quinze séances de renforcement et d'étirements.",
        ),
        False,
    ),
)
