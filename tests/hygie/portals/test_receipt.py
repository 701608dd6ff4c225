"""Receipts on paper."""

import datetime as dt
from io import BytesIO

import pypdf

from hygie.portals.receipt import Receipt, answer, pdf

AT = dt.datetime(2026, 11, 25, 8, 30, tzinfo=dt.UTC)
ONE = Receipt(
    "Fermeture de votre espace",
    "HY-2026-0001",
    AT,
    [("Personne", "Léa DURAND <b>&amp;"), ("Décision", "Fermer")],
    ["Vos données sont gardées dix ans."],
)


def words(content: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages)


def test_a_receipt_says_what_when_and_under_which_number():
    text = words(pdf(ONE))
    for expected in (
        "Fermeture de votre espace",
        "HY-2026-0001",
        "25 novembre 2026, 09:30",
        "Léa DURAND <b>&amp;",
        "dix ans",
    ):
        assert expected in text
    assert "DONNÉES FICTIVES" in text


def test_the_same_receipt_is_the_same_file_and_has_its_language():
    assert pdf(ONE) == pdf(ONE)
    assert "Fait le" in words(pdf(ONE))
    assert pypdf.PdfReader(BytesIO(pdf(ONE, language="en"))).trailer["/Root"]["/Lang"] == "en"


def test_a_long_receipt_goes_on_over_pages():
    long = Receipt("Reçu", "1", AT, [(f"Choix {number}", "oui " * 30) for number in range(60)])
    assert len(pypdf.PdfReader(BytesIO(pdf(long))).pages) > 1
    assert "Choix 59" in words(pdf(long))


def test_the_name_of_the_file_says_nothing_of_the_person():
    assert answer(ONE, "recu.pdf")["Content-Disposition"] == 'attachment; filename="recu.pdf"'
