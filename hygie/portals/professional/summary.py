"""The first page of a record: what matters in one screen, each datum with its date and its document."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import localtime
from django.views.decorators.http import require_safe

from hygie.access.types import Permission
from hygie.portals.essentials import Allergy, Medicine, Problem, Vaccine, read_essentials
from hygie.portals.policy import policy
from hygie.portals.professional.page import record_page
from hygie.portals.professional.records import OpenRecord, with_record
from hygie.record import queries as record_queries
from hygie.record.types import DocumentFilters
from hygie.terminology.queries import fold

_DOCUMENTS = 6
_LINES = 6
_LOOKED_AT = 300
_TYPES = ("AllergyIntolerance", "Condition", "MedicationStatement", "MedicationRequest", "Immunization")
Row = TypeVar("Row", Allergy, Problem, Medicine, Vaccine)


@dataclass(frozen=True, slots=True)
class Short(Generic[Row]):
    """The first lines of a list that the reader may see, and how many more of them there are."""

    rows: list[Row]
    more: int


@policy("professional", Permission.DOCUMENT_LIST, Permission.ENTRY_READ)
@require_safe
@with_record
def record(request: HttpRequest, opened: OpenRecord) -> HttpResponse:
    page = record_queries.list_documents(
        request.actor, opened.space_id, DocumentFilters(), now=request.now, limit=_DOCUMENTS, facets=False
    )
    facts = read_essentials(
        record_queries.list_entries(request.actor, opened.space_id, _TYPES, now=request.now, limit=_LOOKED_AT)
    )
    today = localtime(request.now).date()
    context = {
        "tab": "summary",
        "page": page,
        "allergies": _short(facts.allergies, lambda row: row.active),
        "problems": _short(facts.problems, lambda row: row.active),
        "medicines": _short(facts.medicines, lambda row: _is_current(row, today)),
        "vaccines": _short(sorted(facts.vaccines, key=lambda row: not row.day), lambda row: row.done, once=False),
    }
    return record_page(request, opened, "record.html", context)


def _is_current(medicine: Medicine, today: dt.date) -> bool:
    return medicine.active and (medicine.ends_on is None or medicine.ends_on >= today)


def _short(rows: Iterable[Row], keep: Callable[[Row], bool], *, once: bool = True) -> Short[Row]:
    """Newest first as they come; the same thing told by several documents is one line, that of the latest."""
    seen: dict[str, Row] = {}
    for number, row in enumerate(rows):
        seen.setdefault(fold(row.label) if once else str(number), row)
    told = [row for row in seen.values() if keep(row)]
    # « Nothing known » stands only while nothing is told elsewhere.
    real = [row for row in told if not getattr(row, "none_known", False)]
    kept = real or told
    return Short(kept[:_LINES], max(len(kept) - _LINES, 0))
