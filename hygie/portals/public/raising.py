"""Proving more, or proving again, without losing one's place; and what the levels are, in plain words."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from hygie.identity.sign_in import actions as sign_in_actions
from hygie.identity.sign_in import factors
from hygie.identity.sign_in.types import RAISED, Kind, Method
from hygie.identity.types import Level
from hygie.portals.policy import policy
from hygie.portals.public import proof
from hygie.portals.public.addresses import safe_next
from hygie.portals.public.second_step import after_recovery

_WITH_PASSWORD = "password"


@policy("signed-in", "none")
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_raise(request: HttpRequest) -> HttpResponse:
    """`suite`: where to come back. `raison=recente`: the level is enough, the proof is too old."""
    wanted = safe_next(request, request.POST.get("suite") or request.GET.get("suite", ""), "/")
    again = (request.POST.get("raison") or request.GET.get("raison")) == "recente"
    if request.sign_in.level >= Level.SUBSTANTIAL and not again:
        return _enough(request, wanted)
    ways = _ways(request, again=again)
    values = {
        "suite": wanted,
        "raison": "recente" if again else "",
        "provider": proof.has_provider(request.actor.kind),
        "is_professional": request.actor.kind == "professional",
        "raising": True,
    }
    if not ways:
        return render(request, "public/raise_none.html", {**values, "hide_sign_in": True})

    def done(way: proof.Way) -> HttpResponse:
        return _done(request, way, wanted)

    if again:
        title, lead = (
            gettext("Confirmez que c’est vous"),
            gettext("Cette page est sensible : une nouvelle preuve suffit."),
        )
    else:
        title = gettext("Une preuve de plus")
        lead = gettext("Vos données de santé demandent deux preuves. Vous reviendrez à la même page.")
    return proof.ask(request, request.account, ways, done, title=title, lead=lead, **values)


def _enough(request: HttpRequest, wanted: str) -> HttpResponse:
    """A page may ask for more than any means of ours gives: only an identity provider goes further."""
    if request.GET.get("niveau") != Level.HIGH.word or request.sign_in.level >= Level.HIGH:
        return redirect(wanted)
    values = {
        "suite": wanted,
        "provider": proof.has_provider(request.actor.kind),
        "is_professional": request.actor.kind == "professional",
        "high": True,
        "hide_sign_in": True,
    }
    return render(request, "public/raise_none.html", values)


def _ways(request: HttpRequest, *, again: bool) -> list[proof.Way]:
    """A second proof completes a password. A session that no password opened is raised by what is enough alone."""
    ways = proof.second_ways(request.account, request)
    if request.sign_in.level < Level.SUBSTANTIAL and not request.sign_in.method.startswith(_WITH_PASSWORD):
        return [way for way in ways if way.kind is Kind.PASSKEY]
    if again and not ways and factors.standing(request.account.id).has_password:
        return [proof.password_way()]
    return ways


def _done(request: HttpRequest, way: proof.Way, wanted: str) -> HttpResponse:
    """The level goes up, the key of the session changes, and what it held stays: the place is not lost."""
    method = RAISED[way.kind] if way.kind else Method.PASSWORD
    sign_in_actions.raise_level(request.sign_in.id, method, now=request.now)
    request.session.cycle_key()
    rotate_token(request)
    if way.kind is Kind.RECOVERY:
        after_recovery(request, request.account)
    return redirect(wanted)


@policy("public", "none")
@require_safe
def sign_in_levels(request: HttpRequest) -> HttpResponse:
    level = request.sign_in.level if request.sign_in is not None else None
    context = {"level": level.word if level else "", "minutes": settings.HYGIE_SESSION_IDLE_SECONDS // 60}
    return render(request, "public/levels.html", context)
