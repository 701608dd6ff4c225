"""Adding a document: what is told, what is refused and how, what is kept."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hygie.record import queries as record_queries
from hygie.record.types import DocumentFilters, Origin
from tests.hygie.portals.citizen.household import PDF

ADD = "/dossier/documents/ajouter/"


def _send(house, content: bytes | None = PDF, *, name: str = "IMG_0042.PDF", field: str = "file", **changed: str):
    data: dict[str, object] = {"kind": "DOCPAT02", "dated_on": "2026-01-21", "title": "Lunettes de lecture", **changed}
    if content is not None:
        data[field] = SimpleUploadedFile(name, content)
    return house.client.post(ADD, data)


def _cards(house):
    return record_queries.list_documents(house.me, house.space_id, DocumentFilters(), now=house.now).cards


def test_the_form_states_its_limits_first(house):
    page = house.text(ADD)
    assert "PDF, photo (JPEG ou PNG) ou texte. 20 Mo au plus." in page
    assert 'accept="application/pdf,image/jpeg,image/png,text/plain,.pdf,.jpg,.jpeg,.png,.txt"' in page
    assert 'capture="environment"' in page
    assert "Volontés" not in page and "Directives anticipées" in page


def test_a_document_is_added_under_its_words_and_apart(house):
    response = _send(house)
    (card,) = _cards(house)
    assert response.status_code == 302 and response["Location"] == f"/dossier/documents/{card.id}/"
    assert (card.title, card.origin, card.type_code) == ("Lunettes de lecture", Origin.PATIENT.value, "DOCPAT02")
    page = house.text(response["Location"])
    assert "Le document est ajouté" in page and "Ajouté par vous" in page and "IMG_0042" not in page


def test_without_title_the_kind_names_it(house):
    _send(house, title="")
    assert _cards(house)[0].title == "Ordonnance ou soins"


def test_a_photo_is_as_good_as_a_file(house):
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    assert _send(house, out.getvalue(), name="photo.jpg", field="photo").status_code == 302


def test_a_french_date_is_understood(house):
    _send(house, dated_on="21/01/2026")
    assert _cards(house)[0].dated_at.date() in (dt.date(2026, 1, 20), dt.date(2026, 1, 21))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"content": None}, "Choisissez un fichier ou prenez une photo."),
        ({"content": b""}, "Ce fichier est vide."),
        ({"content": b"<html><script>alert(1)</script></html>", "name": "x.pdf"}, "Ce fichier n’est pas un PDF"),
        ({"content": b"MZ\x90\x00\x03\x00\x00", "name": "facture.pdf"}, "Ce fichier n’est pas un PDF"),
        ({"kind": ""}, "Choisissez le type de document."),
        ({"kind": "11502-2"}, "Choisissez un type de la liste."),
        ({"dated_on": ""}, "Indiquez la date du document."),
        ({"dated_on": "31/02/2026"}, "Cette date n’existe pas."),
        ({"dated_on": "2999-01-01"}, "Cette date est dans le futur."),
        ({"dated_on": "0026-01-01"}, "Cette date est trop ancienne."),
        ({"title": "t" * 121}, "Le titre est trop long"),
    ],
)
def test_what_does_not_fit_is_said_and_the_rest_is_kept(house, changed, sentence):
    response = _send(house, **changed)
    page = response.content.decode().replace("\u00a0", " ")
    assert response.status_code == 422
    assert sentence in page and "à corriger" in page
    assert ("Choisissez à nouveau le fichier" in page) == (changed.get("content", PDF) is not None)
    if "title" not in changed:
        assert 'value="Lunettes de lecture"' in page
    assert _cards(house) == []


def test_a_file_above_the_limit_is_refused_with_the_limit(house, settings):
    settings.HYGIE_DOCUMENT_BYTES = 1024 * 1024
    page = _send(house, PDF + b"0" * 1024 * 1024).content.decode().replace("\u00a0", " ")
    assert "Ce fichier est trop gros : 1 Mo au plus." in page


def test_a_title_is_text_and_nothing_else(house):
    response = _send(house, title="<b>gras</b>\u0000\r\n =HYPERLINK()")
    assert response.status_code in (302, 422)
    page = house.text("/dossier/documents/")
    assert "<b>gras" not in page
