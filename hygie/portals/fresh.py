"""A recent proof for sensitive acts: somebody who finds an open session does not change what protects the account."""

import datetime as dt
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from hygie.identity.types import Level

MINUTES = 10


def fresh(request: HttpRequest, minutes: int = MINUTES) -> HttpResponse | None:
    """None when the person proved who she is less than `minutes` ago; else the way to the page that asks it again.

    The way comes back to this page; what a form held is typed again. Call it first in the view, for GET and POST alike.
    """
    if request.now - request.sign_in.proved_at <= dt.timedelta(minutes=minutes):
        return None
    return to_proof(request, raison="recente")


def strong(request: HttpRequest) -> HttpResponse | None:
    """For what protects the account itself: a recent proof, and two factors."""
    if request.sign_in.level < Level.SUBSTANTIAL:
        return to_proof(request)
    return fresh(request)


def to_proof(request: HttpRequest, **more: str) -> HttpResponse:
    """To the page that asks for more, and back here; what a form held is typed again."""
    query = {"suite": request.path if request.method in ("GET", "HEAD") else "", **more}
    response = redirect(f"{reverse('public:sign_in_raise')}?{urlencode(query)}")
    response["Cache-Control"] = "no-store"
    return response
