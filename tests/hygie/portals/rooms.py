"""The real addresses, and a few views that behave in every way that the door must answer."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_POST

from hygie.lib import errors
from hygie.portals.policy import policy

handler400 = "hygie.portals.ui.errors.bad_request"
handler403 = "hygie.portals.ui.errors.forbidden"
handler404 = "hygie.portals.ui.errors.not_found"
handler500 = "hygie.portals.ui.errors.server_error"
SECRET = "MOREAU Jules 151059999901234"
KINDS = {
    kind.__name__: kind(SECRET, code="a-stable-code", path=SECRET)
    for kind in (
        errors.Invalid,
        errors.NotFound,
        errors.Gone,
        errors.Conflict,
        errors.AccessRefused,
        errors.TooLarge,
        errors.Unavailable,
    )
} | {"Http404": Http404(SECRET), "PermissionDenied": PermissionDenied(SECRET), "RuntimeError": RuntimeError(SECRET)}


@policy("public", "none")
def raising(request: HttpRequest, kind: str) -> HttpResponse:
    raise KINDS[kind]


@policy("citizen", "none")
def for_citizens(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.actor.space_id} {request.space_id} {request.person.traits.first_given}")


@policy("professional", "none")
def for_professionals(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.actor.organization_id))


@policy("signed-in", "none")
@require_POST
def by_form_only(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


def forgotten(request: HttpRequest) -> HttpResponse:
    """A view that somebody wrote without a policy."""
    return HttpResponse(SECRET)


urlpatterns = [
    path("essai/erreur/<str:kind>/", raising),
    path("essai/citoyen/", for_citizens),
    path("pro/essai/", for_professionals),
    path("essai/formulaire/", by_form_only),
    path("essai/oubli/", forgotten),
    path("", include("hygie.portals.urls")),
]
