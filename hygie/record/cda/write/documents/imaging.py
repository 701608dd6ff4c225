"""CR-IMG: an imaging report (DICOM PS3.20 sections) with the act, the dose and the study."""

from hygie.record.cda.write import codes, narrative
from hygie.record.cda.write.elements import Ids, coded, completed, original_text, quantity, text_of
from hygie.record.cda.write.sections import section, structured
from hygie.record.cda.write.types import Header, ImagingReport
from hygie.record.cda.write.xml import NOTHING, Xml, tag, templates, time


def write(header: Header, content: ImagingReport) -> bytes:
    ids = Ids(header.id)
    sections = (
        _request(ids, content),
        _act(ids, header, content),
        _words(ids, ("18834-2", "Examen de comparaison radiologique"), "Comparaison", _COMPARISON, content.comparison),
        section(
            ids,
            codes.loinc("59776-5", "Résultats de l'acte"),
            "Résultats",
            ("2.16.840.1.113883.10.20.6.1.2", "1.2.250.1.213.1.1.2.208"),
            narrative.paragraphs(content.findings),
        ),
        _words(ids, ("19005-8", "Conclusions"), "Conclusion", _CONCLUSION, content.conclusion),
    )
    return structured(header, ids, sections)


_COMPARISON = ("1.2.840.10008.9.4", "1.2.250.1.213.1.1.2.207")
_CONCLUSION = ("1.2.840.10008.9.5", "1.2.250.1.213.1.1.2.209")


def _words(ids: Ids, code: tuple[str, str], title: str, roots: tuple[str, ...], words: str) -> Xml:
    if not words:
        return NOTHING
    return section(ids, codes.loinc(*code), title, roots, narrative.paragraph(words))


def _request(ids: Ids, content: ImagingReport) -> Xml:
    demand = section(
        ids,
        codes.loinc("55115-0", "Demande"),
        "Justification de la demande",
        ("1.2.840.10008.9.7", "1.2.250.1.213.1.1.2.211"),
        narrative.paragraph(content.request),
    )
    roots = ("1.2.840.10008.9.2", "1.2.250.1.213.1.1.2.205")
    code = codes.loinc("55752-0", "Informations cliniques")
    return section(ids, code, "Informations cliniques", roots, inside=(demand,))


def _act(ids: Ids, header: Header, content: ImagingReport) -> Xml:
    rows = [
        ("Acte", (content.exam.display, "acte")),
        ("Modalité", (content.modality.display, "acte-modalite")),
        ("Région", (content.site, "acte-region")),
        ("Technique", (content.technique, "acte-technique")),
    ]
    translation = coded("translation", content.ccam) if content.ccam else NOTHING
    procedure = tag(
        "procedure",
        templates("1.2.840.10008.9.14", "1.2.250.1.213.1.1.3.153"),
        ids.element(),
        coded("code", content.exam, original_text("acte"), translation),
        text_of("acte-technique"),
        time("effectiveTime", header.act.start),
        coded("methodCode", content.modality, original_text("acte-modalite")),
        tag("targetSiteCode", original_text("acte-region"), xsi_type="CD", nullFlavor="UNK"),
        classCode="PROC",
        moodCode="EVN",
    )
    inside = (_dose(ids, header, content), _catalogue(ids, header, content))
    return section(
        ids,
        codes.loinc("55111-9", "Description de l'acte d'imagerie"),
        "Technique d'imagerie",
        ("1.2.840.10008.9.3", "1.2.250.1.213.1.1.2.206"),
        narrative.pairs(rows),
        entries=(tag("entry", procedure),),
        inside=inside,
    )


def _dose(ids: Ids, header: Header, content: ImagingReport) -> Xml:
    if not content.dose:
        return NOTHING
    code = codes.make(codes.DCM, "113813", "PDL Total : Produit Dose Longueur Total")
    observation = tag(
        "observation",
        templates("2.16.840.1.113883.10.20.6.2.14", "1.2.250.1.213.1.1.3.154"),
        ids.element(),
        coded("code", code),
        text_of("dose"),
        completed(),
        time("effectiveTime", header.act.start),
        quantity("value", content.dose, content.dose_unit, "PQ"),
        classCode="OBS",
        moodCode="EVN",
    )
    words = f"{content.dose.replace('.', ',')} {content.dose_unit}"
    return section(
        ids,
        codes.loinc("73569-6", "Exposition aux rayonnements et informations de radioprotection"),
        "Exposition aux rayonnements",
        ("1.2.840.10008.9.8", "1.2.250.1.213.1.1.2.215"),
        narrative.pairs([("Produit dose longueur total", (words, "dose"))]),
        entries=(tag("entry", observation),),
    )


def _catalogue(ids: Ids, header: Header, content: ImagingReport) -> Xml:
    act = tag(
        "act",
        templates("1.2.840.10008.9.16", "1.2.250.1.213.1.1.3.155"),
        tag("id", root=content.study_uid),
        coded("code", codes.make(codes.DCM, "113014", "Examen")),
        time("effectiveTime", header.act.start),
        classCode="ACT",
        moodCode="EVN",
    )
    return section(
        ids,
        codes.make(codes.DCM, "121181", "Catalogue d'objets DICOM"),
        "Images de l'examen",
        ("2.16.840.1.113883.10.20.6.1.1", "1.2.250.1.213.1.1.2.217"),
        narrative.paragraph(f"Identifiant de l'étude : {content.study_uid}"),
        entries=(tag("entry", act),),
    )
