"""After the password: the second proof. Also a passkey alone, which is both."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hygie.identity import queries as identity_queries
from hygie.identity.sign_in import passkeys, recovery
from hygie.identity.sign_in.types import RAISED, Kind, Method
from hygie.identity.types import AccountView
from hygie.lib.errors import Invalid, NotFound
from hygie.portals import notices
from hygie.portals.policy import policy
from hygie.portals.public import proof, visit
from hygie.portals.public.addresses import safe_next
from hygie.portals.public.sign_in_forms import SignInForm


@policy("public", "none")
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Who gave no password, or gave it more than ten minutes ago, starts again."""
    held = proof.waiting(request)
    if held is None:
        return redirect("public:sign_in")
    account = identity_queries.get_account(held["account"])
    ways = proof.second_ways(account, request)
    if not ways:
        return redirect("public:sign_in")

    def done(way: proof.Way) -> HttpResponse:
        assert way.kind is not None  # noqa: S101 - a password is not a way of second_ways
        response = visit.enter(request, account.id, RAISED[way.kind], held["suite"], kiosk=held["kiosk"])
        if way.kind is Kind.RECOVERY:
            after_recovery(request, account)
        return response

    return proof.ask(
        request,
        account,
        ways,
        done,
        title=gettext("Prouvez que c’est bien vous"),
        lead=gettext("Étape 2 sur 2. Votre mot de passe est juste : il reste une preuve."),
        back_url=True,
        kiosk=held["kiosk"],
    )


def after_recovery(request: HttpRequest, account: AccountView) -> None:
    """A code on paper has served: the owner is told, and how many are left."""
    notices.tell(request, account, "sign-in.recovery-used")
    left = recovery.left(account.id)
    messages.warning(
        request, gettext("Un code de secours a servi. Il en reste %(count)d : pensez à en refaire.") % {"count": left}
    )


@policy("public", "none")
@require_safe
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser is asked. With `?pour=compte`, the passkeys of the account that is known here, and no other."""
    if not passkeys.are_offered(request.get_host()):
        raise NotFound("No passkeys here.", code="passkeys-none")
    account_id = proof.known_account(request) if request.GET.get("pour") == "compte" else None
    question = passkeys.ask(now=request.now, account_id=account_id)
    response = JsonResponse({"publicKey": question.options, "state": question.state})
    response["Cache-Control"] = "no-store"
    return response


@policy("public", "none")
@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """A passkey says who, and proves it: nothing to guess, so nothing to slow down."""
    wanted = safe_next(request, request.POST.get("suite", ""), "")
    try:
        account_pk = proof.check_passkey(request, None)
        return visit.enter(request, account_pk, Method.PASSKEY, wanted, kiosk=visit.is_kiosk(request))
    except Invalid:
        form = SignInForm(kiosk=visit.is_kiosk(request))
        values = visit.page_values(request, form, wanted)
        return render(request, "public/sign_in.html", {**values, "passkey_refused": True}, status=422)
