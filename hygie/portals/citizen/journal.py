"""Who has seen: one plain sentence an act, by day; and the same as a file for a spreadsheet."""

import csv
import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from hygie.access.types import AccessLine, Permission
from hygie.identity.types import ProfessionalView
from hygie.portals import activity
from hygie.portals.citizen.forms import JournalForm
from hygie.portals.citizen.page import render_page, titled
from hygie.portals.citizen.telling import by_day, find_titles, tell_all
from hygie.portals.policy import policy
from hygie.record import queries as record_queries

_LINES = 100
_EXPORTED = 20_000
_WHO = {"professionnels": "professionals", "proches": "mine", "tout": ""}
# A spreadsheet runs a cell that begins so: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@policy("citizen", Permission.TRACE_READ)
@require_safe
def who_has(request: HttpRequest) -> HttpResponse:
    chosen = read_filters(request)
    lines = record_queries.list_accesses(
        request.actor,
        request.space_id,
        now=request.now,
        before=chosen["avant"],
        limit=_LINES,
        **_asked(request, chosen),
    )
    return render_page(
        request,
        "journal",
        nav="access/who-has",
        title=titled(request, gettext("Qui a vu mon dossier"), gettext("Qui a vu le dossier de %(name)s")),
        parent=("citizen:access", gettext("Accès")),
        chosen=chosen,
        form=JournalForm(request.GET),
        days=by_day(tell_all(request, lines)),
        people=_people(lines),
        older=lines[-1].seq if len(lines) == _LINES else None,
        filtered=bool(chosen["periode"] or chosen["personne"] or chosen["refus"]),
    )


@policy("citizen", Permission.TRACE_READ)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The lines that the page's filters keep, as CSV that opens in a French spreadsheet."""
    chosen = read_filters(request)
    lines = record_queries.list_accesses(
        request.actor, request.space_id, now=request.now, limit=_EXPORTED, export=True, **_asked(request, chosen)
    )
    titles = find_titles(request, lines)
    response = HttpResponse(to_csv(lines, titles), content_type="text/csv; charset=utf-8")
    day = timezone.localtime(request.now).date().isoformat()
    response["Content-Disposition"] = f'attachment; filename="acces-au-dossier-{day}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def read_filters(request: HttpRequest) -> dict[str, Any]:
    form = JournalForm(request.GET)
    form.is_valid()
    values = form.cleaned_data
    return {
        "qui": values.get("qui") or "professionnels",
        "periode": values.get("periode") or "",
        "personne": values.get("personne"),
        "refus": bool(values.get("refus")),
        "avant": values.get("avant"),
    }


def _asked(request: HttpRequest, chosen: dict[str, Any]) -> dict[str, Any]:
    days = JournalForm.PERIODS.get(chosen["periode"])
    return {
        "who": _WHO[chosen["qui"]],
        "since": request.now - dt.timedelta(days=days) if days else None,
        "refused_only": chosen["refus"],
        "professional_id": chosen["personne"],
    }


def _people(lines: Iterable[AccessLine]) -> list[ProfessionalView]:
    """Those who may be chosen in the filter: the ones of the lines at hand."""
    people = {line.professional.id: line.professional for line in lines if line.professional}
    return sorted(people.values(), key=lambda each: (each.family.casefold(), each.given.casefold()))


def to_csv(lines: Iterable[AccessLine], titles: dict[str, str]) -> bytes:
    """UTF-8 with its mark and semicolons, as French spreadsheets expect."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(
        [
            gettext("Date"),
            gettext("Heure"),
            gettext("Qui"),
            gettext("Profession"),
            gettext("Structure"),
            gettext("Ce qui a été fait"),
            gettext("Document"),
            gettext("Résultat"),
            gettext("Raison"),
            gettext("Moyen"),
        ]
    )
    for line in lines:
        writer.writerow([safe_cell(cell) for cell in _cells(line, titles)])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _cells(line: AccessLine, titles: dict[str, str]) -> list[str]:
    at = timezone.localtime(line.at)
    title = titles.get(line.document_id, "")
    return [
        f"{at:%d/%m/%Y}",
        f"{at:%H:%M:%S}",
        activity.name_of(line),
        activity.trade_of(line.professional) if line.professional else "",
        line.organization.name if line.organization else "",
        activity.tell_plainly(line, activity.quoted(title) if title else ""),
        title,
        gettext("Refusé") if line.outcome == "refused" else gettext("Autorisé"),
        activity.ground_of(line),
        line.client_name or (gettext("Site") if line.channel == "web" else gettext("Logiciel")),
    ]


def safe_cell(text: str) -> str:
    """A cell that a spreadsheet shows and never runs."""
    return f"'{text}" if text.startswith(_FORMULA) else text
