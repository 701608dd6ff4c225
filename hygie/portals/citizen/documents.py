"""The list of documents: search, filters, one group a year, what the person added kept apart."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from hygie.access.types import Permission
from hygie.portals.citizen.cards import Row, list_rows
from hygie.portals.citizen.forms import DocumentFilterForm
from hygie.portals.citizen.page import render_page, titled
from hygie.portals.policy import policy
from hygie.record import queries as record_queries
from hygie.record.types import DocumentFilters

PAGE = 20
_CURSOR_LENGTH = 300
_NAMES = ("q", "classe", "auteur", "origine", "du", "au")


@dataclass(slots=True)
class YearGroup:
    """The documents of a year on this page; `year` is None when no date is known."""

    year: int | None
    received: list[Row] = field(default_factory=list)
    own: list[Row] = field(default_factory=list)


@policy("citizen", Permission.DOCUMENT_LIST)
@require_safe
def document_list(request: HttpRequest) -> HttpResponse:
    form = DocumentFilterForm(request.GET)
    filters = read_filters(form)
    after = request.GET.get("suite", "")[:_CURSOR_LENGTH]
    page = record_queries.list_documents(
        request.actor, request.space_id, filters, now=request.now, limit=PAGE, after=after
    )
    used = [name for name in _NAMES if form.cleaned_data.get(name)]
    return render_page(
        request,
        "documents",
        nav="documents",
        title=titled(request, gettext("Mes documents"), gettext("Documents de %(name)s")),
        form=form,
        page=page,
        groups=group_by_year(list_rows(request, page.cards)),
        authors=with_chosen(page.authors, filters.author),
        filtered=bool(used),
        folded=bool({"auteur", "origine", "du", "au"} & set(used) or form.errors),
        chosen={name: form.cleaned_data.get(name) or "" for name in _NAMES},
        status=422 if form.errors else 200,
        later=bool(after),
    )


def read_filters(form: DocumentFilterForm) -> DocumentFilters:
    """The filters that fit; the others are said in the form and left out."""
    form.is_valid()
    values = form.cleaned_data
    return DocumentFilters(
        words=values.get("q", ""),
        class_code=values.get("classe", ""),
        author=values.get("auteur", ""),
        origin=values.get("origine", ""),
        since=values.get("du"),
        until=values.get("au"),
    )


def with_chosen(authors: list[str], chosen: str) -> list[str]:
    """The choices of the filter; the one in force stays, even when nothing is left of it."""
    return authors if not chosen or chosen in authors else [chosen, *authors]


def group_by_year(rows: Iterable[Row]) -> list[YearGroup]:
    """In the order of the page, which is newest first."""
    groups: dict[int | None, YearGroup] = {}
    for row in rows:
        group = groups.setdefault(row.year, YearGroup(row.year))
        (group.own if row.own else group.received).append(row)
    return list(groups.values())
