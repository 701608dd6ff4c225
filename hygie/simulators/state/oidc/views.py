"""Discovery, keys, and the page where a person says who she is."""

import re
import secrets
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hygie.lib import clock
from hygie.simulators.state.oidc.realm import LEVELS, Asked, Code, Realm, Session, realms

CODE_SECONDS = 30
_SHOWN = 25
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_SHORTEST = 22  # FranceConnect's rule for state and nonce


def find_realm(name: str) -> Realm:
    found = realms().get(name)
    if found is None:
        raise Http404
    return found


@require_safe
def discovery(request: HttpRequest, realm: str) -> HttpResponse:
    found = find_realm(realm)
    issuer = found.issuer
    said = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/logout",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["pairwise" if found.is_franceconnect else "public"],
        "id_token_signing_alg_values_supported": [found.keys.algorithm],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": list(found.levels()),
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
    }
    if found.is_franceconnect:
        said["userinfo_signing_alg_values_supported"] = [found.keys.algorithm]
        said["scopes_supported"] = (
            "openid profile given_name family_name gender birthdate birthplace birthcountry email".split()
        )
    else:
        said["scopes_supported"] = ["openid", "scope_all"]
    return JsonResponse(said)


@require_safe
def jwks(request: HttpRequest, realm: str) -> HttpResponse:
    return JsonResponse(find_realm(realm).keys.published())


@require_POST
def rotate(request: HttpRequest, realm: str) -> HttpResponse:
    find_realm(realm).keys.rotate()
    return redirect("home")


@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest, realm: str) -> HttpResponse:
    found = find_realm(realm)
    said = (request.POST if request.method == "POST" else request.GET).dict()
    client = found.clients.get(said.get("client_id", ""))
    if client is None or said.get("redirect_uri") not in client.redirect_uris:
        # Never a redirection to an address that nobody registered.
        return render(request, "state/refused.html", {"realm": found}, status=400)
    asked = Asked(
        client.client_id,
        said["redirect_uri"],
        said.get("state", ""),
        said.get("nonce", ""),
        said.get("code_challenge", ""),
        said.get("acr_values", "").split(" ")[0] or LEVELS[0],
    )
    if error := _fault(found, said, asked):
        return answer(found, asked, error=error)
    prompts = said.get("prompt", "").split()
    session = found.sessions.get(request.COOKIES.get(found.cookie, ""))
    if session is not None and "login" not in prompts and session.acr >= asked.acr:
        return _give_code(found, asked, session)
    if "none" in prompts:
        return answer(found, asked, error="login_required")
    return _show(request, found, found.keep(found.waiting, asked), said.get("ui_locales", ""))


def _fault(realm: Realm, said: dict[str, str], asked: Asked) -> str:
    if said.get("response_type") != "code":
        return "unsupported_response_type"
    if "openid" not in said.get("scope", "").split():
        return "invalid_scope"
    if said.get("request") or said.get("request_uri"):
        return "request_not_supported"
    pkce = said.get("code_challenge_method") == "S256" and _CHALLENGE.fullmatch(asked.challenge)
    if not pkce or len(asked.state) < _SHORTEST or len(asked.nonce) < _SHORTEST:
        return "invalid_request"
    return "" if asked.acr in realm.levels() else "invalid_request"


def _show(request: HttpRequest, realm: Realm, waiting: str, locales: str) -> HttpResponse:
    """The identities that may be tried; a name may be typed too, since there are hundreds of them."""
    words = request.GET.get("q", "").casefold().split()
    every = list(realm.identities.values())
    found = [each for each in every if all(word in f"{each.label} {each.username}".casefold() for word in words)]
    context = {
        "realm": realm,
        "waiting": waiting,
        "asked": realm.waiting[waiting],
        "identities": found[:_SHOWN],
        "more": len(found) > _SHOWN,
        "q": request.GET.get("q", ""),
    }
    language = locales.split(" ")[0].partition("-")[0]
    with translation.override(language if language in ("fr", "en") else translation.get_language()):
        response = render(request, "state/identities.html", {**context, "language": translation.get_language()})
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, realm: str) -> HttpResponse:
    """The person chose who she is, or refused; a search shows the page again."""
    found = find_realm(realm)
    waiting = request.POST.get("waiting") or request.GET.get("waiting", "")
    if request.method == "GET" and waiting in found.waiting:
        return _show(request, found, waiting, "")
    asked = found.take(found.waiting, waiting) if request.method == "POST" else None
    if asked is None:
        return render(request, "state/refused.html", {"realm": found}, status=400)
    if "refuse" in request.POST:
        return answer(found, asked, error="access_denied")
    identity = found.identities.get(request.POST.get("username", "").strip())
    if identity is None:
        return answer(found, asked, error="access_denied")
    if found.is_franceconnect and identity.level < asked.acr:
        return answer(found, asked, error="unmet_authentication_requirements")
    now = int(clock.now().timestamp())
    session = Session(identity.username, asked.acr, now, secrets.token_urlsafe(24))
    response = _give_code(found, asked, session)
    found.take(found.sessions, request.COOKIES.get(found.cookie, ""))
    key = found.keep(found.sessions, session)
    response.set_cookie(found.cookie, key, httponly=True, samesite="Lax", path=f"/{found.name}/")
    return response


def _give_code(realm: Realm, asked: Asked, session: Session) -> HttpResponse:
    session.clients.add(asked.client_id)
    code = realm.keep(realm.codes, Code(asked, session, clock.now().timestamp() + CODE_SECONDS))
    return answer(realm, asked, code=code)


def answer(realm: Realm, asked: Asked, **values: str) -> HttpResponse:
    """Back to the client, with its state and who answers (RFC 9207)."""
    question = urlencode({**values, "state": asked.state, "iss": realm.issuer})
    response = HttpResponseRedirect(f"{asked.redirect_uri}?{question}")
    response["Cache-Control"] = "no-store"
    return response
