"""Outside the care team: the person's agreement, declared for one consultation; and closing a record."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from hygie.access import actions as access_actions
from hygie.access import queries as access_queries
from hygie.access.types import Mode, Permission
from hygie.identity import queries as identity_queries
from hygie.lib.errors import AccessRefused
from hygie.portals.policy import policy
from hygie.portals.professional import records
from hygie.portals.professional.banner import person_line
from hygie.portals.professional.forms import ConsentForm


@policy("professional", Permission.CONSENT_RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, key: str) -> HttpResponse:
    space_id = records.space_of(request.session, key)
    if space_id is None:
        return records.to_search(request)
    access = access_queries.record_access(request.actor, space_id, now=request.now)
    if access.mode in (Mode.TEAM, Mode.CONSENT):
        return redirect("professional:record", key=key)
    try:
        if access.mode is Mode.BLOCKED:
            records.refuse(request, space_id)
        form = ConsentForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            access_actions.give_consent(request.actor, space_id, now=request.now)
            messages.success(request, gettext("L’accord du patient est enregistré. Le patient le voit dans ses accès."))
            return redirect("professional:record", key=key)
    except AccessRefused as error:
        return records.refused_page(request, error)
    context = {
        "nav": "search",
        "form": form,
        "key": key,
        "person": person_line(identity_queries.get_person(space_id), localtime(request.now).date()),
        "duration": duration_text(settings.HYGIE_CONSULTATION_MINUTES),
    }
    return render(request, "professional/consent.html", context, status=422 if form.errors else 200)


def duration_text(minutes: int) -> str:
    """« 1 heure », « 90 minutes », « 2 heures »."""
    if minutes % 60:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    return ngettext("%(count)s heure", "%(count)s heures", minutes // 60) % {"count": minutes // 60}


@policy("professional", Permission.CONSENT_RECORD)
@require_POST
def close(request: HttpRequest, key: str) -> HttpResponse:
    """Removes the key; `fin` also ends the consent at once."""
    space_id = records.space_of(request.session, key)
    if space_id is None:
        return redirect("professional:home")
    if request.POST.get("fin"):
        access_actions.end_consent(request.actor, space_id, now=request.now)
        messages.success(request, gettext("L’accès est terminé et le dossier est fermé."))
    else:
        messages.success(request, gettext("Le dossier est fermé."))
    records.forget(request.session, key)
    return redirect("professional:home")
