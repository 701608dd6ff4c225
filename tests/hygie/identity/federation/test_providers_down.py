"""A provider that is down, slow or lying: a page in a known time, that says what to do, and nobody signed in."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from django.test import Client

from hygie.identity.sign_in.models import Session
from hygie.lib import clock
from tests.cluster import free_port
from tests.hygie.identity.federation import people
from tests.hygie.identity.federation.provider import Lying

pytestmark = pytest.mark.django_db
START = "/connexion/franceconnect/"
_WITHIN = 12.0  # seconds, whatever the provider does


@contextmanager
def peer(answer: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that answers each connection in its own way, until the test is over."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

        def talk(connection: socket.socket) -> None:
            try:
                if context is not None:
                    connection = context.wrap_socket(connection, server_side=True)
                with closing(connection):
                    connection.recv(65_536)
                    answer(connection)
            except OSError:
                return

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def _point(settings: Any, issuer: str) -> None:
    client = {"issuer": issuer, "client_id": "c", "client_secret": "s", "level": "substantial"}
    settings.HYGIE_IDENTITY_PROVIDERS = {"franceconnect": client}


def _is_told(response: Any) -> None:
    text = response.content.decode()
    assert response.status_code == 503, text[-500:]
    assert "ne répond pas" in text and "Me connecter d’une autre façon" in text


def test_nobody_listens(client, settings):
    _point(settings, f"http://127.0.0.1:{free_port()}")
    _is_told(client.get(START))


def _drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.2)


def _endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n")
    while True:
        connection.sendall(b"{" * 65_536)


def _silent(connection: socket.socket) -> None:
    time.sleep(30)


@pytest.mark.parametrize("answer", [_drip, _endless, _silent])
def test_it_never_ends(client, settings, answer):
    with peer(answer) as address:
        _point(settings, f"http://{address}")
        start = time.monotonic()
        _is_told(client.get(START))
        assert time.monotonic() - start < _WITHIN
        start = time.monotonic()
        _is_told(Client().get(START))
        assert time.monotonic() - start < 0.5, "a peer that has just failed is left in peace"


def test_its_certificate_is_not_trusted(client, settings, tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path))
    with peer(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n{}"), context) as address:
        _point(settings, f"https://{address}")
        _is_told(client.get(START))


def _certificate(folder: Any) -> str:
    import datetime as dt

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    day = dt.timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, clock.now() - day, clock.now() + day)
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "both.pem"
    path.write_bytes(private + pem)
    return str(path)


CONFIGURATIONS: dict[str, tuple[int, str, bytes]] = {
    "not JSON": (200, "application/json", b"<html>"),
    "a list": (200, "application/json", b"[]"),
    "a member twice": (200, "application/json", b'{"issuer": "a", "issuer": "b"}'),
    "an error": (500, "text/plain", b""),
    "not found": (404, "text/plain", b""),
    "a redirect to itself": (302, "text/plain", b""),
    "another provider's": (200, "application/json", b'{"issuer": "https://other.example"}'),
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_its_configuration_cannot_be_used(client, provider: Lying, name):
    provider.replies["/.well-known/openid-configuration"] = lambda: CONFIGURATIONS[name]
    _is_told(client.get(START))
    assert provider.asked == ["/.well-known/openid-configuration"], "no redirect is followed"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "//host/x",
        "http://provider.example/x",
        "https://a b/",
        "https://u:p@h/",
        7,
        None,
    ],
)
@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_an_address_of_its_configuration_is_not_one(client, provider: Lying, name, address):
    provider.configuration = {name: address}
    _is_told(client.get(START))


REPLIES: dict[str, tuple[str, tuple[int, str, bytes], int]] = {
    "token down": ("/token", (503, "text/plain", b""), 503),
    "token not JSON": ("/token", (200, "application/json", b"<html>"), 422),
    "token a member twice": ("/token", (200, "application/json", b'{"id_token": "a", "id_token": "b"}'), 422),
    "token without token": ("/token", (200, "application/json", b"{}"), 422),
    "token of another kind": (
        "/token",
        (200, "application/json", b'{"access_token": "a", "id_token": "a.b.c", "token_type": "mac"}'),
        422,
    ),
    "access token with a line end": (
        "/token",
        (200, "application/json", b'{"access_token": "a\\r\\nX: y", "id_token": "a.b.c", "token_type": "Bearer"}'),
        422,
    ),
    "token a redirect": ("/token", (302, "text/plain", b""), 422),
    "keys down": ("/jwks", (500, "text/plain", b""), 503),
    "keys not JSON": ("/jwks", (200, "application/json", b"{"), 503),
    "keys none": ("/jwks", (200, "application/json", b'{"keys": []}'), 422),
    "keys a word": ("/jwks", (200, "application/json", b'{"keys": "none"}'), 503),
    "userinfo down": ("/userinfo", (502, "text/plain", b""), 503),
    "userinfo refused": ("/userinfo", (401, "text/plain", b""), 422),
    "userinfo not signed": ("/userinfo", (200, "application/json", b"{}"), 422),
    "userinfo no text": ("/userinfo", (200, "application/jwt", b"\xff\xfe"), 422),
    "too large": ("/userinfo", (200, "application/jwt", b"a" * 300_000), 503),
}


@pytest.mark.parametrize("name", REPLIES)
def test_it_lies_or_fails_on_the_way_back(client, provider: Lying, name):
    path, reply, status = REPLIES[name]
    people.space()
    provider.claims = people.claims()
    address = provider.come_back(client.get(START)["Location"])
    provider.replies[path] = lambda: reply
    response = client.get(address)
    assert response.status_code == status
    assert Session.objects.count() == 0
    provider.replies.clear()
    assert client.get(address).status_code == 422, "the departure was spent all the same"


def test_a_provider_that_is_not_set_is_not_offered(client, settings):
    settings.HYGIE_IDENTITY_PROVIDERS = {"franceconnect": {"issuer": ""}}
    assert client.get(START).status_code == 404
    assert "FranceConnect" not in client.get("/connexion/").content.decode()
