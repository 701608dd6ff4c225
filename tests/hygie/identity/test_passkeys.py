"""Passkeys without a browser: a device made of a few lines, and every way to lie about it."""

import datetime as dt
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from hygie.identity import actions as identity
from hygie.identity.models import Account
from hygie.identity.sign_in import factors, passkeys
from hygie.identity.sign_in.models import Factor
from hygie.identity.sign_in.types import Kind
from hygie.lib.errors import Conflict, Invalid
from tests import factories
from tests.factories import NOW, PASSWORD

pytestmark = pytest.mark.django_db
ORIGIN = "https://hygie.example"
FLAG = AuthenticatorData.FLAG
GOOD = FLAG.UP | FLAG.UV


@dataclass
class Device:
    """An authenticator in software: one key, and a counter that goes up."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    count: int = 0

    def make(self, question: passkeys.Question, **lies: Any) -> str:
        told = self._told("webauthn.create", question, lies)
        public = ES256.from_cryptography_key(self.key.public_key())
        data = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        signed = self._data(lies.get("flags", GOOD) | FLAG.AT, lies, data)
        statement = AttestationObject.create("none", signed, {})
        return self._answer({"clientDataJSON": websafe_encode(told), "attestationObject": websafe_encode(statement)})

    def use(self, question: passkeys.Question, **lies: Any) -> str:
        told = self._told("webauthn.get", question, lies)
        self.count += lies.get("step", 1)
        signed = self._data(lies.get("flags", GOOD), lies, b"")
        signature = lies.get("key", self.key).sign(signed + told.hash, ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": websafe_encode(told),
            "authenticatorData": websafe_encode(signed),
            "signature": websafe_encode(signature),
        }
        if "handle" in lies:
            response["userHandle"] = websafe_encode(lies["handle"])
        return self._answer(response)

    def _told(self, kind: str, question: passkeys.Question, lies: dict[str, Any]) -> CollectedClientData:
        challenge = lies.get("challenge", question.options["challenge"])
        return CollectedClientData.create(
            lies.get("kind", kind), challenge, lies.get("origin", ORIGIN), lies.get("cross", False)
        )

    def _data(self, flags: Any, lies: dict[str, Any], credential: bytes) -> AuthenticatorData:
        site = sha256(lies.get("site", "hygie.example").encode())
        return AuthenticatorData.create(site, flags, self.count, credential)

    def _answer(self, response: dict[str, str]) -> str:
        return json.dumps(
            {
                "id": websafe_encode(self.id),
                "rawId": websafe_encode(self.id),
                "type": "public-key",
                "response": response,
            }
        )


@pytest.fixture(autouse=True)
def _address(settings):
    settings.HYGIE_BASE_URL = ORIGIN


@pytest.fixture
def lea() -> int:
    return identity.create_account(username="lea", password=PASSWORD, space_id=factories.space())


@pytest.fixture
def device(lea) -> Device:
    made = Device()
    question = passkeys.ask_new(lea, label="lea", now=NOW)
    passkeys.add(lea, made.make(question), question.state, "Ordinateur", now=NOW)
    return made


def test_the_question_asks_for_a_discoverable_key_and_a_verified_user(lea):
    asked = passkeys.ask_new(lea, label="lea", now=NOW).options
    assert asked["rp"]["id"] == "hygie.example" and asked["attestation"] == "none"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert passkeys.ask(now=NOW).options["userVerification"] == "required"
    assert "allowCredentials" not in passkeys.ask(now=NOW).options


def test_a_passkey_says_whose_it_is(lea, device):
    question = passkeys.ask(now=NOW)
    assert passkeys.check(device.use(question), question.state, now=NOW) == lea
    handle = bytes(Factor.objects.get().handle)
    question = passkeys.ask(now=NOW, account_id=lea)
    assert passkeys.check(device.use(question, handle=handle), question.state, now=NOW, account_id=lea) == lea
    assert factors.standing(lea).of(Kind.PASSKEY)[0].used_at == NOW


LIES = {
    "another site": {"origin": "https://hygie.example.mechant.example"},
    "another scheme": {"origin": "http://hygie.example"},
    "another port": {"origin": "https://hygie.example:8443"},
    "a name under ours": {"origin": "https://faux.hygie.example"},
    "the key of another site": {"site": "mechant.example"},
    "nobody there": {"flags": FLAG.UV},
    "the owner was not checked": {"flags": FLAG.UP},
    "another question": {"challenge": secrets.token_bytes(32)},
    "another kind of answer": {"kind": "webauthn.create"},
    "inside a frame of another site": {"cross": True},
    "signed by another key": {"key": ec.generate_private_key(ec.SECP256R1())},
    "somebody else's handle": {"handle": b"x" * 32},
    "a counter that does not go up": {"step": 0},
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_lies_is_refused(device, lie):
    first = passkeys.ask(now=NOW)
    passkeys.check(device.use(first), first.state, now=NOW)
    question = passkeys.ask(now=NOW)
    with pytest.raises(Invalid) as refused:
        passkeys.check(device.use(question, **LIES[lie]), question.state, now=NOW)
    assert refused.value.code == "passkey-refused"


@pytest.mark.parametrize(
    "lie",
    [
        each
        for each in LIES
        if each
        not in (
            "signed by another key",
            "somebody else's handle",
            "a counter that does not go up",
            "another kind of answer",
        )
    ],
)
def test_a_new_passkey_that_lies_is_refused(lea, lie):
    question = passkeys.ask_new(lea, label="lea", now=NOW)
    with pytest.raises(Invalid):
        passkeys.add(lea, Device().make(question, **LIES[lie]), question.state, "x", now=NOW)
    assert not Factor.objects.exists()


def test_an_answer_serves_once_and_for_fifteen_minutes(device):
    question = passkeys.ask(now=NOW)
    answer = device.use(question)
    passkeys.check(answer, question.state, now=NOW)
    with pytest.raises(Invalid):
        passkeys.check(answer, question.state, now=NOW)
    late = passkeys.ask(now=NOW)
    with pytest.raises(Invalid):
        passkeys.check(device.use(late), late.state, now=NOW + passkeys.LIFE + dt.timedelta(seconds=1))


def test_an_answer_serves_once_also_when_the_device_counts_nothing(lea):
    device = Device()
    question = passkeys.ask_new(lea, label="lea", now=NOW)
    passkeys.add(lea, device.make(question), question.state, "Téléphone", now=NOW)
    question = passkeys.ask(now=NOW)
    answer = device.use(question, step=0)
    passkeys.check(answer, question.state, now=NOW)
    with pytest.raises(Invalid):
        passkeys.check(answer, question.state, now=NOW)


def test_a_question_serves_for_what_it_was_asked_and_for_whom(lea, device):
    other = identity.create_account(username="paul", password=PASSWORD, space_id=factories.space(2))
    anybody, own = passkeys.ask(now=NOW), passkeys.ask(now=NOW, account_id=other)
    with pytest.raises(Invalid):  # the passkey of another account does not raise this one
        passkeys.check(device.use(own), own.state, now=NOW, account_id=other)
    with pytest.raises(Invalid):
        passkeys.check(device.use(anybody), anybody.state, now=NOW, account_id=lea)
    with pytest.raises(Invalid):
        passkeys.add(lea, Device().make(anybody), anybody.state, "x", now=NOW)
    for forged in ("", "x", anybody.state[:-2], anybody.state.swapcase()):
        with pytest.raises(Invalid):
            passkeys.check(device.use(anybody), forged, now=NOW)


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", "1", '{"id": 1}', '{"rawId": "AA", "response": {}}', "x" * 100]
)
def test_what_is_no_answer_is_refused(lea, answer):
    question, new = passkeys.ask(now=NOW), passkeys.ask_new(lea, label="lea", now=NOW)
    with pytest.raises(Invalid):
        passkeys.check(answer, question.state, now=NOW)
    with pytest.raises(Invalid):
        passkeys.add(lea, answer, new.state, "x", now=NOW)


def test_the_same_passkey_is_kept_once(lea, device):
    question = passkeys.ask_new(lea, label="lea", now=NOW)
    assert len(question.options["excludeCredentials"]) == 1
    with pytest.raises(Conflict) as known:
        passkeys.add(lea, device.make(question), question.state, "encore", now=NOW)
    assert known.value.code == "passkey-known"


def test_a_closed_account_does_not_come_in_by_its_passkey(lea, device):
    Account.objects.filter(pk=lea).update(is_active=False)
    question = passkeys.ask(now=NOW)
    with pytest.raises(Invalid):
        passkeys.check(device.use(question), question.state, now=NOW)


@pytest.mark.parametrize(
    ("base", "host", "offered"),
    [
        ("https://hygie.example", "hygie.example", True),
        ("https://hygie.example", "www.hygie.example", False),
        ("http://127.0.0.1:8000", "localhost:8000", True),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", False),
        ("https://192.0.2.1", "192.0.2.1", False),
    ],
)
def test_passkeys_are_offered_where_they_work(settings, base, host, offered):
    settings.HYGIE_BASE_URL = base
    assert passkeys.are_offered(host) is offered
