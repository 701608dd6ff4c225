"""« Ma connexion »: the level, the means, the codes on paper, the password."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from hygie.identity.sign_in import actions as sign_in_actions
from hygie.identity.sign_in import factors, passkeys, recovery
from hygie.identity.sign_in.types import Kind, Method
from hygie.notifications import people
from hygie.portals import notices
from hygie.portals.account.page import render_page
from hygie.portals.fresh import strong
from hygie.portals.policy import policy
from hygie.portals.public.forgotten import accept_password
from hygie.portals.public.sign_in_forms import NewPasswordForm

METHODS = ["GET", "HEAD", "POST"]


def parent() -> tuple[str, str]:
    return ("account:security", gettext("Ma connexion"))


def method_words(method: str) -> str:
    """How a session was opened, in words."""
    words = {
        Method.PASSWORD: gettext("mot de passe seul"),
        Method.PASSWORD_TOTP: gettext("mot de passe et code de l’application"),
        Method.PASSWORD_CODE: gettext("mot de passe et code reçu"),
        Method.PASSWORD_RECOVERY: gettext("mot de passe et code de secours"),
        Method.PASSKEY: gettext("clé d’accès"),
        Method.FRANCECONNECT: gettext("FranceConnect+"),
        Method.PROSANTECONNECT: gettext("Pro Santé Connect"),
    }
    return words.get(Method(method), "") if method in set(Method) else ""


@policy("signed-in", "none")
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    standing = factors.standing(request.account.id)
    return render_page(
        request,
        "security",
        title=gettext("Ma connexion"),
        level=request.sign_in.level.word,
        method=method_words(request.sign_in.method),
        proved_at=request.sign_in.proved_at,
        passkeys=standing.of(Kind.PASSKEY),
        applications=standing.of(Kind.TOTP),
        recovery_left=standing.recovery_left,
        has_password=standing.has_password,
        contacts=people.reached(request.account.space_id),
        passkeys_offered=passkeys.are_offered(request.get_host()),
        passkeys_elsewhere=_elsewhere(request),
    )


def _elsewhere(request: HttpRequest) -> str:
    """Where passkeys work, when it is not at this address: a demonstration has two names."""
    if passkeys.are_offered(request.get_host()) or not passkeys.site():
        return ""
    known = next((each for each in passkeys.origins() if each != settings.HYGIE_BASE_URL), settings.HYGIE_BASE_URL)
    return known


@policy("signed-in", "none")
@sensitive_post_parameters("password")
@require_http_methods(METHODS)
def password(request: HttpRequest) -> HttpResponse:
    """A recent proof stands for the former password; everybody else is out."""
    if (first := strong(request)) is not None:
        return first
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and accept_password(form, request.account.id):
            sign_in_actions.set_password(
                request.account.id, form.cleaned_data["password"], now=request.now, keep=request.sign_in.id
            )
            request.session.cycle_key()
            rotate_token(request)
            notices.tell(request, request.account, "sign-in.password-changed", "public:help")
            messages.success(request, gettext("Votre mot de passe est changé. Vos autres appareils sont déconnectés."))
            return redirect("account:security")
    title = gettext("Changer mon mot de passe")
    return render_page(request, "password", title=title, parent=parent(), form=form, status=status)


@policy("signed-in", "none")
@require_http_methods(METHODS)
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes are in the answer to the form, once: no address shows them again."""
    if (first := strong(request)) is not None:
        return first
    title = gettext("Codes de secours")
    if request.method == "POST":
        drawn = recovery.draw(request.account.id, now=request.now)
        notices.tell(request, request.account, "sign-in.means-added")
        return render_page(request, "recovery_shown", title=title, parent=parent(), codes=drawn)
    left = recovery.left(request.account.id)
    return render_page(request, "recovery", title=title, parent=parent(), left=left)
