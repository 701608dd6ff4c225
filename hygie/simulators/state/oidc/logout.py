"""The end of a session: asked by a client (RP-initiated logout) or by the person, told to the clients (back-channel)."""

import secrets
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from hygie.lib import clock, http
from hygie.lib.errors import Unavailable
from hygie.simulators.state.oidc.realm import Realm, Session
from hygie.simulators.state.oidc.views import find_realm

_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_NOTICE_SECONDS = 120


@require_http_methods(["GET", "HEAD", "POST"])
def end_session(request: HttpRequest, realm: str) -> HttpResponse:
    """Only a token of ours that names this very session ends it without asking."""
    found = find_realm(realm)
    said = request.POST if request.method == "POST" else request.GET
    claims = found.keys.read(said.get("id_token_hint", ""))
    client = found.clients.get(str(claims.get("aud", "")))
    if client is None:
        return redirect("session", realm=realm)
    _end(found, str(claims.get("sid", "")), asked_by=client.client_id)
    back = said.get("post_logout_redirect_uri", "")
    if back not in client.post_logout_redirect_uris:
        return _forget(render(request, "state/session.html", {"realm": found, "identity": None}), found)
    question = f"?{urlencode({'state': said['state']})}" if said.get("state") else ""
    return _forget(HttpResponseRedirect(back + question), found)


@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest, realm: str) -> HttpResponse:
    """Who is signed in here, in this browser, and the button that ends it everywhere."""
    found = find_realm(realm)
    live = found.sessions.get(request.COOKIES.get(found.cookie, ""))
    if request.method == "POST" and live is not None:
        _end(found, live.sid)
        return _forget(redirect("session", realm=realm), found)
    identity = found.identities[live.username] if live else None
    return render(request, "state/session.html", {"realm": found, "identity": identity})


def _forget(response: HttpResponse, realm: Realm) -> HttpResponse:
    response.delete_cookie(realm.cookie, path=f"/{realm.name}/")
    return response


def _end(realm: Realm, sid: str, *, asked_by: str = "") -> None:
    with realm.lock:
        ended = [each for each in realm.sessions.values() if each.sid == sid]
        realm.sessions = {name: each for name, each in realm.sessions.items() if each.sid != sid}
        realm.accesses = {name: each for name, each in realm.accesses.items() if each.session.sid != sid}
    for each in ended:
        for client_id in each.clients - {asked_by}:
            _tell(realm, each, client_id)


def _tell(realm: Realm, ended: Session, client_id: str) -> None:
    address = realm.clients[client_id].backchannel_logout_uri
    if not address:
        return
    now = int(clock.now().timestamp())
    claims = {
        "iss": realm.issuer,
        "aud": client_id,
        "sub": realm.subject(ended.username, client_id),
        "sid": ended.sid,
        "iat": now,
        "exp": now + _NOTICE_SECONDS,
        "jti": secrets.token_urlsafe(16),
        "events": {_EVENT: {}},
    }
    try:
        http.call("POST", address, form={"logout_token": realm.keys.sign(claims, kind="logout+jwt")})
    except Unavailable:
        return  # as the real ones: a client that does not answer is not asked again
