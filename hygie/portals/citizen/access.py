"""Access in two doors: who can see, who has seen."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from hygie.access import queries as access_queries
from hygie.access.types import Permission
from hygie.portals.citizen.page import render_page, titled
from hygie.portals.citizen.telling import tell_all
from hygie.portals.policy import policy
from hygie.record import queries as record_queries

_DAYS = 30
_COUNTED = 200
_SHOWN = 3


@policy("citizen", Permission.ACCESS_READ, Permission.TRACE_READ)
@require_safe
def access(request: HttpRequest) -> HttpResponse:
    actor, space_id, now = request.actor, request.space_id, request.now
    lines = record_queries.list_accesses(
        actor, space_id, now=now, who="professionals", since=now - dt.timedelta(days=_DAYS), limit=_COUNTED
    )
    rights = access_queries.list_rights(actor, space_id, now=now)
    told = tell_all(request, lines)
    return render_page(
        request,
        "access",
        nav="access",
        title=titled(request, gettext("Accès à mon dossier"), gettext("Accès au dossier de %(name)s")),
        professionals=sum(1 for member in rights.team if member.professional),
        organizations=sum(1 for member in rights.team if member.organization),
        blocks=len(rights.blocks),
        accesses=len(lines),
        many=len(lines) == _COUNTED,
        latest=told[:_SHOWN],
    )
