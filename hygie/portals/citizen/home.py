"""Home: what is new, who came last, one thing to do."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from hygie.access.types import Permission
from hygie.portals.citizen.cards import list_rows
from hygie.portals.citizen.page import render_page, said
from hygie.portals.citizen.telling import tell_all
from hygie.portals.policy import policy
from hygie.record import queries as record_queries
from hygie.record.types import DocumentCard, DocumentFilters, Origin

NEWS_DAYS = 30
_SHOWN = 5
_LOOKED_AT = 20


@policy("citizen", Permission.DOCUMENT_LIST, Permission.TRACE_READ)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    actor, space_id, now = request.actor, request.space_id, request.now
    page = record_queries.list_documents(actor, space_id, DocumentFilters(), now=now, limit=_LOOKED_AT, facets=False)
    last = record_queries.list_accesses(actor, space_id, now=now, who="professionals", limit=1)
    fresh = newest(page.cards, now - dt.timedelta(days=NEWS_DAYS))
    return render_page(
        request,
        "home",
        nav="home",
        title=gettext("Accueil"),
        given=said(request.person.traits.used_given or request.person.traits.first_given),
        fresh=bool(fresh),
        rows=list_rows(request, (fresh or page.cards)[:_SHOWN]),
        total=page.total,
        last=next(iter(tell_all(request, last)), None),
    )


def newest(cards: list[DocumentCard], since: dt.datetime) -> list[DocumentCard]:
    """What others brought since then, latest arrival first."""
    brought = [card for card in cards if card.origin != Origin.PATIENT and card.deposited_at >= since]
    return sorted(brought, key=lambda card: card.deposited_at, reverse=True)
