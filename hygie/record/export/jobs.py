"""The life of a job as its client sees it: asked, looked at, fetched, cancelled. Nobody sees another's."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from hygie.access import journal
from hygie.access.journal import Need
from hygie.fhir.core import json
from hygie.fhir.http.export import Asked
from hygie.identity.types import Actor, ActorKind, ClientKind, Person
from hygie.lib import crypto, ids
from hygie.lib.errors import AccessRefused, HygieError, NotFound, TooMany
from hygie.record import resources
from hygie.record.export import files
from hygie.record.export.models import File, Job, State

# What was received before the export was asked may still be on its way to the database.
SETTLE = dt.timedelta(seconds=1)
_POLL_WINDOW = dt.timedelta(minutes=1)
_POLLS = 120
_BUSY_SECONDS = 30
_UNFINISHED = (State.WAITING, State.RUNNING)


class ExportFailed(HygieError):
    """The export could not be made; ask for it again."""

    default_code = "export-failed"


@dataclass(frozen=True, slots=True)
class Made:
    number: int
    kind: str
    type: str
    count: int


@dataclass(frozen=True, slots=True)
class Status:
    """`total` None: not counted yet. `files` once it is `done`."""

    told: int
    total: int | None
    request: str
    transaction_time: dt.datetime
    since: bool
    expires_at: dt.datetime | None
    files: tuple[Made, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A file to be sent: `size` bytes, in gzip when it was asked so."""

    pieces: Iterator[bytes]
    size: int
    expires_at: dt.datetime | None


def start(actor: Actor, asked: Asked, request: str, *, now: dt.datetime) -> str:
    """The id of a new job. Raises AccessRefused(client.scope, default.refused, export-level), NotFound, TooMany(export-jobs)."""
    _check_may(actor, asked)
    if asked.level == "group":
        asked = replace(asked, patients=_members(actor, asked, now))
    job_id = ids.new_local_id()
    kek_id, wrapped = crypto.keyring(settings.HYGIE_MASTER_KEY).wrap(crypto.new_data_key(), context=_context(job_id))
    with transaction.atomic():
        _hold_client(actor.client_id)
        busy = Job.objects.filter(client_id=actor.client_id, state__in=_UNFINISHED).count()
        if busy >= settings.HYGIE_EXPORT_JOBS:
            text = f"This client has {busy} exports under way; wait for one of them, or cancel it."
            raise TooMany(text, code="export-jobs", retry_after=_BUSY_SECONDS)
        Job.objects.create(
            id=job_id,
            client_id=actor.client_id,
            professional_id=actor.professional_id,
            actor=msgspec.json.encode(actor).decode(),
            asked=msgspec.json.encode(asked).decode(),
            request=request,
            transaction_time=now,
            due_at=now + SETTLE,
            kek_id=kek_id,
            wrapped=wrapped,
        )
    return job_id


def _check_may(actor: Actor, asked: Asked) -> None:
    """What can be said before any record is looked at; the rules decide on each record later."""
    if not actor.scopes:
        raise journal.uncovered()
    for type in asked.types:
        journal.require_scope(actor, Need(type, "r"))
    if actor.kind is ActorKind.PROFESSIONAL and asked.level == "system":
        raise AccessRefused(
            "For a professional, software exports the patients who are open to him: Patient/$export.",
            code="export-level",
        )
    if actor.kind is ActorKind.SOFTWARE and actor.client_kind != ClientKind.BENCH and asked.level != "system":
        raise AccessRefused("No rule opens this access.", code="default.refused")


def _members(actor: Actor, asked: Asked, now: dt.datetime) -> tuple[str, ...]:
    """The patients of a Group that the actor may read; `("",)` for nobody. Raises NotFound, Gone, AccessRefused."""
    space_id, local_id = resources.space_of("Group", asked.group)
    found = resources.read(actor, space_id, "Group", local_id, now=now)
    members = [] if isinstance(found, Person) else json.read_object(found.body).get("member", [])
    named = [
        each["entity"]["reference"].rpartition("Patient/")[2]
        for each in members
        if not each.get("inactive") and "Patient/" in each.get("entity", {}).get("reference", "")
    ]
    kept = [each for each in dict.fromkeys(named) if not asked.patients or each in asked.patients]
    return tuple(kept) or ("",)


def _hold_client(client_id: str) -> None:
    """Two requests of one client are counted one after the other. SQLite has one writer."""
    if connection.vendor == "postgresql":
        digest = hashlib.sha256(b"hygie.export" + client_id.encode()).digest()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], "big", signed=True)])


def _context(job_id: str) -> bytes:
    return b"hygie.export-key\x00" + job_id.encode("ascii")


def key_of(job: Job) -> bytes:
    return crypto.keyring(settings.HYGIE_MASTER_KEY).unwrap(job.kek_id, bytes(job.wrapped), context=_context(job.id))


def _mine(actor: Actor, job_id: str, now: dt.datetime) -> QuerySet[Job]:
    """The job of this client, for this professional, while it is kept."""
    mine = Job.objects.filter(id=job_id, client_id=actor.client_id, professional_id=actor.professional_id)
    return mine.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))


def _nothing() -> NotFound:
    return NotFound("No export of this id, or it has expired.", code="not-found")


def status(actor: Actor, job_id: str, *, now: dt.datetime) -> Status:
    """How far it is. Raises NotFound, TooMany(export-polling), ExportFailed."""
    with transaction.atomic():
        job = _mine(actor, job_id, now).select_for_update(skip_locked=True).first()
        if job is not None:
            _count_poll(job, now)
    # A worker that holds the row writes a space: who asks meanwhile is answered, and not counted.
    job = job or _mine(actor, job_id, now).first()
    if job is None:
        raise _nothing()
    if job.state == State.FAILED:
        raise ExportFailed
    made = [
        Made(each.number, each.kind, each.type, each.count)
        for each in (job.files.order_by("kind", "type", "number") if job.state == State.DONE else ())
    ]
    since = msgspec.json.decode(job.asked, type=Asked).since is not None
    return Status(job.told, job.total, job.request, job.transaction_time, since, job.expires_at, tuple(made))


def _count_poll(job: Job, now: dt.datetime) -> None:
    if job.polled_since is None or now - job.polled_since > _POLL_WINDOW:
        job.polled_since, job.polls = now, 0
    job.polls += 1
    if job.polls <= _POLLS:
        job.save(update_fields=["polled_since", "polls"])
        return
    left = int((job.polled_since + _POLL_WINDOW - now).total_seconds()) + 1
    raise TooMany("Ask less often: Retry-After says when.", code="export-polling", retry_after=max(1, left))


def open_file(actor: Actor, job_id: str, number: int, *, packed: bool, now: dt.datetime) -> Opened:
    """A file of a job that is done. Raises NotFound, AccessRefused(client.scope)."""
    row = File.objects.select_related("job").filter(
        job__in=_mine(actor, job_id, now).filter(state=State.DONE), number=number
    ).first()  # fmt: skip
    if row is None:
        raise _nothing()
    if row.kind == "output":
        journal.require_scope(actor, Need(row.type, "r"))
    key = key_of(row.job)
    if packed:
        return Opened(files.open_packed(job_id, number, row.worker, key, row.packed), row.packed, row.job.expires_at)
    return Opened(files.open_plain(job_id, number, row.worker, key, row.packed), row.size, row.job.expires_at)


def cancel(actor: Actor, job_id: str, *, now: dt.datetime) -> None:
    """Ends it and erases its files; a worker that has it finds out at the next space. Raises NotFound."""
    if not _mine(actor, job_id, now).delete()[0]:
        raise _nothing()
    files.erase(job_id)


def sweep(*, now: dt.datetime) -> int:
    """Erases what has expired, and the files that no job owns; gives how many jobs went."""
    gone = list(Job.objects.filter(expires_at__lte=now).values_list("id", flat=True))
    Job.objects.filter(id__in=gone).delete()
    # Folders first: a job has its row before it has its folder.
    folders = files.list_jobs()
    kept = set(Job.objects.values_list("id", flat=True))
    for job_id in folders:
        if job_id not in kept:
            files.erase(job_id)
    return len(gone)


def spaces_named(asked: Asked) -> list[uuid.UUID | None]:
    """The spaces of the patients that were named; None for what cannot be one of ours."""
    found: list[uuid.UUID | None] = []
    for patient in asked.patients:
        if patient:
            try:
                found.append(resources.space_of("Patient", patient)[0])
            except NotFound:
                found.append(None)
    return found
