"""VSM: the attending doctor's medical summary (volet de synthèse médicale)."""

from hygie.record.cda.write import codes, narrative
from hygie.record.cda.write.documents import parts
from hygie.record.cda.write.elements import Ids
from hygie.record.cda.write.entries.problems import family_entry, surgery_entry
from hygie.record.cda.write.sections import section, structured
from hygie.record.cda.write.types import Header, MedicalSummary
from hygie.record.cda.write.xml import Xml, french_day


def write(header: Header, content: MedicalSummary) -> bytes:
    ids = Ids(header.id)
    conclusions = section(
        ids,
        codes.loinc("46612-8", "Conclusions de synthèse"),
        "Pathologies en cours, antécédents, allergies et facteurs de risque",
        ("1.2.250.1.213.1.1.2.29",),
        inside=(_health(ids, content), _risks(ids, content)),
    )
    vigilance = section(
        ids,
        codes.loinc("30954-2", "Résultats d'examens"),
        "Points de vigilance",
        ("1.3.6.1.4.1.19376.1.5.3.1.3.27", "1.2.250.1.213.1.1.2.150"),
        narrative.paragraph(content.vigilance or "Aucun point de vigilance."),
    )
    plan = section(
        ids,
        codes.loinc("18776-5", "Plan de traitement"),
        "Traitement au long cours",
        ("1.2.250.1.213.1.1.2.32",),
        inside=(parts.treatments(ids, parts.TREATMENTS, "Traitements", content.treatments, "med"),),
    )
    return structured(header, ids, (conclusions, vigilance, plan))


def _health(ids: Ids, content: MedicalSummary) -> Xml:
    none = "Aucune pathologie en cours."
    return section(
        ids,
        codes.loinc("34117-2", "Historique et physique"),
        "Pathologies en cours, antécédents et allergies",
        ("1.2.250.1.213.1.1.2.30",),
        inside=(
            parts.problems(ids, parts.ACTIVE, "Pathologies en cours", content.problems, "pb", none),
            parts.problems(ids, parts.HISTORY, "Antécédents médicaux", content.history, "atcd"),
            _surgeries(ids, content),
            parts.allergies(ids, content.allergies),
        ),
    )


def _surgeries(ids: Ids, content: MedicalSummary) -> Xml:
    rows = [
        (french_day(surgery.on), (surgery.label, f"acte-{number}"))
        for number, surgery in enumerate(content.surgeries, start=1)
    ]
    roots = (
        "2.16.840.1.113883.10.20.1.12",
        "1.3.6.1.4.1.19376.1.5.3.1.3.11",
        "1.3.6.1.4.1.19376.1.5.3.1.3.12",
        "1.2.250.1.213.1.1.2.136",
    )
    return section(
        ids,
        codes.loinc("47519-4", "Historique des actes"),
        "Antécédents chirurgicaux",
        roots,
        narrative.table(("Date", "Acte"), rows) or narrative.paragraph("Aucun antécédent chirurgical."),
        entries=tuple(
            surgery_entry(ids, surgery, f"acte-{number}") for number, surgery in enumerate(content.surgeries, start=1)
        ),
    )


def _risks(ids: Ids, content: MedicalSummary) -> Xml:
    return section(
        ids,
        codes.loinc("57207-3", "Facteurs de risque"),
        "Facteurs de risque",
        ("1.2.250.1.213.1.1.2.31",),
        inside=(parts.habits(ids, content.habits), _family(ids, content)),
    )


def _family(ids: Ids, content: MedicalSummary) -> Xml:
    rows = [
        ((problem.relation.display, f"fam-{number}-parent"), (problem.label, f"fam-{number}"))
        for number, problem in enumerate(content.family, start=1)
    ]
    roots = (
        "2.16.840.1.113883.10.20.1.4",
        "1.3.6.1.4.1.19376.1.5.3.1.3.14",
        "1.3.6.1.4.1.19376.1.5.3.1.3.15",
        "1.2.250.1.213.1.1.2.139",
    )
    return section(
        ids,
        codes.loinc("10157-6", "Historique des pathologies familiales"),
        "Antécédents familiaux",
        roots,
        narrative.table(("Parent", "Antécédent"), rows) or narrative.paragraph("Non renseignés."),
        entries=tuple(
            family_entry(ids, problem, f"fam-{number}") for number, problem in enumerate(content.family, start=1)
        ),
    )
