"""Lives and documents: the same bytes for the same seed, read by the real reader, and believable."""

import subprocess
import sys
from collections import Counter
from functools import cache

from hygie.lib.clock import PARIS
from hygie.record.cda.attachments import list_attachments
from hygie.record.cda.entries import extract
from hygie.record.cda.entries.extraction import read_entries
from hygie.record.cda.header import read_header
from hygie.record.cda.parse import parse_cda
from hygie.record.cda.text import plain_text
from hygie.record.submission import from_cda
from hygie.simulators.country.country import Country, build_country
from hygie.simulators.country.documents import Document
from hygie.simulators.country.examples import build_examples
from hygie.simulators.country.history.child import growth
from hygie.simulators.country.history.laboratory import filtration
from hygie.simulators.country.history.types import Family, Life
from tests.conftest import REPOSITORY

SEED, PEOPLE = 3, 60


@cache
def world() -> tuple[Country, tuple[Life, ...], tuple[Document, ...]]:
    country = build_country(SEED, PEOPLE)
    lives = tuple(country.lives())
    return country, lives, tuple(document for life in lives for document in country.write(life))


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from hygie.simulators.country.country import build_country as build;"
        f"c = build({SEED}, {PEOPLE}); d = hashlib.sha256();"
        "[d.update(x.source) for l in c.lives() for x in c.write(l)]; print(d.hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": hash_seed}
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(digests) == 1


def test_another_seed_gives_other_documents() -> None:
    other = build_country(SEED + 1, 8)
    sources = {document.source for life in other.lives() for document in other.write(life)}
    assert not sources & {document.source for document in world()[2]}


def test_every_header_is_complete_and_every_type_class_and_format_is_known() -> None:
    country, _, documents = world()
    for document in documents:
        header = read_header(parse_cda(document.source))
        person = country.person(document.person)
        assert header.unique_id == document.unique_id
        assert header.class_code
        assert header.format
        assert header.facility and header.facility.display
        assert header.practice_setting
        assert header.service_start and header.performer and header.encounter and header.legal_authenticator
        assert header.confidentiality_code.code == "N"
        assert header.language == "fr-FR"
        assert header.patient.ins == ((person.ins.oid, person.ins.value),)
        assert header.authors[0].idnps == document.idnps
        assert header.custodian.idnst == document.idnst
        assert (header.version_number == 1) == (not header.replaces)


def test_the_deposit_reads_the_traits_of_the_person() -> None:
    country, _, documents = world()
    for document in documents[::7]:
        traits, known = from_cda(document.source).traits, country.person(document.person).traits
        assert traits == known


def test_ids_are_unique() -> None:
    documents = world()[2]
    assert len({document.unique_id for document in documents}) == len(documents)


def test_all_eight_families_are_there_and_all_coded_entries_are_understood() -> None:
    found: Counter[tuple[Family, str]] = Counter()
    documents = world()[2]
    assert {document.family for document in documents} == set(Family)
    for document in documents:
        doc = parse_cda(document.source)
        entries = read_entries(doc, read_header(doc))
        assert entries.left_out == (), document.title
        found.update((document.family, entry.resource["resourceType"]) for entry in entries.entries)
    for family, kind in (
        (Family.SUMMARY, "Condition"),
        (Family.SUMMARY, "AllergyIntolerance"),
        (Family.SUMMARY, "MedicationStatement"),
        (Family.LABORATORY, "Observation"),
        (Family.PRESCRIPTION, "MedicationRequest"),
        (Family.VACCINATION, "Immunization"),
        (Family.CERTIFICATE, "Observation"),
        (Family.DISCHARGE, "MedicationStatement"),
    ):
        assert found[family, kind] > 0, (family, kind)


def test_every_document_says_that_it_is_fictive() -> None:
    for document in world()[2]:
        doc = parse_cda(document.source)
        if document.family is Family.LETTER:
            (attached,) = list_attachments(doc)
            assert attached.media_type == "application/pdf"
            assert len(attached.data) <= 30_000
        else:
            assert "DONNÉES FICTIVES" in plain_text(doc)


def test_documents_are_of_a_reasonable_size() -> None:
    sizes = [len(document.source) for document in world()[2]]
    assert max(sizes) < 80_000
    assert sum(sizes) / len(sizes) < 40_000


def test_a_printed_laboratory_report_has_its_copy() -> None:
    printed = [
        document
        for document in world()[2]
        if document.family is Family.LABORATORY and list_attachments(parse_cda(document.source))
    ]
    assert printed
    (copy,) = list_attachments(parse_cda(printed[0].source))
    assert copy.media_type == "application/pdf"


def test_versions_follow_each_other_in_one_set() -> None:
    documents = {document.unique_id: document for document in world()[2]}
    replacing = [document for document in documents.values() if document.replaces]
    assert {Family.LABORATORY, Family.SUMMARY} <= {document.family for document in replacing}
    for document in replacing:
        former = documents[document.replaces]
        before, after = (read_header(parse_cda(one.source)) for one in (former, document))
        assert before.set_id == after.set_id
        assert after.version_number == (before.version_number or 0) + 1
        assert former.at < document.at


def test_nothing_happens_before_birth_nor_after_the_reference_day() -> None:
    country, lives, documents = world()
    for document in documents:
        born = country.person(document.person).born_on
        assert born <= document.at.astimezone(PARIS).date() <= country.reference
    for life in lives:
        starts = [problem.start for problem in (*life.problems, *life.history) if problem.start]
        assert all(life.person.born_on < start <= country.reference for start in starts)
        assert all(life.person.born_on < treatment.start for treatment in life.treatments)


def test_vaccines_are_given_after_birth_and_doses_in_order() -> None:
    country, _, documents = world()
    for document in documents:
        doc = parse_cda(document.source)
        if document.family not in (Family.VACCINATION, Family.CERTIFICATE):
            continue
        for entry in extract(doc, read_header(doc)):
            if entry.resource["resourceType"] == "Immunization":
                born = country.person(document.person).born_on.isoformat()
                assert born < entry.resource["occurrenceDateTime"] <= country.reference.isoformat()


def test_nobody_is_prescribed_what_gives_an_allergy() -> None:
    _, lives, documents = world()
    allergic = {
        life.person.key
        for life in lives
        if life.allergies and any(found.agent == "Amoxicilline" for found in life.allergies)
    }
    assert "p0001" in allergic
    for document in documents:
        if document.person in allergic and document.family in (Family.PRESCRIPTION, Family.DISCHARGE):
            assert "AMOXICILLINE 1 g" not in document.source.decode()


def test_the_diabetes_of_the_first_person_gets_better_report_after_report() -> None:
    values = []
    for document in world()[2]:
        if document.person == "p0001" and document.family is Family.LABORATORY:
            doc = parse_cda(document.source)
            for entry in extract(doc, read_header(doc)):
                codes = [coding["code"] for coding in entry.resource.get("code", {}).get("coding", ())]
                if "4548-4" in codes:
                    values.append(float(entry.resource["valueQuantity"]["value"]))
    assert len(values) >= 5
    assert values[0] > 7.8 > 7.5 > values[-1]


def test_the_first_person_has_many_documents_of_many_kinds() -> None:
    own = [document for document in world()[2] if document.person == "p0001"]
    assert len(own) >= 20
    assert len({document.family for document in own}) >= 6


def test_care_teams_have_the_attending_doctor_apart_from_the_others() -> None:
    _, lives, _ = world()
    for life in lives:
        assert life.attending.profession == "10"
        assert life.attending.town == life.person.town
        assert life.attending not in life.team


def test_filtration_is_the_published_formula() -> None:
    # CKD-EPI 2009, worked example: woman of 50, 80 µmol/L.
    assert round(filtration(80, 50, "F")) == 74
    assert round(filtration(80, 50, "M")) == 99
    assert filtration(20, 18, "M") == 130.0


def test_a_bigger_child_has_bigger_measures_and_boys_weigh_a_little_more() -> None:
    small, big = growth(274, -1.0, "F"), growth(274, 1.0, "F")
    assert all(float(one.value) < float(other.value) for one, other in zip(small, big, strict=True))
    assert float(growth(735, 0, "M")[0].value) > float(growth(735, 0, "F")[0].value)


def test_the_files_of_examples_are_what_the_country_writes() -> None:
    folder = REPOSITORY / "examples"
    written = build_examples()
    assert {path.name for path in folder.glob("*.xml")} == set(written)
    for name, source in written.items():
        assert (folder / name).read_bytes() == source, f"run write_examples: {name} is not the country's any more"
        from_cda(source)


def test_the_corrected_example_replaces_the_first_one() -> None:
    written = build_examples()
    first = read_header(parse_cda(written["biologie.xml"]))
    second = read_header(parse_cda(written["biologie-corrigee.xml"]))
    assert second.replaces == (first.unique_id,)
