"""The first page: what stands in for what."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from hygie.simulators.state.oidc.realm import realms


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    found = list(realms().values())
    return render(request, "state/home.html", {"realms": found, "hygie": settings.STATE["hygie_url"]})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    response = redirect("home")
    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, wanted, samesite="Lax")
    return response
