"""A forgotten password: a code, a second proof, a new password. The same pages for any name."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from hygie.identity import queries as identity_queries
from hygie.identity.sign_in import guard, passwords, resets
from hygie.identity.sign_in.types import Kind
from hygie.lib.errors import Conflict, Invalid
from hygie.portals import notices
from hygie.portals.origin import origin_of
from hygie.portals.policy import policy
from hygie.portals.public import proof, visit
from hygie.portals.public.second_step import after_recovery
from hygie.portals.public.sign_in_forms import CodeForm, ForgottenForm, NewPasswordForm

_PROVED = "reset_proved"
_METHODS = ["GET", "HEAD", "POST"]
_WRONG = _("Ce code n’est pas le bon, ou il n’est plus valable.")


@policy("public", "none")
@require_http_methods(_METHODS)
def forgotten(request: HttpRequest) -> HttpResponse:
    """Step 1. The answer is the same whether the name exists or not."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            name = form.cleaned_data["username"]
            try:
                with guard.counted(f"reset {name}", origin_of(request), now=request.now, keep=True):
                    asked = resets.ask(name, now=request.now, language=get_language() or "fr")
            except Conflict:
                form.add_error(None, proof.SLOWED)
                return _page(request, "forgotten", form, 429)
            visit.leave(request)
            request.session[proof.RESET] = str(asked)
            return redirect("public:forgotten_code")
        status = 422
    return _page(request, "forgotten", form, status)


@policy("public", "none")
@sensitive_post_parameters("code")
@require_http_methods(_METHODS)
def forgotten_code(request: HttpRequest) -> HttpResponse:
    """Step 2: the code that was sent, if the account exists and has a verified address."""
    asked = proof.asked_reset(request)
    if asked is None:
        return redirect("public:forgotten")
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        try:
            if form.is_valid():
                resets.prove(asked, form.cleaned_data["code"], now=request.now, origin=origin_of(request))
                return redirect("public:forgotten_proof")
        except Invalid as error:
            if error.code == "reset-over":
                return redirect("public:forgotten")
            form.add_error("code", _WRONG)
        except Conflict:
            form.add_error(None, proof.SLOWED)
            status = 429
    return _page(request, "forgotten_code", form, status)


@policy("public", "none")
@sensitive_post_parameters("code")
@require_http_methods(_METHODS)
def forgotten_proof(request: HttpRequest) -> HttpResponse:
    """Step 3: a proof of another kind than a message."""
    found = proof.reset_account(request)
    if found is None:
        return redirect("public:forgotten")
    account = identity_queries.get_account(found)
    ways = [way for way in proof.second_ways(account, request) if way.kind is not Kind.CODE]
    if not ways:
        return _page(request, "forgotten_stop", None, 200, provider=proof.has_provider(account.kind))

    def done(way: proof.Way) -> HttpResponse:
        request.session.cycle_key()
        request.session[_PROVED] = request.session[proof.RESET]
        if way.kind is Kind.RECOVERY:
            after_recovery(request, account)
        return redirect("public:forgotten_password")

    title, lead = (
        gettext("Une preuve de plus"),
        gettext("Étape 3 sur 4. Un message ne suffit pas à changer un mot de passe."),
    )
    # No passkey of another account, and none without this page: the options are those of the account.
    return proof.ask(request, account, ways, done, title=title, lead=lead)


@policy("public", "none")
@sensitive_post_parameters("password")
@require_http_methods(_METHODS)
def forgotten_password(request: HttpRequest) -> HttpResponse:
    """Step 4: the new password. Then one signs in with it, and the second proof."""
    found = proof.reset_account(request)
    if found is None or request.session.get(_PROVED) != request.session.get(proof.RESET):
        return redirect("public:forgotten")
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and accept_password(form, found):
            resets.finish(uuid.UUID(request.session[proof.RESET]), form.cleaned_data["password"], now=request.now)
            notices.tell(request, identity_queries.get_account(found), "sign-in.password-changed", "public:help")
            request.session.flush()
            return redirect(f"{reverse('public:sign_in')}?fin=mot-de-passe")
    return _page(request, "forgotten_password", form, status)


def accept_password(form: forms.Form, account_id: int) -> bool:
    """Puts on the form why its password cannot be chosen."""
    for fault in passwords.faults(form.cleaned_data["password"], account_id):
        form.add_error("password", fault)
    return not form.errors


def _page(request: HttpRequest, name: str, form: forms.Form | None, status: int, **values: Any) -> HttpResponse:
    context = {"form": form, "hide_sign_in": True, **values}
    response = render(request, f"public/{name}.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response
