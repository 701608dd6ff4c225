"""From sign-in to a patient found: the home page, the structure, the search by INS and birth date."""

import pytest

from hygie.access import actions as access
from hygie.identity import actions as identity
from tests import factories
from tests.hygie.portals.professional.browser import Browser, text


def test_home_says_who_acts_for_whom_and_what_is_allowed(doctor):
    page = text(doctor.get("home"))
    assert "Bonjour Dr Antoine MARTIN" in page
    assert "Médecin" in page
    assert "Cabinet fictif n° 1" in page
    assert "Aucun dossier ouvert pour l’instant" in page
    assert "Ce que vous pouvez faire" in page


def test_home_offers_the_records_opened_in_this_session(doctor, world):
    key = doctor.key(world)
    assert "DURAND" not in text(doctor.get("home"))
    doctor.get("record", key=key)
    home = doctor.get("home")
    assert "DURAND LEA, CAMILLE" in text(home)
    assert f"/pro/dossier/{key}/" in home.content.decode()


def test_a_citizen_does_not_enter_the_portal(world):
    other = Browser.citizen(world.space_id, "lea")
    assert other.get("home").status_code == 403


def test_the_structure_is_asked_when_there_are_several(world):
    actor = factories.professional(7, at=(world.cabinet, world.elsewhere), family="BIS")
    browser = Browser(actor, "dr.bis")
    assert browser.get("home")["Location"] == "/pro/structure/"
    assert "Pour quelle structure agissez-vous" in text(browser.get("organization"))
    answer = browser.post("organization", {"organization": str(world.cabinet)})
    assert answer["Location"] == "/pro/"
    assert "Cabinet fictif n° 1" in text(browser.get("home"))


def test_a_structure_where_one_does_not_work_is_refused(doctor, world):
    answer = doctor.post("organization", {"organization": str(world.elsewhere)})
    assert answer.status_code == 422
    assert "Choisissez une des structures de la liste" in text(answer)


def test_nothing_is_chosen_for_the_professional(world):
    actor = factories.professional(7, at=(world.cabinet, world.elsewhere), family="BIS")
    answer = Browser(actor, "dr.bis").post("organization", {})
    assert answer.status_code == 422
    assert "Choisissez une structure" in text(answer)


def test_changing_the_structure_closes_the_records(world):
    actor = factories.professional(7, at=(world.cabinet, world.elsewhere), family="BIS")
    access.enroll(world.space_id, professional_id=actor.professional_id, since=world.now)
    browser = Browser(actor, "dr.bis")
    browser.post("organization", {"organization": str(world.cabinet)})
    key = browser.key(world)
    assert browser.get("record", key=key).status_code == 200
    browser.post("organization", {"organization": str(world.elsewhere)})
    assert browser.get("record", key=key)["Location"] == "/pro/patient/"


def test_the_search_page_says_that_a_name_is_not_enough(doctor):
    page = text(doctor.get("search"))
    assert "La recherche par le nom seul n’existe pas" in page


@pytest.mark.parametrize(
    "typed", ["2 84 03 99 000 001 45", "284039900000145", "2840399000001 45", "2.84.03.99.000.001.45"]
)
@pytest.mark.parametrize("born", ["12/03/1984", "12031984", "12-3-1984", "1984-03-12", " 12 03 1984 "])
def test_a_matricule_and_a_date_are_understood_as_people_type_them(doctor, world, typed, born):
    answer = doctor.post("search", {"matricule": typed, "born_on": born})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/pro/patient/?patient=")
    assert str(world.space_id) not in answer["Location"]


def test_the_traits_are_shown_before_the_record_is_opened(doctor, world):
    page = text(doctor.find(world, follow=True))
    for words in ("DURAND", "LEA, CAMILLE", "Née le 12-mars-1984 (42 ans)", "Féminin", "Qualifiée", "75056"):
        assert words in page
    assert "2 84 03 99 000 001 45 TEST" in page
    assert "Vous êtes dans l’équipe de soins" in page


@pytest.mark.parametrize(
    ("typed", "born", "words"),
    [
        ("", "12/03/1984", "Écrivez le matricule INS du patient"),
        ("284039900000145", "", "Écrivez la date de naissance du patient"),
        ("284039900000146", "12/03/1984", "La clé ne correspond pas au matricule"),
        ("2840399000001", "12/03/1984", "vous en avez écrit 13"),
        ("X84039900000145", "12/03/1984", "n’a pas la forme d’un INS"),
        ("284039900000145", "31/02/1984", "Cette date n’existe pas"),
        ("284039900000145", "mars 1984", "Écrivez une date complète"),
        ("284039900000145", "12/03/2999", "Cette date est dans l’avenir"),
    ],
)
def test_each_mistake_is_said_in_plain_words(doctor, world, typed, born, words):
    answer = doctor.post("search", {"matricule": typed, "born_on": born})
    assert answer.status_code == 422
    assert words in text(answer)
    assert "<title>Erreur" in answer.content.decode()


def test_an_unknown_matricule_and_a_wrong_birth_date_have_the_same_answer(doctor, world):
    unknown = doctor.post("search", {"matricule": factories.ins(77).value, "born_on": "12/03/1984"})
    wrong_date = doctor.post("search", {"matricule": world.ins.value, "born_on": "13/03/1984"})
    assert unknown.status_code == wrong_date.status_code == 200
    said = [text(answer).replace(typed, "") for answer, typed in ((unknown, "77"), (wrong_date, "13/03/1984"))]
    for page in said:
        assert "Aucun dossier ne correspond" in page
        assert "DURAND" not in page
        assert "Ouvrir le dossier" not in page


def test_a_key_of_another_session_shows_nobody(doctor, stranger, world):
    page = stranger.client.get("/pro/patient/", {"patient": doctor.key(world)})
    assert page.status_code == 200
    assert "DURAND" not in text(page)


def test_a_name_used_every_day_is_shown_when_it_differs(doctor, world):
    who = factories.traits("PETIT", "LEO", sex="M")
    other = identity.create_space(
        ins=factories.ins(5),
        status="VALI",
        traits=type(who)(who.birth_family, who.birth_given, "LEO", "M", who.born_on, "", "DUPONT", "Leo"),
        now=world.now,
    )
    access.enroll(other, professional_id=world.doctor.professional_id, since=world.now)
    found = doctor.post("search", {"matricule": factories.ins(5).value, "born_on": "12/03/1984"}, follow=True)
    page = text(found)
    assert "Nom utilisé Leo DUPONT" in page
    assert "Né le 12-mars-1984" in page
    assert "Validée, à récupérer" in page
