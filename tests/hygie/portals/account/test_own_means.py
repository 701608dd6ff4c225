"""« Ma connexion » and « Mes appareils »: what is shown, what can be changed, and by whom."""

import re
import time
import uuid

import pyotp
import pytest
from django.test import Client

from hygie.identity.sign_in import actions as sign_in_actions
from hygie.identity.sign_in import factors, totp
from hygie.identity.sign_in.models import Device, Session
from hygie.identity.types import Level
from hygie.lib import clock
from hygie.portals.middleware import SESSION
from tests import factories
from tests.hygie.portals.account import guests
from tests.hygie.portals.visitors import make_doctor, make_family

pytestmark = pytest.mark.django_db
PAGES = (
    "/ma-connexion/",
    "/mes-appareils/",
    "/ma-connexion/application/ajouter/",
    "/ma-connexion/codes-de-secours/",
    "/ma-connexion/mot-de-passe/",
)
SENSITIVE = (*PAGES[2:], "/ma-connexion/cle/ajouter/", "/ma-connexion/cle/question/")
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1"


@pytest.fixture
def lea(client) -> Client:
    make_family()
    return factories.enter(client, guests.pk("lea"))


def test_the_pages_are_the_same_for_a_citizen_and_a_professional(lea):
    make_doctor("martin", 1)
    doctor = factories.enter(Client(), guests.pk("martin"))
    for visitor in (lea, doctor):
        for address in PAGES:
            page = visitor.get(address)
            assert page.status_code == 200, address
            assert page.content.decode().count("<h1") == 1
    assert "Votre connexion : renforcée" in lea.get("/ma-connexion/").content.decode()


@pytest.mark.parametrize("address", SENSITIVE)
def test_what_protects_the_account_changes_after_a_recent_strong_proof_only(lea, address):
    guests.earlier(lea, minutes=11)
    answer = lea.get(address)
    assert answer.status_code == 302 and "raison=recente" in answer["Location"]
    weak = factories.enter(Client(), guests.pk("lea"), level=Level.LOW)
    assert weak.get(address)["Location"].startswith("/connexion/renforcer/")
    assert weak.post(address, {"password": "une phrase longue et douce"}).status_code in (302, 405)


def test_a_new_proof_brings_back_to_the_sensitive_page(lea):
    guests.protect("lea")
    guests.earlier(lea, minutes=11)
    way = lea.get("/ma-connexion/mot-de-passe/")["Location"]
    page = lea.get(way).content.decode()
    assert "Confirmez que c’est vous" in page
    form = {"suite": "/ma-connexion/mot-de-passe/", "raison": "recente", "moyen": "totp", "code": guests.code()}
    assert lea.post("/connexion/renforcer/", form)["Location"] == "/ma-connexion/mot-de-passe/"
    assert lea.get("/ma-connexion/mot-de-passe/").status_code == 200


def test_an_application_is_added_by_its_drawing_or_its_key(lea, settings):
    guests.reach("lea", settings)
    page = lea.get("/ma-connexion/application/ajouter/").content.decode()
    key = re.search(r'hy-key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert len(key) == 32 and "<svg" in page and "style=" not in page
    assert key not in str(dict(lea.session))
    assert key in lea.get("/ma-connexion/application/ajouter/").content.decode().replace(" ", "")
    wrong = lea.post("/ma-connexion/application/ajouter/", {"code": "000000", "name": "Mon téléphone"})
    assert wrong.status_code == 422
    typed = pyotp.TOTP(key).now()
    done = lea.post("/ma-connexion/application/ajouter/", {"code": f"{typed[:3]} {typed[3:]}", "name": "Mon téléphone"})
    assert done["Location"] == "/ma-connexion/"
    page = lea.get("/ma-connexion/").content.decode()
    assert "Mon téléphone" in page and "codes de secours" in page
    assert [text for text, _ in guests.sent()] == ["sign-in.means-added"] * 2
    assert key not in lea.get("/ma-connexion/application/ajouter/").content.decode().replace(" ", "")


def test_a_means_is_named_tried_and_removed_but_the_last(lea):
    account = guests.protect("lea")
    first = factors.standing(account).factors[0].id
    address = f"/ma-connexion/moyen/{first}/"
    assert "dernier moyen sûr" in lea.get(address).content.decode()
    lea.post(f"{address}retirer/")
    assert len(factors.standing(account).factors) == 1
    assert lea.post(address, {"name": "Le <b>vieux</b>"}).status_code == 302
    assert "Le &lt;b&gt;vieux" in lea.get("/ma-connexion/").content.decode()
    assert lea.post(address, {"name": ""}).status_code == 422
    tried = lea.post(f"{address}essayer/", {"moyen": "totp", "code": guests.code()})
    assert tried["Location"] == "/ma-connexion/" and "Ce moyen marche" in lea.get("/ma-connexion/").content.decode()
    totp.add(account, totp.new_secret(), "Autre", now=clock.now())
    assert lea.post(f"{address}retirer/")["Location"] == "/ma-connexion/"
    assert [each.name for each in factors.standing(account).factors] == ["Autre"]


def test_the_means_and_sessions_of_others_do_not_exist_here(lea):
    theirs = totp.add(guests.pk("inconnue"), totp.new_secret(), "À elle", now=clock.now())
    factories.enter(Client(), guests.pk("inconnue"))
    session = Session.objects.get(account_id=guests.pk("inconnue"))
    for tail in ("", "essayer/"):
        assert lea.get(f"/ma-connexion/moyen/{theirs}/{tail}").status_code == 404
    assert lea.post(f"/ma-connexion/moyen/{theirs}/retirer/").status_code == 404
    assert lea.post(f"/ma-connexion/moyen/{theirs}/", {"name": "x"}).status_code == 404
    assert lea.post(f"/mes-appareils/{session.id}/deconnecter/").status_code == 404
    assert lea.post(f"/mes-appareils/{uuid.uuid4()}/deconnecter/").status_code == 404
    session.refresh_from_db()
    assert session.ended_at is None


def test_codes_on_paper_are_shown_once(lea):
    shown = lea.post("/ma-connexion/codes-de-secours/").content.decode()
    codes = re.findall(r'hy-mono">([0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5})<', shown)
    assert len(set(codes)) == 10
    again = lea.get("/ma-connexion/codes-de-secours/").content.decode()
    assert not any(code in again for code in codes) and "10 codes" in again


def test_a_changed_password_ends_the_other_sessions_and_changes_the_key(lea):
    other = factories.enter(Client(), guests.pk("lea"))
    before = lea.session.session_key
    assert lea.post("/ma-connexion/mot-de-passe/", {"password": "une phrase longue et douce"}).status_code == 302
    assert lea.get("/accueil/").status_code == 200 and lea.session.session_key != before
    assert other.get("/accueil/").status_code == 302


# ---- devices


def test_devices_are_named_in_words_and_ended_from_afar(lea):
    other = Client(headers={"user-agent": PHONE})
    guests.password(other)
    page = lea.get("/mes-appareils/").content.decode()
    assert "Safari · iPhone" in page and page.count("Cet appareil") == 1
    session = other.session[SESSION]
    assert lea.post(f"/mes-appareils/{session}/deconnecter/")["Location"] == "/mes-appareils/"
    assert other.get("/ma-connexion/")["Location"].startswith("/connexion/")


def test_all_others_end_and_this_one_stays(lea):
    others = [factories.enter(Client(), guests.pk("lea")) for _ in range(2)]
    lea.post("/mes-appareils/autres/deconnecter/")
    assert [each.get("/accueil/").status_code for each in (lea, *others)] == [200, 302, 302]


def test_a_closed_account_is_out_within_a_second(lea):
    assert lea.get("/accueil/").status_code == 200
    started = time.monotonic()
    sign_in_actions.close_account(guests.pk("lea"), now=clock.now())
    assert lea.get("/accueil/").status_code == 302
    assert time.monotonic() - started < 1


def test_a_new_device_is_told_and_a_known_one_is_not(settings):
    make_family()
    guests.reach("lea", settings)
    account = guests.protect("lea")
    client = Client(headers={"user-agent": PHONE})
    guests.password(client)
    guests.second(client, guests.code(-1))
    assert guests.sent() == []  # the first one ever
    guests.password(client)
    guests.second(client, guests.code())
    assert guests.sent() == []  # the same one
    stranger = Client(headers={"user-agent": PHONE})
    guests.password(stranger)
    guests.second(stranger, guests.code(1))
    told = guests.sent()
    assert {content["to"] for _, content in told} == {"lea@example.invalid", "+33639980012"}
    assert {text for text, _ in told} == {"sign-in.new-device"}
    assert told[0][1]["values"]["device"] == "Safari · iPhone"
    cookie = stranger.cookies["hygie-appareil"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["max-age"] > 300 * 86400
    kept = Device.objects.filter(account_id=account).values_list("digest", flat=True)
    assert len(kept) == 2 and not any(cookie.value.partition(":")[0] in each for each in kept)


def test_a_cookie_that_was_made_up_is_nobodys(settings):
    make_family()
    client = Client()
    client.cookies["hygie-appareil"] = "made-up:1xw5th:signature"
    assert guests.password(client).status_code == 302
    assert client.cookies["hygie-appareil"].value != "made-up:1xw5th:signature"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (1, "", "127.0.0.1"),
        (2, "198.51.100.1, 203.0.113.9, 192.0.2.2", "203.0.113.9"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "pas une adresse", ""),
    ],
)
def test_the_address_of_a_client_is_what_our_proxy_saw(rf, settings, proxies, forwarded, expected):
    from hygie.portals.origin import client_address

    settings.HYGIE_PROXIES = proxies
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert client_address(rf.get("/", headers=headers)) == expected
