"""Adding, naming, trying and removing a passkey or an application. Each change asks a recent, strong proof."""

import base64
import uuid

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hygie.identity.sign_in import factors, passkeys, totp
from hygie.identity.sign_in.types import Kind
from hygie.lib.errors import Conflict, Invalid, NotFound
from hygie.portals import notices
from hygie.portals.account.forms import ApplicationForm, NameForm
from hygie.portals.account.page import render_page
from hygie.portals.account.security import METHODS, parent
from hygie.portals.fresh import strong
from hygie.portals.origin import device_name
from hygie.portals.policy import policy
from hygie.portals.public import proof

_SECRET = "totp"
_SECRET_CONTEXT = uuid.UUID(int=0)


# ---- passkeys


@policy("signed-in", "none")
@require_http_methods(METHODS)
def passkey_add(request: HttpRequest) -> HttpResponse:
    if (first := strong(request)) is not None:
        return first
    if not passkeys.are_offered(request.get_host()):
        raise NotFound("No passkeys at this address.", code="passkeys-none")
    initial = {"name": device_name(request)}
    form = NameForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            answer, state = request.POST.get("reponse", "")[:20_000], request.POST.get("etat", "")[:4_000]
            passkeys.add(request.account.id, answer, state, form.cleaned_data["name"], now=request.now)
            return _added(request, gettext("La clé d’accès est ajoutée. Elle ouvre votre espace à elle seule."))
        except Invalid:
            form.add_error(None, gettext("La clé d’accès n’a pas été acceptée. Recommencez."))
        except Conflict as error:
            known = gettext("Cette clé d’accès est déjà ajoutée.")
            form.add_error(None, known if error.code == "passkey-known" else _many())
    title = gettext("Ajouter une clé d’accès")
    return render_page(
        request, "passkey_add", title=title, parent=parent(), form=form, status=422 if form.errors else 200
    )


@policy("signed-in", "none")
@require_safe
def passkey_question(request: HttpRequest) -> HttpResponse:
    """What the browser is asked before it makes a passkey."""
    if (first := strong(request)) is not None:
        return first
    account_id = request.account.id
    question = passkeys.ask_new(account_id, label=passkeys.label_of(account_id), now=request.now)
    response = JsonResponse({"publicKey": question.options, "state": question.state})
    response["Cache-Control"] = "no-store"
    return response


# ---- applications


@policy("signed-in", "none")
@sensitive_post_parameters("code")
@require_http_methods(METHODS)
def totp_add(request: HttpRequest) -> HttpResponse:
    """The secret waits, sealed, in the session until the application has shown a code."""
    if (first := strong(request)) is not None:
        return first
    secret = _waiting_secret(request)
    initial = {"name": gettext("Application de codes")}
    form = ApplicationForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            clean = form.cleaned_data
            totp.add(request.account.id, secret, clean["name"], now=request.now, code=clean["code"])
            del request.session[_SECRET]
            return _added(request, gettext("L’application est ajoutée. Elle donnera un code à chaque connexion."))
        except Invalid:
            form.add_error(
                "code", gettext("Ce code n’est pas le bon. Attendez le suivant, et vérifiez l’heure du téléphone.")
            )
        except Conflict:
            form.add_error(None, _many())
    label = passkeys.label_of(request.account.id)
    return render_page(
        request,
        "totp_add",
        title=gettext("Ajouter une application de codes"),
        parent=parent(),
        form=form,
        picture=_picture(totp.address(secret, label)),
        key=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        status=422 if form.errors else 200,
    )


def _waiting_secret(request: HttpRequest) -> str:
    held = request.session.get(_SECRET)
    if held:
        return totp.open_secret(base64.b64decode(held), context=_SECRET_CONTEXT)
    secret = totp.new_secret()
    sealed = totp.seal_secret(secret, context=_SECRET_CONTEXT)
    request.session[_SECRET] = base64.b64encode(sealed).decode("ascii")
    return secret


def _picture(address: str) -> SafeString:
    """The picture code, drawn by segno from an address of ours: paths only, no style, no script."""
    drawn = segno.make(address, error="m").svg_inline(
        border=4, dark="#000", light="#fff", svgclass="hy-qr", lineclass=None, omitsize=True
    )
    return mark_safe(drawn)  # noqa: S308 - it holds numbers and colours


# ---- one means


@policy("signed-in", "none")
@require_http_methods(METHODS)
def factor(request: HttpRequest, factor_id: uuid.UUID) -> HttpResponse:
    """Its name, when it served, and what can be done with it."""
    if request.method == "POST" and (first := strong(request)) is not None:
        return first
    found = factors.get(request.account.id, factor_id)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        factors.rename(request.account.id, factor_id, form.cleaned_data["name"])
        messages.success(request, gettext("Le nom est changé."))
        return redirect("account:security")
    return render_page(
        request,
        "factor",
        title=found.name,
        parent=parent(),
        factor=found,
        form=form,
        is_last=len(factors.standing(request.account.id).factors) == 1,
        status=422 if form.errors else 200,
    )


@policy("signed-in", "none")
@require_POST
def factor_remove(request: HttpRequest, factor_id: uuid.UUID) -> HttpResponse:
    if (first := strong(request)) is not None:
        return first
    try:
        factors.remove(request.account.id, factor_id)
    except Conflict:
        messages.error(
            request, gettext("C’est votre dernier moyen sûr : ajoutez-en un autre avant de retirer celui-ci.")
        )
        return redirect("account:factor", factor_id=factor_id)
    notices.tell(request, request.account, "sign-in.means-removed")
    messages.success(request, gettext("Ce moyen est retiré. Il n’ouvre plus rien."))
    return redirect("account:security")


@policy("signed-in", "none")
@sensitive_post_parameters("code")
@require_http_methods(METHODS)
def factor_test(request: HttpRequest, factor_id: uuid.UUID) -> HttpResponse:
    """The same page as at sign-in, and nothing changes but the answer."""
    found = factors.get(request.account.id, factor_id)
    ways = [way for way in proof.second_ways(request.account, request) if way.kind is found.kind]
    if not ways:
        raise NotFound("This means does not work at this address.", code="passkeys-none")

    def done(way: proof.Way) -> HttpResponse:
        if factors.get(request.account.id, factor_id).used_at != request.now:
            messages.error(request, gettext("Un autre de vos moyens a répondu. Recommencez avec celui-ci."))
            return redirect("account:factor_test", factor_id=factor_id)
        messages.success(request, gettext("Ce moyen marche."))
        return redirect("account:security")

    title = gettext("Essayer ce moyen")
    lead = gettext("Comme à la connexion. Rien ne change.")
    return proof.ask(request, request.account, ways, done, title=title, lead=lead, back=reverse("account:security"))


def _added(request: HttpRequest, words: str) -> HttpResponse:
    notices.tell(request, request.account, "sign-in.means-added")
    messages.success(request, words)
    known = factors.standing(request.account.id)
    if not known.recovery_left and len(known.of(Kind.PASSKEY) + known.of(Kind.TOTP)) == 1:
        messages.info(request, gettext("Faites aussi des codes de secours : ils remplacent un moyen perdu."))
    return redirect("account:security")


def _many() -> str:
    return gettext("Vous avez beaucoup de moyens de cette sorte. Retirez-en un d’abord.")
