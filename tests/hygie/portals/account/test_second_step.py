"""A password, then a second proof; more proof later; a forgotten password."""

import uuid

import pytest
from django.conf import settings as django_settings
from django.test import Client

from hygie.identity.sign_in import actions as sign_in_actions
from hygie.identity.sign_in import recovery
from hygie.identity.sign_in.models import Reset, Session
from hygie.identity.sign_in.types import Method
from hygie.identity.types import Level
from hygie.lib import clock
from hygie.notifications.resets import send_code
from hygie.portals.middleware import SESSION
from tests import factories
from tests.hygie.portals.account import guests
from tests.hygie.portals.visitors import PASSWORD, make_doctor, make_family

pytestmark = pytest.mark.django_db


def level(client: Client) -> tuple[int, str]:
    row = Session.objects.get(id=client.session[SESSION])
    return row.level, row.method


def test_a_password_alone_opens_nothing_when_there_is_a_second_means(client):
    make_family()
    guests.protect("lea")
    assert guests.password(client, suite="/dossier/documents/")["Location"] == "/connexion/etape-2/"
    assert SESSION not in client.session and Session.objects.count() == 0
    assert client.get("/accueil/").status_code == 302
    page = client.get("/connexion/etape-2/").content.decode()
    assert 'autocomplete="one-time-code"' in page and 'maxlength="6"' not in page
    answer = guests.second(client, guests.code())
    assert answer["Location"] == "/dossier/documents/"
    assert level(client) == (Level.SUBSTANTIAL, "password+totp")
    assert client.get("/accueil/").status_code == 200


def test_a_wrong_code_is_told_and_a_used_one_too(client):
    make_family()
    guests.protect("lea")
    guests.password(client)
    digits = guests.code()
    assert guests.second(client, digits).status_code == 302
    other = Client()
    guests.password(other)
    answer = guests.second(other, digits)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Il y a 1 point à corriger" in page and 'href="#id_code"' in page
    assert guests.second(other, "").status_code == 422


def test_the_second_step_without_the_first_leads_to_the_beginning(client):
    assert client.get("/connexion/etape-2/")["Location"] == "/connexion/"
    assert guests.second(client, "123456")["Location"] == "/connexion/"


def test_a_password_is_forgotten_after_ten_minutes(client, monkeypatch):
    make_family()
    guests.protect("lea")
    guests.password(client)
    late = clock.now() + django_minutes(11)
    monkeypatch.setattr("hygie.portals.middleware.clock.now", lambda: late)
    assert guests.second(client, guests.code())["Location"] == "/connexion/"


def django_minutes(count: int):
    import datetime as dt

    return dt.timedelta(minutes=count)


def test_the_key_of_the_session_changes_at_each_step(client):
    make_family()
    guests.protect("lea")
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key
    keys = [session.session_key]
    guests.password(client)
    keys.append(client.session.session_key)
    assert "planted" not in client.session
    guests.second(client, guests.code())
    keys.append(client.session.session_key)
    assert len(set(keys)) == 3


def test_ten_wrong_codes_slow_the_password_as_well(client):
    make_family()
    guests.protect("lea")
    guests.password(client)
    assert [guests.second(client, "000000").status_code for _ in range(11)] == [422] * 10 + [429]
    assert guests.password(Client()).status_code == 429
    assert "clé d’accès" in guests.password(Client()).content.decode()


def test_a_code_is_sent_to_a_verified_address_when_it_is_asked_for(client, settings):
    make_family()
    guests.reach("lea", settings)
    guests.password(client)
    page = client.get("/connexion/etape-2/").content.decode()
    assert "l•••@example.invalid" in page and "•• •• •• •• 12" in page
    assert "lea@example.invalid" not in page and guests.sent() == []
    way = page.partition('name="moyen" value="')[2].partition('"')[0]
    answer = client.post("/connexion/etape-2/", {"moyen": way, "acte": "envoyer"})
    assert answer["Location"].endswith("&envoye=1")
    ((text, content),) = guests.sent()
    assert (text, content["to"]) == ("sign-in.code", "lea@example.invalid")
    assert guests.second(client, content["values"]["code"], way).status_code == 302
    assert level(client) == (Level.SUBSTANTIAL, "password+code")


def test_a_code_on_paper_replaces_the_second_proof_and_is_told(client, settings):
    make_family()
    guests.reach("lea", settings)
    codes = recovery.draw(guests.protect("lea"), now=clock.now())
    guests.password(client)
    assert guests.second(client, codes[0], "recovery").status_code == 302
    assert level(client) == (Level.SUBSTANTIAL, "password+recovery")
    assert [text for text, _ in guests.sent()] == ["sign-in.recovery-used"] * 2
    assert "Il en reste 9" in client.get("/accueil/").content.decode()


def test_a_professional_gives_two_proofs_too(client):
    make_doctor("benali", 2)
    guests.protect("benali")
    guests.password(client, "benali")
    assert guests.second(client, guests.code())["Location"] == "/pro/structure/"


# ---- raising


def test_a_simple_sign_in_sees_no_health_data_and_is_told_what_to_do(client):
    make_family()
    guests.password(client)
    answer = client.get("/dossier/documents/")
    assert answer["Location"] == "/connexion/renforcer/?suite=%2Fdossier%2Fdocuments%2F"
    page = client.get(answer["Location"])
    assert page.status_code == 200 and "deux preuves" in page.content.decode()
    assert client.get("/connexion/renforcer/", {"suite": "//mechant.example/"}).status_code == 200


def test_more_proof_changes_the_key_keeps_the_place_and_what_the_session_held(client):
    make_family()
    guests.password(client)
    guests.protect("lea")
    session = client.session
    session["kept"] = "yes"
    session.save()
    before = client.session.session_key
    answer = client.post(
        "/connexion/renforcer/", {"suite": "/dossier/documents/", "moyen": "totp", "code": guests.code()}
    )
    assert answer["Location"] == "/dossier/documents/"
    assert client.session.session_key != before and client.session["kept"] == "yes"
    assert not Client().session.exists(before)
    assert level(client)[0] == Level.SUBSTANTIAL
    assert client.get("/dossier/documents/").status_code == 200


def test_a_level_never_goes_down(client):
    make_family()
    pk = guests.pk("lea")
    factories.enter(client, pk, level=Level.HIGH)
    sign_in_actions.raise_level(uuid.UUID(client.session[SESSION]), Method.PASSWORD_TOTP, now=clock.now())
    assert level(client)[0] == Level.HIGH


def test_a_session_of_an_identity_provider_at_low_is_not_raised_by_a_code_alone(client):
    make_family()
    guests.protect("lea")
    factories.enter(client, guests.pk("lea"), level=Level.LOW)
    Session.objects.update(method=Method.FRANCECONNECT)
    client.post("/connexion/renforcer/", {"suite": "/accueil/", "moyen": "totp", "code": guests.code()})
    assert level(client)[0] == Level.LOW


def test_a_page_that_asks_for_the_highest_level_names_the_way(client, settings, tmp_path):
    make_family()
    table = tmp_path / "levels.csv"
    table.write_text("item,level,source\n*,substantial,x\nrecord:document:list,high,x\n")
    settings.HYGIE_LEVELS = str(table)
    factories.enter(client, guests.pk("lea"))
    answer = client.get("/dossier/documents/")
    assert answer["Location"].endswith("&niveau=high")
    assert "la plus sûre" in client.get(answer["Location"]).content.decode()


def test_the_levels_are_explained(client):
    make_family()
    assert "Simple" in client.get("/connexion/niveaux/").content.decode()
    factories.enter(client, guests.pk("lea"))
    assert "Votre connexion : renforcée" in client.get("/connexion/niveaux/").content.decode()


# ---- a shared computer


def test_a_shared_computer_has_a_short_session_and_is_not_known_again(client):
    make_family()
    guests.protect("lea")
    page = client.get("/connexion/?partage=1").content.decode()
    assert 'name="partage" value="1"' in page and page.count('autocomplete="off"') >= 3
    guests.password(client, partage="1")
    guests.second(client, guests.code())
    row = Session.objects.get()
    assert row.kiosk and "hygie-appareil" not in client.cookies
    home = client.get("/accueil/").content.decode()
    assert 'http-equiv="refresh"' in home and 'data-session-seconds="300"' in home
    Session.objects.update(seen_at=clock.now() - django_minutes(6))
    answer = client.get("/accueil/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'


# ---- a forgotten password


def ask(client: Client, name: str) -> None:
    assert client.post("/connexion/mot-de-passe-oublie/", {"username": name})["Location"].endswith("/code/")
    send_code(uuid.UUID(int=0), str(Reset.objects.latest("created_at").id))


def test_a_forgotten_password_is_changed_by_two_proofs(client, settings):
    make_family()
    guests.reach("lea", settings)
    guests.protect("lea")
    elsewhere = factories.enter(Client(), guests.pk("lea"))
    ask(client, "lea")
    typed = next(content["values"]["code"] for text, content in guests.sent() if text == "sign-in.reset")
    assert client.get("/connexion/mot-de-passe-oublie/preuve/")["Location"] == "/connexion/mot-de-passe-oublie/"
    assert client.post("/connexion/mot-de-passe-oublie/code/", {"code": typed})["Location"].endswith("/preuve/")
    assert client.get("/connexion/mot-de-passe-oublie/nouveau/").status_code == 302
    proof = {"moyen": "totp", "code": guests.code()}
    assert client.post("/connexion/mot-de-passe-oublie/preuve/", proof)["Location"].endswith("/nouveau/")
    weak = client.post("/connexion/mot-de-passe-oublie/nouveau/", {"password": "court"})
    assert weak.status_code == 422
    done = client.post("/connexion/mot-de-passe-oublie/nouveau/", {"password": "une phrase longue et douce"})
    assert done["Location"] == "/connexion/?fin=mot-de-passe"
    assert elsewhere.get("/accueil/").status_code == 302
    assert guests.password(Client()).status_code == 422
    assert guests.password(Client(), word="une phrase longue et douce").status_code == 302
    assert [text for text, _ in guests.sent()].count("sign-in.password-changed") == 2


def test_a_message_alone_never_changes_a_password(client, settings):
    make_family()
    guests.reach("lea", settings)
    ask(client, "lea")
    typed = next(content["values"]["code"] for _, content in guests.sent())
    client.post("/connexion/mot-de-passe-oublie/code/", {"code": typed})
    page = client.get("/connexion/mot-de-passe-oublie/preuve/").content.decode()
    assert "Il faut une autre preuve" in page
    assert client.post("/connexion/mot-de-passe-oublie/nouveau/", {"password": "x" * 20}).status_code == 302
    assert guests.password(Client(), word=PASSWORD).status_code == 302


def test_the_pages_of_a_forgotten_password_are_the_same_for_any_name(settings):
    make_family()
    guests.reach("lea", settings)
    pages = {}
    for name in ("lea", "nobody"):
        client = Client()
        ask(client, name)
        wrong = client.post("/connexion/mot-de-passe-oublie/code/", {"code": "ABCDEF"})
        pages[name] = [
            guests.plain(client.get("/connexion/mot-de-passe-oublie/code/")),
            guests.plain(wrong),
            wrong.status_code,
        ]
    assert pages["lea"] == pages["nobody"]
