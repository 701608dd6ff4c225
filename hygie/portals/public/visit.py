"""Coming in and going out: sign-in, sign-out, staying."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from hygie.identity import queries as identity_queries
from hygie.identity.sign_in import actions as sign_in_actions
from hygie.identity.sign_in import devices, passkeys, passwords
from hygie.identity.sign_in.types import Method
from hygie.identity.types import AccountView, Level, OrganizationView
from hygie.lib.errors import Conflict, Invalid, NotFound
from hygie.portals import notices
from hygie.portals.middleware import ORGANIZATION, SESSION
from hygie.portals.origin import device_name, device_token, keep_device, origin_of
from hygie.portals.policy import policy
from hygie.portals.public import leaving, proof
from hygie.portals.public.addresses import safe_next
from hygie.portals.public.sign_in_forms import SignInForm

_PROFESSIONAL_SIDE = "/pro/"
_ENDINGS = ("session", "depart", "mot-de-passe")
_REFUSED = _("L’identifiant ou le mot de passe n’est pas le bon. Vérifiez les deux.")
CLEAR = '"cache", "storage"'


@policy("public", "none")
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """One page for all: the account says which portal opens. An error never says which part was wrong."""
    wanted = safe_next(request, request.POST.get("suite") or request.GET.get("suite", ""), "")
    if request.actor is not None and request.method != "POST":
        return redirect(wanted or "public:home")
    form = SignInForm(request.POST or None, kiosk=is_kiosk(request))
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                return _let_in(request, form.cleaned_data["username"], form.cleaned_data["password"], wanted)
            except Invalid:
                form.add_error(None, _REFUSED)
            except Conflict:
                form.add_error(None, proof.SLOWED)
                status = 429
        status = max(status, 422)
    return render(request, "public/sign_in.html", page_values(request, form, wanted), status=status)


@policy("public", "none")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Always possible, also when the session is already over."""
    elsewhere = leaving.take_address(request)
    leave(request)
    response = leaving.page(request, elsewhere) if elsewhere else redirect(f"{reverse('public:sign_in')}?fin=depart")
    response["Clear-Site-Data"] = CLEAR
    response["Cache-Control"] = "no-store"
    return response


@policy("signed-in", "none")
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Renew the idle limit, on the person's own request; the absolute limit does not move."""
    sign_in_actions.touch(request.sign_in.id, now=request.now)
    return HttpResponse(status=204)


def is_kiosk(request: HttpRequest) -> bool:
    """« Ordinateur partagé » was chosen."""
    return bool(request.POST.get("partage") or request.GET.get("partage"))


def _let_in(request: HttpRequest, username: str, password: str, wanted: str) -> HttpResponse:
    """A password alone opens the session of an account that has nothing else, at the level « low »."""
    account_pk = passwords.check(username, password, now=request.now, origin=origin_of(request))
    account = identity_queries.get_account(account_pk)
    _organizations(account.professional_id)
    if not proof.second_ways(account, request):
        return enter(request, account_pk, Method.PASSWORD, wanted, kiosk=is_kiosk(request))
    # What was in the browser before the password stays behind: a planted session key gets nothing.
    leave(request)
    rotate_token(request)
    proof.wait_for_second(request, account_pk, wanted, kiosk=is_kiosk(request))
    return redirect("public:second_step")


def enter(
    request: HttpRequest,
    account_pk: int,
    method: Method,
    wanted: str,
    *,
    level: Level | None = None,
    kiosk: bool = False,
) -> HttpResponse:
    """Open the session under a new key, and go where the account belongs. `level`: what an identity provider says."""
    account = identity_queries.get_account(account_pk)
    organizations = _organizations(account.professional_id)
    leave(request)
    rotate_token(request)
    device = device_name(request)
    token = "" if kiosk else device_token(request) or devices.new_token()
    is_new = devices.meet(account_pk, token, now=request.now)
    opened = sign_in_actions.open_session(account_pk, method, now=request.now, level=level, kiosk=kiosk, device=device)
    request.session[SESSION] = str(opened)
    response = _arrival(request, account, organizations, wanted)
    if token:
        keep_device(request, response, token)
    if is_new:
        said = device or gettext("appareil inconnu")
        notices.tell(request, account, "sign-in.new-device", "account:devices", device=said)
    return response


def _arrival(
    request: HttpRequest, account: AccountView, organizations: tuple[OrganizationView, ...], wanted: str
) -> HttpResponse:
    own = wanted.startswith(proof.OWN_PAGES)
    if account.professional_id is None:
        return redirect(wanted if wanted and not wanted.startswith(_PROFESSIONAL_SIDE) else "citizen:home")
    if len(organizations) > 1:
        return redirect("professional:organization")
    if organizations:
        request.session[ORGANIZATION] = str(organizations[0].id)
    return redirect(wanted if wanted.startswith(_PROFESSIONAL_SIDE) or own else "professional:home")


def leave(request: HttpRequest) -> None:
    """End the session that is open here, if any, and all that it held."""
    if request.sign_in is not None:
        sign_in_actions.end_session(request.account.id, request.sign_in.id, now=request.now)
    request.session.flush()
    request.actor = request.sign_in = None


def _organizations(professional_id: UUID | None) -> tuple[OrganizationView, ...]:
    """The structures of a professional; who left the register is refused before a session opens."""
    if professional_id is None:
        return ()
    try:
        return identity_queries.get_professional(professional_id).organizations
    except NotFound as error:
        raise Invalid("Sign-in refused.", code="sign-in-refused") from error


def page_values(request: HttpRequest, form: SignInForm, wanted: str) -> dict[str, object]:
    ended = request.GET.get("fin", "")
    entry = request.POST.get("entree") or request.GET.get("entree", "")
    is_professional = entry == "professionnel" or wanted.startswith(_PROFESSIONAL_SIDE)
    return {
        "form": form,
        "suite": wanted,
        "ended": ended if ended in _ENDINGS and request.method != "POST" else "",
        "professional_entry": is_professional,
        "kiosk": is_kiosk(request),
        "passkeys": passkeys.are_offered(request.get_host()),
        "hide_sign_in": True,
    }
