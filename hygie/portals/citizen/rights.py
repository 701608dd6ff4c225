"""Who can see: the care team, the consents that run, the blocked ones; each change after its consequence."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from hygie.access import actions as access_actions
from hygie.access import queries as access_queries
from hygie.access.types import BlockView, ConsentView, MemberView, Permission
from hygie.identity import queries as identity_queries
from hygie.lib.errors import Conflict, NotFound
from hygie.portals import activity
from hygie.portals.citizen.directory import Target, find_target, render_search
from hygie.portals.citizen.forms import AttendingBlockForm, TeamForm
from hygie.portals.citizen.oppositions import describe_opposition
from hygie.portals.citizen.page import render_confirmation, render_page, titled
from hygie.portals.policy import policy

_DOCTOR = "10"
_METHODS = ["GET", "HEAD", "POST"]
_NAV = "access/who-can"


def _parent() -> tuple[str, str]:
    return ("citizen:access_who_can", gettext("Qui peut voir"))


@policy("citizen", Permission.ACCESS_READ)
@require_safe
def who_can(request: HttpRequest) -> HttpResponse:
    actor, space_id, now = request.actor, request.space_id, request.now
    rights = access_queries.list_rights(actor, space_id, now=now)
    return render_page(
        request,
        "who_can",
        nav=_NAV,
        title=titled(request, gettext("Qui peut voir mon dossier"), gettext("Qui peut voir le dossier de %(name)s")),
        parent=("citizen:access", gettext("Accès")),
        team=[(member, describe(member)) for member in rights.team],
        has_attending=any(member.attending for member in rights.team),
        consents=[(each, describe(each)) for each in rights.consents],
        blocks=[(each, describe(each)) for each in rights.blocks],
        oppositions=[(each, describe_opposition(each)) for each in rights.oppositions],
    )


def describe(row: MemberView | BlockView | ConsentView) -> tuple[str, str]:
    """(name, what this is) of somebody on the page."""
    professional, organization = row.professional, row.organization
    if professional:
        place = organization.name if organization else ""
        return professional.display_name, " · ".join(t for t in (activity.trade_of(professional), place) if t)
    if organization:
        return organization.name, gettext("Structure : tous ses soignants")
    return gettext("Un soignant dont le nom n’est plus dans l’annuaire"), ""


# ---- care team


@policy("citizen", Permission.ACCESS_CHANGE)
@require_http_methods(_METHODS)
def team_add(request: HttpRequest) -> HttpResponse:
    target = find_target(request.POST if request.method == "POST" else request.GET)
    if target is None:
        return render_search(
            request,
            title=gettext("Ajouter à l’équipe de soins"),
            lead=gettext("Cherchez un soignant ou une structure par son nom."),
            button=gettext("Choisir"),
        )
    can_attend = target.professional is not None and target.professional.profession == _DOCTOR
    form = TeamForm(request.POST if request.method == "POST" else None) if can_attend else None
    if request.method == "POST" and (form is None or form.is_valid()):
        attending = bool(form and form.cleaned_data["attending"])
        try:
            access_actions.join_team(
                request.actor, request.space_id, **target.ids, attending=attending, now=request.now
            )
            messages.success(request, gettext("%(name)s est dans l’équipe de soins.") % {"name": target.name})
        except Conflict:
            messages.info(request, gettext("%(name)s est déjà dans l’équipe de soins.") % {"name": target.name})
        return redirect("citizen:access_who_can")
    return _confirm_team(request, target, form)


def _confirm_team(request: HttpRequest, target: Target, form: TeamForm | None) -> HttpResponse:
    whole = gettext("Tous les soignants de cette structure sont concernés.")
    return render_confirmation(
        request,
        nav=_NAV,
        title=gettext("Ajouter %(name)s à l’équipe de soins ?") % {"name": target.name},
        parent=_parent(),
        lead=target.detail,
        consequences=[
            *([whole] if target.organization else []),
            gettext(
                "Les documents que le métier permet de voir seront visibles, sans demander d’accord à chaque fois."
            ),
            gettext("Les documents masqués restent masqués, sauf pour le médecin traitant."),
            gettext("Chaque accès sera inscrit dans « Qui a vu »."),
        ],
        button=gettext("Ajouter à l’équipe de soins"),
        cancel_url=reverse("citizen:access_who_can"),
        fields={target.param: target.value},
        form=form,
    )


@policy("citizen", Permission.ACCESS_CHANGE)
@require_http_methods(_METHODS)
def team_leave(request: HttpRequest, member_id: uuid.UUID) -> HttpResponse:
    if request.method == "POST":
        access_actions.leave_team(request.actor, request.space_id, member_id, now=request.now)
        messages.success(request, gettext("C’est fait. L’équipe de soins est à jour."))
        return redirect("citizen:access_who_can")
    team = access_queries.list_rights(request.actor, request.space_id, now=request.now).team
    member = next((each for each in team if each.id == member_id), None)
    if member is None:
        raise NotFound("No member of this id in the care team.", code="access-unknown")
    name, detail = describe(member)
    return render_confirmation(
        request,
        nav=_NAV,
        title=gettext("Retirer %(name)s de l’équipe de soins ?") % {"name": name},
        parent=_parent(),
        lead=detail,
        consequences=[
            gettext("Pour voir le dossier, il faudra à nouveau votre accord, à chaque consultation."),
            gettext("Les documents déjà déposés restent dans le dossier."),
            gettext("Pour interdire tout accès, bloquez plutôt ce soignant ou cette structure."),
        ],
        warning=gettext("C’est le médecin traitant. Il ne verra plus le dossier.") if member.attending else "",
        button=gettext("Retirer de l’équipe de soins"),
        cancel_url=reverse("citizen:access_who_can"),
    )


@policy("citizen", Permission.ACCESS_CHANGE)
@require_http_methods(_METHODS)
def consent_withdraw(request: HttpRequest, consent_id: uuid.UUID) -> HttpResponse:
    if request.method == "POST":
        access_actions.withdraw_consent(request.actor, request.space_id, consent_id, now=request.now)
        messages.success(request, gettext("C’est fait. Cet accord est terminé."))
        return redirect("citizen:access_who_can")
    consents = access_queries.list_rights(request.actor, request.space_id, now=request.now).consents
    consent = next((each for each in consents if each.id == consent_id), None)
    if consent is None:
        raise NotFound("No consent of this id runs now.", code="access-unknown")
    name, detail = describe(consent)
    return render_confirmation(
        request,
        nav=_NAV,
        title=gettext("Mettre fin à l’accord donné à %(name)s ?") % {"name": name},
        parent=_parent(),
        lead=detail,
        consequences=[
            gettext("Le dossier se ferme tout de suite pour ce soignant."),
            gettext("Vous pourrez lui donner un nouvel accord à une prochaine consultation."),
        ],
        button=gettext("Mettre fin à l’accord"),
        cancel_url=reverse("citizen:access_who_can"),
    )


# ---- blocks


@policy("citizen", Permission.ACCESS_CHANGE)
@require_http_methods(_METHODS)
def block_add(request: HttpRequest) -> HttpResponse:
    target = find_target(request.POST if request.method == "POST" else request.GET)
    if target is None:
        return render_search(
            request,
            title=gettext("Bloquer un soignant ou une structure"),
            lead=gettext("Cherchez par le nom. Nous vous demanderons de confirmer."),
            button=gettext("Choisir"),
        )
    attending = _shuts_out_attending(request, target)
    form = AttendingBlockForm(request.POST if request.method == "POST" else None) if attending else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            access_actions.block(request.actor, request.space_id, **target.ids, now=request.now)
            messages.success(
                request, gettext("C’est fait. Le dossier est fermé pour %(name)s.") % {"name": target.name}
            )
        except Conflict:
            messages.info(request, gettext("Le dossier est déjà fermé pour %(name)s.") % {"name": target.name})
        return redirect("citizen:access_who_can")
    return _confirm_block(request, target, form)


def _shuts_out_attending(request: HttpRequest, target: Target) -> bool:
    """The attending doctor is this professional, or works in this structure."""
    team = access_queries.list_rights(request.actor, request.space_id, now=request.now).team
    doctors = [each.professional for each in team if each.attending and each.professional]
    if target.professional:
        return any(doctor.id == target.professional.id for doctor in doctors)
    places = [p.id for doctor in doctors for p in identity_queries.get_professional(doctor.id).organizations]
    return target.organization is not None and target.organization.id in places


def _confirm_block(request: HttpRequest, target: Target, form: AttendingBlockForm | None) -> HttpResponse:
    whole = gettext("Tous les soignants de cette structure sont concernés.")
    warning = gettext("Cela ferme le dossier au médecin traitant. Il ne pourra plus suivre les soins avec ce dossier.")
    return render_confirmation(
        request,
        nav=_NAV,
        title=gettext("Bloquer %(name)s ?") % {"name": target.name},
        parent=_parent(),
        lead=target.detail,
        consequences=[
            *([whole] if target.organization else []),
            gettext("Le dossier lui est fermé tout de suite, même avec un accord."),
            gettext("Aucun nouveau document de sa part ne sera accepté."),
            gettext("Les documents déjà déposés restent dans le dossier."),
            gettext("La raison ne lui sera pas donnée. Vous pourrez débloquer quand vous voudrez."),
        ],
        warning=warning if form is not None else "",
        button=gettext("Bloquer"),
        danger=True,
        cancel_url=reverse("citizen:access_who_can"),
        fields={target.param: target.value},
        form=form,
        status=422 if form is not None and form.errors else 200,
    )


@policy("citizen", Permission.ACCESS_CHANGE)
@require_http_methods(_METHODS)
def block_lift(request: HttpRequest, block_id: uuid.UUID) -> HttpResponse:
    if request.method == "POST":
        access_actions.lift_block(request.actor, request.space_id, block_id, now=request.now)
        messages.success(request, gettext("C’est fait. Le blocage est levé."))
        return redirect("citizen:access_who_can")
    blocks = access_queries.list_rights(request.actor, request.space_id, now=request.now).blocks
    block = next((each for each in blocks if each.id == block_id), None)
    if block is None:
        raise NotFound("No block of this id holds now.", code="access-unknown")
    name, detail = describe(block)
    return render_confirmation(
        request,
        nav=_NAV,
        title=gettext("Débloquer %(name)s ?") % {"name": name},
        parent=_parent(),
        lead=detail,
        consequences=[
            gettext("Dans l’équipe de soins, l’accès au dossier revient tout de suite."),
            gettext("Hors de l’équipe de soins, il faudra votre accord à chaque consultation."),
        ],
        button=gettext("Débloquer"),
        cancel_url=reverse("citizen:access_who_can"),
    )
