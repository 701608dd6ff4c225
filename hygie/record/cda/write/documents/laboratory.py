"""CR-BIO: a laboratory report, chapter by chapter, with a PDF copy when there is one."""

from hygie.record.cda.write import codes, narrative
from hygie.record.cda.write.elements import Ids
from hygie.record.cda.write.entries.measures import media_entry, panel_entry
from hygie.record.cda.write.sections import section, structured
from hygie.record.cda.write.types import Chapter, Header, LabReport, Panel, Result
from hygie.record.cda.write.xml import Xml, join, tag

_FLAG_WORDS = {"H": "au-dessus", "L": "en dessous", "N": "", "": ""}


def write(header: Header, content: LabReport) -> bytes:
    ids = Ids(header.id)
    sections = [_chapter(ids, content, chapter, at) for at, chapter in enumerate(content.chapters, start=1)]
    if content.comment:
        roots = ("2.16.840.1.113883.10.12.201", "1.3.6.1.4.1.19376.1.4.1.2.16", "1.2.250.1.213.1.1.2.73")
        code = codes.loinc("55112-7", "Commentaire")
        sections.append(section(ids, code, "Commentaire", roots, narrative.paragraph(content.comment)))
    if content.pdf:
        sections.append(copy_section(ids, content.pdf))
    return structured(header, ids, tuple(sections))


def _chapter(ids: Ids, content: LabReport, chapter: Chapter, at: int) -> Xml:
    panels = tuple(
        _panel(ids, content, panel, f"r{at}-{number}") for number, panel in enumerate(chapter.panels, start=1)
    )
    roots = ("1.3.6.1.4.1.19376.1.3.3.2.1", "1.2.250.1.213.1.1.2.70")
    return section(ids, chapter.code, chapter.title, roots, inside=panels)


def _panel(ids: Ids, content: LabReport, panel: Panel, prefix: str) -> Xml:
    anchors = tuple(f"{prefix}-{number}" for number in range(1, len(panel.results) + 1))
    rows = [
        (
            (result.label, anchor),
            f"{_french(result.value)} {result.unit}",
            _range(result),
            _FLAG_WORDS[result.flag],
            result.previous,
        )
        for result, anchor in zip(panel.results, anchors, strict=True)
    ]
    headers = ("Examen", "Résultat", "Valeurs de référence", "Écart", "Résultat antérieur")
    return section(
        ids,
        panel.code,
        panel.title,
        ("1.3.6.1.4.1.19376.1.3.3.2.2", "1.2.250.1.213.1.1.2.71"),
        narrative.table(headers, rows),
        entries=(panel_entry(panel, content.sampled_at, anchors),),
    )


def _french(value: str) -> str:
    return value.replace(".", ",")


def _range(result: Result) -> str:
    low, high = _french(result.low), _french(result.high)
    if low and high:
        return f"{low} - {high}"
    return f"≥ {low}" if low else (f"≤ {high}" if high else "")


def copy_section(ids: Ids, pdf: bytes) -> Xml:
    """Section « Copie du document » (55108-5) with the PDF."""
    title = tag("content", "Copie du document au format PDF", ID="copie-1-titre")
    rendered = tag("renderMultiMedia", referencedObject="copie-1")
    text = join(tag("paragraph", title), tag("paragraph", rendered))
    return section(
        ids,
        codes.loinc("55108-5", "Copie du document"),
        "Copie du document",
        ("1.2.250.1.213.1.1.2.243",),
        text,
        entries=(media_entry(ids, "copie-1", "application/pdf", pdf),),
    )
