"""Error pages: what happened, whether the data are safe, what to do, and a code to quote. Nothing else.

No message of an exception reaches the page: the sentences are chosen by status, and the code comes from the house.
"""

import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from hygie.portals.errors import status_of

_CODE = re.compile(r"[a-z0-9-]{1,40}")
_Text = str


@dataclass(frozen=True, slots=True)
class ErrorText:
    icon: str
    title: _Text
    happened: _Text
    safe: _Text
    todo: _Text


_SAFE = _("Vos données sont intactes. Rien n’a été modifié.")
_TEXTS: dict[int, ErrorText] = {
    400: ErrorText(
        "alert-triangle",
        _("Cette demande n’est pas lisible"),
        _("Votre navigateur a envoyé une demande incomplète."),
        _SAFE,
        _("Revenez à la page précédente, puis recommencez."),
    ),
    403: ErrorText(
        "lock",
        _("Vous n’avez pas accès à cette page"),
        _("Les règles d’accès ne permettent pas cette action avec votre compte."),
        _SAFE,
        _("Si cet accès vous est utile, demandez de l’aide."),
    ),
    404: ErrorText(
        "zoom",
        _("Cette page n’existe pas"),
        _("L’adresse est incomplète, ou la page a changé de place."),
        _SAFE,
        _("Vérifiez l’adresse, ou repartez de l’accueil."),
    ),
    405: ErrorText(
        "alert-triangle",
        _("Cette action n’est pas possible ici"),
        _("La page a été ouverte d’une façon qui n’est pas prévue."),
        _SAFE,
        _("Repartez de l’accueil."),
    ),
    409: ErrorText(
        "versions",
        _("Les informations ont changé entre-temps"),
        _("Une autre action a modifié ces informations avant la vôtre."),
        _("Vos données sont intactes. Votre dernière action n’a pas été enregistrée."),
        _("Ouvrez la page à nouveau, puis recommencez."),
    ),
    410: ErrorText(
        "file-off",
        _("Ce contenu n’est plus disponible"),
        _("Il a été retiré ou remplacé."),
        _("Vos autres données sont intactes."),
        _("Repartez de l’accueil pour trouver la version actuelle."),
    ),
    413: ErrorText(
        "file-upload",
        _("Le fichier est trop gros"),
        _("Il n’a pas été envoyé. Il dépasse la taille permise."),
        _("Vos autres documents sont intacts."),
        _("Choisissez un fichier plus petit, ou réduisez la taille de la photo."),
    ),
    422: ErrorText(
        "alert-triangle",
        _("Certaines informations ne conviennent pas"),
        _("Ce que vous avez envoyé ne suit pas les règles attendues."),
        _("Vos données sont intactes. Rien n’a été enregistré."),
        _("Revenez à la page précédente, corrigez, puis recommencez."),
    ),
    429: ErrorText(
        "clock",
        _("Trop d’essais en peu de temps"),
        _("Nous avons ralenti les demandes pour protéger les comptes."),
        _SAFE,
        _("Attendez quelques minutes, puis recommencez."),
    ),
    500: ErrorText(
        "alert-octagon",
        _("Une erreur est survenue de notre côté"),
        _("La page n’a pas pu être affichée. Vous n’y êtes pour rien."),
        _("Vos données sont intactes. L’action en cours n’a pas été enregistrée."),
        _("Recommencez dans quelques minutes. Si cela continue, donnez-nous le code ci-dessous."),
    ),
    503: ErrorText(
        "plug-connected",
        _("Le service est momentanément arrêté"),
        _("Une partie du service ne répond pas."),
        _("Vos données sont intactes. L’action en cours n’a pas été enregistrée."),
        _("Recommencez dans quelques minutes."),
    ),
}
_FORM_EXPIRED = ErrorText(
    "clock",
    _("Cette page est restée ouverte trop longtemps"),
    _("Pour votre sécurité, le formulaire n’est plus valable."),
    _("Vos données sont intactes. Rien n’a été enregistré."),
    _("Revenez à la page précédente, rechargez-la, puis recommencez."),
)
STATUSES = tuple(_TEXTS)
_RETRY_SECONDS = {429: 300, 503: 120}


def error_page(request: HttpRequest, status: int, *, code: str = "") -> HttpResponse:
    """The page of a status, in the frame of the portal where the person is. `code` is a stable code of the house."""
    text = _TEXTS.get(status, _TEXTS[500])
    return _page(request, text, status, code)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Called by Django when the form's token is missing, old or from another site."""
    return _page(request, _FORM_EXPIRED, 403, "form-expired")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    status = status_of(exception)
    return error_page(request, status if status != 500 else 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return error_page(request, 500)


def _page(request: HttpRequest, text: ErrorText, status: int, code: str) -> HttpResponse:
    known = code if _CODE.fullmatch(code) else ""
    context = {"error": text, "status": status, "code": known, "base": _base_of(request, status), "bare": status >= 500}
    response = render(request, "ui/error.html", context, status=status)
    response["Cache-Control"] = "no-store"
    if status in _RETRY_SECONDS:
        response["Retry-After"] = str(_RETRY_SECONDS[status])
    return response


def _base_of(request: HttpRequest, status: int) -> str:
    """A failure of the house keeps to the public frame: it must not need the database to be shown."""
    actor = getattr(request, "actor", None) if status < 500 else None
    if actor is None:
        return "ui/public.html"
    return "ui/professional.html" if actor.kind == "professional" else "ui/citizen.html"
