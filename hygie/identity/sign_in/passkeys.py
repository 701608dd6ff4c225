"""Passkeys (WebAuthn level 3, https://www.w3.org/TR/webauthn-3/): a key pair of a device, which checks its owner itself.

They are discoverable (no name to type) and the device must verify its user (code, finger, face): two factors in one act.
A challenge is signed by us, lives fifteen minutes, says what it is for, and is answered once.
"""

import datetime as dt
import hashlib
import ipaddress
import json
import secrets
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hygie.identity.models import Account
from hygie.identity.sign_in.models import Factor, SpentChallenge
from hygie.identity.sign_in.types import Kind
from hygie.lib.errors import Conflict, Invalid

LIFE = dt.timedelta(minutes=15)
MOST = 10
_MILLISECONDS = 120_000
_SALT = "hygie.passkey"
_VERIFIED = UserVerificationRequirement.REQUIRED
_BAD: tuple[type[Exception], ...] = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    AssertionError,
    IndexError,
    RecursionError,
)


@dataclass(frozen=True, slots=True)
class Question:
    """What a browser's `navigator.credentials` is asked (JSON of the specification), and the state that comes back."""

    options: dict[str, Any]
    state: str


def site() -> str:
    """The name to which passkeys belong; "" where there is none: an address of numbers has no passkeys.

    Browsers let `localhost` have some, so that a demonstration can show them.
    """
    host = urlsplit(settings.HYGIE_BASE_URL).hostname or ""
    try:
        return "localhost" if ipaddress.ip_address(host).is_loopback else ""
    except ValueError:
        return host


def origins() -> frozenset[str]:
    """Where an answer may come from: the public address, and its twin named localhost on one's own machine."""
    base = urlsplit(settings.HYGIE_BASE_URL)
    port = f":{base.port}" if base.port else ""
    return frozenset({f"{base.scheme}://{base.hostname}{port}", f"{base.scheme}://{site()}{port}"})


def are_offered(host: str) -> bool:
    """Whether a page that was asked on this host may ask for a passkey."""
    return bool(site()) and urlsplit(f"//{host}").hostname == site()


def _server() -> Fido2Server:
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=site(), name="Hygie"),
        attestation=AttestationConveyancePreference.NONE,
        verify_origin=lambda origin: origin in origins(),
    )
    server.timeout = _MILLISECONDS  # type: ignore[assignment]
    return server


def ask_new(account_id: int, *, label: str, now: dt.datetime) -> Question:
    """Before a passkey is made. `label` is what the device shows to tell accounts apart."""
    known = Factor.objects.filter(account_id=account_id, kind=Kind.PASSKEY)
    handle = next((bytes(row.handle) for row in known), secrets.token_bytes(32))
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(id=handle, name=label, display_name=label),
        credentials=[_descriptor(row) for row in known],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=_VERIFIED,
    )
    signed = _sign(state, "new", account_id, now, handle=handle.hex())
    return Question(dict(options)["publicKey"], signed)


@transaction.atomic
def add(account_id: int, answer: str, state: str, name: str, *, now: dt.datetime) -> uuid.UUID:
    """Keeps a passkey. Raises Invalid(passkey-refused), Conflict(passkey-known, factors-many)."""
    opened = _open(state, "new", account_id, now)
    if Factor.objects.filter(account_id=account_id, kind=Kind.PASSKEY).count() >= MOST:
        raise Conflict(f"An account has {MOST} passkeys at most.", code="factors-many")
    try:
        response = RegistrationResponse.from_dict(json.loads(answer))
        data = _server().register_complete(opened["state"], response)
        made = data.credential_data
    except _BAD as error:
        raise _refused() from error
    if made is None or response.response.client_data.cross_origin:
        raise _refused()
    _spend(opened["state"]["challenge"], now)
    row = Factor(account_id=account_id, kind=Kind.PASSKEY, name=name, created_at=now, sign_count=data.counter)
    row.credential, row.public = _digest(made.credential_id), bytes(made)
    row.handle = bytes.fromhex(opened["handle"])
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("This passkey is there already.", code="passkey-known") from error
    return row.id


def ask(*, now: dt.datetime, account_id: int | None = None) -> Question:
    """Before a passkey is used: anybody's, or one of an account. Nothing is written."""
    known = list(Factor.objects.filter(account_id=account_id, kind=Kind.PASSKEY)) if account_id is not None else []
    options, state = _server().authenticate_begin(
        [_descriptor(row) for row in known] or None, user_verification=_VERIFIED
    )
    return Question(dict(options)["publicKey"], _sign(state, "get", account_id or 0, now))


def check(answer: str, state: str, *, now: dt.datetime, account_id: int | None = None) -> int:
    """The account whose passkey answered. Raises Invalid(passkey-refused), whatever is wrong with it."""
    opened = _open(state, "get", account_id or 0, now)
    try:
        response = AuthenticationResponse.from_dict(json.loads(answer))
        rows = Factor.objects.filter(credential=_digest(response.raw_id), account__is_active=True)
        row = (rows if account_id is None else rows.filter(account_id=account_id)).first()
        _server().authenticate_complete(opened["state"], [_public(row)] if row else [], response)
        handle = response.response.user_handle
    except _BAD as error:
        raise _refused() from error
    if row is None or response.response.client_data.cross_origin or (handle and handle != bytes(row.handle)):
        raise _refused()
    _spend(opened["state"]["challenge"], now)
    _count(row, response.response.authenticator_data.counter, now)
    return row.account_id


def _count(row: Factor, counter: int, now: dt.datetime) -> None:
    """A counter that does not go up says that the key was copied; keys that are meant to be synchronised say 0."""
    if (counter or row.sign_count) and counter <= row.sign_count:
        raise _refused()
    if not Factor.objects.filter(pk=row.pk, sign_count=row.sign_count).update(sign_count=counter, used_at=now):
        raise _refused()


def _sign(state: Any, purpose: str, account_id: int, now: dt.datetime, **more: str) -> str:
    content = {"state": state, "for": purpose, "account": account_id, "at": now.timestamp(), **more}
    return signing.dumps(content, salt=_SALT)


def _open(state: str, purpose: str, account_id: int, now: dt.datetime) -> dict[str, Any]:
    try:
        content: dict[str, Any] = signing.loads(state, salt=_SALT)
    except signing.BadSignature as error:
        raise _refused() from error
    age = now.timestamp() - content["at"]
    if content["for"] != purpose or content["account"] != account_id or not 0 <= age <= LIFE.total_seconds():
        raise _refused()
    return content


def _spend(challenge: str, now: dt.datetime) -> None:
    try:
        with transaction.atomic():
            SpentChallenge.objects.create(digest=_digest(websafe_decode(challenge)), at=now)
    except IntegrityError as error:
        raise _refused() from error


def forget_challenges(*, now: dt.datetime) -> int:
    return SpentChallenge.objects.filter(at__lt=now - LIFE).delete()[0]


def _refused() -> Invalid:
    return Invalid("This passkey was not accepted.", code="passkey-refused")


def _public(row: Factor) -> AttestedCredentialData:
    return AttestedCredentialData(bytes(row.public))


def _descriptor(row: Factor) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=_public(row).credential_id)


def _digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()


def label_of(account_id: int) -> str:
    return Account.objects.values_list("username", flat=True).get(pk=account_id)
