import csv
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from hygie.lib.errors import Invalid
from hygie.record.cda.datatypes import parse_time
from hygie.record.cda.header import read_header
from hygie.record.cda.parse import parse_cda
from hygie.record.cda.types import AuthorKind, CdaHeader
from hygie.terminology.types import Coding
from tests.hygie.record.cda.documents import HEADER, document


def header(text: str = HEADER, body: str = "") -> CdaHeader:
    return read_header(parse_cda(document(body, header=text)))


def changed(old: str, new: str) -> CdaHeader:
    assert HEADER.count(old) >= 1, old
    return header(HEADER.replace(old, new))


def fault(old: str, new: str) -> tuple[str, str]:
    with pytest.raises(Invalid) as caught:
        changed(old, new)
    return caught.value.code, caught.value.path


def test_all_metadata_of_a_document_are_read() -> None:
    read = header()
    assert read.unique_id == "1.2.250.1.213.1.1.9^DOC-1"
    assert (read.set_id, read.version_number) == ("1.2.250.1.213.1.1.9^SET-1", 2)
    assert read.code.code == "SYNTH" and read.class_code == "11"
    assert read.title == "Volet de synthèse"
    assert read.effective_at == datetime(2024, 1, 5, 9, 15, tzinfo=UTC)
    assert read.confidentiality_code == Coding("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "N")
    assert read.format is not None and read.format.code == "urn:asip:ci-sis:vsm:2012"
    assert read.facility is not None and read.facility.code == "SA07"
    assert read.practice_setting is not None and read.practice_setting.code == "AMBULATOIRE"
    assert read.service_start is not None and read.service_start.fhir == "2024-01-05T09:00:00+01:00"
    assert read.service_end is None and read.legal_authenticator is None and read.replaces == ()
    assert read.body_media_type == ""


def test_the_patient_is_read_with_all_birth_names() -> None:
    patient = header().patient
    assert patient.ins == (("1.2.250.1.213.1.4.10", "279035121518989"),)
    assert patient.ipps == (("1.2.3.4", "IPP-7"),)
    assert (patient.birth_family, patient.birth_given, patient.first_given) == (
        "PAT-TROIS",
        ("DOMINIQUE", "MARIE-LOUISE"),
        "DOMINIQUE",
    )
    assert (patient.used_family, patient.used_given) == ("DURAND", "DOMINIQUE")
    assert (patient.sex, patient.born_on, patient.birth_place_insee) == ("F", date(1979, 3, 28), "51215")


def test_the_author_is_read_with_the_structure() -> None:
    (author,) = header().authors
    assert author.kind is AuthorKind.PROFESSIONAL
    assert (author.idnps, author.family, author.given) == ("801234567897", "MEDIONI", "Abel")
    assert author.organization is not None and author.organization.idnst == "10B0000001"


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('<id root="1.2.250.1.213.1.1.9" extension="DOC-1"/>', "", "/ClinicalDocument/id"),
        ('<id root="1.2.250.1.213.1.1.9" extension="DOC-1"/>', '<id nullFlavor="UNK"/>', "/ClinicalDocument/id"),
        ("<title>Volet de synthèse</title>", "<title> </title>", "/ClinicalDocument/title"),
        ('code="SYNTH"', "", "/ClinicalDocument/code"),
        ('<languageCode code="fr-FR"/>', "", "/ClinicalDocument/languageCode"),
        ('<confidentialityCode code="N"', "<confidentialityCode ", "/ClinicalDocument/confidentialityCode"),
        ('<effectiveTime value="20240105101500+0100"/>', "", "/ClinicalDocument/effectiveTime"),
        ("assignedAuthor>", "other>", "/ClinicalDocument/author"),
        (
            "representedCustodianOrganization>",
            "x>",
            "/ClinicalDocument/custodian/assignedCustodian/representedCustodianOrganization",
        ),
        (
            'qualifier="BR">PAT-TROIS',
            ">PAT-TROIS",
            "/ClinicalDocument/recordTarget/patientRole/patient/name/family[@qualifier='BR']",
        ),
        ('<birthTime value="19790328"/>', "", "/ClinicalDocument/recordTarget/patientRole/patient/birthTime"),
        ('code="F"', "", "/ClinicalDocument/recordTarget/patientRole/patient/administrativeGenderCode"),
    ],
)
def test_a_missing_mandatory_element_is_named(old: str, new: str, path: str) -> None:
    assert fault(old, new) == ("cda-required", path)


@pytest.mark.parametrize("value", ["20240230", "yesterday", "2024010", "20240105101500+9900", "20240105251500"])
def test_a_date_that_is_none_is_refused(value: str) -> None:
    expected = ("cda-value", "/ClinicalDocument/effectiveTime")
    assert fault('<effectiveTime value="20240105101500+0100"/>', f'<effectiveTime value="{value}"/>') == expected


def test_a_sex_that_is_none_is_refused() -> None:
    assert fault('code="F"', 'code="X"')[0] == "cda-value"


def test_a_document_without_patient_or_with_two_is_refused() -> None:
    start, end = HEADER.index("<recordTarget>"), HEADER.index("</recordTarget>") + len("</recordTarget>")
    target = HEADER[start:end]
    role = target.removeprefix("<recordTarget>").removesuffix("</recordTarget>")
    patient = role[role.index("<patient>") : role.index("</patient>") + len("</patient>")]
    path = "/ClinicalDocument/recordTarget"
    assert fault(target, "") == ("cda-patient-missing", path)
    assert fault(patient, "") == ("cda-patient-missing", path)
    assert fault(target, target + target) == ("cda-patient-several", path)
    assert fault(role, role + role) == ("cda-patient-several", path)
    assert fault(patient, patient + patient) == ("cda-patient-several", path)


def test_an_error_never_holds_what_the_document_says() -> None:
    with pytest.raises(Invalid) as caught:
        changed('<birthTime value="19790328"/>', '<birthTime value="PAT-TROIS 1979"/>')
    assert "PAT-TROIS" not in str(caught.value) + caught.value.path


@pytest.mark.parametrize(
    ("value", "fhir"),
    [
        ("2024", "2024"),
        ("202401", "2024-01"),
        ("20240105", "2024-01-05"),
        ("2024010510", "2024-01-05"),
        ("202401051015", "2024-01-05T10:15:00+01:00"),
        ("202407051015", "2024-07-05T10:15:00+02:00"),
        ("20240105101500.123+0100", "2024-01-05T10:15:00+01:00"),
        ("20240105101500Z", "2024-01-05T10:15:00+00:00"),
        ("20240105101500-0330", "2024-01-05T10:15:00-03:30"),
        ("20240105101500+01", "2024-01-05T10:15:00+01:00"),
    ],
)
def test_times_keep_their_precision(value: str, fhir: str) -> None:
    time = parse_time(value)
    assert time is not None and time.fhir == fhir


@pytest.mark.parametrize("value", ["202302091130+0", "202302091130+100", "202302091130-"])
def test_a_cut_zone_of_an_official_example_counts_as_not_given(value: str) -> None:
    time = parse_time(value)
    if value.endswith("-"):
        assert time is None
    else:
        assert time is not None
        assert time.at.utcoffset() == timedelta(hours=1) and time.fhir == "2023-02-09T11:30:00+01:00"


def test_a_cut_zone_does_not_refuse_the_document() -> None:
    read = changed('effectiveTime value="20240105101500+0100"', 'effectiveTime value="202302091130+0"')
    assert read.effective_at == datetime(2023, 2, 9, 11, 30, tzinfo=timezone(timedelta(hours=1)))


def test_a_very_long_time_is_no_time() -> None:
    assert parse_time("2024." + "0" * 100_000) is None
    assert parse_time("20240105" * 10_000) is None


def test_a_level_one_document_gets_its_format_from_its_body() -> None:
    text = HEADER.replace('<templateId root="1.2.250.1.213.1.1.1.13" extension="2022.01"/>', "")
    pdf = '<text mediaType="application/pdf" representation="B64">JVBERi0=</text>'
    body = f"<component><nonXMLBody>{pdf}</nonXMLBody></component>"
    read = header(text, body)
    assert read.body_media_type == "application/pdf"
    assert read.format is not None and read.format.code == "urn:ihe:iti:xds-sd:pdf:2008"
    assert header(text).format is None


def test_replaced_documents_are_named() -> None:
    parent = "<parentDocument><id root='1.2.3' extension='A'/></parentDocument>"
    related = f"<relatedDocument typeCode='{{}}'>{parent}</relatedDocument>"
    assert header(HEADER + related.format("RPLC")).replaces == ("1.2.3^A",)
    assert header(HEADER + related.format("APND")).replaces == ()


def test_every_sample_has_a_whole_header(shared_path) -> None:
    samples = shared_path / "samples"
    with (samples / "cda-index.csv").open(encoding="utf-8") as index:
        rows = list(csv.DictReader(index))
    assert len(rows) == 70
    for row in rows:
        read = read_header(parse_cda((samples / row["file"]).read_bytes()))
        assert read.code.code == row["loinc_code"], row["file"]
        assert read.class_code and read.patient.ins, row["file"]
        assert read.facility and read.practice_setting and read.service_start and read.encounter, row["file"]
        assert any(author.idnps for author in read.authors) or row["loinc_code"] == "REMB", row["file"]
        written = row["effectiveTime"]
        assert read.effective.at.strftime("%Y%m%d%H%M%S").startswith(written[:12]), row["file"]
        assert read.format or row["loinc_code"] == "96173-0", f"{row['file']}: only TROD has no official format"
