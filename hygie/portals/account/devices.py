"""« Mes appareils »: where the account is open, and closing it from afar."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from hygie.identity.sign_in import actions as sign_in_actions
from hygie.identity.sign_in import queries as sign_in
from hygie.identity.sign_in.types import SessionView
from hygie.lib.errors import NotFound
from hygie.portals.account.page import render_page
from hygie.portals.account.security import method_words
from hygie.portals.policy import policy


@dataclass(frozen=True, slots=True)
class Line:
    session: SessionView
    is_here: bool
    method: str


@policy("signed-in", "none")
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    found = sign_in.list_sessions(request.account.id, now=request.now)
    here = request.sign_in.id
    lines = [Line(each, each.id == here, method_words(each.method)) for each in found]
    lines.sort(key=lambda line: not line.is_here)
    title = gettext("Mes appareils")
    return render_page(request, "devices", title=title, nav="account/devices", lines=lines, others=len(lines) - 1)


@policy("signed-in", "none")
@require_POST
def end_one(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Of this account only: an id of somebody else's session does not exist here."""
    if not sign_in_actions.end_session(request.account.id, session_id, now=request.now):
        raise NotFound("No session of this id goes on.", code="session-unknown")
    messages.success(request, gettext("Cet appareil est déconnecté."))
    return redirect("account:devices")


@policy("signed-in", "none")
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    sign_in_actions.end_sessions(request.account.id, now=request.now, but=request.sign_in.id)
    messages.success(request, gettext("Vos autres appareils sont déconnectés."))
    return redirect("account:devices")
