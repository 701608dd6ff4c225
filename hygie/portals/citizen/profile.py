"""Whose space is shown: one's own, or a child's."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from hygie.access import queries as access_queries
from hygie.access.types import Permission
from hygie.lib.errors import NotFound
from hygie.portals.middleware import ACTING_SPACE
from hygie.portals.policy import policy


@policy("citizen", Permission.DOCUMENT_LIST)
@require_POST
def profile_switch(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("space", "")
    if wanted in ("", str(request.actor.space_id)):
        request.session.pop(ACTING_SPACE, None)
        messages.success(request, gettext("Vous êtes dans votre dossier."))
        return redirect("citizen:home")
    children = access_queries.list_represented(request.actor, now=request.now)
    child = next((each for each in children if str(each.space_id) == wanted), None)
    if child is None:
        raise NotFound("This citizen does not represent that space.", code="space-unknown")
    request.session[ACTING_SPACE] = str(child.space_id)
    messages.success(request, gettext("Vous agissez pour %(name)s.") % {"name": child.display_name})
    return redirect("citizen:home")
