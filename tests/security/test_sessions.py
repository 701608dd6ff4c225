"""R-22 and R-21: forms of other sites, sessions that end, cookies, addresses that lead away, guessing."""

import datetime as dt
import itertools
import time
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from hygie.identity.sign_in import actions as sign_in
from hygie.lib import clock

pytestmark = pytest.mark.django_db
HTTPS = {"SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True}
FORM = b"quoi=tout&agreed=on&understood=on&fin=1"
UNSAFE = (
    ("POST", "application/x-www-form-urlencoded"),
    ("POST", "text/plain"),
    ("PUT", "application/json"),
    ("DELETE", "text/plain"),
)
AWAY = (
    "https://mechant.example/",
    "//mechant.example/",
    "/\\mechant.example/",
    "\\\\mechant.example",
    "http:mechant.example",
    "https:///mechant.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/mechant.example",
    "/%0d%0aLocation:https://mechant.example",
    "///mechant.example",
    "/ /mechant.example",
    "mechant.example",
    "/\x00/mechant.example",
    "https://testserver@mechant.example/",
    "https://testserver.mechant.example/",
)


def _password() -> str:
    from tests import factories

    return factories.PASSWORD


def _enter(client: Client, name: str = "citoyen.lea", **form: str) -> Any:
    """Through the page of the password, then as if the second proof had been given."""
    from hygie.identity.sign_in.models import Session

    answer = _sign_in(client, name, **form)
    Session.objects.filter(account__username=name).update(level=2)
    return answer


def _sign_in(client: Client, name: str = "citoyen.lea", password: str = "", **form: str) -> Any:
    return client.post("/connexion/", {"username": name, "password": password or _password(), **form})


@pytest.fixture
def lea(town):
    from tests.security import town as building

    building.citizen(town, town.lea)  # makes the account
    client = Client(raise_request_exception=False)
    assert _enter(client).status_code == 302
    return client


# ---- forms of other sites


def _unsafe_addresses(town: Any, visitor: Any) -> list[str]:
    """Each page that answers POST, with this visitor's own good ids."""
    from tests.security import crawl

    addresses = []
    for route in crawl.routes("hygie.config.urls"):
        if "provider" in route.parameters:
            continue  # its sender is a provider, known by a signed token: tests/hygie/identity/federation/test_return.py
        values = {name: crawl.values_of(name, town, visitor) for name in route.parameters}
        address = route.address({name: each.get("valid", each["unknown"]) for name, each in values.items()})
        if visitor.client.options(address).status_code != 404 and "csv" not in address:
            addresses.append(address)
    return addresses


@pytest.mark.parametrize("name", ["citizen", "doctor"])
def test_no_form_of_another_site_does_anything(town, name):
    from tests.security import crawl
    from tests.security import town as building

    visitor = building.visitors(town)[name]()
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.cookies = visitor.client.cookies
    before, refused = crawl.state(town.lea), 0
    for address in _unsafe_addresses(town, visitor):
        for method, content_type in UNSAFE:
            answer = strict.generic(method, address, FORM, content_type=content_type)
            assert answer.status_code == 403, (method, address, content_type, answer.status_code)
            refused += 1
    assert refused > 150
    assert crawl.state(town.lea) == before
    assert visitor.client.get("/", follow=True).status_code == 200  # still signed in


def test_the_token_of_the_page_opens_its_form_and_another_one_does_not(town):
    from tests.security import town as building

    building.citizen(town, town.lea)
    strict = Client(enforce_csrf_checks=True)
    page = strict.get("/connexion/").content.decode()
    token = page.partition('csrfmiddlewaretoken" value="')[2][:64]
    assert _sign_in(strict, csrfmiddlewaretoken=token[::-1]).status_code == 403
    assert _sign_in(strict, csrfmiddlewaretoken=token).status_code == 302


def test_a_form_with_the_right_token_from_another_origin_is_refused(town):
    strict = Client(enforce_csrf_checks=True)
    token = strict.get("/connexion/").content.decode().partition('csrfmiddlewaretoken" value="')[2][:64]
    form = {"username": "x", "password": "y", "csrfmiddlewaretoken": token}
    assert strict.post("/connexion/", form, headers={"Origin": "https://mechant.example"}).status_code == 403


def test_a_method_cannot_be_hidden_in_another(lea, town):
    from tests.security import crawl

    before = crawl.state(town.lea)
    address = f"/dossier/documents/{town.lea.current}/masquer/"
    for header in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"):
        assert lea.get(f"{address}?_method=POST", headers={header: "POST"}).status_code == 200
    assert crawl.state(town.lea) == before


# ---- sessions


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(town, settings):
    from tests.security import town as building

    for name, value in HTTPS.items():
        setattr(settings, name, value)
    building.citizen(town, town.lea)
    client = Client()
    answers = [client.get("/connexion/", secure=True)]
    form = {"username": "citoyen.lea", "password": _password()}
    answers.append(client.post("/connexion/", form, secure=True))
    found = {morsel.key: morsel for answer in answers for morsel in answer.cookies.values()}
    assert set(found) == {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "__Host-hygie-appareil"}
    for morsel in found.values():
        assert morsel["httponly"] and morsel["secure"] and morsel["samesite"] == "Lax"
        assert morsel["domain"] == "" and morsel["path"] == "/"


def test_no_cookie_holds_words_for_a_person(lea, town):
    """What a page says once stays in the session, on the server."""
    form = {"theme": "dark", "size": "100", "spacing": "normal"}
    answers = [
        lea.post(f"/dossier/documents/{town.lea.current}/masquer/"),
        lea.post("/profil/", {"space": ""}),
        lea.post("/affichage/", form),
        lea.post("/langue/", {"language": "en"}),
    ]
    names = {morsel.key for answer in answers for morsel in answer.cookies.values()}
    assert names <= {"hygie", "hygie-csrf", "hygie-display", "django_language"}


def test_a_session_key_that_was_planted_does_not_survive_sign_in(town):
    from django.contrib.sessions.backends.db import SessionStore

    from tests.security import town as building

    building.citizen(town, town.lea)
    client = Client()
    planted = SessionStore()
    planted["seed"] = "planted"
    planted.create()
    for key in (planted.session_key, "a" * 32):
        client.cookies["hygie"] = key
        assert _sign_in(client).status_code == 302
        assert client.cookies["hygie"].value != key
        assert "seed" not in client.session
    assert not SessionStore().exists(planted.session_key)


def test_signing_in_as_somebody_else_keeps_nothing_of_the_first(town):
    from tests.security import town as building

    building.professional(town, "doctor", town.world.doctor)
    building.citizen(town, town.lea)
    client = Client()
    _enter(client, "pro.doctor")
    client.post("/pro/patient/", {"matricule": town.lea.ins.value, "born_on": "12/03/1984"})
    assert "records" in client.session
    first = client.cookies["hygie"].value
    _sign_in(client)
    assert "records" not in client.session and client.cookies["hygie"].value != first


def test_signing_out_ends_the_session_on_the_server(lea):
    key = lea.cookies["hygie"].value
    answer = lea.post("/deconnexion/")
    assert answer.status_code == 302 and "Clear-Site-Data" in answer.headers
    thief = Client()
    thief.cookies["hygie"] = key
    assert thief.get("/accueil/").status_code == 302


def test_an_account_that_is_disabled_is_out_at_the_next_request(lea):
    assert lea.get("/accueil/").status_code == 200
    get_user_model().objects.filter(username="citoyen.lea").update(is_active=False)
    assert lea.get("/accueil/").status_code == 302
    assert _sign_in(Client()).status_code == 422


def test_a_new_password_ends_the_other_sessions(lea):
    user = get_user_model().objects.get(username="citoyen.lea")
    sign_in.set_password(user.pk, "une autre phrase secrète", now=clock.now())
    assert lea.get("/accueil/").status_code == 302


def test_a_professional_struck_off_the_register_is_out_and_can_sign_out(town):
    from hygie.identity.models import Professional
    from tests.security import town as building

    client = building.professional(town, "doctor", town.world.doctor).client
    assert client.get("/pro/").status_code == 200
    Professional.objects.filter(id=town.world.doctor.professional_id).update(active=False)
    assert client.get("/pro/").status_code == 302
    assert client.get("/connexion/").status_code == 200
    assert _sign_in(Client(), "pro.doctor").status_code == 422


@pytest.mark.parametrize("limit", ["idle", "absolute"])
@pytest.mark.parametrize("address", ["/accueil/", "/session/", "/dossier/documents/?skip_timeout=1", "/langue/"])
def test_a_session_ends_by_itself_whatever_is_asked(lea, settings, limit, address):
    """T-16: no parameter and no address that is asked again and again keeps a session alive."""
    from hygie.identity.sign_in.models import Session

    past = settings.HYGIE_SESSION_IDLE_SECONDS if limit == "idle" else settings.HYGIE_SESSION_HOURS * 3600
    column = "seen_at" if limit == "idle" else "created_at"
    row = Session.objects.latest("created_at")
    Session.objects.filter(id=row.id).update(**{column: getattr(row, column) - dt.timedelta(seconds=past + 1)})
    lea.post(address) if address in ("/session/", "/langue/") else lea.get(address)
    assert lea.get("/accueil/").status_code == 302


def test_staying_does_not_move_the_absolute_limit(lea, settings):
    from hygie.identity.sign_in.models import Session

    started = Session.objects.latest("created_at").created_at
    assert lea.post("/session/").status_code == 204
    assert Session.objects.latest("created_at").created_at == started


# ---- addresses and headers


def test_no_page_leads_to_another_site(town):
    from tests.security import town as building

    building.citizen(town, town.lea)
    for away in AWAY:
        _stays_here(away)


def _stays_here(away: str) -> None:
    client = Client(raise_request_exception=False)
    display = {"theme": "dark", "size": "100", "spacing": "normal", "suite": away}
    answers = [
        client.get("/connexion/", {"suite": away}),
        client.post("/affichage/", display),
        client.post("/langue/", {"language": "fr", "suite": away}),
        _sign_in(client, suite=away),
        client.get("/connexion/", {"suite": away}),
    ]
    for answer in answers:
        location = answer.headers.get("Location", "/")
        assert answer.status_code < 500
        assert location.startswith("/") and not location.startswith(("//", "/\\")), location
        assert b"mechant" not in answer.content or answer.status_code == 200
        assert b'href="https://mechant' not in answer.content


def test_a_host_that_is_not_ours_is_refused():
    client = Client(raise_request_exception=False)
    hosts = ("mechant.example", "testserver.mechant.example", "testserver@mechant", "a b", "mechant.example:x")
    for host, address in itertools.product(hosts, ("/", "/connexion/")):
        answer = client.get(address, headers={"Host": host})
        assert answer.status_code == 400, host
        assert b"mechant" not in answer.content
    answer = client.get("/", headers={"X-Forwarded-Host": "mechant.example"})
    assert b"mechant" not in answer.content and answer.status_code == 200
    token = client.get("/fhir/metadata", headers={"Host": "mechant.example"})
    assert b"mechant" not in token.content


@pytest.mark.parametrize("name", ["citizen", "doctor"])
def test_every_page_of_a_person_is_framed_by_nobody_and_kept_by_no_cache(town, name):
    from tests.security import crawl
    from tests.security import town as building

    visitor = building.visitors(town)[name]()
    shown = 0
    for route in crawl.routes("hygie.config.urls"):
        values = {each: crawl.values_of(each, town, visitor) for each in route.parameters}
        chosen = {each: found.get("valid", found["unknown"]) for each, found in values.items()}
        answer = visitor.client.get(route.address(chosen))
        assert "no-store" in answer["Cache-Control"], route
        assert answer["X-Frame-Options"] == "SAMEORIGIN" and answer["X-Content-Type-Options"] == "nosniff"
        policy = answer["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in policy and "default-src 'none'" in policy
        assert "script-src 'self'" in policy or "script-src" not in policy
        assert answer["Referrer-Policy"] == "same-origin"
        shown += answer.status_code == 200
    assert shown >= 12


# ---- guessing


def test_ten_tries_in_ten_minutes_and_nobody_learns_who_exists(town):
    from tests.security import town as building

    building.citizen(town, town.lea)
    told = {}
    for name in ("citoyen.lea", "personne.inconnue"):
        client = Client()
        answers = [_sign_in(client, name, "mauvais") for _ in range(11)]
        told[name] = [(each.status_code, _without(each, name)) for each in answers]
        assert [each.status_code for each in answers] == [422] * 10 + [429]
    assert told["citoyen.lea"] == told["personne.inconnue"]
    # The right password is not tried either, and a change of case or blanks is the same name.
    for name in ("citoyen.lea", " CITOYEN.LEA "):
        assert _sign_in(Client(), name).status_code == 429


def _without(answer: Any, name: str) -> str:
    from tests.security import crawl

    return crawl._plain(answer.content, name, answer)


def test_a_disabled_account_answers_as_an_unknown_one(town):
    from tests.security import town as building

    building.citizen(town, town.lea)
    get_user_model().objects.filter(username="citoyen.lea").update(is_active=False)
    answers = [_sign_in(Client(), name) for name in ("citoyen.lea", "personne.inconnue")]
    assert _without(answers[0], "citoyen.lea") == _without(answers[1], "personne.inconnue")
    assert {each.status_code for each in answers} == {422}


def test_an_unknown_name_costs_as_much_as_a_wrong_password(town, settings):
    """With the real cost of a hash: an answer without one would be many times quicker."""
    from hygie.identity.sign_in import passwords
    from hygie.lib.errors import Invalid
    from tests.security import town as building

    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:] or settings.PASSWORD_HASHERS
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    passwords.nobody.cache_clear()
    building.citizen(town, town.lea)
    spent: dict[str, list[float]] = {"citoyen.lea": [], "personne": []}
    for _ in range(5):
        for name, times in spent.items():
            started = time.process_time()
            with pytest.raises(Invalid):
                passwords.check(name, "mauvais", now=town.world.now)
            times.append(time.process_time() - started)
    passwords.nobody.cache_clear()
    known, unknown = (min(times[1:]) for times in spent.values())
    assert 0.5 < known / unknown < 2
