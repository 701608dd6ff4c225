"""Replacement: the new document supersedes the former one, which is kept with all its versions."""

import datetime as dt
import uuid
from dataclasses import dataclass

from hygie.access import journal
from hygie.fhir.core import json
from hygie.fhir.store import write as store
from hygie.fhir.store.condition import ALWAYS
from hygie.fhir.store.repository import Repository
from hygie.fhir.store.rows import StoredResource
from hygie.fhir.store.scope import Scope
from hygie.identity.types import Actor
from hygie.lib.errors import AccessRefused, Conflict
from hygie.record import document_reference, rows
from hygie.record.models import Document
from hygie.record.rows import DocumentRow
from hygie.record.types import Label, Origin, Submission, label_names
from hygie.trace import actions as trace
from hygie.trace.types import Event

# More replacements of one document than this is a loop of somebody's making.
_LONGEST = 50


@dataclass(frozen=True, slots=True)
class Replacement:
    """What the new document replaces here (`former`), the labels that it inherits, and what replaces it already (`by`)."""

    former: tuple[tuple[DocumentRow, StoredResource], ...] = ()
    labels: frozenset[Label] = frozenset()
    by: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """The documents of the space that a new one meets: the `same` unique id, those it replaces, the first that replaces it.

    `key`: the wrapped key of the space's files, None when it has none yet.
    """

    same: DocumentRow | None
    former: tuple[DocumentRow, ...]
    waiting: DocumentRow | None
    key: tuple[str, bytes] | None


def around(space_id: uuid.UUID, submission: Submission) -> Around:
    """All of them in one statement."""
    found, key = rows.around(space_id, [submission.unique_id, *submission.replaces], submission.unique_id)
    return Around(
        same=next((row for row in found if row.unique_id == submission.unique_id), None),
        former=tuple(row for row in found if row.unique_id in submission.replaces),
        waiting=next((row for row in found if row.replaces == submission.unique_id), None),
        key=key,
    )


def find(actor: Actor, space_id: uuid.UUID, submission: Submission, around: Around, *, now: dt.datetime) -> Replacement:
    """Both ways: documents that this one replaces, and one that came first and replaces this one.

    Only its author or its structure replaces a document. Raises AccessRefused(replace-not-yours), Conflict(already-replaced).
    """
    former = _former(actor, space_id, submission, around.former, now)
    labels = frozenset(label for _, resource in former for label in label_names(resource.access.labels))
    return Replacement(former, labels, around.waiting.id if around.waiting else "")


def _former(
    actor: Actor, space_id: uuid.UUID, submission: Submission, documents: tuple[DocumentRow, ...], now: dt.datetime
) -> tuple[tuple[DocumentRow, StoredResource], ...]:
    found = []
    # Every version of the space may be replaced by right of its structure, hidden or not: this is not a read.
    everything = Repository(Scope(space_id, ALWAYS))
    for row in documents:
        store.lock(space_id, "DocumentReference", row.id)
        resource = everything.read("DocumentReference", row.id)
        if resource is None:
            continue
        if not _may_replace(actor, row, resource):
            refused = AccessRefused(
                "Only its author or its structure replaces a document.", code="replace-not-yours", path=submission.path
            )
            raise journal.refusal(refused, actor, space_id, Event.DOCUMENT_REPLACED, now=now)
        if row.replaced_by:
            conflict = Conflict("This document is replaced already.", code="already-replaced", path=submission.path)
            raise journal.refusal(conflict, actor, space_id, Event.DOCUMENT_REPLACED, now=now)
        found.append((row, resource))
    return tuple(found)


def _may_replace(actor: Actor, row: DocumentRow, resource: StoredResource) -> bool:
    if resource.access.origin == Origin.PATIENT.value:
        return False
    same_structure = row.organization_id is not None and row.organization_id == actor.organization_id
    return same_structure or bool(actor.idnps and f" {actor.idnps} " in resource.access.authors)


def supersede(
    actor: Actor, space_id: uuid.UUID, replacement: Replacement, new_id: str, *, ground: str, now: dt.datetime
) -> None:
    """Marks the former documents as superseded by the new one, each with its own entry in the journal."""
    for row, resource in replacement.former:
        body = json.read_object(resource.body)
        labels = label_names(resource.access.labels)
        version = store.replace(
            space_id,
            "DocumentReference",
            resource,
            body=lambda number, body=body, labels=labels: document_reference.encode(  # type: ignore[misc]
                document_reference.restate(body, version=number, status="superseded", labels=labels, now=now)
            ),
            access=resource.access,
            status="superseded",
            now=now,
        )
        store.retire_derived(space_id, row.id)
        Document.objects.filter(space_id=space_id, id=row.id).update(replaced_by=new_id)
        trace.append(
            journal.entry(
                actor, space_id, Event.DOCUMENT_REPLACED, now=now, ground=ground, object=row.id, version=version
            )
        )


def chain(space_id: uuid.UUID, document: DocumentRow) -> list[DocumentRow]:
    """The replacements around a document, newest first; just itself when there is none."""
    found = [document]
    seen = {document.id}
    while found[0].replaced_by and len(found) < _LONGEST:
        newer = rows.find(space_id, "id", found[0].replaced_by)
        if newer is None or newer.id in seen:
            break
        found.insert(0, newer)
        seen.add(newer.id)
    while found[-1].replaces and len(found) < _LONGEST:
        older = rows.find(space_id, "unique_id", found[-1].replaces)
        if older is None or older.id in seen:
            break
        found.append(older)
        seen.add(older.id)
    return found
