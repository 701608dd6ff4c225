"""The worker's part of an export: space after space, in slices, so that other work does not wait.

A space is decided, read and told in one transaction; files become safe together with the number of spaces that they hold.
A worker that is cut leaves a job that another takes from the last safe place: what is told once is not told again, and no
file is served before its job is done.
"""

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable

import msgspec
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from hygie.access import reach
from hygie.access.actions import journal_refusal
from hygie.fhir.core import outcome
from hygie.fhir.http.export import Asked
from hygie.identity import queries as identity
from hygie.identity.types import Actor, ActorKind, ClientKind
from hygie.lib import ids
from hygie.lib.errors import AccessRefused
from hygie.record.export import files, jobs, opened, reading
from hygie.record.export.models import File, Job, Place, State
from hygie.record.export.reading import PatientOf, Wanted

_SLICE_SECONDS = 0.5
_LEASE = dt.timedelta(seconds=60)
# No statement of ours lasts longer than half of it (statement_timeout); a backup may, and is not waited for.
_LONGEST_WRITE = dt.timedelta(seconds=60)
_SAFE_BYTES = 256 * 1024 * 1024
_SAFE_SECONDS = 60.0
_ATTEMPTS = 5
_PLACES = 50
Clock = Callable[[], dt.datetime]
logger = logging.getLogger("hygie.export")


class Lost(Exception):
    """The job was cancelled, or another worker has it."""


class Exports:
    """What a worker does of exports: `step` until it says that nothing was done, `stop` before it leaves."""

    def __init__(self, patient: PatientOf, clock: Clock) -> None:
        self._patient, self._clock = patient, clock
        self._run: Run | None = None

    def step(self) -> bool:
        """Half a second of one job, at most a space more; False when nothing is due."""
        if self._run is None:
            job = claim(self._clock())
            if job is None:
                return False
            self._run = Run(job, self._patient, self._clock)
        run = self._run
        try:
            if run.advance():
                self._run = None
        except Lost:
            run.abandon()
            self._run = None
            if not Job.objects.filter(id=run.job.id).exists():
                files.erase(run.job.id)
        except DatabaseError:
            run.abandon()
            self._run = None
            raise
        except Exception as error:  # noqa: BLE001 - one job that cannot be made does not stop the worker
            logger.warning("An export failed.", extra={"error": type(error).__name__, "attempts": run.job.attempts})
            run.abandon()
            give_back(run.job, self._clock(), failed=True, over=isinstance(error, AccessRefused))
            self._run = None
        return True

    def stop(self) -> None:
        """Keeps what is whole and gives the job back, so that the next worker goes on at once."""
        if self._run is not None:
            run, self._run = self._run, None
            try:
                run.secure()
                give_back(run.job, self._clock(), failed=False)
            except (Lost, DatabaseError, OSError):
                run.abandon()


def claim(now: dt.datetime) -> Job | None:
    """The job that waits the longest, held by a lease; one whose worker fell silent too."""
    due = Q(state=State.WAITING, due_at__lte=now) | Q(state=State.RUNNING, lease_until__lt=now)
    if not Job.objects.filter(due).exists():
        return None
    with transaction.atomic():
        skip = connection.vendor == "postgresql"
        job = Job.objects.filter(due).select_for_update(skip_locked=skip).order_by("due_at").first()
        if job is None or not _settled(job, now):
            return None
        job.state, job.worker, job.lease_until = State.RUNNING, ids.new_local_id(), now + _LEASE
        job.attempts += 1
        job.save(update_fields=["state", "worker", "lease_until", "attempts"])
    if job.attempts > _ATTEMPTS:
        give_back(job, now, failed=True, over=True)
        return None
    return job


def _settled(job: Job, now: dt.datetime) -> bool:
    """Whether no write that began before the export is still open. SQLite has one writer, and it is this worker now."""
    if connection.vendor != "postgresql" or now - job.transaction_time > _LONGEST_WRITE:
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND xact_start < %s)",
            [job.transaction_time + jobs.SETTLE],
        )
        [open_ones] = cursor.fetchone()
    return not open_ones


def give_back(job: Job, now: dt.datetime, *, failed: bool, over: bool = False) -> None:
    """After a fault: tried again in a minute, then given up (`over`). After a stop: at once."""
    over = over or (failed and job.attempts >= _ATTEMPTS)
    wait = dt.timedelta(minutes=1) if failed else dt.timedelta()
    mine = Job.objects.filter(id=job.id, worker=job.worker)
    if over:
        mine.update(state=State.FAILED, expires_at=now + dt.timedelta(hours=settings.HYGIE_EXPORT_HOURS))
        File.objects.filter(job_id=job.id).delete()
        files.erase(job.id)
    else:
        mine.update(state=State.WAITING, due_at=now + wait, attempts=job.attempts if failed else job.attempts - 1)


def _safe(job_id: str) -> dict[int, str]:
    """The files that are whole: number to name."""
    rows = File.objects.filter(job_id=job_id).values_list("number", "worker")
    return {number: files.name(number, worker) for number, worker in rows}


class Run:
    """One job in the hands of one worker."""

    def __init__(self, job: Job, patient: PatientOf, clock: Clock) -> None:
        self.job, self._clock = job, clock
        self._asked = msgspec.json.decode(job.asked, type=Asked)
        self._actor = msgspec.json.decode(job.actor, type=Actor)
        self._wanted: Wanted = reading.wanted(self._actor, self._asked, job.transaction_time, patient)
        self._key = jobs.key_of(job)
        self._writers: dict[tuple[str, str], files.Writer] = {}
        self._turn, self._refused = job.safe, job.refused
        self._secured_at = time.monotonic()
        safe = _safe(job.id)
        files.keep_only(job.id, safe.values())
        self._number = max(safe, default=0)

    def advance(self) -> bool:
        """One slice; True when the job is done. Raises Lost."""
        until = time.monotonic() + _SLICE_SECONDS
        if self.job.total is None:
            self._count()
        while self._turn < (self.job.total or 0):
            places = Place.objects.filter(job_id=self.job.id, turn__gte=self._turn).order_by("turn")[:_PLACES]
            spaces = list(places.values_list("space_id", flat=True))
            if not spaces:
                raise Lost  # they went with the job
            for space_id in spaces:
                self._take(space_id)
                if time.monotonic() > until:
                    self._secure_in_time()
                    return False
        self._finish()
        return True

    def _count(self) -> None:
        """Which spaces, for good; a space that was opened later is not of this export."""
        self._check_still()
        spaces = _spaces(self._actor, self._asked, self.job.transaction_time, self._clock())
        rows = [Place(job_id=self.job.id, turn=turn, space_id=space) for turn, space in enumerate(spaces)]
        with transaction.atomic():
            Place.objects.filter(job_id=self.job.id).delete()
            Place.objects.bulk_create(rows, batch_size=500)
            self._hold(total=len(spaces))
        self.job.total = len(spaces)

    def _check_still(self) -> None:
        """The client is registered still, and the professional works there still. Raises AccessRefused."""
        actor = self._actor
        known = identity.find_client(actor.client_id) is not None
        if known and actor.kind is ActorKind.PROFESSIONAL:
            found = identity.find_professional(actor.idnps)
            known = found is not None and actor.organization_id in {each.id for each in found.organizations}
        if not known:
            raise AccessRefused("The client or its professional is no longer here.", code="token-refused")

    def _hold(self, **values: object) -> None:
        """Writes to the job while it is ours. Raises Lost."""
        mine = Job.objects.filter(id=self.job.id, worker=self.job.worker, state=State.RUNNING)
        if not mine.update(lease_until=self._clock() + _LEASE, **values):
            raise Lost

    def _take(self, space_id: uuid.UUID) -> None:
        """One space in one transaction; its lines are in files that are not safe yet."""
        now, turn = self._clock(), self._turn
        refused: AccessRefused | None = None
        with transaction.atomic():
            self._hold(told=max(turn + 1, self.job.told))
            try:
                grant = reading.authorize(self._actor, space_id, now=now)
            except AccessRefused as error:
                refused = error
            else:
                for kind, type, line in reading.read(self._wanted, grant):
                    self._writer(kind, type).write(line)
                if turn >= self.job.told:
                    reading.tell(grant, self.job.id, now=now)
        if refused is not None:
            self._note(refused, first=turn >= self.job.told)
        self._turn = turn + 1
        self.job.told = max(self._turn, self.job.told)

    def _note(self, refused: AccessRefused, *, first: bool) -> None:
        """Of patients that were named one by one: a refusal is in the journal, and the client learns how many."""
        if self._asked.patients:
            self._refused += 1
            if first:
                journal_refusal(refused)

    def _writer(self, kind: str, type: str) -> files.Writer:
        writer = self._writers.get((kind, type))
        if writer is None:
            self._number += 1
            writer = self._writers[kind, type] = files.Writer(
                self.job.id, self._number, self.job.worker, self._key, kind, type
            )
        return writer

    def _secure_in_time(self) -> None:
        size = sum(each.size for each in self._writers.values())
        if size > _SAFE_BYTES or time.monotonic() - self._secured_at > _SAFE_SECONDS:
            self.secure()

    def secure(self, **values: object) -> None:
        """Makes the files whole, and says so of the spaces that they hold, together. Raises Lost."""
        rows = []
        for writer in self._writers.values():
            whole = writer.close()
            rows.append(
                File(
                    job_id=self.job.id,
                    number=writer.number,
                    worker=self.job.worker,
                    kind=writer.kind,
                    type=writer.type,
                    count=whole.count,
                    size=whole.size,
                    packed=whole.packed,
                )
            )
        with transaction.atomic():
            self._hold(safe=self._turn, refused=self._refused, **values)
            File.objects.bulk_create(rows)
        self._writers = {}
        self._secured_at = time.monotonic()

    def _finish(self) -> None:
        for issue in self._issues():
            self._writer("error", "OperationOutcome").write(outcome.body(issue))
        expires_at = self._clock() + dt.timedelta(hours=settings.HYGIE_EXPORT_HOURS)
        self.secure(state=State.DONE, expires_at=expires_at)

    def _issues(self) -> list[dict[str, object]]:
        told = "This parameter, or part of its value, is not supported; it was left aside."
        found = [
            outcome.issue("warning", "not-supported", code="export-parameter", diagnostics=told, path=f"http.{name}")
            for name in self._asked.ignored
        ]
        nobody = self._refused + sum(each is None for each in jobs.spaces_named(self._asked))
        if nobody:
            text = f"{nobody} of the patients named are not here, or not open to this client."
            found.append(outcome.issue("error", "forbidden", code="export-patients", diagnostics=text))
        return found

    def abandon(self) -> None:
        """What is not safe is thrown away."""
        for writer in self._writers.values():
            writer.discard()
        self._writers = {}


def _spaces(actor: Actor, asked: Asked, until: dt.datetime, now: dt.datetime) -> list[uuid.UUID]:
    """The spaces to go through; the rules decide on each of them later."""
    if asked.patients:
        return list(dict.fromkeys(each for each in jobs.spaces_named(asked) if each is not None))
    if actor.kind is ActorKind.PROFESSIONAL:
        return reach.list_near(actor, now=now)
    own = opened.list_by(actor.client_id, until=until) if actor.client_kind == ClientKind.BENCH else []
    return [*own, ids.REGISTERS] if asked.level == "system" else own
