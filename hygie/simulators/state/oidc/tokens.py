"""The code for tokens, and what the provider knows of the person."""

import base64
import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from hygie.lib import clock
from hygie.simulators.state.oidc.realm import Access, Client, Code, Realm
from hygie.simulators.state.oidc.views import find_realm

_TOKEN_SECONDS = 60


def _refuse(error: str, status: int = 400) -> HttpResponse:
    response = JsonResponse({"error": error}, status=status)
    response["Cache-Control"] = "no-store"
    if status == 401:
        response["WWW-Authenticate"] = "Basic"
    return response


@require_POST
def token(request: HttpRequest, realm: str) -> HttpResponse:
    found = find_realm(realm)
    client = _client(found, request)
    if client is None:
        return _refuse("invalid_client", 401)
    if request.POST.get("grant_type") != "authorization_code":
        return _refuse("unsupported_grant_type")
    name = request.POST.get("code", "")
    code = found.take(found.codes, name)
    if code is None:
        _revoke(found, name)
        return _refuse("invalid_grant")
    found.spent.add(name)
    if not _holds(code, client, request):
        return _refuse("invalid_grant")
    access_token = secrets.token_urlsafe(32)
    expires = clock.now().timestamp() + _TOKEN_SECONDS
    with found.lock:
        found.accesses[access_token] = Access(client.client_id, code.session, name, expires)
    said = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": _TOKEN_SECONDS,
        "id_token": found.keys.sign(_id_token(found, code, access_token)),
    }
    response = JsonResponse(said)
    response["Cache-Control"] = "no-store"
    return response


def _client(realm: Realm, request: HttpRequest) -> Client | None:
    """By client_secret_basic or client_secret_post, never both."""
    basic = request.headers.get("Authorization", "")
    client_id, secret = request.POST.get("client_id", ""), request.POST.get("client_secret", "")
    if basic.startswith("Basic "):
        if secret:
            return None
        try:
            client_id, _, secret = base64.b64decode(basic[6:], validate=True).decode().partition(":")
        except ValueError:
            return None
        client_id, secret = unquote(client_id), unquote(secret)
    client = realm.clients.get(client_id)
    good = client is not None and hmac.compare_digest(client.client_secret.encode(), secret.encode())
    return client if good else None


def _revoke(realm: Realm, code: str) -> None:
    """A code that comes twice was stolen once: what it gave is worth nothing more (RFC 6749 §4.1.2)."""
    if code in realm.spent:
        with realm.lock:
            realm.accesses = {name: each for name, each in realm.accesses.items() if each.code != code}


def _holds(code: Code, client: Client, request: HttpRequest) -> bool:
    verifier = request.POST.get("code_verifier", "").encode()
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
    return (
        code.expires > clock.now().timestamp()
        and code.asked.client_id == client.client_id
        and code.asked.redirect_uri == request.POST.get("redirect_uri")
        and hmac.compare_digest(challenge, code.asked.challenge)
    )


def _id_token(realm: Realm, code: Code, access_token: str) -> dict[str, Any]:
    digest = hashlib.sha256(access_token.encode()).digest()[:16]
    now = int(clock.now().timestamp())
    session = code.session
    return {
        "iss": realm.issuer,
        "sub": realm.subject(session.username, code.asked.client_id),
        "aud": code.asked.client_id,
        "iat": now,
        "exp": now + _TOKEN_SECONDS,
        "nonce": code.asked.nonce,
        "acr": session.acr,
        "auth_time": session.auth_time,
        "amr": ["pin", "pop"],
        "sid": session.sid,
        "at_hash": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def userinfo(request: HttpRequest, realm: str) -> HttpResponse:
    """FranceConnect signs what it says; Pro Santé Connect gives JSON."""
    found = find_realm(realm)
    access = found.accesses.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if access is None or access.expires <= clock.now().timestamp():
        response = HttpResponse(status=401)
        response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return response
    session = access.session
    claims = {**found.identities[session.username].claims, "sub": found.subject(session.username, access.client_id)}
    if not found.is_franceconnect:
        return JsonResponse(claims)
    now = int(clock.now().timestamp())
    times = {"iat": now, "exp": now + _TOKEN_SECONDS, "acr": session.acr, "auth_time": session.auth_time}
    signed = found.keys.sign({**claims, **times, "iss": found.issuer, "aud": access.client_id})
    return HttpResponse(signed, content_type="application/jwt")
