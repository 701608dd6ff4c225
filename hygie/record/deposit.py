"""One way in for every document: whose space, may it go in, store it once, tell it once."""

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import IntegrityError, transaction

from hygie.access import journal
from hygie.access.types import Permission
from hygie.fhir.core.indexing import index_values
from hygie.fhir.store import write as store
from hygie.fhir.store.condition import AccessColumns, authors_column
from hygie.fhir.store.rows import NewResource
from hygie.identity import queries as identity
from hygie.identity.ins import IdentityStatus
from hygie.identity.traits import compare
from hygie.identity.types import Actor, Person
from hygie.lib import ids
from hygie.lib.errors import Conflict, HygieError, Invalid
from hygie.lib.outbox import actions as outbox
from hygie.record import blobs, document_reference, replacing
from hygie.record.derived import resources_of
from hygie.record.models import Document, DocumentWords
from hygie.record.submission import display_name, organization_name
from hygie.record.types import Label, Receipt, Submission, label_bits
from hygie.terminology import queries as terminology
from hygie.trace import actions as trace
from hygie.trace.types import Event

DEPOSITED = "record.document.deposited"
_NAMES = {"birth-family": "birth name", "given": "given names", "birth-date": "birth date", "sex": "sex"}


def deposit(
    actor: Actor, submissions: Sequence[Submission], *, now: dt.datetime, expected_space: uuid.UUID | None
) -> list[Receipt]:
    """Documents from a professional: each must name the same qualified person, with coherent traits."""
    if not submissions:
        raise Invalid("There is no document.", code="required", path="entry")
    person = _whose(submissions)
    if expected_space is not None and person.space_id != expected_space:
        error = Invalid("This document is about another patient.", code="patient-other", path=submissions[0].path)
        raise _refuse(error, actor, expected_space, now)
    flags = [_check_identity(actor, person, submission, now) for submission in submissions]
    return _once(
        lambda: [
            _deposit_one(
                actor, person.space_id, submission, flag, Permission.DOCUMENT_DEPOSIT, Event.DOCUMENT_DEPOSITED, now
            )
            for submission, flag in zip(submissions, flags, strict=True)
        ]
    )


def add(actor: Actor, space_id: uuid.UUID, submission: Submission, *, now: dt.datetime) -> Receipt:
    """A document from the person, or from who represents the person."""
    return _once(
        lambda: [_deposit_one(actor, space_id, submission, "", Permission.DOCUMENT_ADD, Event.DOCUMENT_ADDED, now)]
    )[0]


def _whose(submissions: Sequence[Submission]) -> Person:
    """The one person that all documents name, by INS only. Never by name."""
    found: Person | None = None
    for submission in submissions:
        path = submission.path
        if not submission.ins:
            raise Invalid("The document names no INS: the identity is not qualified.", code="ins-missing", path=path)
        people = identity.find_spaces(submission.ins)
        if not people:
            raise Invalid("No space has this INS.", code="space-unknown", path=path)
        if len(people) > 1 or (found is not None and people[0].space_id != found.space_id):
            raise Invalid("The documents are about several patients.", code="patient-several", path=path)
        found = people[0]
    assert found is not None  # noqa: S101 - there is at least one submission
    return found


def _check_identity(actor: Actor, person: Person, submission: Submission, now: dt.datetime) -> str:
    """Flags of what is odd but does not refuse. Raises Invalid: identity-not-qualified, traits-mismatch."""
    if person.status is not IdentityStatus.QUAL:
        error = Invalid(
            "The identity of this space is not qualified.", code="identity-not-qualified", path=submission.path
        )
        raise _refuse(error, actor, person.space_id, now)
    coherence = compare(person.traits, submission.traits)
    if not coherence:
        names = ", ".join(_NAMES[trait.value] for trait in coherence.differs)
        error = Invalid(
            f"These traits are not those of the INS: {names}.", code="traits-mismatch", path=submission.path
        )
        raise _refuse(error, actor, person.space_id, now)
    flags = ["birth-place"] if coherence.place_differs else []
    return " ".join(flags + (["ins-key"] if not person.ins.key_is_right else []))


def _refuse(error: HygieError, actor: Actor, space_id: uuid.UUID, now: dt.datetime) -> HygieError:
    return journal.refusal(error, actor, space_id, Event.DOCUMENT_DEPOSITED, now=now)


def _once(write: Callable[[], list[tuple[Receipt, Path | None]]]) -> list[Receipt]:
    """Runs the writes in one transaction. The same document may come twice at the same instant: the loser starts
    again and finds the winner's. Files of a failed try are removed."""
    for last in (False, True):
        try:
            with transaction.atomic():
                return [receipt for receipt, _ in write()]
        except IntegrityError:
            if last:
                raise
    raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True)
class _Known:
    """A document of the same space with the same uniqueId."""

    id: str
    sha256: str
    receipt: str


def _deposit_one(
    actor: Actor,
    space_id: uuid.UUID,
    submission: Submission,
    flags: str,
    act: Permission,
    event: Event,
    now: dt.datetime,
) -> tuple[Receipt, Path | None]:
    sha256 = hashlib.sha256(submission.content).hexdigest()
    item = AccessColumns(type_code=submission.type.code)
    grant = journal.authorize(actor, space_id, act, event, now=now, need=journal.CREATE_DOCUMENT, item=item)
    known = Document.objects.filter(space_id=space_id, unique_id=submission.unique_id).first()
    if known is not None:
        return _repeat(actor, space_id, known, sha256, grant.decision.rule, submission, now), None
    document_id = ids.new_local_id()
    replaced = replacing.find(actor, space_id, submission, now=now)
    labels = submission.labels | replaced.labels
    status = "superseded" if replaced.by else "current"
    access = AccessColumns(
        labels=label_bits(labels),
        type_code=submission.type.code,
        origin=submission.origin.value,
        authors=authors_column([a.idnps for a in submission.authors if a.idnps and _is_word(a.idnps)]),
    )
    key = blobs.data_key_for_writing(space_id)
    path = blobs.put(space_id, key, submission.content, sha256)
    try:
        receipt = secrets.token_urlsafe(24)
        _store(space_id, document_id, submission, status, labels, access, now)
        _row(actor, space_id, document_id, submission, sha256, receipt, replaced.by, flags, now)
        version = 1
        replacing.supersede(actor, space_id, replaced, document_id, ground=grant.decision.rule, now=now)
        trace.append(
            journal.entry(
                actor,
                space_id,
                event,
                now=now,
                ground=grant.decision.rule,
                object=document_id,
                version=1,
                digest=sha256,
            )
        )
        outbox.publish(DEPOSITED, space_id, document_id, now=now)
    except BaseException:
        blobs.discard(path)
        raise
    return Receipt(
        receipt, document_id, version, submission.unique_id, sha256, space_id, flags=tuple(flags.split())
    ), path


def _is_word(author: str) -> bool:
    return not any(c in author for c in " %_\\")


def _repeat(
    actor: Actor,
    space_id: uuid.UUID,
    known: Document,
    sha256: str,
    ground: str,
    submission: Submission,
    now: dt.datetime,
) -> Receipt:
    """The same uniqueId again: the same bytes are the same deposit, other bytes are a conflict."""
    if known.sha256 != sha256:
        error = Conflict(
            "Another document of this patient has this unique id.", code="unique-id-conflict", path=submission.path
        )
        raise _refuse(error, actor, space_id, now)
    trace.append(
        journal.entry(
            actor, space_id, Event.DOCUMENT_DEPOSIT_REPEATED, now=now, ground=ground, object=known.id, digest=sha256
        )
    )
    return Receipt(known.receipt, known.id, 1, known.unique_id, sha256, space_id, created=False)


def _store(
    space_id: uuid.UUID,
    document_id: str,
    submission: Submission,
    status: str,
    labels: frozenset[Label],
    access: AccessColumns,
    now: dt.datetime,
) -> None:
    register = identity.ids_by_idnps({author.idnps for author in submission.authors if author.idnps})
    resource = document_reference.build(
        submission,
        space_id=space_id,
        document_id=document_id,
        status=status,
        labels=labels,
        register=register,
        now=now,
    )
    entries = resources_of(
        submission.entries,
        space_id=space_id,
        document_id=document_id,
        access=access,
        dated_at=submission.created_at,
        now=now,
    )
    document = NewResource(
        type="DocumentReference",
        id=document_id,
        body=document_reference.encode(resource),
        updated_at=now,
        sort_at=submission.created_at,
        access=access,
        status=status,
        code=submission.type.code,
        category=submission.class_code,
        index=index_values(resource),
    )
    store.insert(space_id, [document, *entries])


def _row(
    actor: Actor,
    space_id: uuid.UUID,
    document_id: str,
    submission: Submission,
    sha256: str,
    receipt: str,
    replaced_by: str,
    flags: str,
    now: dt.datetime,
) -> None:
    author = next((name for a in submission.authors if (name := display_name(a))), "")
    organization = organization_name(submission)
    Document(
        space_id=space_id,
        id=document_id,
        unique_id=submission.unique_id,
        sha256=sha256,
        media_type=submission.media_type,
        size=len(submission.content),
        title=submission.title[:255],
        author=author[:255],
        organization=organization[:255],
        receipt=receipt,
        deposited_at=now,
        professional_id=actor.professional_id,
        organization_id=actor.organization_id,
        replaces=submission.replaces[0] if submission.replaces else "",
        replaced_by=replaced_by,
        flags=flags,
    ).save(force_insert=True)
    kind = submission.type.code
    words = [submission.title, terminology.plain_title(kind), submission.type.display, author, organization]
    text = terminology.fold(" ".join([*words, submission.text]))
    DocumentWords(space_id=space_id, id=document_id, words=text).save(force_insert=True)
