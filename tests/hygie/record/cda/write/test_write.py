"""Our CDA writer: what goes in comes out of the reader, and no value can break the document."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hygie.record.cda.entries import extract
from hygie.record.cda.header import read_header
from hygie.record.cda.parse import parse_cda
from hygie.record.cda.text import plain_text
from hygie.record.cda.types import CdaDocument
from hygie.record.cda.write import codes, kinds
from hygie.record.cda.write.documents import child, discharge, file, imaging, laboratory, prescription, summary
from hygie.record.cda.write.elements import Ids
from hygie.record.cda.write.types import (
    Act,
    Address,
    Allergy,
    AllergyKind,
    Chapter,
    ChildCertificate,
    DischargeLetter,
    Header,
    ImagingReport,
    Kind,
    LabReport,
    MedicalSummary,
    Panel,
    Patient,
    PrescribedItem,
    Prescription,
    Problem,
    Product,
    Professional,
    Result,
    Structure,
    Treatment,
    Vital,
)
from hygie.record.cda.write.xml import Xml, escaped, french_day, tag, ts

AT = dt.datetime(2026, 3, 29, 14, 5, tzinfo=dt.UTC)
DAY = dt.date(2026, 3, 29)
PLACE = Address("1", "rue de l'Exemple", "35000", "RENNES")
HOSPITAL = Structure(
    "1350990081",
    "Hôpital & fils <fictif>",
    codes.make(codes.SECTOR, "SA01", "Etablissement public de santé"),
    codes.make(codes.SETTING, "ETABLISSEMENT", "Etablissement de santé"),
    PLACE,
    "0199000000",
)
DOCTOR = Professional(
    "899700100011",
    "MARTIN",
    "Ada",
    "MME",
    "DR",
    codes.make(codes.SPECIALITY, "G15_10/SM54", "Médecin - Médecine Générale (SM)"),
    HOSPITAL,
)
LEA = Patient(
    "1.2.250.1.213.1.4.10",
    "284039900000187",
    "D'ARC",
    ("LEA", "CAMILLE"),
    "Durand",
    "Léa",
    "F",
    dt.date(1984, 3, 12),
    "75112",
    "PARIS 12E",
    PLACE,
)
PLAIN_LETTERS = st.characters(exclude_categories=("Cs",))


def header(kind: Kind = kinds.SUMMARY, **values: object) -> Header:
    base = Header(kind, "2.25.1", "2.25.10", 1, "Titre", AT, LEA, DOCTOR, Act(AT, DOCTOR))
    return replace(base, **values)  # type: ignore[arg-type]


def read(source: bytes) -> CdaDocument:
    return parse_cda(source)


def lab(**values: str) -> LabReport:
    result = replace(Result(codes.loinc("718-7", "Hémoglobine"), "Hémoglobine", "12.50", "g/dL"), **values)
    code = codes.loinc("18723-7", "Hématologie")
    return LabReport(AT, (Chapter(code, "HÉMATOLOGIE", (Panel(code, "Hémogramme", (result,)),)),))


@given(st.text(PLAIN_LETTERS, min_size=1, max_size=40))
def test_any_text_stays_text(words: str) -> None:
    problem = Problem(words, codes.cim10("I10", words), DAY)
    source = summary.write(header(title="Titre " + words, notice=words), MedicalSummary(problems=(problem,)))
    read(source)
    names = {etree.QName(found).localname for found in etree.fromstring(source).iter() if isinstance(found.tag, str)}
    assert "script" not in names


@pytest.mark.parametrize(
    "hostile",
    [
        "</title><script>alert(1)</script>",
        '" onload="x',
        "]]>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]>&b;",
        "<?xml-stylesheet href='x'?>",
        "&amp;&#0;",
        "a\x00\x08\ud800b",
    ],
)
def test_hostile_values_neither_open_elements_nor_break_the_document(hostile: str) -> None:
    patient = replace(LEA, used_family=hostile, phone="")
    item = PrescribedItem(
        Treatment(Product(hostile, codes.atc("C08CA01", hostile)), hostile, DAY, "1", hostile, 24), instruction=hostile
    )
    source = prescription.write(header(kinds.PRESCRIPTION, patient=patient, title=hostile), Prescription((item,)))
    plain = prescription.write(header(kinds.PRESCRIPTION), Prescription((replace(item, instruction="x"),)))
    count = sum(1 for _ in etree.fromstring(source).iter())
    assert count == sum(1 for _ in etree.fromstring(plain).iter())
    assert read_header(read(source)).title


def test_what_is_already_xml_is_not_escaped_twice_and_other_text_always_is() -> None:
    assert escaped("<a>") == "&lt;a&gt;"
    assert escaped(Xml("<a/>")) == "<a/>"
    assert tag("a", "<b/>", Xml("<c/>"), d='"', e=None, f="") == '<a d="&quot;">&lt;b/&gt;<c/></a>'
    assert tag("value", xsi_type="PQ") == '<value xsi:type="PQ"/>'
    assert tag("a", b="1\n2") == '<a b="1&#10;2"/>'


def test_instants_are_written_in_french_legal_time_with_their_offset() -> None:
    assert ts(AT) == "20260329160500+0200"
    assert ts(dt.datetime(2026, 1, 5, 8, 0, tzinfo=dt.UTC)) == "20260105090000+0100"
    assert ts(DAY) == "20260329"
    assert french_day(dt.datetime(2026, 3, 29, 23, 0, tzinfo=dt.UTC)) == "30/03/2026"
    with pytest.raises(ValueError, match="zone"):
        ts(dt.datetime(2026, 1, 5))  # noqa: DTZ001 - the very fault


def test_the_header_says_who_when_where_and_what_it_replaces() -> None:
    act = Act(AT, DOCTOR, codes.loinc("11488-4"), AT + dt.timedelta(hours=1))
    source = summary.write(
        header(version=3, replaces="2.25.9", act=act, encounter="IMP", attending=DOCTOR, prescriber=DOCTOR),
        MedicalSummary(),
    )
    found = read_header(read(source))
    assert found.replaces == ("2.25.9",)
    assert (found.set_id, found.version_number) == ("2.25.10", 3)
    assert found.patient.birth_given == ("LEA", "CAMILLE")
    assert (found.patient.birth_family, found.patient.used_family, found.patient.used_given) == (
        "D'ARC",
        "Durand",
        "Léa",
    )
    assert (found.patient.birth_place_insee, found.patient.sex) == ("75112", "F")
    assert found.authors[0].organization and found.authors[0].organization.name == "Hôpital & fils <fictif>"
    assert found.service_end and (found.service_end.at - found.effective_at) == dt.timedelta(hours=1)
    assert {(who.type_code, who.function_code.code if who.function_code else "") for who in found.participants} == {
        ("REF", ""),
        ("INF", "PCP"),
    }
    assert found.encounter and found.encounter.code and found.encounter.code.code == "IMP"


def test_decimals_of_results_are_kept_as_written() -> None:
    source = laboratory.write(header(kinds.LABORATORY), lab(value="12.50", low="12.00", high="16.0", flag="N"))
    doc = read(source)
    results = [
        entry.resource for entry in extract(doc, read_header(doc)) if entry.resource["resourceType"] == "Observation"
    ]
    assert str(results[0]["valueQuantity"]["value"]) == "12.50"
    assert str(results[0]["referenceRange"][0]["low"]["value"]) == "12.00"
    assert "12,50 g/dL" in plain_text(doc)


def test_an_allergy_known_to_be_absent_is_not_the_same_as_nothing_said() -> None:
    def entries(allergies: tuple[Allergy, ...] | None) -> list[dict[str, object]]:
        doc = read(summary.write(header(), MedicalSummary(allergies=allergies)))
        return [entry.resource for entry in extract(doc, read_header(doc))]

    assert entries(None) == []
    (absent,) = entries(())
    assert absent["resourceType"] == "AllergyIntolerance"
    peanut = Allergy(AllergyKind.FOOD, "Arachide", None, DAY, "Urticaire", codes.cim10("L50.0", "Urticaire allergique"))
    (known,) = entries((peanut,))
    assert known["code"]["text"] == "Arachide"  # type: ignore[index]


def test_a_closed_problem_has_an_end() -> None:
    problem = Problem("Pneumopathie", codes.cim10("J18.9", "Pneumopathie"), DAY, DAY + dt.timedelta(days=9))
    doc = read(summary.write(header(), MedicalSummary(history=(problem,))))
    (entry,) = extract(doc, read_header(doc))
    assert entry.resource["abatementDateTime"] == "2026-04-07"


def test_entry_ids_follow_from_the_document_and_are_unique() -> None:
    first, again, other = Ids("2.25.1"), Ids("2.25.1"), Ids("2.25.2")
    drawn = [first.next() for _ in range(50)]
    assert drawn == [again.next() for _ in range(50)]
    assert not set(drawn) & {other.next() for _ in range(50)}
    assert len(set(drawn)) == 50


def test_every_reference_of_an_entry_leads_to_a_place_of_the_narrative() -> None:
    treatment = Treatment(Product("PARACETAMOL"), "1 si besoin", DAY, "1", "{tablet}", 8)
    sources = [
        summary.write(header(), MedicalSummary(treatments=(treatment,), allergies=())),
        laboratory.write(header(kinds.LABORATORY), replace(lab(), pdf=b"%PDF-1.4")),
        discharge.write(
            header(kinds.DISCHARGE),
            DischargeLetter(
                DAY, DAY, codes.asip("A", "b"), codes.asip("C", "d"), "Motif", ("Suite",), "Fin",
                treatments=(treatment,), follow_up=(("Revoir", DAY),),
            ),
        ),
        imaging.write(
            header(kinds.IMAGING),
            ImagingReport(
                codes.loinc("24558-9", "Écho"), codes.make(codes.DCM, "US", "Échographie"), "Abdomen", "2.25.3",
                "Douleur", "Sonde", ("Rien",), "Normal", dose="3", dose_unit="mGy.cm",
            ),
        ),
        child.write(
            header(kinds.CERTIFICATE_9_MONTHS),
            ChildCertificate(DAY, (Vital(codes.loinc("29463-7", "Poids"), "Poids", "8700", "g"),)),
        ),
    ]  # fmt: skip
    for source in sources:
        root = etree.fromstring(source)
        places = set(root.xpath("//@ID"))
        wanted = {value[1:] for value in root.xpath("//*[local-name()='reference']/@value")}
        assert wanted
        assert wanted <= places


def test_a_level_one_document_carries_its_file() -> None:
    kind = kinds.unstructured(codes.loinc("11488-4", "CR ou fiche de consultation ou de visite"))
    found = read_header(read(file.write(header(kind), b"%PDF-1.4 x")))
    assert found.body_media_type == "application/pdf"
    assert found.format and found.format.code == "urn:ihe:iti:xds-sd:pdf:2008"
