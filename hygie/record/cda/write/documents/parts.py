"""Sections that several families share: problems, allergies, treatments, vaccinations, vital signs."""

import datetime as dt

from hygie.record.cda.write import codes, narrative
from hygie.record.cda.write.elements import Ids
from hygie.record.cda.write.entries.measures import habit_entry, vitals_entry
from hygie.record.cda.write.entries.medicines import treatment_entry, vaccination_entry
from hygie.record.cda.write.entries.problems import allergy_entry, no_allergy_entry, problem_entry
from hygie.record.cda.write.sections import section
from hygie.record.cda.write.types import Allergy, Code, Habit, Problem, Treatment, Vaccination, Vital
from hygie.record.cda.write.xml import NOTHING, Xml, french_day

ACTIVE = (
    codes.loinc("11450-4", "Liste des problèmes actifs"),
    ("2.16.840.1.113883.10.20.1.11", "1.3.6.1.4.1.19376.1.5.3.1.3.6", "1.2.250.1.213.1.1.2.132"),
)
HISTORY = (
    codes.loinc("11348-0", "Antécédents médicaux"),
    ("1.3.6.1.4.1.19376.1.5.3.1.3.8", "1.2.250.1.213.1.1.2.134"),
)
TREATMENTS = (
    codes.loinc("10160-0", "Traitements"),
    ("2.16.840.1.113883.10.20.1.8", "1.3.6.1.4.1.19376.1.5.3.1.3.19", "1.2.250.1.213.1.1.2.143"),
)
_ALLERGY_WORDS = {
    "drug": "Allergie médicamenteuse",
    "food": "Allergie alimentaire",
    "environment": "Allergie à un agent environnemental",
}


def problems(
    ids: Ids,
    model: tuple[Code, tuple[str, ...]],
    title: str,
    found: tuple[Problem, ...],
    prefix: str,
    none: str = "Aucun antécédent connu.",
) -> Xml:
    code, roots = model
    rows = [(_when(problem), (problem.label, f"{prefix}-{number}")) for number, problem in enumerate(found, start=1)]
    text = narrative.table(("Date", title), rows) if rows else narrative.paragraph(none)
    entries = tuple(problem_entry(ids, found[at], f"{prefix}-{at + 1}") for at in range(len(found)))
    return section(ids, code, title, roots, text, entries=entries)


def _when(problem: Problem) -> str:
    start = french_day(problem.start) if problem.start else "Date inconnue"
    return f"{start} - {french_day(problem.end)}" if problem.end else start


def allergies(ids: Ids, known: tuple[Allergy, ...] | None, title: str = "Allergies et hypersensibilités") -> Xml:
    """None leaves the section out: silence is not « no allergy »."""
    if known is None:
        return NOTHING
    code = codes.loinc("48765-2", "Allergies et hypersensibilités")
    roots = ("2.16.840.1.113883.10.20.1.2", "1.3.6.1.4.1.19376.1.5.3.1.3.13", "1.2.250.1.213.1.1.2.137")
    if not known:
        text = narrative.table((), [(("Pas d'allergie connue", "allergie-aucune"),)])
        return section(ids, code, title, roots, text, entries=(no_allergy_entry(ids, "allergie-aucune"),))
    rows = [
        (
            french_day(allergy.since) if allergy.since else "Date inconnue",
            (_ALLERGY_WORDS[allergy.kind.value], f"allergie-{number}-type"),
            (allergy.agent, f"allergie-{number}-agent"),
            (allergy.reaction, f"allergie-{number}-reaction"),
        )
        for number, allergy in enumerate(known, start=1)
    ]
    text = narrative.table(("Date", "Type d'allergie", "Agent responsable", "Réaction"), rows)
    entries = tuple(allergy_entry(ids, allergy, f"allergie-{at}") for at, allergy in enumerate(known, start=1))
    return section(ids, code, title, roots, text, entries=entries)


def treatments(
    ids: Ids,
    model: tuple[Code, tuple[str, ...]],
    title: str,
    given: tuple[Treatment, ...],
    prefix: str,
    none: str = "Aucun traitement.",
) -> Xml:
    code, roots = model
    rows = [
        (
            french_day(treatment.start),
            french_day(treatment.end) if treatment.end else "-",
            (treatment.product.name, f"{prefix}-{number}"),
            (treatment.posology, f"{prefix}-{number}-posologie"),
            (treatment.reason.label if treatment.reason else "-", f"{prefix}-{number}-motif"),
        )
        for number, treatment in enumerate(given, start=1)
    ]
    headers = ("Début", "Fin", "Médicament", "Posologie", "Motif")
    text = narrative.table(headers, rows) if rows else narrative.paragraph(none)
    entries = tuple(treatment_entry(ids, given[at], f"{prefix}-{at + 1}") for at in range(len(given)))
    return section(ids, code, title, roots, text, entries=entries)


def vaccinations(ids: Ids, given: tuple[Vaccination, ...], title: str) -> Xml:
    rows = [
        (
            french_day(shot.on),
            (shot.product.name, f"vac-{number}"),
            shot.lot,
            "Rappel" if shot.booster else f"Dose {shot.rank}",
            shot.route.display,
            shot.site.display if shot.site else "-",
        )
        for number, shot in enumerate(given, start=1)
    ]
    headers = ("Date", "Vaccin", "Lot", "Rang", "Voie", "Région")
    entries = tuple(vaccination_entry(ids, shot, f"vac-{number}") for number, shot in enumerate(given, start=1))
    return section(
        ids,
        codes.loinc("11369-6", "Historique des vaccinations"),
        title,
        ("2.16.840.1.113883.10.20.1.6", "1.3.6.1.4.1.19376.1.5.3.1.3.23", "1.2.250.1.213.1.1.2.147"),
        narrative.table(headers, rows) or narrative.paragraph("Aucune vaccination."),
        entries=entries,
    )


def vitals(ids: Ids, measured: tuple[Vital, ...], on: dt.date) -> Xml:
    anchors = tuple(f"mesure-{number}" for number in range(1, len(measured) + 1))
    rows = [
        (vital.label, (f"{vital.value.replace('.', ',')} {vital.unit}", anchor))
        for vital, anchor in zip(measured, anchors, strict=True)
    ]
    roots = (
        "2.16.840.1.113883.10.20.1.16",
        "1.3.6.1.4.1.19376.1.5.3.1.3.25",
        "1.3.6.1.4.1.19376.1.5.3.1.1.5.3.2",
        "1.2.250.1.213.1.1.2.75",
    )
    return section(
        ids,
        codes.loinc("8716-3", "Signes vitaux"),
        "Signes vitaux",
        roots,
        narrative.table(("Mesure", f"Le {french_day(on)}"), rows),
        entries=(vitals_entry(ids, measured, on, anchors),),
    )


def habits(ids: Ids, found: tuple[Habit, ...]) -> Xml:
    rows = [(habit.label, (habit.words, f"vie-{number}")) for number, habit in enumerate(found, start=1)]
    roots = (
        "2.16.840.1.113883.10.20.1.15",
        "1.3.6.1.4.1.19376.1.5.3.1.3.16",
        "1.3.6.1.4.1.19376.1.5.3.1.3.16.1",
        "1.2.250.1.213.1.1.2.141",
    )
    return section(
        ids,
        codes.loinc("29762-2", "Habitus, Mode de vie"),
        "Mode de vie",
        roots,
        narrative.pairs(rows) or narrative.paragraph("Non renseigné."),
        entries=tuple(habit_entry(ids, habit, f"vie-{number}") for number, habit in enumerate(found, start=1)),
    )
