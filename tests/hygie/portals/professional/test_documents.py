"""The documents of an open record: list, filters, one document, its files."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hygie.access import actions as access
from hygie.record import actions as record
from tests import factories
from tests.hygie.portals.professional import papers
from tests.hygie.portals.professional.browser import Browser, text

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
MOST_STATEMENTS = 16


@pytest.fixture
def several(world, lab):
    for source in (
        papers.scanned(world.ins, world.traits, PDF),
        papers.vaccine(world.ins, world.traits),
        papers.synthesis(world.ins, world.traits),
    ):
        record.deposit_cda(world.doctor, source, now=world.now)
    return lab


def test_the_list_is_grouped_by_year_with_plain_titles(doctor, world, several):
    page = text(doctor.get("documents", key=doctor.key(world)))
    assert "4 documents" in page
    assert page.index("2026 Prise de sang") < page.index("2025 Consultation") < page.index("2024 Vaccination")
    for code in ("11502-2", "LOINC", "CDA", ".xml"):
        assert code not in page


@pytest.mark.parametrize(
    ("query", "found", "absent"),
    [
        ({"q": "ferritine"}, "Prise de sang", "Vaccination"),
        ({"q": "asthme"}, "Synthèse", "Prise de sang"),
        ({"auteur": "Dr Antoine MARTIN"}, "Prise de sang", "zzz"),
        ({"du": "01/01/2026"}, "Prise de sang", "Vaccination"),
        ({"au": "31/12/2024"}, "Vaccination", "Prise de sang"),
    ],
)
def test_words_author_and_period_filter(doctor, world, several, query, found, absent):
    page = text(doctor.get("documents", key=doctor.key(world), query=query)).partition("Filtrer Tous")[2]
    assert found in page
    assert absent not in page
    assert "Enlever tous les filtres" in page


def test_a_class_filters_and_keeps_the_words(doctor, world, several):
    key = doctor.key(world)
    body = doctor.get("documents", key=key, query={"q": "martin"}).content.decode()
    chip = re.search(r'href="(\?q=martin&amp;type=\d+)"[^>]*>Compte rendu', body)
    page = text(doctor.client.get(doctor.url("documents", key=key) + chip[1].replace("&amp;", "&")))
    assert "2 documents" in page


def test_a_date_that_is_not_one_is_said_and_filters_nothing(doctor, world, several):
    page = text(doctor.get("documents", key=doctor.key(world), query={"du": "hier"}))
    assert "Écrivez une date complète" in page
    assert "4 documents" in page


def test_nothing_found_says_what_to_do(doctor, world, several):
    page = text(doctor.get("documents", key=doctor.key(world), query={"q": "introuvable"}))
    assert "Aucun document ne correspond" in page
    assert "0 document" in page


def test_an_empty_record_says_so(doctor, world):
    page = text(doctor.get("documents", key=doctor.key(world)))
    assert "Aucun document dans ce dossier" in page


def test_the_list_goes_on_page_by_page(doctor, world):
    for day in range(1, 24):
        source, _ = papers.lab(world.ins, world.traits, on=dt.date(2025, 5, day))
        record.deposit_cda(world.doctor, source, now=world.now)
    key = doctor.key(world)
    body = doctor.get("documents", key=key).content.decode()
    assert "23 documents" in body
    assert body.count("stretched-link") == 20
    after = re.search(r'href="(\?[^"]*apres=[^"]+)"', body)[1]
    rest = doctor.client.get(doctor.url("documents", key=key) + after.replace("&amp;", "&")).content.decode()
    assert rest.count("stretched-link") == 3
    assert "apres=" not in rest


def test_a_page_mark_that_is_not_ours_is_an_error_page(doctor, world):
    assert doctor.get("documents", key=doctor.key(world), query={"apres": "zzz"}).status_code == 422


def test_what_is_hidden_is_absent_without_a_gap(world, lab):
    source, _ = papers.lab(world.ins, world.traits, on=dt.date(2026, 1, 5))
    hidden = record.deposit_cda(world.doctor, source, now=world.now).document_id
    colleague = factories.professional(9, at=(world.cabinet,), family="COLLEGUE")
    access.enroll(world.space_id, professional_id=colleague.professional_id, since=world.now)
    browser = Browser(colleague, "dr.collegue")
    key = browser.key(world)
    assert "2 documents" in text(browser.get("documents", key=key))
    record.hide_document(world.lea, world.space_id, hidden, now=world.now)
    page = text(browser.get("documents", key=key))
    assert "1 document " in page
    assert "Compte rendu 1" in page
    assert "masqué" not in page
    assert "5 janvier 2026" not in page
    for name in ("document", "document_file"):
        assert browser.get(name, key=key, document_id=hidden).status_code == 404


def test_a_document_shows_first_what_matters(doctor, world, lab):
    page = text(doctor.get("document", key=doctor.key(world), document_id=lab))
    assert page.index("L’essentiel") < page.index("Ferritine") < page.index("Le document")
    for words in ("11 µg/L", "En dessous", "de 15 à 150", "2,10 mUI/L", "Dans l’intervalle", "1 hors de l’intervalle"):
        assert words in page
    assert "Bilan sanguin" in page
    assert "Dr Antoine MARTIN" in page


def test_the_original_comes_back_byte_for_byte(doctor, world):
    source, _ = papers.lab(world.ins, world.traits)
    document_id = record.deposit_cda(world.doctor, source, now=world.now).document_id
    answer = doctor.get("document_file", key=doctor.key(world), document_id=document_id)
    assert answer.content == source
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"


def test_the_pdf_of_a_scanned_document_is_shown_and_given(doctor, world):
    document_id = record.deposit_cda(
        world.doctor, papers.scanned(world.ins, world.traits, PDF), now=world.now
    ).document_id
    key = doctor.key(world)
    body = doctor.get("document", key=key, document_id=document_id).content.decode()
    url = doctor.url("document_attachment", key=key, document_id=document_id, index=0)
    assert f'<iframe class="hy-pdf d-none d-md-block hy-no-print" src="{url}"' in body
    shown = doctor.client.get(url)
    assert shown.content == PDF
    assert shown["Content-Type"] == "application/pdf"
    assert shown["Content-Disposition"].startswith("inline")
    assert doctor.client.get(url, {"enregistrer": "1"})["Content-Disposition"].startswith("attachment")


def test_a_file_that_is_not_there_is_absent(doctor, world, lab):
    assert doctor.get("document_attachment", key=doctor.key(world), document_id=lab, index=7).status_code == 404


def test_a_photo_of_the_patient_is_shown_as_such(doctor, world):
    png = b"\x89PNG\r\n\x1a\n" + b"0" * 20
    kind = "DOCPAT01"
    document_id = record.add_own_document(
        world.lea,
        world.space_id,
        title="Photo de lunettes",
        type_code=kind,
        dated_on=dt.date(2026, 1, 2),
        content=png,
        now=world.now,
    )
    key = doctor.key(world)
    assert "Ajouté par le patient" in text(doctor.get("documents", key=key))
    body = doctor.get("document", key=key, document_id=document_id).content.decode()
    url = doctor.url("document_file", key=key, document_id=document_id)
    assert f'src="{url}?voir=1"' in body
    assert doctor.client.get(url, {"voir": "1"})["Content-Disposition"].startswith("inline")


def test_a_replaced_document_points_to_its_new_version(doctor, world):
    first, number = papers.lab(world.ins, world.traits, on=dt.date(2026, 1, 4))
    old = record.deposit_cda(world.doctor, first, now=world.now).document_id
    second, _ = papers.lab(world.ins, world.traits, on=dt.date(2026, 1, 5), replaces=number)
    new = record.deposit_cda(world.doctor, second, now=world.now).document_id
    key = doctor.key(world)
    assert "1 document " in text(doctor.get("documents", key=key))
    page = doctor.get("document", key=key, document_id=old)
    assert "Une version plus récente existe" in text(page)
    assert doctor.url("document", key=key, document_id=new) in page.content.decode()


@pytest.mark.parametrize("document_id", ["a" * 24, "zzz", "1"])
def test_an_id_that_is_nobodys_is_absent(doctor, world, document_id):
    assert doctor.get("document", key=doctor.key(world), document_id=document_id).status_code == 404


def statements(browser, url):
    """Statements of a page, savepoints of the test left out; an entry of the journal counts as the one round trip
    that it is on PostgreSQL (three statements on SQLite)."""
    browser.client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert browser.client.get(url).status_code == 200
    told = [each["sql"] for each in captured if not re.match(r"(?:RELEASE )?SAVEPOINT|BEGIN|COMMIT", each["sql"])]
    heads = sum(1 for sql in told if "trace_head" in sql)
    return len(told) - (heads if connection.vendor == "sqlite" else 0)


def test_the_list_asks_few_statements(doctor, world, several):
    assert statements(doctor, doctor.url("documents", key=doctor.key(world))) <= MOST_STATEMENTS


def test_the_number_of_statements_does_not_grow_with_the_documents(doctor, world, several):
    url = doctor.url("documents", key=doctor.key(world))
    before = statements(doctor, url)
    for day in range(1, 9):
        source, _ = papers.lab(world.ins, world.traits, on=dt.date(2025, 5, day))
        record.deposit_cda(world.doctor, source, now=world.now)
    assert statements(doctor, url) == before
