import csv

import pytest

from hygie.terminology import queries
from hygie.terminology.types import Coding, DocumentType

LOINC = "http://loinc.org"
TRE_A05 = "https://mos.esante.gouv.fr/NOS/TRE_A05-TypeDocComplementaire/FHIR/TRE-A05-TypeDocComplementaire"


@pytest.mark.parametrize(
    ("oid", "system"),
    [
        ("2.16.840.1.113883.6.1", LOINC),
        ("2.16.840.1.113883.6.96", "http://snomed.info/sct"),
        ("2.16.840.1.113883.6.8", "http://unitsofmeasure.org"),
        ("2.16.840.1.113883.6.73", "http://www.whocc.no/atc"),
        ("2.16.840.1.113883.6.3", "http://hl7.org/fhir/sid/icd-10"),
        ("1.2.250.1.213.1.1.4.12", TRE_A05),
        ("2.16.840.1.113883.5.25", "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"),
    ],
)
def test_a_known_oid_and_its_system_name_each_other(oid: str, system: str) -> None:
    assert queries.oid_to_system(oid) == system
    assert queries.system_to_oid(system) == oid
    assert queries.canonical_system(f"urn:oid:{oid}") == system


def test_an_unknown_oid_stays_an_oid() -> None:
    assert queries.oid_to_system("1.2.250.1.213.2.5") == "urn:oid:1.2.250.1.213.2.5"
    assert queries.system_to_oid("urn:oid:1.2.250.1.213.2.5") == "1.2.250.1.213.2.5"
    assert queries.system_to_oid("http://example.org/unknown") is None
    assert queries.oid_to_system("") == ""


def test_a_second_name_of_a_system_is_understood() -> None:
    ans_loinc = "https://mos.esante.gouv.fr/NOS/TRE_A04-Loinc/FHIR/TRE-A04-Loinc"
    misspelt = "https://mos.esante.gouv.fr/NOS/TRE_A07-StatusVisibiliteDocument/FHIR/TRE-A07-StatusVisibiliteDocument"
    assert queries.canonical_system(ans_loinc) == LOINC
    assert queries.system_to_oid(ans_loinc) == "2.16.840.1.113883.6.1"
    assert queries.system_to_oid(misspelt) == "1.2.250.1.213.1.1.4.13"
    assert queries.document_type("11502-2", ans_loinc) is not None


def test_a_document_type_is_found_in_its_own_system_only() -> None:
    assert queries.document_type("11502-2") == DocumentType("11502-2", LOINC, "CR d'examens biologiques", "10")
    assert queries.document_type("SYNTH", TRE_A05) == queries.document_type("SYNTH", "urn:oid:1.2.250.1.213.1.1.4.12")
    assert queries.document_type("SYNTH", LOINC) is None
    assert queries.document_type("00000-0") is None


def test_all_types_of_the_official_list_have_a_class_but_the_two_that_the_map_leaves_without() -> None:
    assert len(queries.list_document_types()) >= 114
    assert {kind.code for kind in queries.list_document_types() if not kind.class_code} == {"101881-1", "E1762"}
    known = {code for code, _ in queries.list_classes()}
    assert {kind.class_code for kind in queries.list_document_types()} - {""} == known


def test_types_of_class_is_the_other_way_round() -> None:
    for code, _ in queries.list_classes():
        assert queries.types_of_class(code) == {
            kind.code for kind in queries.list_document_types() if kind.class_code == code
        }
    assert "57833-6" in queries.types_of_class("42")
    assert queries.types_of_class("") == {"101881-1", "E1762"}
    assert queries.types_of_class("12345") == frozenset()


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("11502-2", "Prise de sang"),
        ("57833-6", "Ordonnance"),
        ("60593-1", "Délivrance de médicaments"),
        ("11490-0", "Lettre de sortie d'hôpital"),
        ("SYNTH", "Synthèse médicale"),
        ("60591-5", "Synthèse médicale"),
        ("18748-4", "Compte rendu d'imagerie"),
        ("11369-6", "Vaccinations"),
        ("not-a-type", "Document"),
    ],
)
def test_titles_are_in_everyday_words(code: str, title: str) -> None:
    assert queries.plain_title(code) == title


def test_no_title_shows_a_code_or_an_abbreviation_of_the_trade() -> None:
    for kind in queries.list_document_types():
        title = queries.plain_title(kind.code)
        assert title and len(title) <= 50, kind.code
        assert kind.code not in title
        assert not title.startswith("CR "), kind.code


def test_classes_have_plain_names() -> None:
    assert queries.class_label("10") == "Compte rendu"
    assert queries.class_label("") == "Document"
    assert [code for code, _ in queries.list_classes()] == [
        *("10", "11", "31", "42", "43", "44", "45", "52", "60", "90", "95", "99")
    ]


def test_a_citizen_may_add_patient_types_only() -> None:
    codes = [kind.code for kind in queries.patient_document_types()]
    assert {"DOCPAT01", "DOCPAT09", "EXPPAT_1", "EXPPAT_2", "EXPPAT_3"} <= set(codes)
    assert "DOCPAT08" not in codes, "made from the medical profile"
    assert all(code.startswith(("DOCPAT", "EXPPAT_")) or code == "74465-6" for code in codes)
    assert codes[-1] == "EXPPAT_2", "the catch-all comes last"
    titles = [queries.plain_title(code) for code in codes]
    assert len(titles) == len(set(titles))


def test_the_format_comes_from_the_model_of_the_document() -> None:
    complementary = (
        "https://mos.esante.gouv.fr/NOS/TRE_A06-FormatCodeComplementaire/FHIR/TRE-A06-FormatCodeComplementaire"
    )
    ihe = "https://mos.esante.gouv.fr/NOS/TRE_A11-IheFormatCode/FHIR/TRE-A11-IheFormatCode"
    vsm = Coding(complementary, "urn:asip:ci-sis:vsm:2012")
    assert queries.format_for_template("1.2.250.1.213.1.1.1.13", None) == vsm
    assert queries.format_for_template("1.2.250.1.213.1.1.1.13", "2022.01") == vsm
    assert queries.format_for_template("1.2.250.1.213.1.1.1.55", "2024.01") == Coding(ihe, "urn:ihe:lab:xd-lab:2008")
    assert queries.format_for_template("1.2.250.1.213.1.1.1.59", "2024.01") is None
    assert queries.format_for_template("1.2.3", None) is None


def test_professions_specialities_and_places_have_their_labels() -> None:
    assert queries.profession_label("10") == queries.profession_label("G15_10") == "Médecin"
    assert queries.profession_label("93") == "Psychologue"
    assert queries.profession_label("41") == "Assistant de service social"
    assert queries.profession_label("EXP_PATIENT") == ""
    assert queries.is_profession("60") and not queries.is_profession("G15_60") and not queries.is_profession("")
    assert queries.list_professions()[0] == ("10", "Médecin")
    assert queries.speciality_label("G15_10/SM26") == "Médecin - Qualifié en Médecine Générale (SM)"
    assert queries.facility_label("SA07") == "Cabinet individuel"
    assert queries.practice_setting_label("AMBULATOIRE") == "Ambulatoire"
    assert queries.facility_label("SA99") == queries.practice_setting_label("X") == queries.speciality_label("X") == ""


@pytest.mark.parametrize(
    "code", "10 21 26 28 31 32 35 36 37 38 39 40 50 60 69 70 80 81 82 83 84 85 86 91 92 94 95 96 98".split()
)
def test_every_health_profession_is_known(code: str) -> None:
    assert queries.is_profession(code)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Œdème de l’œil", "oedeme de l'oeil"),
        ("  Prise\tde \n sang ", "prise de sang"),
        ("FRANÇOIS-XAVIER Noël", "francois-xavier noel"),
        ("Curriculum vitæ", "curriculum vitae"),
        ("e\u0301te\u0301", "ete"),
        ("", ""),
    ],
)
def test_fold_makes_words_comparable(text: str, folded: str) -> None:
    assert queries.fold(text) == folded
    assert queries.fold(folded) == folded


def test_sections_without_a_title_get_french_words() -> None:
    assert queries.section_title("48765-2") == "Allergies et intolérances"
    assert queries.section_title("00000-0") == ""


def test_every_sample_document_has_a_known_type_with_a_class(shared_path) -> None:
    with (shared_path / "samples" / "cda-index.csv").open(encoding="utf-8") as index:
        codes = [row["loinc_code"] for row in csv.DictReader(index)]
    assert len(codes) == 70
    unknown = {code for code in codes if (kind := queries.document_type(code)) is None or not kind.class_code}
    assert unknown == set()


def test_every_section_of_the_samples_has_a_french_title(shared_path) -> None:
    from lxml import etree

    codes = {
        code
        for path in (shared_path / "samples").glob("cda-*/*.xml")
        for section in etree.parse(path).iter("{urn:hl7-org:v3}section")
        if (code := section.find("{urn:hl7-org:v3}code").get("code")) != "1443252"  # a laboratory's own number
    }
    assert {code for code in codes if not queries.section_title(code)} == set()
