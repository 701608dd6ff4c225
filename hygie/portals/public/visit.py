"""Coming in and going out: sign-in, sign-out, staying."""

from uuid import UUID

from django.contrib.auth import login, logout
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from hygie.identity import actions as identity_actions
from hygie.identity import queries as identity_queries
from hygie.identity.types import OrganizationView
from hygie.lib.errors import Conflict, Invalid, NotFound
from hygie.portals.middleware import ORGANIZATION, SEEN_AT, SIGNED_IN_AT
from hygie.portals.policy import policy
from hygie.portals.public.addresses import safe_next
from hygie.portals.public.forms import SignInForm

_BACKEND = "django.contrib.auth.backends.ModelBackend"
_PROFESSIONAL_SIDE = "/pro/"
_ENDINGS = ("session", "depart")
_REFUSED = _("L’identifiant ou le mot de passe n’est pas le bon. Vérifiez les deux.")
_SLOWED = _("Trop d’essais ont échoué. Attendez quelques minutes avant de recommencer.")


@policy("public", "none")
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """One page for all: the account says which portal opens. An error never says which part was wrong."""
    wanted = safe_next(request, request.POST.get("suite") or request.GET.get("suite", ""), "")
    if request.actor is not None and request.method != "POST":
        return redirect(wanted or "public:home")
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                return _let_in(request, form.cleaned_data["username"], form.cleaned_data["password"], wanted)
            except Invalid:
                form.add_error(None, _REFUSED)
            except Conflict:
                form.add_error(None, _SLOWED)
                status = 429
        status = max(status, 422)
    return render(request, "public/sign_in.html", _page(request, form, wanted), status=status)


@policy("public", "none")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Always possible, also when the session is already over."""
    logout(request)
    request.actor = None
    response = redirect(f"{reverse('public:sign_in')}?fin=depart")
    response["Clear-Site-Data"] = '"cache", "storage"'
    response["Cache-Control"] = "no-store"
    return response


@policy("signed-in", "none")
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Renew the idle limit, on the person's own request; the absolute limit does not move."""
    request.session[SEEN_AT] = int(request.now.timestamp())
    return HttpResponse(status=204)


def _let_in(request: HttpRequest, username: str, password: str, wanted: str) -> HttpResponse:
    """Open the session under a new key and go where the account belongs."""
    account_pk = identity_actions.check_sign_in(username, password, now=request.now)
    user = ModelBackend().get_user(account_pk)
    if user is None:
        raise Invalid("Sign-in refused.", code="sign-in-refused")
    account = identity_queries.account_of(user)
    organizations = _organizations(account.professional_id)
    request.session.flush()
    login(request, user, backend=_BACKEND)
    now = int(request.now.timestamp())
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = now
    if account.professional_id is None:
        return redirect(wanted if wanted and not wanted.startswith(_PROFESSIONAL_SIDE) else "citizen:home")
    if len(organizations) > 1:
        return redirect("professional:organization")
    if organizations:
        request.session[ORGANIZATION] = str(organizations[0].id)
    return redirect(wanted if wanted.startswith(_PROFESSIONAL_SIDE) else "professional:home")


def _organizations(professional_id: UUID | None) -> tuple[OrganizationView, ...]:
    """The structures of a professional; who left the register is refused before a session opens."""
    if professional_id is None:
        return ()
    try:
        return identity_queries.get_professional(professional_id).organizations
    except NotFound as error:
        raise Invalid("Sign-in refused.", code="sign-in-refused") from error


def _page(request: HttpRequest, form: SignInForm, wanted: str) -> dict[str, object]:
    ended = request.GET.get("fin", "")
    entry = request.POST.get("entree") or request.GET.get("entree", "")
    return {
        "form": form,
        "suite": wanted,
        "ended": ended if ended in _ENDINGS and request.method != "POST" else "",
        "professional_entry": entry == "professionnel" or wanted.startswith(_PROFESSIONAL_SIDE),
        "hide_sign_in": True,
    }
