"""Writes of the record: deposit, the person's own documents, hide and show."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.db import transaction

from hygie.access import journal
from hygie.access.rules import MASQUE_PS
from hygie.access.types import Permission
from hygie.fhir.core import json
from hygie.fhir.store import write as store
from hygie.fhir.store.repository import Repository
from hygie.fhir.store.rows import StoredResource
from hygie.fhir.store.scope import Scope
from hygie.identity import queries as identity
from hygie.identity.types import Actor
from hygie.lib.errors import Invalid, NotFound, TooLarge
from hygie.record import deposit as depositing
from hygie.record import document_reference, files, replacing, rows
from hygie.record.submission import from_cda
from hygie.record.types import Receipt, Submission, label_names
from hygie.terminology import queries as terminology
from hygie.trace import actions as trace
from hygie.trace.types import Event


def deposit_cda(actor: Actor, source: bytes, *, now: dt.datetime, expected_space: uuid.UUID | None = None) -> Receipt:
    """Deposits a CDA R2 document, metadata from its header.

    Raises Invalid (with the XPath of the fault), AccessRefused (the rule), Conflict (same uniqueId, other bytes), TooLarge.
    `expected_space`: the open record, when a person deposits by hand; another patient's document is then refused.
    """
    _check_size(source)
    return deposit(actor, [from_cda(source)], now=now, expected_space=expected_space)[0]


def deposit(
    actor: Actor, submissions: Sequence[Submission], *, now: dt.datetime, expected_space: uuid.UUID | None = None
) -> list[Receipt]:
    """Deposits documents of one patient together: all or nothing, one receipt each."""
    return depositing.deposit(actor, submissions, now=now, expected_space=expected_space)


def _check_size(content: bytes) -> None:
    if len(content) > settings.HYGIE_DOCUMENT_BYTES:
        megabytes = settings.HYGIE_DOCUMENT_BYTES // (1024 * 1024)
        raise TooLarge(f"A document has at most {megabytes} MB.", code="document-too-large")


def add_own_document(
    actor: Actor,
    space_id: uuid.UUID,
    *,
    title: str,
    type_code: str,
    dated_on: dt.date,
    content: bytes,
    now: dt.datetime,
) -> str:
    """The person's own document, kept apart by its origin; gives its id.

    Raises Invalid: file-type (pdf, jpeg, png or plain text only), type-unknown, title, date-future, file-empty.
    """
    _check_size(content)
    if type_code not in {kind.code for kind in terminology.patient_document_types()}:
        raise Invalid("This kind is not one that a person may add.", code="type-unknown", path="type_code")
    if not title.strip() or len(title) > 120:
        raise Invalid("A title has 1 to 120 characters.", code="title", path="title")
    if dated_on > now.date():
        raise Invalid("The date of a document is not in the future.", code="date-future", path="dated_on")
    submission = files.own_submission(
        identity.get_person(space_id),
        title=title.strip(),
        type_code=type_code,
        dated_on=dated_on,
        content=content,
        now=now,
    )
    return depositing.add(actor, space_id, submission, now=now).document_id


def hide_document(actor: Actor, space_id: uuid.UUID, document_id: str, *, now: dt.datetime) -> None:
    """Hides a document, with all its versions, from professionals but its author and the attending doctor (MASQUE_PS)."""
    _relabel(actor, space_id, document_id, Event.DOCUMENT_HIDDEN, hide=True, now=now)


def show_document(actor: Actor, space_id: uuid.UUID, document_id: str, *, now: dt.datetime) -> None:
    """Lets professionals see a document and its versions again."""
    _relabel(actor, space_id, document_id, Event.DOCUMENT_SHOWN, hide=False, now=now)


@transaction.atomic
def _relabel(
    actor: Actor, space_id: uuid.UUID, document_id: str, event: Event, *, hide: bool, now: dt.datetime
) -> None:
    grant = journal.authorize(actor, space_id, Permission.DOCUMENT_HIDE, event, now=now, object=document_id)
    visible = Repository(Scope(space_id, grant.condition(Permission.DOCUMENT_HIDE)))
    if visible.read("DocumentReference", document_id) is None:
        error = NotFound("No document of this id here.", code="document-unknown")
        raise journal.refusal(error, actor, space_id, event, now=now, object=document_id)
    document = rows.find(space_id, "id", document_id)
    # A version left visible would tell what the others say.
    for version in replacing.chain(space_id, document) if document else ():
        store.lock(space_id, "DocumentReference", version.id)
        current = visible.read("DocumentReference", version.id)
        if current is not None:
            _relabel_one(grant, current, event, hide=hide, now=now)


def _relabel_one(grant: journal.Grant, current: StoredResource, event: Event, *, hide: bool, now: dt.datetime) -> None:
    labels = (current.access.labels | MASQUE_PS) if hide else (current.access.labels & ~MASQUE_PS)
    if labels == current.access.labels:
        return
    resource = json.read_object(current.body)
    version = store.replace(
        grant.space_id,
        "DocumentReference",
        current,
        body=lambda number: document_reference.encode(
            document_reference.restate(
                resource, version=number, status=current.status, labels=label_names(labels), now=now
            )
        ),
        access=replace(current.access, labels=labels),
        status=current.status,
        now=now,
    )
    store.relabel_derived(grant.space_id, current.id, labels)
    trace.append(
        journal.entry(
            grant.actor, grant.space_id, event, now=now, ground=grant.decision.rule, object=current.id, version=version
        )
    )
