"""Coming in by FranceConnect+ or Pro Santé Connect, coming back, and going out on both sides.

The browser that leaves keeps its departure in its own session: a return that answers no departure of this browser is
refused (login CSRF, mixed-up providers), and a departure serves once.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from hygie.identity import queries as identity_queries
from hygie.identity.federation import actions, client, prosante
from hygie.identity.federation.providers import find_provider
from hygie.identity.federation.types import Pending, Proof, Provider
from hygie.identity.sign_in import actions as sign_in_actions
from hygie.identity.types import AccountKind, Level
from hygie.lib.errors import AccessRefused, HygieError, Invalid
from hygie.portals import exercises
from hygie.portals.middleware import SESSION
from hygie.portals.policy import policy
from hygie.portals.public import visit
from hygie.portals.public.addresses import safe_next
from hygie.portals.public.federation_words import problem_page

_DEPARTURES = "departures"
_MOST_DEPARTURES = 5
_MOST_PARAMETER = 4000
_LEVELS = {level.word: level for level in Level}


@policy("public", "none")
@require_safe
def start(request: HttpRequest, provider: str) -> HttpResponse:
    """To the provider; by whoever is signed in, to raise the session. `niveau` is the level asked, when more is needed."""
    found = find_provider(provider)
    suite = safe_next(request, request.GET.get("suite", ""), "")
    raises = request.sign_in is not None and request.account.kind == found.kind
    try:
        address, pending = client.depart(
            found,
            redirect_uri=redirect_uri(found),
            level=_LEVELS.get(request.GET.get("niveau", "")),
            now=request.now,
            suite=suite,
            session=str(request.sign_in.id) if raises else "",
            kiosk=visit.is_kiosk(request),
            language=get_language() or "fr",
        )
    except HygieError as error:
        return problem_page(request, found, error, suite=suite)
    waiting = request.session.get(_DEPARTURES, [])
    request.session[_DEPARTURES] = [*waiting, pending.to_json()][-_MOST_DEPARTURES:]
    return _unkept(redirect(address))


@policy("public", "none")
@require_safe
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Back from the provider. The code leaves the address bar at once, whatever happens."""
    found = find_provider(provider)
    suite = ""
    try:
        pending = _take_departure(request)
        suite = pending.suite
        proof = client.come_back(
            found, pending, _parameters(request), redirect_uri=redirect_uri(found), now=request.now
        )
        response = _raise(request, proof, pending) if pending.session else _enter(request, proof, pending)
    except HygieError as error:
        return problem_page(request, found, error, suite=suite)
    return _unkept(response)


def _take_departure(request: HttpRequest) -> Pending:
    """The departure that this return answers, which cannot serve again."""
    state = request.GET.get("state", "")
    waiting = request.session.get(_DEPARTURES, [])
    found = next((each for each in waiting if state and each["state"] == state), None)
    if found is None:
        raise Invalid("This return answers no departure of this browser.", code="return-unknown")
    request.session[_DEPARTURES] = [each for each in waiting if each is not found]
    request.session.save()  # now: Django keeps no session of an answer of 500 and above, and 503 is one of ours
    return Pending(**found)


def _parameters(request: HttpRequest) -> Mapping[str, str]:
    """Each parameter once: who says two things says nothing (RFC 6749 §3.1)."""
    if any(len(values) > 1 or len(values[0]) > _MOST_PARAMETER for _, values in request.GET.lists()):
        raise Invalid("A parameter is there twice, or is too long.", code="return-unknown")
    return request.GET.dict()


def _enter(request: HttpRequest, proof: Proof, pending: Pending) -> HttpResponse:
    account_pk = actions.find_account(proof, now=request.now)
    response = visit.enter(
        request, account_pk, proof.provider.method, pending.suite, level=proof.level, kiosk=pending.kiosk
    )
    actions.keep_session(uuid.UUID(request.session[SESSION]), proof)
    if proof.provider.kind is AccountKind.CITIZEN:
        return response
    return _offer_exercises(request, proof, account_pk, response)


def _offer_exercises(request: HttpRequest, proof: Proof, account_pk: int, response: HttpResponse) -> HttpResponse:
    """Several activities: the professional says which one, before anything else."""
    account = identity_queries.get_account(account_pk)
    professional = identity_queries.get_professional(account.professional_id)
    joined = prosante.join(prosante.activities(proof.claims), professional.organizations)
    if joined:
        exercises.offer(request.session, joined)
        if exercises.find_chosen(request.session, professional) is None:
            response["Location"] = reverse("professional:organization")
    return response


def _raise(request: HttpRequest, proof: Proof, pending: Pending) -> HttpResponse:
    """More level for the session that left, if the same person comes back to it; it never loses any."""
    if request.sign_in is None or str(request.sign_in.id) != pending.session:
        raise Invalid("The session that left is over.", code="return-old")
    account_pk = actions.find_account(proof, now=request.now, prefer=request.account.id)
    came = identity_queries.get_account(account_pk)
    mine = (request.account.space_id, request.account.professional_id)
    if (came.space_id, came.professional_id) != mine:
        raise AccessRefused("Somebody else came back.", code="other-person")
    sign_in_actions.raise_level(request.sign_in.id, proof.provider.method, now=request.now, level=proof.level)
    actions.keep_session(request.sign_in.id, proof)
    request.session.cycle_key()
    rotate_token(request)
    return redirect(pending.suite or "public:home")


@policy("public", "none")
@require_safe
def left(request: HttpRequest, provider: str) -> HttpResponse:
    """Back from the provider's sign-out."""
    find_provider(provider)
    return redirect(f"{reverse('public:sign_in')}?fin=depart")


@policy("public", "none")
@csrf_exempt
@require_POST
def provider_left(request: HttpRequest, provider: str) -> HttpResponse:
    """The provider's own session has ended (OpenID Connect Back-Channel Logout): the sessions that it opened end here."""
    found = find_provider(provider)
    try:
        notice = client.read_logout_token(found, request.POST.get("logout_token", ""), now=request.now)
        actions.end_by_provider(found, notice, now=request.now)
    except HygieError:
        return _unkept(HttpResponse(status=400))
    return _unkept(HttpResponse(status=200))


def redirect_uri(provider: Provider) -> str:
    """Exactly the one that is registered at the provider."""
    return settings.HYGIE_BASE_URL + reverse("public:federation_callback", args=[provider.name])


def _unkept(response: Any) -> Any:
    """No cache keeps it, and the address with its code is told to nobody."""
    kept: HttpResponseBase = response
    kept["Cache-Control"] = "no-store"
    kept["Referrer-Policy"] = "no-referrer"
    return kept
