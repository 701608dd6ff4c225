"""The journal as people read it: names and titles looked up, repeated acts of a day told once."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext

from hygie.access.types import AccessLine, Reader
from hygie.identity import queries as identity_queries
from hygie.identity.types import OrganizationView, ProfessionalView
from hygie.portals import activity
from hygie.portals.ui.words import label
from hygie.record import queries as record_queries
from hygie.terminology import queries as terminology
from hygie.trace.types import Event

_DOCUMENTS = "record.document."
# Acts that name a professional, a structure or a category, by an id of the register.
_NAMING = frozenset({Event.BLOCK_SET.value, Event.TEAM_JOINED.value, Event.OPPOSITION_SET.value})
# Acts that are told one by one, however often they come in a day.
_ALONE = "access."


@dataclass(slots=True)
class Told:
    """One sentence on screen, for one act or for the same act repeated in a day, newest first."""

    icon: str
    sentence: str
    day: dt.date
    first_at: dt.datetime
    last_at: dt.datetime
    times: int
    refused: bool
    ground: str
    software: str
    by_software: bool
    structure_only: bool
    is_me: bool
    professional: ProfessionalView | None
    organization: OrganizationView | None
    documents: list[tuple[str, str]] = field(default_factory=list)

    @property
    def hours(self) -> str:
        """« 10 h 12 », « De 9 h 03 à 9 h 21 »."""
        start, end = hour(self.first_at), hour(self.last_at)
        return start if start == end else gettext("De %(start)s à %(end)s") % {"start": start, "end": end}

    @property
    def is_grouped(self) -> bool:
        return len(self.documents) > 1


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """Somebody around the person, and in words why that reader sees a document or does not."""

    name: str
    detail: str
    sees: bool
    reason: str


def hour(at: dt.datetime) -> str:
    local = timezone.localtime(at)
    return gettext("%(hour)s h %(minute)s") % {"hour": local.hour, "minute": f"{local:%M}"}


def tell_all(request: HttpRequest, lines: Sequence[AccessLine], *, what: str = "") -> list[Told]:
    """The sentences of these lines; `what` names the one document that they are all about."""
    titles = {} if what else find_titles(request, lines)
    names = _find_names(lines)
    groups: dict[object, list[AccessLine]] = {}
    for line in lines:
        groups.setdefault(_key(line), []).append(line)
    return [_told(group, titles, names, what) for group in groups.values()]


def by_day(told: Iterable[Told]) -> list[tuple[dt.date, list[Told]]]:
    days: dict[dt.date, list[Told]] = {}
    for each in told:
        days.setdefault(each.day, []).append(each)
    return list(days.items())


def find_titles(request: HttpRequest, lines: Iterable[AccessLine]) -> dict[str, str]:
    """Plain titles of the documents that these lines name and that the reader may see."""
    ids = {line.document_id for line in lines if line.document_id and line.event.startswith(_DOCUMENTS)}
    titles = record_queries.list_titles(request.actor, request.space_id, ids, now=request.now)
    return {document_id: label(title) for document_id, title in titles.items()}


def list_readers(readers: Iterable[Reader]) -> list[ReaderLine]:
    """Those who see first; the reasons are said to the person, not to the professional."""
    lines = [
        ReaderLine(
            name=_name(reader.professional, reader.organization),
            detail=activity.trade_of(reader.professional) if reader.professional else "",
            sees=bool(reader.decision),
            reason=activity.explain(reader.decision.rule),
        )
        for reader in readers
    ]
    return sorted(lines, key=lambda line: not line.sees)


def _name(professional: ProfessionalView | None, organization: OrganizationView | None) -> str:
    if professional:
        return professional.display_name
    return organization.name if organization else gettext("Un soignant dont le nom n’est plus dans l’annuaire")


def _key(line: AccessLine) -> object:
    """What is told together; a change of rights stands alone."""
    if line.event.startswith(_ALONE):
        return line.seq
    who = line.professional.id if line.professional else (line.actor_kind, line.is_me)
    where = line.organization.id if line.organization else None
    return (timezone.localtime(line.at).date(), who, where, line.event, line.outcome, line.ground, line.client_id)


def _told(group: list[AccessLine], titles: dict[str, str], names: dict[str, str], what: str) -> Told:
    """`group` is newest first."""
    line = group[0]
    about = {each.document_id: None for each in group if each.document_id and line.event.startswith(_DOCUMENTS)}
    documents = [(each, titles[each]) for each in about if each in titles]
    unknown = about.keys() - titles.keys()
    return Told(
        icon="ban" if line.outcome == "refused" else activity.telling_of(line.event).icon,
        sentence=activity.tell(line, what or _what(line, documents, len(unknown), names)),
        day=timezone.localtime(line.at).date(),
        first_at=group[-1].at,
        last_at=line.at,
        times=len(group) if len(about) <= 1 else 1,
        refused=line.outcome == "refused",
        ground=activity.ground_of(line),
        software=line.client_name,
        by_software=bool(line.client_id),
        structure_only=line.professional is None and line.organization is not None,
        is_me=line.is_me,
        professional=line.professional,
        organization=line.organization,
        documents=documents,
    )


def _what(line: AccessLine, documents: list[tuple[str, str]], unknown: int, names: dict[str, str]) -> str:
    """The object of the sentence: a linked title, a count, or the name of somebody."""
    if not line.event.startswith(_DOCUMENTS):
        return names.get(line.document_id, "") if line.event in _NAMING else ""
    if len(documents) + unknown > 1:
        return activity.count_of(len(documents) + unknown)
    if not documents:
        return ""
    identifier, title = documents[0]
    url = reverse("citizen:document", args=[identifier])
    return format_html('<a href="{}">{}</a>', url, activity.quoted(title))


def _find_names(lines: Iterable[AccessLine]) -> dict[str, str]:
    """Names of the professionals, structures and categories that changes of rights are about."""
    objects = {line.document_id for line in lines if line.event in _NAMING and line.document_id}
    ids = {found: text for text in objects if (found := _uuid(text))}
    names = {text: _category(text) for text in objects - set(ids.values())}
    if ids:
        professionals = identity_queries.list_professionals(set(ids))
        names |= {ids[key]: each.display_name for key, each in professionals.items()}
        names |= {ids[key]: each.name for key, each in identity_queries.list_organizations(set(ids)).items()}
    return names


def _category(code: str) -> str:
    return gettext("documents de type « %(type)s »") % {"type": label(terminology.class_label(code))}


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
