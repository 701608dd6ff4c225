"""One document: what it says first, its files, who sees it; hidden, shown, and closed to others."""

import re

import pytest

from hygie.access import actions as access
from hygie.lib.errors import AccessRefused, NotFound
from hygie.record import queries as record_queries
from hygie.record.types import DocumentFilters
from tests import factories
from tests.hygie.portals.citizen.household import PDF, example, sign_in, space_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


def _url(document: str, end: str = "") -> str:
    return f"/dossier/documents/{document}/{end}"


def _post(house, path: str, **data: str):
    return house.client.post(path, data, follow=True)


def test_a_report_shows_its_results_in_words_before_its_text(house):
    page = house.text(_url(house.deposit("biologie", day="20260316")))
    assert "<h1>Prise de sang du 16 mars 2026</h1>" in page
    assert page.index("L’essentiel") < page.index("Le document</h2>")
    assert "dans l’intervalle du laboratoire" in page
    assert "Intervalle du laboratoire" in page
    assert "hy-narrative" in page


def test_a_vaccination_shows_its_vaccine(house):
    page = house.text(_url(house.deposit("vaccination")))
    assert "Vaccins</h3>" in page and "Fait" in page


def test_the_page_tells_who_can_see_it_and_who_has(house):
    document = house.deposit("biologie")
    record_queries.get_document(house.doctor, house.space_id, document, now=house.now)
    page = house.text(_url(document))
    assert "Dr Antoine MARTIN" in page and "Médecin traitant" in page
    assert "Antoine ROUX" in page and "Infirmier. Équipe de soins" in page
    assert "a consulté ce document" in page and "a déposé ce document" in page
    assert "liste des accès" not in page[page.index('id="vu"') :]


def test_technical_words_stay_in_the_technical_details(house):
    page = house.text(_url(house.deposit("biologie")))
    before, details = page[page.index('id="contenu"') :].split("Détails techniques", 1)
    assert re.search(r"2\.25\.\d+|text/xml|DocumentReference", before) is None
    assert re.search(r"[0-9a-f]{64}", details)


def test_hiding_explains_itself_then_closes_the_document_to_the_care_team(house):
    document = house.deposit("biologie")
    assert _sees(house.nurse, house, document)
    page = house.text(_url(document, "masquer/"))
    assert "Vos soignants ne verront plus ce document" in page
    assert "Le médecin traitant le voit encore" in page
    after = _post(house, _url(document, "masquer/")).content.decode()
    assert "Ce document est masqué" in after and "Montrer aux soignants" in after
    assert "ne le voit pas" in after and "Document masqué aux soignants" in after
    assert not _sees(house.nurse, house, document)
    assert _sees(house.doctor, house, document)


def test_showing_again_opens_it_again(house):
    document = house.deposit("biologie")
    _post(house, _url(document, "masquer/"))
    assert "Vos soignants verront à nouveau" in house.text(_url(document, "montrer/"))
    after = _post(house, _url(document, "montrer/")).content.decode()
    assert "voient à nouveau ce document" in after and "Masquer aux soignants" in after
    assert _sees(house.nurse, house, document)


def _sees(actor, house, document: str) -> bool:
    page = record_queries.list_documents(actor, house.space_id, DocumentFilters(), now=house.now)
    try:
        record_queries.get_document(actor, house.space_id, document, now=house.now)
        read = True
    except (NotFound, AccessRefused):
        read = False
    assert read == (document in [card.id for card in page.cards])
    return read


def test_the_original_is_saved_byte_for_byte_under_a_plain_name(house):
    document = house.deposit("biologie", fresh=False)
    response = house.client.get(_url(document, "fichier/"))
    assert response.content == example("biologie")
    assert response["Content-Disposition"].startswith('attachment; filename="prise-de-sang.xml"')
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]


def test_a_pdf_of_one_s_own_is_linked_framed_and_shown_inline(house):
    document = house.add()
    page = house.text(_url(document))
    assert "Ordonnance de lunettes du 21 janvier 2026" in page and "Ouvrir le PDF" in page
    assert (
        f'<iframe class="d-none d-md-block w-100 border rounded hy-no-print" src="{_url(document, "fichier/")}?voir=1'
        in page
    )
    shown = house.client.get(_url(document, "fichier/") + "?voir=1")
    assert shown.content == PDF
    assert shown["Content-Type"] == "application/pdf" and shown["Content-Disposition"].startswith("inline;")
    assert "default-src 'none'" in shown["Content-Security-Policy"]


def test_a_replaced_document_leads_to_its_new_version(house):
    old = house.deposit("biologie", fresh=False)
    new = house.deposit("biologie-corrigee", fresh=False)
    assert f'href="{_url(new)}"' in house.text(_url(old))
    page = house.text(_url(new))
    assert "Versions</h3>" in page and "Version remplacée" in page
    listed = house.text("/dossier/documents/")
    assert new in listed and old not in listed


@pytest.mark.parametrize("end", ["", "fichier/", "piece/0/", "masquer/", "montrer/"])
def test_the_document_of_another_is_the_same_page_as_an_unknown_one(house, end):
    document = house.deposit("biologie")
    other = sign_in(space_of(example("vaccination"), house.now), "autre")
    theirs, unknown = other.get(_url(document, end)), other.get(_url("a" * 24, end))
    assert theirs.status_code == unknown.status_code == 404
    assert _without_ids(theirs) == _without_ids(unknown)


@pytest.mark.parametrize("end", ["masquer/", "montrer/"])
def test_nobody_hides_or_shows_the_document_of_another(house, end):
    document = house.deposit("biologie")
    other = sign_in(space_of(example("vaccination"), house.now), "autre")
    assert other.post(_url(document, end)).status_code == 404
    assert _sees(house.nurse, house, document)


def _without_ids(response) -> str:
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
    return re.sub(r'name="suite" value="[^"]*"', "", page)


@pytest.mark.parametrize("document", ["x", "A" * 24, "..%2f..", "a" * 300, "%00", "é"])
def test_an_id_that_is_none_is_an_unknown_page(house, document):
    assert house.client.get(f"/dossier/documents/{document}/").status_code == 404


def test_an_unknown_piece_is_an_unknown_page(house):
    document = house.deposit("biologie")
    assert house.client.get(_url(document, "piece/99/")).status_code == 404
    assert house.client.get(_url(house.add(), "piece/99/")).status_code in (404, 422)


def test_forms_need_their_token(house):
    from django.test import Client

    document = house.deposit("biologie")
    strict = Client(enforce_csrf_checks=True, SERVER_NAME="testserver")
    strict.cookies = house.client.cookies
    assert strict.post(_url(document, "masquer/")).status_code == 403
    assert _sees(house.nurse, house, document)


def test_professionals_have_no_door_here(house):
    from hygie.identity import actions as identity
    from hygie.identity.models import Account

    identity.create_account(username="dr", password=factories.PASSWORD, professional_id=house.doctor.professional_id)
    factories.enter(house.client, Account.objects.get(username="dr").pk)
    for path in ("/accueil/", "/dossier/documents/", "/acces/", _url("a" * 24)):
        assert house.client.get(path).status_code == 403, path


def test_a_structure_that_opens_is_told_as_a_structure(house):
    access.join_team(house.me, house.space_id, organization_id=house.elsewhere, now=house.now)
    assert "Cabinet fictif n° 2" in house.text(_url(house.deposit("biologie")))
