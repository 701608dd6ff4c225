"""The second proof: which means somebody has, the page that asks for one, and the answer that is compared."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from hygie.identity.contacts import codes
from hygie.identity.contacts.types import System
from hygie.identity.federation.providers import list_providers
from hygie.identity.sign_in import factors, guard, passkeys, passwords, recovery, resets, totp
from hygie.identity.sign_in.types import Kind
from hygie.identity.types import AccountView
from hygie.lib.clock import rfc3339
from hygie.lib.errors import Conflict, Invalid
from hygie.notifications import actions as notifications
from hygie.notifications import people
from hygie.portals.origin import origin_of
from hygie.portals.public.sign_in_forms import CodeForm, PasswordForm, RecoveryForm

OWN_PAGES = ("/ma-connexion/", "/mes-appareils/")
WAITING = "second_step"
RESET = "reset"
WAITING_LIFE = dt.timedelta(minutes=10)
_PURPOSE = "sign-in"
_CODE = "code-"
PASSWORD = "password"
SLOWED = _(
    "Trop d’essais ont échoué. Attendez quelques minutes avant de recommencer."
    " Une clé d’accès ouvre votre espace sans attendre."
)
_WRONG = _("Ce code n’est pas le bon, ou il a déjà servi. Attendez le code suivant.")
_WRONG_PASSWORD = _("Ce mot de passe n’est pas le bon.")
_WRONG_PASSKEY = _("Cette clé d’accès n’a pas été acceptée. Recommencez, ou choisissez un autre moyen.")
_MANY_CODES = _("Vous avez demandé beaucoup de codes. Attendez une heure, ou choisissez un autre moyen.")


@dataclass(frozen=True, slots=True)
class Way:
    """One means that can be chosen now. `key` is its name in addresses and forms."""

    key: str
    kind: Kind | None
    label: str
    icon: str
    contact: Any = None


def second_ways(account: AccountView, request: HttpRequest) -> list[Way]:
    """The means that can follow a password, the one that served last first."""
    standing = factors.standing(account.id)
    found = []
    if standing.of(Kind.PASSKEY) and passkeys.are_offered(request.get_host()):
        found.append(Way("passkey", Kind.PASSKEY, gettext("Clé d’accès"), "fingerprint"))
    if standing.of(Kind.TOTP):
        found.append(Way("totp", Kind.TOTP, gettext("Code de l’application"), "device-mobile"))
    found += [_contact_way(point) for point in people.reached(account.space_id)]
    if standing.recovery_left:
        found.append(Way("recovery", Kind.RECOVERY, gettext("Code de secours, sur papier"), "key"))
    last = standing.last_used
    return sorted(found, key=lambda way: way.kind is not last) if last else found


def _contact_way(point: Any) -> Way:
    is_mail = point.system is System.EMAIL
    label = gettext("Code par e-mail à %(to)s") if is_mail else gettext("Code par SMS au %(to)s")
    return Way(
        f"{_CODE}{point.id}", Kind.CODE, label % {"to": point.masked}, "mail" if is_mail else "message-circle", point
    )


def password_way() -> Way:
    return Way(PASSWORD, None, gettext("Mot de passe"), "lock")


def has_provider(audience: str) -> bool:
    """Whether the settings have an identity provider for citizens, or for professionals."""
    return any(each.kind == audience for each in list_providers())


# ---- between the password and the second proof


def wait_for_second(request: HttpRequest, account_pk: int, wanted: str, *, kiosk: bool) -> None:
    """The password was right: the session of Django remembers whose, for ten minutes. Nothing is open yet."""
    request.session[WAITING] = {"account": account_pk, "at": rfc3339(request.now), "suite": wanted, "kiosk": kiosk}


def waiting(request: HttpRequest) -> dict[str, Any] | None:
    held = request.session.get(WAITING)
    if not held:
        return None
    since = dt.datetime.fromisoformat(held["at"])
    return held if request.now - since <= WAITING_LIFE else None


def asked_reset(request: HttpRequest) -> uuid.UUID | None:
    """The way back that this browser asked for."""
    held = request.session.get(RESET)
    return uuid.UUID(held) if held else None


def reset_account(request: HttpRequest) -> int | None:
    """The account whose code came back to this browser."""
    asked = asked_reset(request)
    try:
        return resets.account_of(asked, now=request.now) if asked else None
    except Invalid:
        return None


def known_account(request: HttpRequest) -> int | None:
    """The account that this browser has shown something of: a session, a password, or the code of a way back."""
    if request.account is not None:
        return int(request.account.id)
    held = waiting(request)
    return int(held["account"]) if held else reset_account(request)


# ---- the page


def ask(
    request: HttpRequest,
    account: AccountView,
    ways: list[Way],
    done: Callable[[Way], HttpResponse],
    **values: Any,
) -> HttpResponse:
    """Shows the form of the means that is chosen, or compares what came with it and goes on with `done`."""
    key = request.POST.get("moyen") or request.GET.get("moyen", "")
    way = next((each for each in ways if each.key == key), ways[0])
    if request.method == "POST" and request.POST.get("acte") == "envoyer" and way.contact:
        return _send(request, account, ways, way, values)
    sent = way.contact is not None and request.GET.get("envoye") == "1"
    form = _form(way, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = _compare(request, account, way, form)
        if status == 200:
            return done(way)
        sent = way.contact is not None
    return _show(request, ways, way, form, sent=sent, status=status, **values)


def _form(way: Way, data: Any) -> forms.Form:
    if way.kind is Kind.RECOVERY:
        return RecoveryForm(data)
    return PasswordForm(data) if way.kind is None else CodeForm(data)


def _show(
    request: HttpRequest, ways: list[Way], way: Way, form: forms.Form, *, status: int, **values: Any
) -> HttpResponse:
    context = {
        "form": form,
        "way": way,
        "others": [each for each in ways if each is not way],
        "hide_sign_in": True,
        **values,
    }
    response = render(request, "public/prove.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _send(
    request: HttpRequest, account: AccountView, ways: list[Way], way: Way, values: dict[str, Any]
) -> HttpResponse:
    try:
        code = codes.draw(_PURPOSE, f"{account.id}.{way.contact.id.hex[:16]}", now=request.now)
    except Conflict:
        form = _form(way, {"code": "-"})
        form.add_error(None, _MANY_CODES)
        return _show(request, ways, way, form, sent=False, status=429, **values)
    notifications.send(
        people.WAYS[way.contact.system],
        way.contact.value,
        "sign-in.code",
        {"code": code, "minutes": str(codes.MINUTES)},
        now=request.now,
        language=get_language() or settings.LANGUAGE_CODE,
        expires_at=request.now + dt.timedelta(minutes=codes.MINUTES),
    )
    query = request.GET.copy()
    query["moyen"], query["envoye"] = way.key, "1"
    query.update({name: values[name] for name in ("suite", "raison") if values.get(name)})
    return redirect(f"{request.path}?{query.urlencode()}")


def _compare(request: HttpRequest, account: AccountView, way: Way, form: forms.Form) -> int:
    """200 when it is right; else the status, with the reason on the form."""
    try:
        if way.kind is Kind.PASSKEY:
            check_passkey(request, account.id)
            return 200
        if form.is_valid():
            _check(request, account, way, form.cleaned_data["code"])
            return 200
    except Invalid as error:
        words = _WRONG_PASSKEY if error.code == "passkey-refused" else _WRONG if way.kind else _WRONG_PASSWORD
        form.add_error(None if way.kind is Kind.PASSKEY else "code", words)
    except Conflict:
        form.add_error(None, SLOWED)
        return 429
    return 422


def _check(request: HttpRequest, account: AccountView, way: Way, typed: str) -> None:
    now, origin = request.now, origin_of(request)
    if way.kind is Kind.TOTP:
        totp.check(account.id, typed, now=now, origin=origin)
    elif way.kind is Kind.RECOVERY:
        recovery.use(account.id, typed, now=now, origin=origin)
    elif way.kind is Kind.CODE:
        with guard.counted(passwords.name_of(account.id), origin, now=now):
            codes.use(_PURPOSE, f"{account.id}.{way.contact.id.hex[:16]}", typed, now=now)
    else:
        passwords.check_own(account.id, typed, now=now, origin=origin)


def check_passkey(request: HttpRequest, account_id: int | None) -> int:
    """The account whose passkey answered: of `account_id` only, or anybody's."""
    answer, state = request.POST.get("reponse", "")[:20_000], request.POST.get("etat", "")[:4_000]
    return passkeys.check(answer, state, now=request.now, account_id=account_id)
