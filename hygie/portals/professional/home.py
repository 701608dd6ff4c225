"""The first page of a professional, and the structure acted for."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from hygie.identity import queries as identity_queries
from hygie.portals import activity, exercises
from hygie.portals.policy import policy
from hygie.portals.professional import records
from hygie.portals.professional.banner import PersonLine, person_line
from hygie.portals.professional.forms import ExerciseForm, OrganizationForm, PatientSearchForm

_RECENT = 6


@dataclass(frozen=True, slots=True)
class RecentRecord:
    key: str
    person: PersonLine


@policy("professional", "none")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    today = localtime(request.now).date()
    opened = records.list_opened(request.session, limit=_RECENT)
    persons = {each.space_id: each for each in identity_queries.list_persons([space for _, space in opened])}
    professional = request.professional
    context = {
        "nav": "home",
        "form": PatientSearchForm(today=today),
        "recent": [RecentRecord(key, person_line(persons[space], today)) for key, space in opened if space in persons],
        "titles": capfirst(activity.trade_of(professional)),
        "organization": next((o for o in professional.organizations if o.id == request.actor.organization_id), None),
    }
    return render(request, "professional/home.html", context)


@policy("professional", "none")
@require_http_methods(["GET", "HEAD", "POST"])
def organization(request: HttpRequest) -> HttpResponse:
    """Changing the structure changes the rights: the records opened for the former one are closed."""
    if exercises.is_offered(request.session):
        return _exercise(request)
    organizations = request.professional.organizations
    current = request.actor.organization_id
    form = OrganizationForm(
        request.POST if request.method == "POST" else None,
        organizations=organizations,
        initial={"organization": str(current) if current else None},
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["organization"]
        if chosen != current:
            records.forget_all(request.session)
        request.session["organization_id"] = str(chosen)
        name = next(each.name for each in organizations if each.id == chosen)
        messages.success(request, gettext("Vous agissez maintenant pour : %(name)s.") % {"name": name})
        return redirect("professional:home")
    context = {"nav": "organization", "form": form, "current": current, "organizations": organizations}
    return render(request, "professional/organization.html", context, status=422 if form.errors else 200)


def _exercise(request: HttpRequest) -> HttpResponse:
    """The same for the activities that Pro Santé Connect gave: a structure, and the profession that one has there."""
    offered = exercises.list_exercises(request.session, request.professional)
    current = exercises.find_chosen(request.session, request.professional)
    form = ExerciseForm(
        request.POST if request.method == "POST" else None,
        exercises=offered,
        initial={"organization": current.key if current else None},
    )
    if request.method == "POST" and form.is_valid():
        chosen = next(each for each in offered if each.key == form.cleaned_data["organization"])
        if current is None or chosen.key != current.key:
            records.forget_all(request.session)
        exercises.choose(request.session, chosen.key)
        messages.success(request, gettext("Vous agissez maintenant comme : %(name)s.") % {"name": chosen.label})
        return redirect("professional:home")
    context = {"nav": "organization", "form": form, "current": current, "organizations": offered, "by_exercise": True}
    return render(request, "professional/organization.html", context, status=422 if form.errors else 200)
