"""The list of documents and the home page, as a person reads them."""

import datetime as dt
import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from hygie.record import actions as record
from tests.hygie.portals.citizen.household import example, sign_in, space_of

DOCUMENTS = "/dossier/documents/"
# What a machine says of a document, and nobody else: OID, LOINC, media type, file name.
MACHINE_WORDS = re.compile(r"2\.25\.\d+|1\.2\.250\.|\b\d{4,5}-\d\b|text/xml|application/|\.xml\b|\.pdf\b|DOCPAT\d+")


def _main(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", page[page.index('id="contenu"') : page.index("</main>")])


def test_an_empty_record_says_so_and_offers_the_one_thing_to_do(house):
    page = house.text(DOCUMENTS)
    assert "Aucun document pour l’instant" in page
    assert "/dossier/documents/ajouter/" in page
    home = house.text("/accueil/")
    assert "Le dossier est vide pour l’instant" in home
    assert "Aucun soignant n’a encore ouvert le dossier" in home


def test_documents_have_plain_titles_by_year_and_the_person_s_own_are_apart(house):
    house.deposit("biologie", day="20260316")
    house.deposit("vaccination", day="20250102")
    house.add()
    page = house.text(DOCUMENTS)
    text = _main(page)
    assert "Prise de sang" in text and "16 mars 2026" in text
    assert page.index("annee-2026") < page.index("annee-2025")
    own = page[page.index("Ajoutés par vous</h3>") :]
    assert own.index("Ordonnance de lunettes") < own.index("annee-2025")
    assert "3 documents" in text
    assert MACHINE_WORDS.search(text) is None


def test_the_search_reads_titles_texts_types_and_authors(house):
    house.deposit("biologie")
    house.deposit("vaccination")
    assert "1 document" in _main(house.text(DOCUMENTS + "?q=prise+de+sang"))
    assert "1 document" in _main(house.text(DOCUMENTS + "?q=VACCINATION"))
    page = house.text(DOCUMENTS + "?q=ornithorynque")
    assert "Aucun document ne correspond" in page and "Effacer la recherche" in page


def test_filters_narrow_by_class_author_period_and_origin(house):
    house.deposit("biologie", day="20260316")
    house.deposit("vaccination", day="20240102")
    house.add(day=dt.date(2025, 5, 5))
    assert "Prise de sang" in _list(house, "?classe=10") and "Vaccination" not in _list(house, "?classe=10")
    assert "Prise de sang" in _list(house, "?du=2026-01-01") and "Vaccination" not in _list(house, "?du=2026-01-01")
    assert "Vaccination" in _list(house, "?au=2024-12-31") and "Prise de sang" not in _list(house, "?au=2024-12-31")
    assert _list(house, "?origine=patient").count("hy-row__title") == 1
    authors = re.findall(
        r'<option value="([^"]+)"', re.search(r'id="auteur".*?</select>', house.text(DOCUMENTS), re.S)[0]
    )
    assert authors
    assert 0 < _list(house, f"?auteur={authors[0]}").count("hy-row__title") < 3


def _list(house, query: str) -> str:
    page = house.text(DOCUMENTS + query)
    return page[page.index("hy-toolbar") : page.index("</main>")]


def test_a_date_that_is_none_is_said_and_the_rest_still_filters(house):
    house.deposit("biologie", day="20260316")
    page = house.text(DOCUMENTS + "?du=demain&classe=10", status=422)
    assert "La date de début n’est pas une date" in page
    assert "Prise de sang" in page
    assert "La date de fin est avant" in house.text(DOCUMENTS + "?du=2026-02-01&au=2026-01-01", status=422)


def test_a_hostile_address_breaks_nothing(house):
    house.deposit("biologie")
    for query in (
        "?suite=zzz",
        "?suite=%00",
        "?auteur=%00",
        "?q=%00a",
        "?classe=%00'--",
        "?q=%25%5F%27%22<script>",
        "?origine=autre",
        "?auteur=" + "a" * 5000,
    ):
        assert house.client.get(DOCUMENTS + query).status_code in (200, 422), query
    assert "<script>" not in house.text(DOCUMENTS + "?q=<script>")


def test_older_documents_come_by_a_link_that_keeps_the_filters(house):
    for number in range(22):
        house.deposit("biologie", day=f"202603{number + 1:02d}")
    first = house.text(DOCUMENTS + "?classe=10")
    link = re.search(r'href="(\?[^"]*suite=[^"]+)"', first)
    assert link is not None and "classe=10" in link[1]
    rest = house.text(DOCUMENTS + link[1].replace("&amp;", "&"))
    titles = re.compile(r'href="/dossier/documents/([a-z2-7]{24})/"')
    one, two = titles.findall(first), titles.findall(rest)
    assert (len(one), len(two)) == (20, 2)
    assert not set(one) & set(two)
    assert "22 documents" in first


def test_a_hidden_document_is_tagged(house):
    document = house.deposit("biologie")
    record.hide_document(house.me, house.space_id, document, now=house.now)
    assert "Masqué aux soignants" in house.text(DOCUMENTS)


def test_home_shows_what_arrived_and_the_last_professional(house):
    document = house.deposit("biologie", day="20260316")
    house.add()
    page = house.text("/accueil/")
    assert "Nouveau depuis 30 jours" in page
    assert "Ordonnance de lunettes" not in page[page.index("Nouveau depuis 30 jours") :]
    assert "Dr Antoine MARTIN</strong>" in page and "a déposé" in page
    assert f"/dossier/documents/{document}/" in page


def test_the_documents_page_stays_within_its_statements(house):
    for number in range(5):
        house.deposit("biologie", day=f"202603{number + 1:02d}")
    house.text(DOCUMENTS)
    with CaptureQueriesContext(connection) as captured:
        house.text(DOCUMENTS)
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    statements = [each["sql"] for each in captured if not each["sql"].startswith(control)]
    assert len(statements) <= 14, "\n".join(statements)


def test_somebody_else_sees_none_of_it(house):
    house.deposit("biologie")
    other = sign_in(space_of(example("vaccination"), house.now), "autre")
    page = other.get(DOCUMENTS).content.decode()
    assert "Prise de sang" not in page and "Aucun document pour l’instant" in page


def test_pages_ask_for_a_signed_in_person(client, db):
    for path in ("/accueil/", DOCUMENTS, "/acces/", "/acces/qui-a-vu/export.csv"):
        response = client.get(path)
        assert response.status_code == 302 and response["Location"].startswith("/connexion/")
