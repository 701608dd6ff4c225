"""One way in for every document: whose space, may it go in, store it once, tell it once."""

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db import transaction

from hygie.access import journal
from hygie.access.types import Permission
from hygie.fhir.core.search import index_values
from hygie.fhir.store import write as store
from hygie.fhir.store.condition import AccessColumns, authors_column, is_word
from hygie.fhir.store.rows import NewResource
from hygie.identity import queries as identity
from hygie.identity.ins import IdentityStatus
from hygie.identity.traits import compare
from hygie.identity.types import Actor, Person
from hygie.lib import ids
from hygie.lib.errors import Conflict, HygieError, Invalid
from hygie.record import blobs, document_reference, replacing, storing
from hygie.record.derived import resources_of
from hygie.record.rows import DocumentRow
from hygie.record.storing import Filing
from hygie.record.submission import display_name, organization_name
from hygie.record.types import Receipt, Submission, label_bits
from hygie.terminology import queries as terminology
from hygie.trace import actions as trace
from hygie.trace.types import Act, Event

DEPOSITED = "record.document.deposited"
_NAMES = {"birth-family": "birth name", "given": "given names", "birth-date": "birth date", "sex": "sex"}


@dataclass(frozen=True, slots=True)
class _Deposit:
    """One document on its way in: who brings it to whose space, as which act."""

    actor: Actor
    space_id: uuid.UUID
    submission: Submission
    now: dt.datetime
    flags: str = ""
    act: Permission = Permission.DOCUMENT_DEPOSIT
    event: Event = Event.DOCUMENT_DEPOSITED

    def refuse(self, error: HygieError) -> HygieError:
        return journal.refusal(error, self.actor, self.space_id, self.event, now=self.now)

    def told(self, event: Event, ground: str, document_id: str, version: int, digest: str) -> Act:
        return journal.entry(
            self.actor,
            self.space_id,
            event,
            now=self.now,
            ground=ground,
            object=document_id,
            version=version,
            digest=digest,
        )


def deposit(
    actor: Actor, submissions: Sequence[Submission], *, now: dt.datetime, expected_space: uuid.UUID | None
) -> list[Receipt]:
    """Documents from a professional: each must name the same qualified person, with coherent traits."""
    if not submissions:
        raise Invalid("There is no document.", code="required", path="entry")
    person = _whose(submissions)
    deposits = [_Deposit(actor, expected_space or person.space_id, submission, now) for submission in submissions]
    if expected_space is not None and person.space_id != expected_space:
        error = Invalid("This document is about another patient.", code="patient-other", path=submissions[0].path)
        raise deposits[0].refuse(error)
    checked = [replace(one, flags=_check_identity(one, person)) for one in deposits]
    return _all_or_nothing(checked)


def add(actor: Actor, space_id: uuid.UUID, submission: Submission, *, now: dt.datetime) -> Receipt:
    """A document from the person, or from who represents the person."""
    one = _Deposit(actor, space_id, submission, now, act=Permission.DOCUMENT_ADD, event=Event.DOCUMENT_ADDED)
    return _all_or_nothing([one])[0]


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


def _check_identity(one: _Deposit, person: Person) -> str:
    """Flags of what is odd but does not refuse. Raises Invalid: identity-not-qualified, traits-mismatch."""
    path = one.submission.path
    if person.status is not IdentityStatus.QUAL:
        raise one.refuse(
            Invalid("The identity of this space is not qualified.", code="identity-not-qualified", path=path)
        )
    coherence = compare(person.traits, one.submission.traits)
    if not coherence:
        names = ", ".join(_NAMES[trait.value] for trait in coherence.differs)
        message = f"These traits are not those of the INS: {names}."
        raise one.refuse(Invalid(message, code="traits-mismatch", path=path))
    flags = ["birth-place"] if coherence.place_differs else []
    return " ".join(flags + (["ins-key"] if not person.ins.key_is_right else []))


def _all_or_nothing(deposits: Sequence[_Deposit]) -> list[Receipt]:
    """One transaction that holds the space: the same document sent twice at the same instant is one deposit, and a
    file that a failed try wrote is removed while nobody else can have come to need it."""
    written: list[Path] = []
    with transaction.atomic():
        store.lock_space(deposits[0].space_id)
        try:
            return [_deposit_one(one, written) for one in deposits]
        except BaseException:
            for path in written:
                blobs.discard(path)
            raise


def _deposit_one(one: _Deposit, written: list[Path]) -> Receipt:
    """Decides, then stores once. `written` gathers the files made, for a transaction that fails later."""
    submission, space_id = one.submission, one.space_id
    sha256 = hashlib.sha256(submission.content).hexdigest()
    grant = journal.authorize(
        one.actor,
        space_id,
        one.act,
        one.event,
        now=one.now,
        need=journal.CREATE_DOCUMENT,
        item=AccessColumns(type_code=submission.type.code),
    )
    ground = grant.decision.rule
    around = replacing.around(space_id, submission)
    if around.same is not None:
        return _repeat(one, around.same, sha256, ground)
    replaced = replacing.find(one.actor, space_id, submission, around, now=one.now)
    receipt = Receipt(
        receipt=secrets.token_urlsafe(24),
        document_id=ids.new_local_id(),
        version=1,
        unique_id=submission.unique_id,
        sha256=sha256,
        space_id=space_id,
        flags=tuple(one.flags.split()),
    )
    key = blobs.unwrap(space_id, *around.key) if around.key else blobs.data_key_for_writing(space_id)
    if path := blobs.put(space_id, key, submission.content, sha256):
        written.append(path)
    replacing.supersede(one.actor, space_id, replaced, receipt.document_id, ground=ground, now=one.now)
    row, words = _row(one, receipt, replaced.by)
    resources = _resources(one, receipt.document_id, replaced)
    act = one.told(one.event, ground, receipt.document_id, 1, sha256)
    storing.write(space_id, Filing(row, words, resources, act, DEPOSITED), now=one.now)
    return receipt


def _repeat(one: _Deposit, known: DocumentRow, sha256: str, ground: str) -> Receipt:
    """The same uniqueId again: the same bytes are the same deposit, other bytes are a conflict."""
    if known.sha256 != sha256:
        message = "Another document of this patient has this unique id."
        raise one.refuse(Conflict(message, code="unique-id-conflict", path=one.submission.path))
    trace.append(one.told(Event.DOCUMENT_DEPOSIT_REPEATED, ground, known.id, 0, sha256))
    return Receipt(known.receipt, known.id, 1, known.unique_id, sha256, one.space_id, created=False)


def _resources(one: _Deposit, document_id: str, replaced: replacing.Replacement) -> list[NewResource]:
    """The DocumentReference and the coded entries, with the columns that the rules look at."""
    submission, space_id, now = one.submission, one.space_id, one.now
    numbers = {author.idnps for author in submission.authors if author.idnps}
    labels = submission.labels | replaced.labels
    status = "superseded" if replaced.by else "current"
    access = AccessColumns(
        labels=label_bits(labels),
        type_code=submission.type.code,
        origin=submission.origin.value,
        authors=authors_column([number for number in numbers if is_word(number)]),
    )
    resource = document_reference.build(
        submission,
        space_id=space_id,
        document_id=document_id,
        status=status,
        labels=labels,
        register=_register(one.actor, numbers),
        now=now,
    )
    entries = resources_of(
        submission.entries,
        space_id=space_id,
        document_id=document_id,
        access=access,
        current=status == "current",
        dated_at=submission.created_at,
        now=now,
    )
    return [_as_row(one, document_id, resource, access), *entries]


def _register(actor: Actor, numbers: set[str]) -> Mapping[str, uuid.UUID]:
    """The register's ids of the authors; who deposits is known already, and is mostly the only one."""
    if actor.professional_id is not None and numbers == {actor.idnps}:
        return {actor.idnps: actor.professional_id}
    return identity.ids_by_idnps(numbers)


def _as_row(one: _Deposit, document_id: str, resource: dict[str, Any], access: AccessColumns) -> NewResource:
    return NewResource(
        type="DocumentReference",
        id=document_id,
        body=document_reference.encode(resource),
        updated_at=one.now,
        sort_at=one.submission.created_at,
        access=access,
        status=resource["status"],
        code=one.submission.type.code,
        category=one.submission.class_code,
        index=index_values(resource),
    )


def _row(one: _Deposit, receipt: Receipt, replaced_by: str) -> tuple[DocumentRow, str]:
    """The document's row, and the words by which it is found."""
    submission = one.submission
    author = next((name for a in submission.authors if (name := display_name(a))), "")
    organization = organization_name(submission)
    row = DocumentRow(
        id=receipt.document_id,
        unique_id=submission.unique_id,
        sha256=receipt.sha256,
        media_type=submission.media_type,
        size=len(submission.content),
        title=submission.title[:255],
        author=author[:255],
        organization=organization[:255],
        receipt=receipt.receipt,
        deposited_at=one.now,
        professional_id=one.actor.professional_id,
        organization_id=one.actor.organization_id,
        replaces=submission.replaces[0] if submission.replaces else "",
        replaced_by=replaced_by,
        flags=one.flags,
    )
    words = [submission.title, terminology.plain_title(submission.type.code), submission.type.display]
    return row, terminology.fold(" ".join([*words, author, organization, submission.text]))
