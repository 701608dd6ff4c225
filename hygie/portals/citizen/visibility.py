"""Hide a document from professionals, or show it again: the consequence first, then the act."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from hygie.access.types import Permission
from hygie.portals.citizen.document import name_with_date
from hygie.portals.citizen.page import render_confirmation, titled
from hygie.portals.policy import policy
from hygie.record import actions as record_actions
from hygie.record import queries as record_queries


@policy("citizen", Permission.DOCUMENT_HIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def document_hide(request: HttpRequest, document_id: str) -> HttpResponse:
    if request.method == "POST":
        record_actions.hide_document(request.actor, request.space_id, document_id, now=request.now)
        messages.success(
            request, gettext("Ce document est masqué. Seuls le médecin traitant et l’auteur le voient encore.")
        )
        return redirect("citizen:document", document_id)
    card = record_queries.get_document(request.actor, request.space_id, document_id, now=request.now).card
    return render_confirmation(
        request,
        nav="documents",
        title=gettext("Masquer « %(title)s » ?") % {"title": name_with_date(card)},
        parent=("citizen:documents", gettext("Documents")),
        lead=titled(
            request,
            gettext("Vos soignants ne verront plus ce document, dès maintenant."),
            gettext("Les soignants de %(name)s ne verront plus ce document, dès maintenant."),
        ),
        consequences=[
            gettext("Le médecin traitant le voit encore. Son auteur aussi, tant que le dossier lui est ouvert."),
            gettext("Les autres soignants ne sauront pas qu’il existe."),
            gettext("Sans lui, un soignant peut manquer d’une information utile aux soins."),
            gettext("Vous pourrez le montrer à nouveau quand vous voudrez."),
        ],
        button=gettext("Masquer ce document"),
        cancel_url=reverse("citizen:document", args=[document_id]),
    )


@policy("citizen", Permission.DOCUMENT_HIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def document_show(request: HttpRequest, document_id: str) -> HttpResponse:
    if request.method == "POST":
        record_actions.show_document(request.actor, request.space_id, document_id, now=request.now)
        messages.success(request, gettext("Les soignants voient à nouveau ce document, selon leur métier."))
        return redirect("citizen:document", document_id)
    card = record_queries.get_document(request.actor, request.space_id, document_id, now=request.now).card
    return render_confirmation(
        request,
        nav="documents",
        title=gettext("Montrer « %(title)s » à nouveau ?") % {"title": name_with_date(card)},
        parent=("citizen:documents", gettext("Documents")),
        lead=titled(
            request,
            gettext("Vos soignants verront à nouveau ce document, dès maintenant."),
            gettext("Les soignants de %(name)s verront à nouveau ce document, dès maintenant."),
        ),
        consequences=[
            gettext("L’équipe de soins le verra, selon le métier de chacun."),
            gettext("Les soignants et les structures bloqués ne le verront pas."),
        ],
        button=gettext("Montrer ce document"),
        cancel_url=reverse("citizen:document", args=[document_id]),
    )
