"""Reads of the record. Each decides, narrows, reads, and commits its entry of the journal before it answers: when the entry
cannot be written, nothing is shown. A read holds no lock meanwhile."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection

from hygie.access import engine, journal
from hygie.access import queries as access
from hygie.access.facts import facts_for
from hygie.access.journal import Grant, Need
from hygie.access.rules import MASQUE_PS
from hygie.access.types import NOTHING, AccessLine, Loaded, Permission, Reader
from hygie.fhir.core import json
from hygie.fhir.store.repository import Repository, Within
from hygie.fhir.store.rows import StoredResource, key
from hygie.fhir.store.scope import Scope
from hygie.fhir.store.search import DateFilter, Filter, Prefix, SearchQuery, TokenFilter
from hygie.identity.types import Actor, ActorKind, Channel, Level, OrganizationView, ProfessionalView
from hygie.lib.clock import PARIS
from hygie.lib.errors import NotFound
from hygie.record import blobs, reading, replacing, seeing
from hygie.record.models import Document
from hygie.record.rows import DocumentRow
from hygie.record.types import (
    AllergyView,
    DocumentCard,
    DocumentDetail,
    DocumentFilters,
    DocumentPage,
    Found,
    Origin,
    Stored,
    StoredFile,
    VersionView,
)
from hygie.terminology import queries as terminology
from hygie.trace import actions as trace
from hygie.trace.types import Event

_DOCUMENT = "DocumentReference"
_NUL = "\0"  # which PostgreSQL refuses in any text


def _repository(grant: Grant, act: Permission) -> Repository:
    return Repository(Scope(grant.space_id, grant.condition(act)))


def _record(grant: Grant, event: Event, *, now: dt.datetime, object: str = "", version: int = 0) -> None:
    trace.commit(
        journal.entry(
            grant.actor, grant.space_id, event, now=now, ground=grant.decision.rule, object=object, version=version
        )
    )


def _absent(grant: Grant, event: Event, *, now: dt.datetime, object: str) -> NotFound:
    """What does not exist and what may not be seen: the same answer, and the same entry."""
    error = NotFound("Nothing of this id here.", code="not-found")
    journal.refusal(error, grant.actor, grant.space_id, event, now=now, object=object[:64])
    return error


def list_documents(
    actor: Actor,
    space_id: uuid.UUID,
    filters: DocumentFilters,
    *,
    now: dt.datetime,
    limit: int = 20,
    after: str = "",
    facets: bool = True,
) -> DocumentPage:
    """A page of the documents that this actor may see, newest first, with the facets of the whole list."""
    grant = journal.authorize(
        actor, space_id, Permission.DOCUMENT_LIST, Event.DOCUMENT_LISTED, now=now, need=journal.LIST_DOCUMENTS
    )
    repository = _repository(grant, Permission.DOCUMENT_LIST)
    query = SearchQuery(filters=_filters(filters), count=limit, after=after)
    page = repository.search(_DOCUMENT, query, within=_within(space_id, filters))
    cards = _cards(space_id, page.rows)
    classes, authors, years = _facets(repository, space_id, filters) if facets else ([], [], [])
    _record(grant, Event.DOCUMENT_LISTED, now=now)
    return DocumentPage(cards, page.total, page.next, classes, authors, years)


def _filters(filters: DocumentFilters) -> tuple[Filter, ...]:
    found: list[Filter] = []
    if filters.status:
        found.append(TokenFilter("status", ((None, filters.status),)))
    if filters.class_code:
        found.append(TokenFilter("_category", ((None, filters.class_code),)))
    if filters.origin:
        found.append(TokenFilter("_origin", ((None, filters.origin),)))
    if filters.since:
        found.append(DateFilter("date", Prefix.GE, _midnight(filters.since), _midnight(filters.since)))
    if filters.until:
        after = _midnight(filters.until + dt.timedelta(days=1))
        found.append(DateFilter("date", Prefix.LT, after, after))
    return tuple(found)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=PARIS)


def _within(space_id: uuid.UUID, filters: DocumentFilters) -> Within | None:
    """Words and author narrow by subqueries of the same space, combined with the scope in one statement."""
    clauses: list[str] = []
    params: list[Any] = []
    words = terminology.fold(filters.words.replace(_NUL, " ")).split()[:10]
    if words:
        position = "strpos" if connection.vendor == "postgresql" else "instr"
        tests = " AND ".join([f"{position}(words, %s) > 0"] * len(words))
        clauses.append(f"SELECT id FROM record_documentwords WHERE space_id = %s AND {tests}")
        params += [key(space_id), *words]
    if filters.author:
        clauses.append(
            "SELECT id FROM record_document WHERE space_id = %s AND (author = %s OR (author = '' AND organization = %s))"
        )
        author = filters.author.replace(_NUL, " ")
        params += [key(space_id), author, author]
    return Within(" INTERSECT ".join(clauses), tuple(params)) if clauses else None


def _facets(
    repository: Repository, space_id: uuid.UUID, filters: DocumentFilters
) -> tuple[list[tuple[str, str, int]], list[str], list[int]]:
    status = SearchQuery(filters=_filters(DocumentFilters(status=filters.status)))
    kinds, params = repository.kinds(_DOCUMENT, status)
    statement = (
        "SELECT v.category, v.year, CASE WHEN d.author = '' THEN d.organization ELSE d.author END, COUNT(*) "
        f"FROM ({kinds}) v JOIN record_document d ON d.space_id = %s AND d.id = v.id GROUP BY 1, 2, 3"
    )
    counts: dict[str, int] = {}
    authors: set[str] = set()
    years: set[int] = set()
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, key(space_id)])
        for category, year, author, count in cursor.fetchall():
            counts[category] = counts.get(category, 0) + count
            authors.add(author)
            years.add(int(year))
    classes = [(code, label, counts[code]) for code, label in terminology.list_classes() if code in counts]
    return classes, sorted(authors - {""}), sorted(years, reverse=True)


def _cards(space_id: uuid.UUID, rows: Iterable[StoredResource]) -> list[DocumentCard]:
    rows = list(rows)
    documents = Document.objects.filter(space_id=space_id, id__in=[row.id for row in rows]) if rows else []
    by_id = {document.id: document for document in documents}
    return [_card(row, by_id[row.id]) for row in rows if row.id in by_id]


def _card(row: StoredResource, document: Document | DocumentRow) -> DocumentCard:
    type_code = row.access.type_code
    kind = terminology.document_type(type_code)
    own = row.access.origin == Origin.PATIENT.value
    return DocumentCard(
        id=row.id,
        title=document.title if own else terminology.plain_title(type_code),
        own_title="" if own else document.title,
        type_code=type_code,
        type_label=kind.label if kind else "",
        class_code=kind.class_code if kind else "",
        class_label=terminology.class_label(kind.class_code if kind else ""),
        author=document.author,
        organization=document.organization,
        dated_at=row.sort_at,
        deposited_at=document.deposited_at,
        origin=row.access.origin,
        hidden=bool(row.access.labels & MASQUE_PS),
        status=row.status,
        media_type=document.media_type,
        size=document.size,
        version=row.version,
    )


def get_document(actor: Actor, space_id: uuid.UUID, document_id: str, *, now: dt.datetime) -> DocumentDetail:
    """A document, readable: rendering, coded entries, attachments, versions. Raises NotFound alike for absent and unseen."""
    event = Event.DOCUMENT_READ
    grant = journal.authorize(
        actor, space_id, Permission.DOCUMENT_READ, event, now=now, need=journal.READ_DOCUMENT, object=document_id
    )
    repository = _repository(grant, Permission.DOCUMENT_READ)
    row = repository.read(_DOCUMENT, document_id)
    if row is None:
        raise _absent(grant, event, now=now, object=document_id)
    document, content = blobs.open_document(space_id, document_id)
    sections, attachments = reading.readable(document, content)
    versions = _versions(repository, space_id, document)
    detail = DocumentDetail(
        card=_card(row, document),
        sections=sections,
        attachments=attachments,
        versions=versions,
        entries=[json.read_object(entry.body) for entry in repository.derived(document_id)],
        metadata=reading.metadata(json.read_object(row.body), document),
        sha256=document.sha256,
        can_hide=bool(engine.decide(grant.facts, Permission.DOCUMENT_HIDE, row.access)),
        # What this reader may not see is, for this reader, not here.
        pending_replaces=bool(document.replaces) and (not versions or versions[-1].is_this),
    )
    _record(grant, event, now=now, object=document_id, version=row.version)
    return detail


def _versions(repository: Repository, space_id: uuid.UUID, document: DocumentRow) -> list[VersionView]:
    """The chain of replacements around a document, newest first, of what this reader may see."""
    chain = replacing.chain(space_id, document)
    if len(chain) == 1:
        return []
    seen = repository.search(_DOCUMENT, SearchQuery(ids=tuple(d.id for d in chain), count=50, with_total=False))
    status = {row.id: row.status for row in seen.rows}
    return [
        VersionView(d.id, d.title, d.deposited_at, status[d.id], d.id == document.id) for d in chain if d.id in status
    ]


def get_file(
    actor: Actor, space_id: uuid.UUID, document_id: str, *, now: dt.datetime, attachment: int | None = None
) -> StoredFile:
    """The original bytes, or one of the files inside a CDA. Raises NotFound."""
    event = Event.DOCUMENT_DOWNLOADED
    grant = journal.authorize(
        actor, space_id, Permission.DOCUMENT_READ, event, now=now, need=Need("Binary", "r"), object=document_id
    )
    stored = find_file(grant, document_id, now=now, attachment=attachment)
    if stored is None:
        raise _absent(grant, event, now=now, object=document_id)
    return stored


def find_file(grant: Grant, document_id: str, *, now: dt.datetime, attachment: int | None = None) -> StoredFile | None:
    """The same, by a right that the caller has just asked for; None when there is no such file that may be seen."""
    space_id = grant.space_id
    row = _repository(grant, Permission.DOCUMENT_READ).read(_DOCUMENT, document_id)
    if row is None:
        return None
    document, content = blobs.open_document(space_id, document_id)
    title = _card(row, document).title
    stored = (
        reading.original(document, title, content)
        if attachment is None
        else reading.inner(document, title, content, attachment)
    )
    if stored is not None:
        _record(grant, Event.DOCUMENT_DOWNLOADED, now=now, object=document_id, version=row.version)
    return stored


def read_resource(actor: Actor, space_id: uuid.UUID, type: str, local_id: str, *, now: dt.datetime) -> Stored:
    """A resource as it is served. Raises NotFound alike for absent and unseen."""
    act, event = (
        (Permission.DOCUMENT_READ, Event.DOCUMENT_READ)
        if type == _DOCUMENT
        else (Permission.ENTRY_READ, Event.ENTRY_READ)
    )
    grant = journal.authorize(actor, space_id, act, event, now=now, need=Need(type, "r"), object=local_id[:64])
    row = _repository(grant, act).read(type, local_id)
    if row is None:
        raise _absent(grant, event, now=now, object=local_id)
    _record(grant, event, now=now, object=local_id, version=row.version)
    return Stored(row.body, row.version, row.updated_at)


def search_resources(
    actor: Actor,
    space_id: uuid.UUID,
    type: str,
    query: SearchQuery,
    *,
    now: dt.datetime,
    loaded: Loaded = NOTHING,
) -> Found:
    """A page of resources of one type, newest first, and its entry of the journal: one statement where the database can."""
    document = type == _DOCUMENT
    act = Permission.DOCUMENT_LIST if document else Permission.ENTRY_READ
    event = Event.DOCUMENT_LISTED if document else Event.ENTRY_LISTED
    grant = journal.authorize(actor, space_id, act, event, now=now, need=Need(type, "s"), rows=loaded.of(space_id))
    scope = Scope(grant.space_id, grant.condition(act), seeing.by_type(grant), seeing.registers(grant))
    told = journal.entry(actor, space_id, event, now=now, ground=grant.decision.rule, object="" if document else type)
    page = Repository(scope).serve(type, query, beside=trace.beside(told))
    if not page.told:
        trace.commit(told)
    included = [(each.type, each.row.body) for each in page.included]
    return Found(page.bodies, page.total, page.next, included, page.cut)


def list_entries(
    actor: Actor, space_id: uuid.UUID, types: Sequence[str], *, now: dt.datetime, limit: int = 300
) -> list[dict[str, Any]]:
    """The newest coded entries of several types together: one statement, one line in the journal."""
    event = Event.ENTRY_LISTED
    grant = journal.authorize(actor, space_id, Permission.ENTRY_READ, event, now=now, need=Need("*", "s"))
    rows = _repository(grant, Permission.ENTRY_READ).newest_of(types, limit)
    _record(grant, event, now=now)
    return [json.read_object(row.body) for row in rows]


def list_allergies(actor: Actor, space_id: uuid.UUID, *, now: dt.datetime) -> list[AllergyView]:
    """Allergies that documents tell, for the banner: the gravest first, one line a substance."""
    grant = journal.authorize(
        actor, space_id, Permission.ENTRY_READ, Event.ENTRY_LISTED, now=now, need=Need("AllergyIntolerance", "s")
    )
    query = SearchQuery(count=50, with_total=False)
    page = _repository(grant, Permission.ENTRY_READ).search("AllergyIntolerance", query)
    _record(grant, Event.ENTRY_LISTED, now=now, object="AllergyIntolerance")
    return reading.allergies([(json.read_object(row.body), row.derived_from) for row in page.rows])


def list_accesses(actor: Actor, space_id: uuid.UUID, *, now: dt.datetime, **asked: Any) -> list[AccessLine]:
    """The journal as its reader may know it: access.queries.list_accesses with the same arguments, but for the lines about
    documents that this reader may not see (not yet announced, or secret from representatives): a line would tell them."""
    facts, _ = journal.load(actor, space_id, now=now)
    unseen = Repository(Scope(space_id, ~engine.condition(facts, Permission.DOCUMENT_READ))).labelled_ids()
    return access.list_accesses(actor, space_id, now=now, exclude_objects=unseen, **asked)


def list_titles(actor: Actor, space_id: uuid.UUID, ids: Collection[str], *, now: dt.datetime) -> dict[str, str]:
    """Plain titles of the documents that this actor may see, for the lines of the journal page (its own entry tells it)."""
    if not ids:
        return {}
    facts, _ = journal.load(actor, space_id, now=now)
    scope = Scope(space_id, engine.condition(facts, Permission.DOCUMENT_LIST))
    found = Repository(scope).search(_DOCUMENT, SearchQuery(ids=tuple(ids), count=len(ids), with_total=False))
    return {card.id: card.title for card in _cards(space_id, found.rows)}


def who_can_see(actor: Actor, space_id: uuid.UUID, document_id: str, *, now: dt.datetime) -> list[Reader]:
    """For the holder of the space: the care team and those whose consultation runs, each with what this document answers.

    The same engine as everywhere: the answer is the decision that a read would get now.
    """
    act = Permission.DOCUMENT_READ
    facts, rows = journal.load(actor, space_id, now=now)
    scope = Scope(space_id, engine.condition(facts, act))
    row = Repository(scope).read(_DOCUMENT, document_id)
    if row is None or not (facts.owner or facts.represents):
        raise NotFound("Nothing of this id here.", code="not-found")
    return [
        Reader(who, where, attending, engine.decide(facts_for(_as_actor(who, where), space_id, rows), act, row.access))
        for who, where, attending in access.around(space_id, now)
    ]


def _as_actor(who: ProfessionalView | None, where: OrganizationView | None) -> Actor:
    """A structure opens as its doctors would; each professional's own profession narrows further."""
    return Actor(
        kind=ActorKind.PROFESSIONAL,
        channel=Channel.WEB,
        professional_id=who.id if who else None,
        idnps=who.idnps if who else "",
        profession=who.profession if who else "10",
        organization_id=where.id if where else None,
        level=Level.SUBSTANTIAL,
    )
