"""Refuse that documents be added to the record: everything, a kind, a professional or a structure."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from hygie.access import actions as access_actions
from hygie.access import queries as access_queries
from hygie.access.types import OppositionView, Permission
from hygie.lib.errors import Conflict, NotFound
from hygie.portals.citizen.directory import find_target, render_search
from hygie.portals.citizen.page import render_confirmation, render_page
from hygie.portals.policy import policy
from hygie.portals.ui.words import label
from hygie.terminology import queries as terminology

_METHODS = ["GET", "HEAD", "POST"]
_NAV = "access/who-can"
# Classes that professionals never feed: what patients add, and what the service makes.
_NOT_FED = frozenset({"90", "99"})


def _parent() -> tuple[str, str]:
    return ("citizen:access_who_can", gettext("Qui peut voir"))


def list_categories() -> list[tuple[str, str]]:
    return [(code, label(plain)) for code, plain in terminology.list_classes() if code not in _NOT_FED]


@policy("citizen", Permission.ACCESS_CHANGE)
@require_http_methods(_METHODS)
def opposition_add(request: HttpRequest) -> HttpResponse:
    """Choose what to refuse, read the consequence, confirm."""
    params = request.POST if request.method == "POST" else request.GET
    chosen = read_choice(params)
    if chosen is None:
        if params.get("quoi") == "annuaire":
            return render_search(
                request,
                title=gettext("Refuser les documents d’un soignant ou d’une structure"),
                lead=gettext("Cherchez par le nom. Nous vous demanderons de confirmer."),
                button=gettext("Choisir"),
            )
        return _choice_page(request, missing=params.get("quoi") == "categorie")
    what, values, fields = chosen
    if request.method == "POST":
        try:
            access_actions.oppose(request.actor, request.space_id, **values, now=request.now)
            messages.success(request, gettext("C’est noté. Refusé : %(what)s.") % {"what": what})
        except Conflict:
            messages.info(request, gettext("Ce refus existe déjà."))
        return redirect("citizen:access_who_can")
    return _confirm(request, what, values, fields)


def read_choice(params: QueryDict) -> tuple[str, dict[str, uuid.UUID | str], dict[str, str]] | None:
    """(what in words, arguments of the action, fields of the form) once the choice is whole."""
    if params.get("quoi") == "tout":
        return gettext("tout nouveau document"), {}, {"quoi": "tout"}
    if params.get("quoi") == "categorie":
        category = params.get("categorie", "")
        kind = dict(list_categories()).get(category)
        if kind is None:
            return None
        what = gettext("les documents de type « %(type)s »") % {"type": kind}
        return what, {"category": category}, {"quoi": "categorie", "categorie": category}
    target = find_target(params)
    if target is None:
        return None
    what = gettext("les documents de %(name)s") % {"name": target.name}
    return what, dict(target.ids), {target.param: target.value}


def _choice_page(request: HttpRequest, *, missing: bool) -> HttpResponse:
    return render_page(
        request,
        "opposition",
        nav=_NAV,
        title=gettext("Refuser l’ajout de documents"),
        parent=_parent(),
        categories=list_categories(),
        missing=missing,
        status=422 if missing else 200,
    )


def _confirm(
    request: HttpRequest, what: str, values: dict[str, uuid.UUID | str], fields: dict[str, str]
) -> HttpResponse:
    everything = gettext("Plus aucun résultat, ordonnance ou compte rendu n’arrivera dans le dossier.")
    return render_confirmation(
        request,
        nav=_NAV,
        title=gettext("Refuser %(what)s ?") % {"what": what},
        parent=_parent(),
        lead=gettext("Les soignants ne pourront plus ajouter ces documents au dossier."),
        consequences=[
            *([] if values else [everything]),
            gettext("Les documents déjà présents restent dans le dossier."),
            gettext("Un soignant peut manquer d’une information utile aux soins."),
            gettext("Vous pouvez toujours ajouter vos propres documents."),
            gettext("Vous pourrez changer d’avis quand vous voudrez."),
        ],
        button=gettext("Refuser ces documents") if values else gettext("Refuser tous les documents"),
        danger=not values,
        cancel_url=reverse("citizen:access_who_can"),
        fields=fields,
    )


def describe_opposition(opposition: OppositionView) -> str:
    if opposition.professional:
        return gettext("Les documents de %(name)s") % {"name": opposition.professional.display_name}
    if opposition.organization:
        return gettext("Les documents de %(name)s") % {"name": opposition.organization.name}
    if opposition.category:
        return gettext("Les documents de type « %(type)s »") % {
            "type": label(terminology.class_label(opposition.category))
        }
    return gettext("Tous les nouveaux documents")


@policy("citizen", Permission.ACCESS_CHANGE)
@require_http_methods(_METHODS)
def opposition_lift(request: HttpRequest, opposition_id: uuid.UUID) -> HttpResponse:
    if request.method == "POST":
        access_actions.lift_opposition(request.actor, request.space_id, opposition_id, now=request.now)
        messages.success(request, gettext("C’est fait. Ces documents peuvent à nouveau être ajoutés."))
        return redirect("citizen:access_who_can")
    oppositions = access_queries.list_rights(request.actor, request.space_id, now=request.now).oppositions
    opposition = next((each for each in oppositions if each.id == opposition_id), None)
    if opposition is None:
        raise NotFound("No opposition of this id holds now.", code="access-unknown")
    return render_confirmation(
        request,
        nav=_NAV,
        title=gettext("Permettre à nouveau l’ajout ?"),
        parent=_parent(),
        lead=describe_opposition(opposition),
        consequences=[
            gettext("Les soignants pourront à nouveau ajouter ces documents."),
            gettext("Ceux qui ont été refusés ne reviendront pas d’eux-mêmes."),
        ],
        button=gettext("Permettre l’ajout"),
        cancel_url=reverse("citizen:access_who_can"),
    )
