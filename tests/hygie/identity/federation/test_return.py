"""The way back: only to the browser that left, once, soon, from the provider that it left for, to a page of this site."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from hygie.identity import actions as identity
from hygie.identity.federation.models import ExternalIdentity, ProviderSession
from hygie.identity.sign_in.models import Session
from hygie.identity.types import Level
from hygie.lib import clock
from tests.factories import enter
from tests.hygie.identity.federation import people
from tests.hygie.identity.federation.provider import CLIENT_ID, Lying, question, sign

pytestmark = pytest.mark.django_db
START = "/connexion/franceconnect/"


@pytest.fixture
def space(provider: Lying):
    provider.claims = people.claims()
    return people.space()


def _leave(client: Client, suite: str = "") -> str:
    return client.get(START, {"suite": suite} if suite else {})["Location"]


def test_the_departure_asks_what_fapi_asks(client, provider):
    asked = question(_leave(client))
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["acr_values"] == ["eidas2"]
    assert asked["redirect_uri"] == ["http://127.0.0.1:8000/connexion/franceconnect/retour/"]
    assert all(len(asked[name][0]) == 43 for name in ("state", "nonce", "code_challenge"))
    again = question(_leave(client))
    assert {asked[name][0] for name in ("state", "nonce")}.isdisjoint(again[name][0] for name in ("state", "nonce"))


def test_the_person_comes_to_the_page_that_she_wanted(client, provider, space):
    response = client.get(provider.come_back(_leave(client, "/dossier/documents/")))
    assert response["Location"] == "/dossier/documents/"


@pytest.mark.parametrize(
    "suite", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\n", "http:evil"]
)
def test_no_open_redirect(client, provider, space, suite):
    response = client.get(provider.come_back(_leave(client, suite)))
    assert response["Location"] == "/accueil/"


def test_another_browser_cannot_be_made_to_finish_a_sign_in(client, provider, space):
    """Login CSRF: the address of an attacker's own return, opened in somebody's browser."""
    address = provider.come_back(_leave(client))
    victim = Client()
    victim.get(START)
    response = victim.get(address)
    assert response.status_code == 422
    assert "return-unknown" in response.content.decode()
    assert Session.objects.count() == 0
    assert "/token" not in provider.asked


def test_a_return_serves_once(client, provider, space):
    address = provider.come_back(_leave(client))
    assert client.get(address).status_code == 302
    assert client.get(address).status_code == 422
    assert provider.asked.count("/token") == 1


def test_an_old_return_is_refused(client, provider, space, monkeypatch):
    address = provider.come_back(_leave(client))
    later = clock.now() + dt.timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "return-old" in client.get(address).content.decode()


def test_a_mixed_up_provider_gets_no_code(client, provider, space):
    """RFC 9207, and a return to the address of another provider."""
    for address in (
        provider.come_back(_leave(client), iss="http://127.0.0.1:1"),
        provider.come_back(_leave(client), iss=""),
        provider.come_back(_leave(client)).replace("franceconnect", "prosanteconnect"),
    ):
        assert client.get(address).status_code == 422
    assert "/token" not in provider.asked


@pytest.mark.parametrize("more", ["&state=other", "&code=other", "&iss=http://127.0.0.1:1"])
def test_a_parameter_that_is_there_twice_is_refused(client, provider, space, more):
    assert client.get(provider.come_back(_leave(client)) + more).status_code == 422
    assert "/token" not in provider.asked


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        ("access_denied", 403, "n’a pas été terminée"),
        ("login_required", 403, "n’a pas été terminée"),
        ("unmet_authentication_requirements", 403, "preuve d’identité plus forte"),
        ("temporarily_unavailable", 503, "ne répond pas"),
        ("<script>", 403, "n’a pas pu être vérifiée"),
    ],
)
def test_an_error_of_the_provider_is_told_in_plain_words(client, provider, space, error, status, says):
    response = client.get(provider.come_back(_leave(client), code="", error=error))
    text = response.content.decode()
    assert response.status_code == status
    assert says in text and "<script>" not in text
    assert "Me connecter d’une autre façon" in text


def test_the_key_of_the_session_changes_and_a_planted_one_opens_nothing(client, provider, space):
    client.get(START)
    planted = client.cookies["hygie"].value
    client.get(provider.come_back(_leave(client)))
    assert client.cookies["hygie"].value != planted
    thief = Client()
    thief.cookies["hygie"] = planted
    assert "/connexion/" in thief.get("/accueil/")["Location"]


def test_nothing_of_the_return_is_kept_or_told(client, provider, space):
    response = client.get(provider.come_back(_leave(client)))
    assert (response["Cache-Control"], response["Referrer-Policy"]) == ("no-store", "no-referrer")
    stored = ProviderSession.objects.get()
    assert b"DURAND" not in bytes(stored.sealed) and b"eyJ" not in bytes(stored.sealed)


def test_many_departures_at_once_keep_the_last_five(client, provider, space):
    departures = [_leave(client) for _ in range(7)]
    assert client.get(provider.come_back(departures[0])).status_code == 422
    assert client.get(provider.come_back(departures[-1])).status_code == 302


def test_a_shared_computer_gets_a_short_session(client, provider, space):
    departure = client.get(START, {"partage": "1"})["Location"]
    client.get(provider.come_back(departure))
    assert Session.objects.get().kiosk


@pytest.fixture
def signed_in(client, provider, space):
    """Léa, by her password only."""
    account = identity.create_account(username="lea", password="x" * 12, space_id=space)
    return enter(client, account, level=Level.LOW)


def test_the_same_person_raises_her_session(signed_in, provider):
    before = signed_in.cookies["hygie"].value
    departure = signed_in.get(START, {"suite": "/acces/", "niveau": "high"})["Location"]
    assert question(departure)["acr_values"] == ["eidas3"]
    assert question(departure)["prompt"] == ["login"]
    provider.acr = "eidas3"
    response = signed_in.get(provider.come_back(departure))
    assert response["Location"] == "/acces/"
    assert Session.objects.get().level == Level.HIGH
    assert signed_in.cookies["hygie"].value != before


def test_somebody_else_raises_nothing(signed_in, provider):
    people.space(2, family="PETIT")
    provider.claims = people.claims(family_name="PETIT")
    departure = signed_in.get(START)["Location"]
    response = signed_in.get(provider.come_back(departure))
    assert response.status_code == 403
    assert "other-person" in response.content.decode()
    assert Session.objects.get().level == Level.LOW


def test_a_downgrade_is_refused(signed_in, provider):
    departure = signed_in.get(START, {"niveau": "high"})["Location"]
    provider.acr = "eidas2"
    assert "level-too-low" in signed_in.get(provider.come_back(departure)).content.decode()
    assert Session.objects.get().level == Level.LOW
    low = signed_in.get(START, {"niveau": "low"})["Location"]
    assert question(low)["acr_values"] == ["eidas2"], "the least that the settings ask for"


def test_a_session_that_ended_meanwhile_is_not_raised(signed_in, provider):
    departure = signed_in.get(START)["Location"]
    Session.objects.update(ended_at=clock.now())
    assert signed_in.get(provider.come_back(departure)).status_code in (302, 422)
    assert Session.objects.get().level == Level.LOW


def test_signing_out_leads_to_the_sign_out_of_the_provider(client, provider, space):
    client.get(provider.come_back(_leave(client)))
    response = client.post("/deconnexion/")
    address = response["Refresh"].partition("url=")[2]
    asked = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{provider.issuer}/logout?")
    assert asked["post_logout_redirect_uri"] == ["http://127.0.0.1:8000/connexion/franceconnect/sortie/"]
    assert asked["id_token_hint"][0].count(".") == 2
    assert Session.objects.get().ended_at is not None
    assert client.get("/connexion/franceconnect/sortie/")["Location"] == "/connexion/?fin=depart"
    assert ProviderSession.objects.count() == 0


def test_signing_out_works_when_the_provider_does_not_answer(client, provider, space):
    from hygie.identity.federation import discovery

    client.get(provider.come_back(_leave(client)))
    discovery.forget_all()
    provider.replies["/.well-known/openid-configuration"] = lambda: (500, "text/plain", b"")
    response = client.post("/deconnexion/")
    assert "ne répond pas" in response.content.decode()
    assert Session.objects.get().ended_at is not None


def _notice(provider: Lying, **changes: object) -> str:
    now = int(clock.now().timestamp())
    events = {"http://schemas.openid.net/event/backchannel-logout": {}}
    told = {"iss": provider.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 60, "jti": "1", "events": events}
    who = {"sub": provider.subject, "sid": "session-1"}
    return sign({name: each for name, each in {**told, **who, **changes}.items() if each is not None}, typ="logout+jwt")


def test_the_provider_ends_our_session_too(client, provider, space):
    client.get(provider.come_back(_leave(client)))
    outside = Client(enforce_csrf_checks=True)
    told = outside.post("/connexion/franceconnect/fin/", {"logout_token": _notice(provider)})
    assert (told.status_code, told["Cache-Control"]) == (200, "no-store")
    assert "/connexion/" in client.get("/accueil/")["Location"]


@pytest.mark.parametrize(
    "changes",
    [
        {"events": {}},
        {"events": None},
        {"nonce": "n"},
        {"aud": "another"},
        {"iss": "http://127.0.0.1:1"},
        {"sub": None, "sid": None},
        {"iat": 1_600_000_000},
    ],
)
def test_a_notice_that_is_none_ends_nothing(client, provider, space, changes):
    client.get(provider.come_back(_leave(client)))
    answer = client.post("/connexion/franceconnect/fin/", {"logout_token": _notice(provider, **changes)})
    assert answer.status_code == 400
    assert client.get("/accueil/").status_code == 200


def test_a_notice_about_another_session_ends_nothing(client, provider, space):
    client.get(provider.come_back(_leave(client)))
    client.post("/connexion/franceconnect/fin/", {"logout_token": _notice(provider, sid="another")})
    assert client.get("/accueil/").status_code == 200


def test_an_old_notice_does_not_end_a_later_session(client, provider, space):
    old = _notice(provider, iat=int(clock.now().timestamp()) - 60)
    client.get(provider.come_back(_leave(client)))
    client.post("/connexion/franceconnect/fin/", {"logout_token": old})
    assert client.get("/accueil/").status_code == 200


def test_the_first_sign_in_is_told_in_the_journal(client, provider, space):
    from hygie.trace.models import Entry

    client.get(provider.come_back(_leave(client)))
    client.get(provider.come_back(_leave(Client())))
    link = ExternalIdentity.objects.get()
    assert (link.issuer, link.subject) == (provider.issuer, provider.subject)
    told = Entry.objects.filter(space_id=space, event="identity.provider.linked")
    assert told.count() == 1
