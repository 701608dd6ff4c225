"""LDL-SES: the letter that goes with a patient who leaves a hospital."""

import datetime as dt

from hygie.record.cda.write import codes, narrative
from hygie.record.cda.write.documents import parts
from hygie.record.cda.write.elements import Ids, coded, text_of
from hygie.record.cda.write.entries.measures import simple_entry
from hygie.record.cda.write.sections import section, structured
from hygie.record.cda.write.types import Code, DischargeLetter, Header
from hygie.record.cda.write.xml import Xml, french_day, join, tag, templates, time

_GIVEN = (
    codes.loinc("18610-6", "Traitements administrés"),
    ("1.3.6.1.4.1.19376.1.5.3.1.3.21", "1.2.250.1.213.1.1.2.145"),
)
_AT_DISCHARGE = (
    codes.loinc("10183-2", "Traitements à la sortie"),
    ("1.3.6.1.4.1.19376.1.5.3.1.3.22", "1.2.250.1.213.1.1.2.146"),
)


def write(header: Header, content: DischargeLetter) -> bytes:
    ids = Ids(header.id)
    reason = section(
        ids,
        codes.loinc("42349-1", "Raison de la recommandation"),
        "Motif de l'hospitalisation",
        ("1.3.6.1.4.1.19376.1.5.3.1.3.1", "1.2.250.1.213.1.1.2.127"),
        narrative.paragraph(content.reason),
    )
    pending = section(
        ids,
        codes.loinc("30954-2", "Résultats d'examens"),
        "Résultats d'examens et informations attendus",
        ("1.3.6.1.4.1.19376.1.5.3.1.3.27", "1.2.250.1.213.1.1.2.150"),
        narrative.paragraph(content.pending or "Aucun résultat en attente."),
    )
    sections = (
        _status(ids, content),
        reason,
        _stay(ids, content),
        parts.treatments(ids, _GIVEN, "Traitements arrêtés durant le séjour", content.stopped, "arret"),
        parts.treatments(ids, _AT_DISCHARGE, "Traitements à la sortie", content.treatments, "sortie"),
        pending,
        _follow_up(ids, content),
        parts.allergies(ids, content.allergies, "Allergies connues ou identifiées pendant le séjour"),
    )
    return structured(header, ids, sections)


def _status(ids: Ids, content: DischargeLetter) -> Xml:
    final = codes.asip("GEN-068", "Validé")
    value = coded("value", final, xsi_type="CD")
    status = codes.asip("GEN-065", "Statut du document")
    return section(
        ids,
        codes.loinc("33557-0", "Etat d'achèvement"),
        "Statut du document",
        ("1.2.250.1.213.1.1.2.35", "1.2.250.1.213.1.1.2.35.1"),
        narrative.pairs([("Statut", (final.display, "statut"))]),
        entries=(simple_entry(ids, "16", status, content.left_on, "statut", value),),
    )


def _stay(ids: Ids, content: DischargeLetter) -> Xml:
    rows = [
        ("Entrée", (f"{french_day(content.admitted_on)}, {content.entry_mode.display}", "entree")),
        ("Sortie", (f"{french_day(content.left_on)}, {content.exit_mode.display}", "sortie-mode")),
        ("Synthèse", (content.conclusion, "synthese")),
        ("Événements indésirables", ("Aucun", "evenements")),
    ]
    left = content.left_on
    entries = (
        _choice(ids, "6", ("ORG-070", "Modalité d'entrée"), content.entry_mode, content.admitted_on, "entree"),
        _choice(ids, "7", ("ORG-074", "Modalité de sortie"), content.exit_mode, left, "sortie-mode"),
        _words(ids, "9", ("MED-142", "Synthèse médicale"), content.conclusion, left, "synthese"),
        _words(
            ids,
            "3",
            ("MED-143", "Evènements indésirables survenus pendant l'hospitalisation"),
            "Aucun",
            left,
            "evenements",
        ),
    )
    roots = (
        "1.3.6.1.4.1.19376.1.5.3.1.1.21.2.9",
        "1.3.6.1.4.1.19376.1.7.3.1.1.13.7",
        "1.2.250.1.213.1.1.2.163",
        "1.2.250.1.213.1.1.2.163.1",
    )
    text = join(narrative.pairs(rows), narrative.paragraphs(content.story))
    code = codes.loinc("42545-4", "Evènements observés")
    return section(ids, code, "Synthèse médicale du séjour", roots, text, entries=entries)


def _choice(ids: Ids, role: str, code: tuple[str, str], value: Code, on: dt.date, anchor: str) -> Xml:
    return simple_entry(ids, role, codes.asip(*code), on, anchor, coded("value", value, xsi_type="CE"))


def _words(ids: Ids, role: str, code: tuple[str, str], words: str, on: dt.date, anchor: str) -> Xml:
    return simple_entry(ids, role, codes.asip(*code), on, anchor, tag("value", words, xsi_type="ST"))


def _follow_up(ids: Ids, content: DischargeLetter) -> Xml:
    planned = list(enumerate(content.follow_up, start=1))
    rows = [(french_day(on), (words, f"suite-{number}")) for number, (words, on) in planned]
    entries = tuple(_appointment(ids, on, f"suite-{number}") for number, (_, on) in planned)
    return section(
        ids,
        codes.loinc("18776-5", "Plan de soins"),
        "Suites à donner",
        ("2.16.840.1.113883.10.20.1.10", "1.3.6.1.4.1.19376.1.5.3.1.3.36", "1.2.250.1.213.1.1.2.158"),
        narrative.table(("Date", "Suite prévue"), rows) or narrative.paragraph("Aucune suite particulière."),
        entries=entries,
    )


def _appointment(ids: Ids, on: dt.date, anchor: str) -> Xml:
    roots = (
        "2.16.840.1.113883.10.20.1.21",
        "2.16.840.1.113883.10.20.1.25",
        "1.3.6.1.4.1.19376.1.5.3.1.4.14",
        "1.2.250.1.213.1.1.3.58",
    )
    encounter = tag(
        "encounter",
        templates(*roots),
        ids.element(),
        coded("code", codes.make(codes.ACT, "AMB", "Ambulatoire (hors établissement)")),
        text_of(anchor),
        time("effectiveTime", on),
        classCode="ENC",
        moodCode="ARQ",
    )
    return tag("entry", encounter)
