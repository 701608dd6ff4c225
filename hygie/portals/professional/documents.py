"""The documents of an open record: the list with its search, one document, and its files."""

import itertools
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_safe

from hygie.access.types import Permission
from hygie.portals.essentials import read_essentials
from hygie.portals.files import send_file
from hygie.portals.policy import policy
from hygie.portals.professional.forms import DocumentFilterForm
from hygie.portals.professional.page import record_page
from hygie.portals.professional.reading import read_sections
from hygie.portals.professional.records import OpenRecord, with_record
from hygie.portals.ui.words import label
from hygie.record import queries as record_queries
from hygie.record.types import DocumentCard, DocumentFilters
from hygie.terminology.queries import fold

_PAGE = 20
_FILTERS = ("q", "type", "auteur", "du", "au")


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    count: int
    url: str
    current: bool


def _query(params: QueryDict, **changed: str) -> str:
    """The address of the same list with some filters changed; a filter that is empty leaves the address."""
    kept = {name: changed.get(name, params.get(name, "")) for name in (*_FILTERS, "apres")}
    if "apres" not in changed:
        kept["apres"] = ""
    text = urlencode({name: value for name, value in kept.items() if value})
    return f"?{text}" if text else "?"


def _filters(form: DocumentFilterForm) -> DocumentFilters:
    said = form.cleaned_data
    return DocumentFilters(
        words=said.get("q", ""),
        class_code=said.get("type", ""),
        author=said.get("auteur", ""),
        since=said.get("du"),
        until=said.get("au"),
    )


@policy("professional", Permission.DOCUMENT_LIST)
@require_safe
@with_record
def documents(request: HttpRequest, opened: OpenRecord) -> HttpResponse:
    form = DocumentFilterForm(request.GET, authors=[])
    form.is_valid()
    filters = _filters(form)
    page = record_queries.list_documents(
        request.actor, opened.space_id, filters, now=request.now, limit=_PAGE, after=request.GET.get("apres", "")
    )
    shown = DocumentFilterForm(request.GET, authors=page.authors)
    shown.is_valid()
    chips = [
        Chip(label(plain), count, _query(request.GET, type=code), code == filters.class_code)
        for code, plain, count in page.classes
    ]
    context = {
        "tab": "documents",
        "form": shown,
        "page": page,
        "years": _by_year(page.cards),
        "chips": chips,
        "all_url": _query(request.GET, type=""),
        "next_url": _query(request.GET, apres=page.next) if page.next else "",
        "filtered": any(request.GET.get(name) for name in _FILTERS),
        "more_filters": any(request.GET.get(name) for name in ("auteur", "du", "au")),
    }
    return record_page(request, opened, "documents.html", context)


def _by_year(cards: list[DocumentCard]) -> list[tuple[int, list[DocumentCard]]]:
    groups = itertools.groupby(cards, key=lambda card: (card.dated_at or card.deposited_at).year)
    return [(year, list(group)) for year, group in groups]


@policy("professional", Permission.DOCUMENT_READ)
@require_safe
@with_record
def document(request: HttpRequest, opened: OpenRecord, document_id: str) -> HttpResponse:
    detail = record_queries.get_document(request.actor, opened.space_id, document_id, now=request.now)
    sections, files = read_sections(detail, opened.key)
    context: dict[str, Any] = {
        "tab": "documents",
        "detail": detail,
        "sections": sections,
        "files": files,
        "card": detail.card,
        "own_title": "" if fold(detail.card.own_title) == fold(detail.card.title) else detail.card.own_title,
        "essentials": read_essentials(detail.entries),
    }
    return record_page(request, opened, "document.html", context)


@policy("professional", Permission.DOCUMENT_READ)
@require_safe
@with_record
def document_file(request: HttpRequest, opened: OpenRecord, document_id: str) -> HttpResponse:
    stored = record_queries.get_file(request.actor, opened.space_id, document_id, now=request.now)
    return send_file(stored, inline="voir" in request.GET)


@policy("professional", Permission.DOCUMENT_READ)
@require_safe
@with_record
def document_attachment(request: HttpRequest, opened: OpenRecord, document_id: str, index: int) -> HttpResponse:
    stored = record_queries.get_file(request.actor, opened.space_id, document_id, now=request.now, attachment=index)
    return send_file(stored, inline="enregistrer" not in request.GET)
