"""Finding one patient by INS and birth date. There is no list to browse, and no answer that tells how near one was."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_http_methods

from hygie.access import queries as access_queries
from hygie.access.types import Mode, Permission
from hygie.identity import queries as identity_queries
from hygie.portals.policy import policy
from hygie.portals.professional import records
from hygie.portals.professional.banner import person_line
from hygie.portals.professional.forms import PatientSearchForm


@policy("professional", Permission.SPACE_FIND)
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    today = localtime(request.now).date()
    if request.method != "POST":
        return _page(request, PatientSearchForm(today=today), **_found(request))
    form = PatientSearchForm(request.POST, today=today)
    if not form.is_valid():
        return _page(request, form, status=422)
    found = access_queries.find_patient(
        request.actor,
        ins_value=form.cleaned_data["matricule"],
        born_on=form.cleaned_data["born_on"],
        now=request.now,
    )
    if found is None:
        return _page(request, form, nobody=True)
    key = records.remember(request.session, found.space_id)
    return redirect(f"{reverse('professional:search')}?patient={key}")


def _found(request: HttpRequest) -> dict[str, object]:
    """The person of a key that this session found, with the traits to compare before the record is opened."""
    key = request.GET.get("patient", "")
    space_id = records.space_of(request.session, key) if key else None
    if space_id is None:
        return {}
    person = identity_queries.get_person(space_id)
    access = access_queries.record_access(request.actor, space_id, now=request.now)
    return {
        "key": key,
        "found": person_line(person, localtime(request.now).date()),
        "birth_place": person.traits.birth_place,
        "access": access,
        # A blocked professional reads the same words as one who is outside the care team.
        "is_open": access.mode in (Mode.TEAM, Mode.CONSENT),
    }


def _page(request: HttpRequest, form: PatientSearchForm, *, status: int = 200, **context: object) -> HttpResponse:
    return render(request, "professional/search.html", {"nav": "search", "form": form, **context}, status=status)
