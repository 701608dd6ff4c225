"""One document: what matters first, the readable text, who can see it, who has seen it; and its files."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from hygie.access.types import Permission
from hygie.portals.citizen.cards import said_title, who_brought
from hygie.portals.citizen.page import is_acting, render_page
from hygie.portals.citizen.telling import list_readers, tell_all
from hygie.portals.essentials import ResultGroup, read_essentials
from hygie.portals.files import SHOWN_IN_BROWSER, send_file
from hygie.portals.policy import policy
from hygie.portals.ui.words import day, label
from hygie.record import queries as record_queries
from hygie.record.cda.render import fill_media
from hygie.record.types import DocumentCard, DocumentDetail

_LINES = 60
_SEEN = 6
_IMAGES = frozenset({"image/png", "image/jpeg"})


@policy("citizen", Permission.DOCUMENT_READ, Permission.ACCESS_READ, Permission.TRACE_READ)
@require_safe
def document(request: HttpRequest, document_id: str) -> HttpResponse:
    actor, space_id, now = request.actor, request.space_id, request.now
    detail = record_queries.get_document(actor, space_id, document_id, now=now)
    readers = record_queries.who_can_see(actor, space_id, document_id, now=now)
    lines = record_queries.list_accesses(actor, space_id, now=now, document_id=document_id, limit=_LINES)
    essentials = read_essentials(detail.entries)
    acts = [line for line in lines if line.event.startswith("record.")]
    return render_page(
        request,
        "document",
        nav="documents",
        title=name_with_date(detail.card),
        parent=("citizen:documents", gettext("Documents")),
        detail=detail,
        card=detail.card,
        said=said_title(detail.card),
        brought=who_brought(detail.card, acting=is_acting(request)),
        essentials=essentials,
        result_groups=[(group, _has_ranges(group)) for group in essentials.results],
        readers=list_readers(readers),
        seen=tell_all(request, acts, what=gettext("ce document"))[:_SEEN],
        newer=next((each for each in detail.versions if each.status == "current" and not each.is_this), None),
        **_body(detail),
    )


def _has_ranges(group: ResultGroup) -> bool:
    """Whether a column of intervals has anything to say."""
    return any(row.range_text or row.position_label for row in group.rows)


def name_with_date(card: DocumentCard) -> str:
    if card.dated_at is None:
        return label(card.title)
    return gettext("%(title)s du %(day)s") % {"title": label(card.title), "day": day(card.dated_at)}


def _body(detail: DocumentDetail) -> dict[str, Any]:
    """The readable text, the files that the page shows, and the ones that it only gives."""
    in_text: set[int] = set()
    pictures = {each.index for each in detail.attachments if each.media_type in _IMAGES}

    def write(index: int, words: str) -> SafeString:
        in_text.update(pictures & {index})
        return _media(detail, index, words)

    sections = [(section, fill_media(section.html, write)) for section in detail.sections]
    # A document that is not a CDA is its own only file.
    is_file = not sections and any(each.media_type == detail.card.media_type for each in detail.attachments)
    files = [] if is_file else [each for each in detail.attachments if each.index not in in_text]
    return {
        "sections": sections,
        "shown_files": [each for each in files if each.media_type in SHOWN_IN_BROWSER],
        "other_files": [each for each in files if each.media_type not in SHOWN_IN_BROWSER],
        "whole": is_file and detail.card.media_type in SHOWN_IN_BROWSER,
    }


def _media(detail: DocumentDetail, index: int, words: str) -> SafeString:
    """A picture at its place in the text; a link for the rest. `words` come escaped from the rendering."""
    file = next((each for each in detail.attachments if each.index == index), None)
    if file is None:
        return format_html("<em>{}</em>", gettext("(fichier illisible dans le document)"))
    url = reverse("citizen:document_attachment", args=[detail.card.id, index])
    name = SafeString(words) if words else file.title
    if file.media_type in _IMAGES:
        return format_html('<img class="img-fluid" src="{}" alt="{}" loading="lazy">', url, name)
    return format_html('<a href="{}">{}</a>', url, gettext("Ouvrir « %(name)s »") % {"name": name})


@policy("citizen", Permission.DOCUMENT_READ)
@require_safe
def document_file(request: HttpRequest, document_id: str) -> HttpResponse:
    """The file as it was received; `?voir=1` shows it in the browser when its kind allows it."""
    stored = record_queries.get_file(request.actor, request.space_id, document_id, now=request.now)
    return send_file(stored, inline=request.GET.get("voir") == "1")


@policy("citizen", Permission.DOCUMENT_READ)
@require_safe
def document_attachment(request: HttpRequest, document_id: str, index: int) -> HttpResponse:
    """A file that the document carries."""
    stored = record_queries.get_file(request.actor, request.space_id, document_id, now=request.now, attachment=index)
    return send_file(stored, inline=request.GET.get("telecharger") != "1")
