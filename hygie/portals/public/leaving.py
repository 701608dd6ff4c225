"""Going out of the provider's side too, for whoever came by one."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from hygie.identity.federation import actions, client
from hygie.identity.federation.providers import find_provider
from hygie.lib.errors import HygieError
from hygie.portals.public.federation_words import NAMES


def take_address(request: HttpRequest) -> tuple[str, str] | None:
    """(name of the provider, address of its sign-out or "" when it does not answer); None when no provider was asked.

    Before the session ends: it holds what the provider wants to see again.
    """
    taken = actions.take_session(request.sign_in.id) if request.sign_in is not None else None
    if taken is None:
        return None
    name, id_token = taken
    try:
        provider = find_provider(name)
        back = settings.HYGIE_BASE_URL + reverse("public:federation_left", args=[name])
        return NAMES[name], client.leaving_address(provider, id_token, back=back, now=request.now)
    except HygieError:
        return NAMES[name], ""


def page(request: HttpRequest, taken: tuple[str, str]) -> HttpResponse:
    """A page and not a redirect: the sign-out is a form, and `form-action 'self'` lets no form lead to another site."""
    name, address = taken
    response = render(
        request, "public/federation_leaving.html", {"name": name, "address": address, "hide_sign_in": True}
    )
    if address:
        response["Refresh"] = f"0; url={address}"
    response["Referrer-Policy"] = "no-referrer"
    return response
