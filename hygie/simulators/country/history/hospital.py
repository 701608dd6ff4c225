"""Hospital stays and imaging."""

import datetime as dt
from dataclasses import dataclass

from hygie.record.cda.write import codes
from hygie.record.cda.write.types import Code, DischargeLetter, ImagingReport
from hygie.simulators.country import catalogue
from hygie.simulators.country.chance import Chance
from hygie.simulators.country.history.illness import known_allergies, treat
from hygie.simulators.country.history.types import Event, Family, Letter, Life
from hygie.simulators.country.professionals import Register

_EMERGENCY = codes.snomed("183452005", "hospitalisation en urgence")
_PLANNED = codes.snomed("8715000", "hospitalisation programmée")
_HOME = codes.snomed("160849004", "retour au domicile")
_STAY = codes.make(codes.ACT, "IMP", "Hospitalisation")
_EMERGENCY_REPORT = codes.loinc("15507-7", "CR de passage aux urgences")


@dataclass(frozen=True, slots=True)
class _Story:
    """Why somebody is in hospital, and how it goes."""

    role: str
    reason: str
    words: tuple[str, ...]
    conclusion: str
    entry: Code
    medicine: str
    nights: tuple[int, int]
    exam: str


_STORIES = {
    "diabetes": _Story(
        "diabetologist",
        "Déséquilibre d'un diabète de type 2",
        (
            "Hospitalisation programmée pour adapter le traitement et revoir l'éducation thérapeutique.",
            "Bilan des complications sans particularité : pas de rétinopathie, pas de néphropathie.",
        ),
        "Diabète de type 2 déséquilibré, traitement renforcé.",
        _PLANNED,
        "gliclazide",
        (3, 5),
        "abdomen",
    ),
    "heart-failure": _Story(
        "cardiologist",
        "Décompensation cardiaque",
        (
            "Essoufflement croissant depuis une semaine, œdèmes des jambes, prise de 4 kg.",
            "Bonne évolution sous diurétiques par voie veineuse, puis par la bouche. Perte de 5 kg.",
        ),
        "Décompensation cardiaque globale, d'évolution favorable.",
        _EMERGENCY,
        "furosemide",
        (6, 11),
        "chest",
    ),
    "copd": _Story(
        "pneumologist",
        "Exacerbation d'une maladie pulmonaire obstructive",
        ("Toux et fièvre depuis trois jours. Pas de foyer à la radiographie.", "Amélioration en quatre jours."),
        "Exacerbation infectieuse, sans détresse respiratoire.",
        _EMERGENCY,
        "amoxicilline",
        (4, 7),
        "chest",
    ),
    "ischemia": _Story(
        "cardiologist",
        "Douleur thoracique",
        ("Douleur à l'effort, cédant au repos.", "Coronarographie : lésion unique, traitée par endoprothèse."),
        "Angor d'effort, revascularisation réussie.",
        _EMERGENCY,
        "clopidogrel",
        (2, 4),
        "chest-ct",
    ),
    "": _Story(
        "internist",
        "Pneumopathie aiguë",
        ("Fièvre à 39 °C, toux, douleur du côté droit.", "Évolution favorable sous antibiotique."),
        "Pneumopathie de la base droite, guérie.",
        _EMERGENCY,
        "amoxicilline",
        (3, 6),
        "chest",
    ),
}


def add_stays(life: Life, chance: Chance, register: Register) -> None:
    if life.age < 18:
        return
    key = next((name for name in _STORIES if name and life.has(name)), "")
    odds = 0.75 if key else 0.14 if life.age >= 60 else 0.05
    if life.person.key in ("p0001", "p0007") or chance.happens(odds):
        _stay(life, chance, register, _STORIES[key])


def _stay(life: Life, chance: Chance, register: Register, story: _Story) -> None:
    admitted = chance.weekday(life.reference - dt.timedelta(days=620), life.reference - dt.timedelta(days=60))
    left = admitted + dt.timedelta(days=chance.randint(*story.nights))
    author = register.in_role(life.person.town, story.role)[0].who
    letter = _letter(life, story, admitted, left)
    start, end = chance.hour(admitted, 9, 18), chance.hour(left, 11, 16)
    title = "Lettre de liaison à la sortie de l'hôpital"
    life.events.append(Event(Family.DISCHARGE, end, author, title, letter, start=start, end=end, act=_STAY, stay=True))
    if story.entry is _EMERGENCY:
        words = (f"Motif : {story.reason.lower()}.", *story.words[:1], "Décision : hospitalisation.")
        report, title = Letter(_EMERGENCY_REPORT, words), "Passage aux urgences"
        act = _EMERGENCY_REPORT
        life.events.append(Event(Family.LETTER, start, author, title, report, start=start, act=act, stay=True))
    add_exam(life, chance, register, story.exam, admitted, story.reason, _NORMAL[story.exam])


def _letter(life: Life, story: _Story, admitted: dt.date, left: dt.date) -> DischargeLetter:
    allergies = known_allergies(life, admitted)
    medicine = story.medicine
    if medicine == "amoxicilline" and any(found.agent == "Amoxicilline" for found in life.allergies or ()):
        medicine = "paracetamol"
    current = tuple(treatment for treatment in life.treatments if treatment.start < admitted)
    added = treat(medicine, left, end=left + dt.timedelta(days=7 if medicine == "amoxicilline" else 90))
    known = {treatment.product.name for treatment in current}
    return DischargeLetter(
        admitted_on=admitted,
        left_on=left,
        entry_mode=story.entry,
        exit_mode=_HOME,
        reason=story.reason,
        story=story.words,
        conclusion=story.conclusion,
        treatments=current if added.product.name in known else (*current, added),
        follow_up=(
            ("Consultation du médecin traitant", left + dt.timedelta(days=10)),
            ("Consultation hospitalière de contrôle", left + dt.timedelta(days=45)),
        ),
        allergies=allergies,
    )


def add_imaging(life: Life, chance: Chance, register: Register) -> None:
    """Screening and usual examinations outside hospital."""
    if life.person.sex == "F" and 51 <= life.age <= 75 and (life.person.key == "p0001" or chance.happens(0.75)):
        day = chance.weekday(life.reference - dt.timedelta(days=700), life.reference - dt.timedelta(days=40))
        add_exam(
            life, chance, register, "mammography", day, "Dépistage organisé du cancer du sein.", _NORMAL["mammography"]
        )
    if life.has("migraine") and chance.happens(0.4):
        day = chance.weekday(life.reference - dt.timedelta(days=900), life.reference - dt.timedelta(days=40))
        add_exam(life, chance, register, "brain", day, "Céphalées chroniques.", _NORMAL["brain"])
    if life.age >= 18 and chance.happens(0.08):
        day = chance.weekday(life.reference - dt.timedelta(days=900), life.reference - dt.timedelta(days=40))
        add_exam(life, chance, register, "abdomen", day, "Douleurs abdominales.", _NORMAL["abdomen"])


_NORMAL: dict[str, tuple[tuple[str, ...], str]] = {
    "mammography": (
        ("Densité mammaire de type b.", "Pas de masse, pas de foyer de microcalcifications suspect."),
        "Mammographie normale, classée ACR 1 des deux côtés. Prochain dépistage dans deux ans.",
    ),
    "chest": (
        ("Silhouette cardiaque de taille normale.", "Pas de foyer parenchymateux, pas d'épanchement."),
        "Pas d'anomalie pleuro-parenchymateuse visible.",
    ),
    "abdomen": (
        (
            "Foie de taille et d'échostructure normales.",
            "Vésicule alitiasique. Reins de taille normale, sans dilatation.",
        ),
        "Échographie abdominale sans anomalie.",
    ),
    "brain": (
        ("Pas d'anomalie de signal du parenchyme.", "Ventricules de taille normale, ligne médiane en place."),
        "IRM de l'encéphale normale.",
    ),
    "chest-ct": (
        ("Pas de nodule suspect. Calcifications coronaires.", "Pas d'adénomégalie, pas d'épanchement."),
        "Calcifications coronaires ; parenchyme pulmonaire sans anomalie.",
    ),
}


def add_exam(
    life: Life,
    chance: Chance,
    register: Register,
    key: str,
    day: dt.date,
    request: str,
    told: tuple[tuple[str, ...], str],
) -> None:
    exam = catalogue.exam(key)
    findings, conclusion = told
    at = chance.hour(day, 8, 17)
    content = ImagingReport(
        exam=exam.code,
        modality=exam.modality,
        site=exam.site,
        study_uid=chance.oid(),
        request=request,
        technique=exam.technique,
        findings=findings,
        conclusion=conclusion,
        dose=exam.dose,
        dose_unit="mGy.cm" if exam.dose else "",
    )
    radiologist = register.in_role(life.person.town, "radiologist")[0].who
    written = at + dt.timedelta(minutes=40)
    life.events.append(
        Event(
            Family.IMAGING,
            written,
            radiologist,
            exam.code.display,
            content,
            start=at,
            end=written,
            act=exam.code,
            prescriber=life.attending.who,
        )
    )
