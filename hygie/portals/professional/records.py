"""The records that a professional opened in this session: random keys stand for spaces in addresses.

No identifier of a person is in a URL, a key of another session opens nothing, and two patients in two tabs cannot mix.
A key gives no right: each request asks again how the professional stands to the space.
"""

import functools
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from hygie.access import actions as access_actions
from hygie.access import queries as access_queries
from hygie.access.types import Mode, RecordAccess
from hygie.lib.errors import AccessRefused
from hygie.record import queries as record_queries
from hygie.record.types import DocumentFilters

RECORDS = "records"
OPENED = "records_opened"
_MOST = 20


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """A record that this professional may open now, under the key of this session."""

    key: str
    space_id: uuid.UUID
    access: RecordAccess


def remember(session: SessionBase, space_id: uuid.UUID) -> str:
    """The key of a space in this session; the oldest one goes when there are too many."""
    records: dict[str, str] = dict(session.get(RECORDS, {}))
    key = next((each for each, space in records.items() if space == str(space_id)), "") or secrets.token_urlsafe(12)
    records.pop(key, None)
    records[key] = str(space_id)
    for oldest in list(records)[:-_MOST]:
        del records[oldest]
    session[RECORDS] = records
    return key


def space_of(session: SessionBase, key: str) -> uuid.UUID | None:
    space = session.get(RECORDS, {}).get(key)
    return uuid.UUID(space) if space else None


def forget(session: SessionBase, key: str) -> None:
    session[RECORDS] = {each: space for each, space in session.get(RECORDS, {}).items() if each != key}
    session[OPENED] = [each for each in session.get(OPENED, []) if each != key]


def forget_all(session: SessionBase) -> None:
    session.pop(RECORDS, None)
    session.pop(OPENED, None)


def mark_opened(session: SessionBase, key: str) -> None:
    """The record was really shown: it is offered again on the home page, the latest first."""
    opened = session.get(OPENED, [])
    if opened[:1] != [key]:
        session[OPENED] = [key, *(each for each in opened if each != key)][:_MOST]


def list_opened(session: SessionBase, *, limit: int) -> list[tuple[str, uuid.UUID]]:
    spaces = session.get(RECORDS, {})
    return [(key, uuid.UUID(spaces[key])) for key in session.get(OPENED, []) if key in spaces][:limit]


def with_record(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Turns the key of the address into an `OpenRecord`, or sends where access is asked for."""

    @functools.wraps(view)
    def opened(request: HttpRequest, key: str, **kwargs: object) -> HttpResponse:
        space_id = space_of(request.session, key)
        if space_id is None:
            return to_search(request)
        access = access_queries.record_access(request.actor, space_id, now=request.now)
        if access.mode is Mode.NONE:
            if key in request.session.get(OPENED, []):
                messages.warning(request, gettext("Votre accès à ce dossier a pris fin."))
            return redirect("professional:consent", key=key)
        try:
            if access.mode is Mode.BLOCKED:
                refuse(request, space_id)
            return view(request, OpenRecord(key, space_id, access), **kwargs)
        except AccessRefused as error:
            return refused_page(request, error)

    return opened


def to_search(request: HttpRequest) -> HttpResponse:
    """A key that this session does not know: never opened here, closed, or of another session."""
    messages.warning(request, gettext("Ce dossier n’est pas ouvert dans votre session. Recherchez le patient."))
    return redirect("professional:search")


def refuse(request: HttpRequest, space_id: uuid.UUID) -> None:
    """The refusal comes from the record itself, with its reason and its entry of the journal."""
    record_queries.list_documents(request.actor, space_id, DocumentFilters(), now=request.now, limit=1)


def refused_page(request: HttpRequest, error: AccessRefused) -> HttpResponse:
    """The record is not open to this professional; the page says no more than that."""
    access_actions.journal_refusal(error)
    return render(request, "professional/refused.html", {"nav": "search"}, status=403)
