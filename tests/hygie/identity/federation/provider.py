"""An OpenID provider that lies on demand: everything that it answers can be replaced, for one test."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from hygie.lib import clock

CLIENT_ID, SECRET = "hygie-test", "a secret of a test"
_KEY = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": "one"})
OTHER_KEY = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": "one"})
Reply = tuple[int, str, bytes]


class Lying:
    """`claims`: the person's. `id_token`, `userinfo`, `configuration` change what is said; `replies` replaces whole answers
    by path; `signer` signs tokens from claims."""

    def __init__(self, base_url: str) -> None:
        self.issuer = base_url
        self.claims: dict[str, Any] = {}
        self.acr = "eidas2"
        self.subject = "subject-of-lea"
        self.nonce = ""
        self.id_token: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.userinfo: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.configuration: dict[str, Any] = {}
        self.signer: Callable[[Mapping[str, Any]], str] = sign
        self.signed_userinfo = True
        self.replies: dict[str, Callable[[], Reply]] = {}
        self.keys: list[dict[str, Any]] = [_KEY.as_dict(private=False)]
        self.asked: list[str] = []

    def answer(self, method: str, path: str, body: str) -> Reply:
        self.asked.append(path)
        if path in self.replies:
            return self.replies[path]()
        if path.startswith("/.well-known/"):
            return _json({**self._configuration(), **self.configuration})
        if path == "/jwks":
            return _json({"keys": self.keys})
        if path == "/token":
            said = {"access_token": "access", "token_type": "Bearer", "id_token": self.signer(self._id_token())}
            return _json(said)
        if path == "/userinfo":
            told = self.userinfo({**self.claims, "sub": self.subject})
            if not self.signed_userinfo:
                return _json(told)
            signed = sign({**told, "iss": self.issuer, "aud": CLIENT_ID})
            return 200, "application/jwt", signed.encode()
        return 404, "text/plain", b""

    def _configuration(self) -> dict[str, Any]:
        names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo"}
        addresses = {name: f"{self.issuer}/{path}" for name, path in names.items()}
        ends = {"jwks_uri": f"{self.issuer}/jwks", "end_session_endpoint": f"{self.issuer}/logout"}
        return {"issuer": self.issuer, **addresses, **ends, "authorization_response_iss_parameter_supported": True}

    def _id_token(self) -> dict[str, Any]:
        now = int(clock.now().timestamp())
        at_hash = base64.urlsafe_b64encode(hashlib.sha256(b"access").digest()[:16]).rstrip(b"=").decode()
        times = {"iat": now, "exp": now + 60, "auth_time": now}
        who = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT_ID, "nonce": self.nonce, "acr": self.acr}
        return self.id_token({**who, **times, "at_hash": at_hash, "sid": "session-1"})

    def come_back(self, departure: str, **changes: str) -> str:
        """The address to which the person comes back from this departure; a change of "" takes a parameter away."""
        asked = dict(parse_qsl(urlsplit(departure).query))
        self.nonce = asked["nonce"]
        said = {"code": "the-code", "state": asked["state"], "iss": self.issuer, **changes}
        path = urlsplit(asked["redirect_uri"]).path
        return path + "?" + "&".join(f"{name}={value}" for name, value in said.items() if value)


def _json(value: Any) -> Reply:
    return 200, "application/json", json.dumps(value).encode()


def sign(claims: Mapping[str, Any], *, key: RSAKey = _KEY, kid: str = "one", **header: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": kid, **header}, dict(claims), key)


def by_hand(header: Mapping[str, Any] | bytes, claims: Mapping[str, Any] | bytes, signature: bytes = b"") -> str:
    """A token that no library would make."""
    parts = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in (header, claims)]
    return ".".join(base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in [*parts, signature])


def sign_by_hand(header: Mapping[str, Any] | bytes, claims: Mapping[str, Any] | bytes, key: RSAKey = _KEY) -> str:
    """Whatever the header and the claims are, with a signature that is right."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    unsigned = by_hand(header, claims).rpartition(".")[0]
    return f"{unsigned}.{_b64(key.private_key.sign(unsigned.encode(), PKCS1v15(), SHA256()))}"


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def public_pem() -> bytes:
    return bytes(_KEY.as_pem(private=False))


def question(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query, strict_parsing=True)


@contextmanager
def lying() -> Iterator[Lying]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length).decode()
            status, media_type, content = found.answer(self.command, urlsplit(self.path).path, body)
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            if status in (301, 302, 307):
                self.send_header("Location", self.path)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _serve

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Lying(f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()
