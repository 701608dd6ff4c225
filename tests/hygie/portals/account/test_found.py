"""What an attack or a reading found on the pages of sign-in; each stays mended."""

import uuid

import pytest
from django.test import Client, RequestFactory

from hygie.identity.sign_in import totp
from hygie.identity.sign_in.models import Factor, Reset, Session
from hygie.lib import clock
from hygie.notifications.resets import send_code
from hygie.portals.origin import client_address
from tests import factories
from tests.hygie.portals.account import guests
from tests.hygie.portals.visitors import make_family

pytestmark = pytest.mark.django_db
FORGOTTEN = "/connexion/mot-de-passe-oublie/"


def test_wrong_codes_of_a_forgotten_password_tell_nobody_who_has_an_account(settings):
    make_family()
    guests.reach("lea", settings)
    answers = []
    for name in ("lea", "personne"):
        client = Client()
        client.post(FORGOTTEN, {"username": name})
        send_code(uuid.UUID(int=0), str(Reset.objects.latest("created_at").id))
        tried = [client.post(f"{FORGOTTEN}code/", {"code": "000000"}).status_code for _ in range(10)]
        answers.append((tried, guests.password(Client(), name, word="faux").status_code))
    assert answers[0] == answers[1]


def test_who_asks_for_a_code_to_prove_again_is_asked_for_that_code(client, settings):
    make_family()
    guests.reach("lea", settings)
    factories.enter(client, guests.pk("lea"))
    guests.earlier(client, minutes=11)
    page = client.get("/ma-connexion/mot-de-passe/", follow=True).content.decode()
    way = page.partition('name="moyen" value="')[2].partition('"')[0]
    form = {"moyen": way, "acte": "envoyer", "suite": "/ma-connexion/mot-de-passe/", "raison": "recente"}
    sent = client.post("/connexion/renforcer/", form)
    assert client.get(sent["Location"]).status_code == 200


@pytest.mark.parametrize("answer", ["[" * 20_000, '{"a":' * 4_000])
def test_a_deep_answer_of_a_passkey_is_a_wrong_one(client, settings, answer):
    settings.HYGIE_BASE_URL = "http://testserver"
    state = client.get("/connexion/cle/question/").json()["state"]
    assert client.post("/connexion/cle/", {"reponse": answer, "etat": state}).status_code == 422


def test_after_the_proof_that_a_form_asked_for_there_is_a_page(client):
    make_family()
    guests.password(client)
    guests.protect("lea")
    address = f"/ma-connexion/moyen/{Factor.objects.get().id}/retirer/"
    asked = client.post(address)
    assert asked.status_code == 302 and "suite=&" in f"{asked['Location']}&"
    proved = client.post("/connexion/renforcer/", {"suite": "", "moyen": "totp", "code": guests.code()})
    assert client.get(proved["Location"], follow=True).status_code == 200


def test_clients_that_come_by_ipv4_are_told_apart_on_any_listener():
    def seen(address: str) -> str:
        return client_address(RequestFactory().get("/", REMOTE_ADDR=address))

    assert seen("::ffff:192.0.2.1") == seen("192.0.2.1") != seen("::ffff:192.0.2.9")


def test_a_means_is_not_said_to_work_when_another_one_answered(client):
    make_family()
    pk = guests.protect("lea")
    other = totp.add(pk, totp.new_secret(), "autre", now=clock.now())
    factories.enter(client, pk)
    answer = client.post(f"/ma-connexion/moyen/{other}/essayer/", {"moyen": "totp", "code": guests.code()}, follow=True)
    assert "Un autre de vos moyens a répondu" in answer.content.decode()


def test_a_way_back_that_is_asked_for_from_inside_ends_the_session(client):
    make_family()
    factories.enter(client, guests.pk("lea"))
    client.post(FORGOTTEN, {"username": "x"})
    assert not Session.objects.filter(ended_at__isnull=True).exists()


def test_the_means_and_sessions_of_another_account_do_not_exist(client):
    make_family()
    guests.protect("inconnue")
    theirs = Factor.objects.get().id
    other = factories.enter(Client(), guests.pk("inconnue"))
    session = Session.objects.get(account=guests.pk("inconnue")).id
    factories.enter(client, guests.pk("lea"))
    answers = [
        client.get(f"/ma-connexion/moyen/{theirs}/"),
        client.post(f"/ma-connexion/moyen/{theirs}/", {"name": "x"}),
        client.post(f"/ma-connexion/moyen/{theirs}/retirer/"),
        client.post(f"/ma-connexion/moyen/{theirs}/essayer/", {"code": guests.code()}),
        client.post(f"/mes-appareils/{session}/deconnecter/"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert other.get("/accueil/").status_code == 200
