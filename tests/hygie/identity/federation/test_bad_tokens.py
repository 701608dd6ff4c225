"""Tokens that must open nothing, each with the code that its page gives; a good one, first, opens."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from hygie.identity import actions as identity
from hygie.identity.sign_in.models import Session
from hygie.lib import clock
from tests.hygie.identity.federation import people
from tests.hygie.identity.federation.provider import (
    CLIENT_ID,
    OTHER_KEY,
    Lying,
    by_hand,
    public_pem,
    sign,
    sign_by_hand,
)

pytestmark = pytest.mark.django_db
START = "/connexion/franceconnect/"


def _sign_in(client: Client, provider: Lying) -> Any:
    provider.claims = provider.claims or people.claims()
    departure = client.get(START)
    assert departure.status_code == 302, departure.content
    return client.get(provider.come_back(departure["Location"]))


def _refused(client: Client, provider: Lying, code: str) -> None:
    people.space()
    response = _sign_in(client, provider)
    assert Session.objects.count() == 0
    assert response.status_code in (403, 422), response.status_code
    assert code in response.content.decode(), response.content.decode()[-700:]


def test_a_good_token_opens_the_space(client, provider):
    people.space()
    response = _sign_in(client, provider)
    assert (response.status_code, response["Location"]) == (302, "/accueil/")
    assert Session.objects.get().method == "franceconnect"
    assert client.get("/accueil/").status_code == 200


def _changed(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The claims with these changes; None takes one away, a function makes it from the present second."""
    now = int(clock.now().timestamp())

    def change(claims: dict[str, Any]) -> dict[str, Any]:
        made = {**claims, **{name: each(now) if callable(each) else each for name, each in changes.items()}}
        return {name: each for name, each in made.items() if each is not None}

    return change


CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "expired": ({"exp": lambda now: now - 120}, "token-expired"),
    "never expires": ({"exp": None}, "token-expired"),
    "expiry is a word": ({"exp": "tomorrow"}, "token-expired"),
    "expiry is true": ({"exp": True}, "token-expired"),
    "expiry is endless": ({"exp": 1e300}, "token-expired"),
    "made in the future": ({"iat": lambda now: now + 600}, "token-future"),
    "not valid yet": ({"nbf": lambda now: now + 600}, "token-future"),
    "made long ago": ({"iat": lambda now: now - 7200}, "token-old"),
    "another audience": ({"aud": "another-client"}, "token-audience"),
    "no audience": ({"aud": None}, "token-audience"),
    "several audiences and no azp": ({"aud": [CLIENT_ID, "another"]}, "token-audience"),
    "another azp": ({"azp": "another"}, "token-audience"),
    "another issuer": ({"iss": "https://fcp.example.org"}, "token-issuer"),
    "an issuer that begins the same": ({"iss": "http://127.0.0.1:1"}, "token-issuer"),
    "another nonce": ({"nonce": "n" * 43}, "token-nonce"),
    "no nonce": ({"nonce": None}, "token-nonce"),
    "a nonce that is no text": ({"nonce": ["a"]}, "token-nonce"),
    "no subject": ({"sub": ""}, "token-subject"),
    "a subject that is no text": ({"sub": 7}, "token-subject"),
    "a subject with a control sign": ({"sub": "a\nb"}, "token-subject"),
    "another access token": ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "token-at-hash"),
    "no level": ({"acr": None}, "level-unknown"),
    "an unknown level": ({"acr": "eidas9"}, "level-unknown"),
    "a level under the one asked": ({"acr": "eidas1"}, "level-too-low"),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims_that_open_nothing(client, provider, name):
    changes, code = CLAIMS[name]
    provider.id_token = _changed(**changes)
    _refused(client, provider, code)


def test_several_audiences_with_our_azp_are_accepted(client, provider):
    people.space()
    provider.id_token = _changed(aud=[CLIENT_ID, "another"], azp=CLIENT_ID)
    assert _sign_in(client, provider)["Location"] == "/accueil/"


def _hs256(claims: dict[str, Any]) -> str:
    import base64
    import hashlib
    import hmac

    unsigned = by_hand({"alg": "HS256", "kid": "one"}, claims).rpartition(".")[0]
    mac = hmac.new(public_pem(), unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _duplicate(claims: dict[str, Any]) -> bytes:
    return json.dumps(claims)[:-1].encode() + b', "sub": "somebody-else"}'


def _key_inside(**header: Any) -> Callable[[dict[str, Any]], str]:
    """Signed by a key that the header brings or points to, under a name that the issuer publishes, or not."""
    return lambda claims: sign(claims, key=OTHER_KEY, **header)


GOOD = {"alg": "RS256", "kid": "one"}
HEADERS: dict[str, tuple[Callable[[dict[str, Any]], str], str]] = {
    "forged": (lambda claims: sign(claims, key=OTHER_KEY), "token-signature"),
    "alg none": (lambda claims: by_hand({"alg": "none"}, claims, b"x"), "token-algorithm"),
    "alg none and no signature": (lambda claims: by_hand({"alg": "none"}, claims), "token-form"),
    "alg NONE": (lambda claims: by_hand({"alg": "NONE", "kid": "one"}, claims, b"x"), "token-algorithm"),
    "HS256 with the public key": (_hs256, "token-algorithm"),
    "ES256 said of an RSA key": (
        lambda claims: by_hand({**GOOD, "alg": "ES256"}, claims, b"x" * 64),
        "token-algorithm",
    ),
    "PS256 said of a key for RS256": (
        lambda claims: by_hand({**GOOD, "alg": "PS256"}, claims, b"x" * 256),
        "token-algorithm",
    ),
    "no alg": (lambda claims: sign_by_hand({"kid": "one"}, claims), "token-algorithm"),
    "an alg that is a list": (lambda claims: sign_by_hand({**GOOD, "alg": ["RS256"]}, claims), "token-algorithm"),
    "crit": (lambda claims: sign_by_hand({**GOOD, "crit": ["exp"], "exp": 1}, claims), "token-crit"),
    "crit of b64": (lambda claims: sign_by_hand({**GOOD, "crit": ["b64"], "b64": False}, claims), "token-crit"),
    "an empty crit": (lambda claims: sign_by_hand({**GOOD, "crit": []}, claims), "token-crit"),
    "a member twice in the claims": (lambda claims: sign_by_hand(GOOD, _duplicate(claims)), "token-form"),
    "a member twice in the header": (
        lambda claims: sign_by_hand(b'{"alg":"RS256","kid":"one","alg":"RS256"}', claims),
        "token-form",
    ),
    "jku": (_key_inside(jku="http://127.0.0.1:1/keys"), "token-signature"),
    "jwk": (_key_inside(jwk=OTHER_KEY.as_dict(private=False)), "token-signature"),
    "x5u": (_key_inside(x5u="http://127.0.0.1:1/certificate"), "token-signature"),
    "jwk under a new name": (_key_inside(jwk=OTHER_KEY.as_dict(private=False), kid="two"), "token-key"),
    "a kid that walks": (_key_inside(kid="../../../../dev/null"), "token-key"),
    "a kid that asks the database": (_key_inside(kid="one' OR '1'='1"), "token-key"),
    "a kid that is a number": (lambda claims: sign_by_hand({**GOOD, "kid": 1}, claims), "token-form"),
    "claims that are a list": (lambda claims: sign_by_hand(GOOD, b"[]"), "token-form"),
    "claims that are no JSON": (lambda claims: sign_by_hand(GOOD, b"{'a': 1}"), "token-form"),
    "a number that is none": (lambda claims: sign_by_hand(GOOD, b'{"exp": NaN}'), "token-form"),
    "deep claims": (lambda claims: sign_by_hand(GOOD, b"[" * 20_000), "token-form"),
    "a signature cut short": (lambda claims: sign(claims)[:-10], "token-signature"),
    "padding": (lambda claims: sign(claims) + "==", "token-form"),
    "four parts": (lambda claims: sign(claims) + ".AAAA", "token-form"),
    "five parts, encrypted": (lambda claims: "a.b.c.d.e", "token-form"),
    "a line end": (lambda claims: sign(claims) + "\n", "token-form"),
    "no token": (lambda claims: "", "token-form"),
    "too long": (lambda claims: sign({**claims, "more": "x" * 90_000}), "token-form"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_tokens_that_open_nothing(client, provider, name):
    signer, code = HEADERS[name]
    provider.signer = signer
    _refused(client, provider, code)
    assert "/certificate" not in provider.asked and "/keys" not in provider.asked


def test_a_key_of_1024_bits_signs_nothing(client, provider):
    from cryptography.hazmat.primitives.asymmetric import rsa
    from joserfc.jwk import RSAKey

    weak = rsa.generate_private_key(65537, 1024)
    with pytest.warns(Warning, match="2048"):
        key = RSAKey.import_key(weak)
    provider.keys = [{**key.as_dict(private=False), "use": "sig", "kid": "one"}]
    provider.signer = lambda claims: sign_by_hand(GOOD, claims, key)
    _refused(client, provider, "token-key-weak")


def test_two_keys_of_one_name_sign_nothing(client, provider):
    provider.keys = provider.keys * 2
    _refused(client, provider, "token-key")


def test_a_new_key_is_found_once_a_minute_at_most(client, provider, monkeypatch):
    """A rotation is followed; tokens that name keys at random do not make us ask each time."""
    people.space()
    assert _sign_in(client, provider)["Location"] == "/accueil/"
    provider.keys = [*provider.keys, {**OTHER_KEY.as_dict(private=False), "kid": "two"}]
    provider.signer = lambda claims: sign(claims, key=OTHER_KEY, kid="two")
    assert "token-key" in _sign_in(Client(), provider).content.decode()
    later = clock.now() + dt.timedelta(seconds=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    before = provider.asked.count("/jwks")
    assert _sign_in(Client(), provider)["Location"] == "/accueil/"
    provider.signer = lambda claims: sign(claims, key=OTHER_KEY, kid="random")
    for _ in range(5):
        _sign_in(Client(), provider)
    assert provider.asked.count("/jwks") == before + 1


USERINFO: dict[str, tuple[dict[str, Any], str]] = {
    "of somebody else": ({"sub": "somebody-else"}, "token-subject"),
    "no subject": ({"sub": None}, "token-subject"),
    "no family name": ({"family_name": None}, "claims"),
    "a family name that is a list": ({"family_name": ["DURAND"]}, "claims"),
    "given names of a wrong kind": ({"given_name_array": ["LEA", 7]}, "claims"),
    "no given name": ({"given_name": "", "given_name_array": []}, "claims"),
    "an unknown gender": ({"gender": "woman"}, "claims"),
    "30 February": ({"birthdate": "1984-02-30"}, "claims"),
    "before 1900": ({"birthdate": "1899-12-31"}, "claims"),
    "after 2100": ({"birthdate": "2101-01-01"}, "claims"),
    "a place that is none": ({"birthplace": "Paris"}, "claims"),
    "neither place nor country": ({"birthplace": "", "birthcountry": ""}, "claims"),
    "very long": ({"family_name": "A" * 5000}, "claims"),
}


@pytest.mark.parametrize("name", USERINFO)
def test_userinfo_that_opens_nothing(client, provider, name):
    changes, code = USERINFO[name]
    provider.userinfo = _changed(**changes)
    _refused(client, provider, code)


def test_userinfo_that_is_not_signed_opens_nothing(client, provider):
    provider.signed_userinfo = False
    _refused(client, provider, "provider-answer")


def test_userinfo_signed_by_another_opens_nothing(client, provider):
    told = {**people.claims(), "sub": provider.subject, "iss": provider.issuer, "aud": CLIENT_ID}
    provider.replies["/userinfo"] = lambda: (200, "application/jwt", sign(told, key=OTHER_KEY).encode())
    _refused(client, provider, "token-signature")


def test_a_code_that_the_provider_refuses_opens_nothing(client, provider):
    provider.replies["/token"] = lambda: (400, "application/json", b'{"error": "invalid_grant"}')
    _refused(client, provider, "code-refused")


def test_a_planted_defect_is_seen(client, provider, monkeypatch):
    """These tests would see a reader that does not compare the nonce."""
    from hygie.identity.federation import checks

    monkeypatch.setattr(checks.hmac, "compare_digest", lambda left, right: True)
    provider.id_token = _changed(nonce="n" * 43)
    people.space()
    assert _sign_in(client, provider)["Location"] == "/accueil/"


def test_a_professional_comes_in_too(client, provider):
    professional = people.doctor("R10000018889")
    identity.create_account(username="kit", password="x" * 12, professional_id=professional)
    provider.claims, provider.signed_userinfo, provider.acr = people.doctor_claims(), False, "eidas1"
    response = client.get(provider.come_back(client.get("/connexion/prosanteconnect/")["Location"]))
    assert response.status_code == 302, response.content.decode()[-900:]
    assert client.get("/pro/").status_code == 200
    assert Session.objects.get().level == 2
