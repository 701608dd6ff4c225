"""A dependency that is installed may still not work here: each one is called once, on something real."""

import io
import os
import re
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cluster import free_port
from tests.rules.source import REPOSITORY

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
DEPENDENCIES = {re.split(r"[\[<>=~! ]", each, maxsplit=1)[0] for each in PROJECT["dependencies"]}


def call_argon2() -> None:
    import argon2

    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=64)
    assert hasher.verify(hasher.hash("mot de passe"), "mot de passe")


def call_cryptography() -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher = AESGCM(AESGCM.generate_key(bit_length=256))
    assert cipher.decrypt(b"n" * 12, cipher.encrypt(b"n" * 12, b"clair", b"lien"), b"lien") == b"clair"


def call_django() -> None:
    from django.template import engines

    assert engines["django"].from_string("{{ a }}").render({"a": "<"}) == "&lt;"


def call_csp() -> None:
    from csp.middleware import CSPMiddleware
    from django.http import HttpResponse
    from django.test import RequestFactory

    response = CSPMiddleware(lambda request: HttpResponse())(RequestFactory().get("/"))
    assert "script-src 'self'" in response["Content-Security-Policy"]


def call_oauth_toolkit() -> None:
    from oauth2_provider.generators import generate_client_secret

    assert len(generate_client_secret()) > 60


def call_authlib() -> None:
    from authlib.common.security import generate_token
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    assert len(create_s256_code_challenge(generate_token(48))) == 43


def call_joserfc() -> None:
    from joserfc import jwt
    from joserfc.jwk import ECKey

    key = ECKey.generate_key("P-256")
    token = jwt.encode({"alg": "ES256"}, {"sub": "1"}, key)
    assert jwt.decode(token, key, algorithms=["ES256"]).claims == {"sub": "1"}


def call_fido2() -> None:
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    server = Fido2Server(PublicKeyCredentialRpEntity(id="localhost", name="Hygie"))
    options, _ = server.authenticate_begin()
    assert len(options.public_key.challenge) >= 16


def call_pyotp() -> None:
    import pyotp

    totp = pyotp.TOTP(pyotp.random_base32())
    assert totp.verify(totp.at(0), for_time=0)


def call_segno() -> None:
    import segno

    assert segno.make("otpauth://totp/x").svg_inline().startswith("<svg")


def call_granian() -> None:
    """A page of a WSGI application, through the real server."""
    port = free_port()
    options = ["--interface", "wsgi", "--port", str(port), "--no-ws", "--log-level", "error"]
    command = [sys.executable, "-m", "granian", *options, "tests.rules.wsgi_greeting:application"]
    server = subprocess.Popen(command, cwd=REPOSITORY, env={**os.environ, "PYTHONPATH": str(REPOSITORY)})
    try:
        assert _fetch(f"http://127.0.0.1:{port}/") == b"bonjour"
    finally:
        server.terminate()
        server.wait(timeout=10)


def _fetch(address: str) -> bytes:
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


def call_graphql() -> None:
    from graphql import FieldNode, parse

    found = parse("{ name(use: official) { family } }", max_tokens=20).definitions[0].selection_set.selections[0]
    assert isinstance(found, FieldNode) and found.arguments[0].value.value == "official"


def call_lxml() -> None:
    from lxml import etree

    assert etree.fromstring("<a><b>é</b></a>").xpath("string(b)") == "é"


def call_msgspec() -> None:
    import msgspec

    assert msgspec.json.decode(msgspec.json.encode({"a": 1}), type=dict[str, int]) == {"a": 1}


def call_psycopg() -> None:
    """Its C library loads and speaks: nobody listens on that port, and it says so."""
    import psycopg

    assert psycopg.pq.version() > 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host="127.0.0.1", port=free_port(), connect_timeout=2)


def _pdf() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawString(72, 720, "Compte rendu")
    canvas.save()
    return stream.getvalue()


def call_pypdf() -> None:
    from pypdf import PdfReader

    assert PdfReader(io.BytesIO(_pdf())).pages[0].extract_text().strip() == "Compte rendu"


def call_pillow() -> None:
    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (3, 2)).save(stream, "PNG")
    assert Image.open(stream).size == (3, 2)


def call_reportlab() -> None:
    assert _pdf().startswith(b"%PDF-")


def call_whitenoise() -> None:
    from whitenoise import WhiteNoise

    folder = Path(__file__).parent
    server = WhiteNoise(None, root=str(folder), prefix="/s/")
    assert "/s/test_dependencies.py" in server.files


CALLS: dict[str, Callable[[], None]] = {
    "argon2-cffi": call_argon2,
    "authlib": call_authlib,
    "cryptography": call_cryptography,
    "django": call_django,
    "django-csp": call_csp,
    "django-oauth-toolkit": call_oauth_toolkit,
    "fido2": call_fido2,
    "granian": call_granian,
    "joserfc": call_joserfc,
    "graphql-core": call_graphql,
    "lxml": call_lxml,
    "msgspec": call_msgspec,
    "psycopg": call_psycopg,
    "pyotp": call_pyotp,
    "pypdf": call_pypdf,
    "pillow": call_pillow,
    "reportlab": call_reportlab,
    "segno": call_segno,
    "whitenoise": call_whitenoise,
}


def test_every_dependency_is_called():
    assert set(CALLS) == DEPENDENCIES


@pytest.mark.parametrize("name", CALLS)
def test_a_dependency_works_here(name):
    CALLS[name]()
