"""An open record: its key, its banner, its summary."""

import datetime as dt

import pytest

from hygie.access import actions as access
from hygie.record import actions as record
from tests import factories
from tests.hygie.portals.professional import papers
from tests.hygie.portals.professional.browser import text

PAGES = ("record", "documents", "deposit")


@pytest.mark.parametrize("name", PAGES)
def test_a_key_that_was_never_given_leads_to_the_search(doctor, world, name):
    answer = doctor.client.get(doctor.url(name, key="AAAAAAAAAAAAAAAA"), follow=True)
    assert answer.redirect_chain[-1][0] == "/pro/patient/"
    assert "Ce dossier n’est pas ouvert dans votre session" in text(answer)


@pytest.mark.parametrize("name", PAGES)
def test_a_key_of_another_session_opens_nothing(doctor, stranger, world, name):
    answer = stranger.get(name, key=doctor.key(world))
    assert answer["Location"] == "/pro/patient/"


def test_two_patients_in_two_tabs_never_mix(doctor, world, lab):
    other = factories.space(2, who=factories.traits("PETIT", "LEO", sex="M"))
    access.enroll(other, professional_id=world.doctor.professional_id, since=world.now)
    first = doctor.key(world)
    found = doctor.post("search", {"matricule": factories.ins(2).value, "born_on": "12/03/1984"})
    second = found["Location"].partition("patient=")[2]
    assert first != second
    assert "DURAND" in text(doctor.get("documents", key=first))
    assert "PETIT" in text(doctor.get("documents", key=second))
    # A document of one under the key of the other is absent.
    assert doctor.get("document", key=first, document_id=lab).status_code == 200
    for name in ("document", "document_file"):
        assert doctor.get(name, key=second, document_id=lab).status_code == 404


def test_the_same_patient_found_again_keeps_its_key(doctor, world):
    assert doctor.key(world) == doctor.key(world)


def test_no_page_holds_the_id_of_the_space(doctor, world, lab):
    key = doctor.key(world)
    for name in PAGES:
        assert str(world.space_id) not in doctor.get(name, key=key).content.decode()
    assert str(world.space_id) not in doctor.get("document", key=key, document_id=lab).content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_the_banner_is_on_every_page(doctor, world, name):
    page = text(doctor.get(name, key=doctor.key(world)))
    for words in (
        "DURAND LEA, CAMILLE",
        "Née le 12-mars-1984 (42 ans)",
        "Sexe Féminin",
        "INS 2 84 03 99 000 001 45 TEST",
        "Identité Qualifiée",
        "Accès Équipe de soins",
        "Médecin traitant vous",
        "Allergies : non renseignées",
        "Fermer le dossier",
    ):
        assert words in page


def test_no_known_allergy_is_not_the_same_as_unknown(doctor, world):
    record.deposit_cda(world.doctor, papers.synthesis(world.ins, world.traits, allergies=()), now=world.now)
    page = text(doctor.get("record", key=doctor.key(world)))
    assert "Allergies : aucune allergie connue" in page
    assert "non renseignées" not in page


def test_an_allergy_is_in_the_banner_and_in_the_summary(doctor, world):
    source = papers.synthesis(world.ins, world.traits, allergies=(papers.penicillin(),))
    record.deposit_cda(world.doctor, source, now=world.now)
    page = text(doctor.get("record", key=doctor.key(world)))
    assert "Pénicilline" in page
    assert page.count("Pénicilline") >= 2
    assert "non renseignées" not in page


def test_the_summary_shows_what_is_there_with_its_document(doctor, world, lab):
    for source in (papers.synthesis(world.ins, world.traits), papers.vaccine(world.ins, world.traits)):
        record.deposit_cda(world.doctor, source, now=world.now)
    page = text(doctor.get("record", key=doctor.key(world)))
    for words in (
        "Asthme",
        "1er juin 2018",
        "Lévothyroxine 75 µg",
        "Boostrixtetra",
        "15 octobre 2024",
        "Prise de sang",
    ):
        assert words in page
    assert "Tous (3)" in page


def test_a_prescription_that_is_over_is_not_a_treatment(doctor, world):
    today = world.now.date()
    over = papers.prescribed(
        world.ins, world.traits, start=today - dt.timedelta(days=90), end=today - dt.timedelta(days=60)
    )
    record.deposit_cda(world.doctor, over, now=world.now)
    assert "Lévothyroxine" not in text(doctor.get("record", key=doctor.key(world)))
    current = papers.prescribed(
        world.ins, world.traits, start=today - dt.timedelta(days=10), end=today + dt.timedelta(days=20)
    )
    record.deposit_cda(world.doctor, current, now=world.now)
    assert text(doctor.get("record", key=doctor.key(world))).count("Lévothyroxine 75 µg 1 comprimé") == 1


def test_what_a_hidden_document_says_is_absent_from_the_summary(doctor, world):
    """For a member of the team who is not the attending doctor."""
    source = papers.synthesis(world.ins, world.traits, allergies=(papers.penicillin(),))
    hidden = record.deposit_cda(world.doctor, source, now=world.now).document_id
    record.hide_document(world.lea, world.space_id, hidden, now=world.now)
    colleague = factories.professional(9, at=(world.cabinet,), family="COLLEGUE")
    access.enroll(world.space_id, professional_id=colleague.professional_id, since=world.now)
    browser = type(doctor)(colleague, "dr.collegue")
    page = text(browser.get("record", key=browser.key(world)))
    assert "Allergies : non renseignées" in page
    for words in ("Pénicilline", "Asthme", "Lévothyroxine", "masqué", "Tous ("):
        assert words not in page
    assert "Aucun document dans ce dossier" in page
