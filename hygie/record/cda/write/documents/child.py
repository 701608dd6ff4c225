"""Child health certificates (8 days, 9 months, 24 months) and measures."""

from hygie.record.cda.write import codes, narrative
from hygie.record.cda.write.documents import parts
from hygie.record.cda.write.elements import Ids
from hygie.record.cda.write.entries.measures import finding_entry
from hygie.record.cda.write.sections import section, structured
from hygie.record.cda.write.types import ChildCertificate, Header
from hygie.record.cda.write.xml import NOTHING, Xml


def write(header: Header, content: ChildCertificate) -> bytes:
    ids = Ids(header.id)
    history = parts.problems(ids, parts.HISTORY, "Antécédents médicaux", content.history, "atcd")
    sections = (
        parts.habits(ids, content.habits),
        history,
        parts.vitals(ids, content.vitals, content.measured_on),
        _development(ids, content),
        parts.allergies(ids, content.allergies),
        parts.vaccinations(ids, content.vaccinations, "Vaccinations"),
        _comment(ids, content),
    )
    return structured(header, ids, sections)


def _development(ids: Ids, content: ChildCertificate) -> Xml:
    if not content.findings:
        return NOTHING
    found = list(enumerate(content.findings, start=1))
    rows = [(finding.label, (finding.words, f"dev-{number}")) for number, finding in found]
    return section(
        ids,
        codes.loinc("xx-MCH-PsychoMDev", "Développement psychomoteur"),
        "Développement",
        ("1.3.6.1.4.1.19376.1.7.3.1.1.13.4", "1.2.250.1.213.1.1.2.161"),
        narrative.pairs(rows),
        entries=tuple(finding_entry(ids, finding, content.measured_on, f"dev-{number}") for number, finding in found),
    )


def _comment(ids: Ids, content: ChildCertificate) -> Xml:
    if not content.comment:
        return NOTHING
    roots = ("2.16.840.1.113883.10.12.201", "1.3.6.1.4.1.19376.1.4.1.2.16", "1.2.250.1.213.1.1.2.73")
    code = codes.loinc("55112-7", "Commentaire")
    return section(ids, code, "Commentaire", roots, narrative.paragraph(content.comment))
