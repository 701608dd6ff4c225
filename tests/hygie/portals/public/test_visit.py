"""Coming in and going out."""

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from hygie.portals.public.addresses import safe_next
from tests.hygie.portals.visitors import PASSWORD, make_doctor, make_family

pytestmark = pytest.mark.django_db


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: str):
    return client.post("/connexion/", {"username": username, "password": password, **more})


def test_a_citizen_arrives_home_and_a_professional_in_his_portal(client):
    make_family()
    make_doctor("martin", 1)
    assert sign_in(client, "lea")["Location"] == "/accueil/"
    assert sign_in(Client(), "martin")["Location"] == "/pro/"


def test_a_doctor_of_two_structures_arrives_at_the_choice():
    make_doctor("benali", 2)
    assert sign_in(Client(), "benali")["Location"] == "/pro/structure/"


def test_the_way_that_was_asked_for_comes_back_after_sign_in(client):
    make_family()
    assert sign_in(client, "lea", suite="/dossier/documents/")["Location"] == "/dossier/documents/"


def test_nobody_is_sent_to_the_other_portal_or_to_another_site():
    make_family()
    make_doctor("martin", 1)
    assert sign_in(Client(), "lea", suite="/pro/patient/")["Location"] == "/accueil/"
    assert sign_in(Client(), "martin", suite="/accueil/")["Location"] == "/pro/"
    assert sign_in(Client(), "lea", suite="//elsewhere.example/")["Location"] == "/accueil/"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example/",
        "\\\\elsewhere.example",
        "javascript:alert(1)",
        "accueil/",
        "/accueil/\r\nSet-Cookie: a=b",
        "/\t/elsewhere.example",
        "/" + "a" * 600,
        "",
        "///elsewhere.example",
    ],
)
def test_an_address_from_outside_must_be_a_path_of_this_site(wanted):
    assert safe_next(RequestFactory().get("/connexion/"), wanted, "/refuge/") == "/refuge/"


@pytest.mark.parametrize("wanted", ["/accueil/", "/dossier/documents/?q=a&page=2", "/aide/#acces"])
def test_a_path_of_this_site_is_kept(wanted):
    assert safe_next(RequestFactory().get("/connexion/"), wanted, "/refuge/") == wanted


def test_a_wrong_password_and_an_unknown_name_get_the_same_page(client):
    make_family()
    wrong = sign_in(client, "lea", "wrong password here")
    unknown = sign_in(Client(), "nobody", "wrong password here")
    assert wrong.status_code == unknown.status_code == 422
    page, other = (_without_tokens(answer.content.decode()) for answer in (wrong, unknown))
    assert page == other.replace("nobody", "lea")
    assert "wrong password here" not in page


def _without_tokens(page: str) -> str:
    return "\n".join(line.split('name="csrfmiddlewaretoken"')[0] for line in page.splitlines())


def test_many_wrong_passwords_are_slowed(client):
    make_family()
    for _ in range(10):
        sign_in(client, "lea", "wrong password here")
    answer = sign_in(client, "lea")
    assert answer.status_code == 429
    assert "Attendez quelques minutes" in answer.content.decode()


def test_signing_in_changes_the_key_of_the_session(client):
    make_family()
    sign_in(client, "lea")
    first = client.session.session_key
    sign_in(client, "lea")
    assert client.session.session_key != first


def test_a_key_that_was_planted_before_sign_in_is_not_kept(client):
    make_family()
    session = client.session
    session["records"] = {"planted": "x"}
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    sign_in(client, "lea")
    assert client.session.session_key != session.session_key
    assert "records" not in client.session


def test_signing_out_forgets_the_session_and_clears_the_browser(client):
    make_family()
    sign_in(client, "lea")
    answer = client.post("/deconnexion/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert answer["Location"] == "/connexion/?fin=depart"
    assert client.get("/accueil/").status_code == 302
    assert "Vous êtes déconnecté" in client.get("/connexion/?fin=depart").content.decode()


def test_signing_out_by_a_link_is_not_possible(client):
    assert client.get("/deconnexion/").status_code == 405


def test_staying_needs_a_session(client):
    make_family()
    assert client.post("/session/").status_code == 302
    sign_in(client, "lea")
    assert client.post("/session/").status_code == 204


def test_home_sends_each_one_to_his_side(client):
    make_family()
    assert client.get("/").status_code == 200
    sign_in(client, "lea")
    assert client.get("/")["Location"] == "/accueil/"
