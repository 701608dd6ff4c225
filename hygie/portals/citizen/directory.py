"""Choose a professional or a structure of the public directory, by name; two steps that are plain links."""

import uuid
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext

from hygie.identity import queries as identity_queries
from hygie.identity.types import OrganizationView, ProfessionalView
from hygie.lib.errors import NotFound
from hygie.portals import activity
from hygie.portals.citizen.page import render_page

_FOUND = 20
_SHORTEST = 2
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Target:
    """A professional or a structure that was chosen. `param` and `value` name it in an address or a form."""

    param: str
    value: str
    name: str
    detail: str
    icon: str
    professional: ProfessionalView | None = None
    organization: OrganizationView | None = None

    @property
    def ids(self) -> dict[str, uuid.UUID]:
        """The keyword that the actions of `access` expect."""
        if self.professional:
            return {"professional_id": self.professional.id}
        return {"organization_id": self.organization.id} if self.organization else {}


def of_professional(view: ProfessionalView) -> Target:
    places = [f"{each.name}, {each.city}" if each.city else each.name for each in view.organizations]
    detail = " · ".join(text for text in (activity.trade_of(view), *places[:2]) if text)
    return Target("professionnel", str(view.id), view.display_name, detail, "stethoscope", professional=view)


def of_organization(view: OrganizationView) -> Target:
    return Target("structure", str(view.id), view.name, view.city, "building-hospital", organization=view)


def find_target(params: QueryDict) -> Target | None:
    """The one that the address or the form names; None when it names nobody. Raises NotFound for an unknown one."""
    if params.get("professionnel"):
        return of_professional(identity_queries.get_professional(_uuid(params["professionnel"])))
    if params.get("structure"):
        return of_organization(identity_queries.get_organization(_uuid(params["structure"])))
    return None


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound("Nobody of this id in the register.", code="professional-unknown") from error


def render_search(request: HttpRequest, *, title: str, lead: str, button: str) -> HttpResponse:
    """The search by name; each find is a link to the same address with its id. `button` is the verb of that link."""
    typed = request.GET.get("q", "")[:_LONGEST]
    words = " ".join("".join(c if c.isprintable() else " " for c in typed).split())
    asked = "q" in request.GET
    short = asked and len(words) < _SHORTEST
    found = [] if short or not asked else _search(words)
    return render_page(
        request,
        "directory",
        nav="access/who-can",
        title=title,
        parent=("citizen:access_who_can", gettext("Qui peut voir")),
        lead=lead,
        button=button,
        words=words,
        asked=asked,
        short=short,
        found=found,
        limited=len(found) >= _FOUND,
    )


def _search(words: str) -> list[Target]:
    professionals = identity_queries.search_professionals(words, limit=_FOUND)
    organizations = identity_queries.search_organizations(words, limit=_FOUND)
    return [*map(of_professional, professionals), *map(of_organization, organizations)]
