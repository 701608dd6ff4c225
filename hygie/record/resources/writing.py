"""Create, update, patch, delete: each decides, checks, writes and tells."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import connection, transaction

from hygie.access.journal import Grant
from hygie.access.types import Permission
from hygie.fhir.core import json
from hygie.fhir.store import write as store
from hygie.fhir.store.rows import NewResource, StoredResource
from hygie.identity.types import Actor, ActorKind
from hygie.lib import ids
from hygie.lib.errors import Invalid, NotAllowed, PreconditionFailed
from hygie.record import blobs
from hygie.record.resources import documents, files, guarding, shaping, whose
from hygie.record.resources.types import Written, address
from hygie.record.types import label_bits
from hygie.trace import actions as trace
from hygie.trace.types import Act, Event, Outcome

Change = Callable[[dict[str, Any]], Any]


def space_named(resource: dict[str, Any]) -> uuid.UUID:
    """The space of a new resource. Raises NotValid before anything else, then Invalid(patient-required)."""
    try:
        return whose.space_named(resource)
    except Invalid:
        guarding.require_valid(_without_bytes(resource))
        raise


def create(
    actor: Actor,
    space_id: uuid.UUID,
    resource: dict[str, Any],
    *,
    now: dt.datetime,
    local_id: str = "",
    grant: Grant | None = None,
) -> Written:
    """A new resource of this space. Raises NotValid, Invalid(patient-required), AccessRefused, NotAllowed.

    `grant`: the right, when the caller has just asked for it.
    """
    type = resource["resourceType"]
    if type == "DocumentReference" and actor.kind is ActorKind.PROFESSIONAL:
        raise NotAllowed("A document comes in by a deposit (PDSm).", code="deposit-required")
    guarding.require_valid(_without_bytes(resource))
    whose.check(resource, space_id)
    grant = grant or guarding.may(actor, space_id, Permission.RESOURCE_CREATE, type, now=now)
    kept, path = files.take(space_id, resource)
    row = _row(actor, space_id, kept, local_id or ids.new_local_id(), now)
    try:
        insert(space_id, row, guarding.told(grant, Event.RESOURCE_CREATED, row.id, 1, now))
    except BaseException:
        blobs.discard(path)
        raise
    return Written(type, space_id, row.id, 1, now, row.body, created=True)


def _row(actor: Actor, space_id: uuid.UUID, resource: dict[str, Any], local_id: str, now: dt.datetime) -> NewResource:
    return shaping.row_of(
        resource,
        space_id=space_id,
        local_id=local_id,
        version=1,
        access=shaping.access_of(actor, resource),
        now=now,
    )


def insert(space_id: uuid.UUID, row: NewResource, act: Act) -> None:
    """Write and trace, in one statement where the database can."""
    if connection.vendor == "postgresql":
        store.insert_with(space_id, [row], trace.statement(act))
        return
    with transaction.atomic():
        store.insert(space_id, [row])
        trace.append(act)


def _without_bytes(resource: dict[str, Any]) -> dict[str, Any]:
    """A file is checked as a file: megabytes of base64 are not read twice, and bytes are not base64."""
    if resource["resourceType"] != "Binary" or "data" not in resource:
        return resource
    return {name: value for name, value in resource.items() if name != "data"}


def update(
    actor: Actor,
    space_id: uuid.UUID,
    local_id: str,
    resource: dict[str, Any],
    *,
    now: dt.datetime,
    if_match: str = "",
) -> Written:
    """The next version, whole. What is the same as it is now stays as it is.

    Raises what `create` does, NotAllowed(update-as-create) for what is not here, Gone, PreconditionFailed, Conflict.
    """
    type = resource["resourceType"]
    if resource.get("id") != address(type, space_id, local_id):
        raise Invalid("The id of the body is not that of the address.", code="id-mismatch", path=f"{type}.id")
    act = Permission.RESOURCE_UPDATE
    absent = NotAllowed("Nothing of this id here; ids are given by the server: use POST.", code="update-as-create")
    with transaction.atomic():
        grant = guarding.may(actor, space_id, act, type, now=now, object=local_id)
        current = guarding.hold(grant, act, type, local_id, if_match=if_match, absent=absent, now=now)
        return _supersede(grant, current, resource, now)


def patch(
    actor: Actor,
    space_id: uuid.UUID,
    type: str,
    local_id: str,
    change: Change,
    *,
    now: dt.datetime,
    if_match: str = "",
) -> Written:
    """The next version, as `change` makes it of the current one. Raises as `update`, NotFound for what is not here."""
    act = Permission.RESOURCE_UPDATE
    with transaction.atomic():
        if type == "DocumentReference" and guarding.is_deposited(space_id, local_id):
            return documents.patch(actor, space_id, local_id, change, if_match=if_match, now=now)
        grant = guarding.may(actor, space_id, act, type, now=now, object=local_id)
        absent = guarding.nothing_here()
        current = guarding.hold(grant, act, type, local_id, if_match=if_match, absent=absent, now=now)
        before = json.read_object(files.put_back(type, space_id, current.body))
        after = change(before)
        if not isinstance(after, dict) or after.get("resourceType") != type or after.get("id") != before["id"]:
            raise Invalid("A patch does not change what the resource is, nor its id.", code="patch-identity", path="id")
        return _supersede(grant, current, after, now)


def _supersede(grant: Grant, current: StoredResource, resource: dict[str, Any], now: dt.datetime) -> Written:
    type, space_id = resource["resourceType"], grant.space_id
    guarding.require_valid(_without_bytes(resource))
    whose.check(resource, space_id)
    kept, path = files.take(space_id, resource)
    same = _same(kept, current, space_id)
    version = current.version if same else current.version + 1
    try:
        body, at = current.body, current.updated_at
        if not same:
            row = _next(grant, kept, current, now)
            store.supersede(space_id, current, row)
            body, at = row.body, now
        trace.append(guarding.told(grant, Event.RESOURCE_UPDATED, current.id, version, now))
    except BaseException:
        blobs.discard(path)
        raise
    return Written(type, space_id, current.id, version, at, body, changed=not same)


def _same(resource: dict[str, Any], current: StoredResource, space_id: uuid.UUID) -> bool:
    """Whether nothing would change but the server's own meta: the same content sent twice is one version."""
    said = shaping.stamped(
        resource, space_id=space_id, local_id=current.id, version=current.version, now=current.updated_at
    )
    return json.write(said) == current.body


def _next(grant: Grant, resource: dict[str, Any], current: StoredResource, now: dt.datetime) -> NewResource:
    """Authors and origin stay those of the creation; labels follow the resource, but none that hides is lost on the way."""
    labels = label_bits(shaping.labels_of(resource))
    if current.access.labels & ~labels:
        raise Invalid(
            "A label that hides this from somebody is not taken away by an update.",
            code="label-lost",
            path="meta.security",
        )
    return shaping.row_of(
        resource,
        space_id=grant.space_id,
        local_id=current.id,
        version=current.version + 1,
        access=replace(current.access, labels=labels),
        now=now,
    )


def delete(
    actor: Actor, space_id: uuid.UUID, type: str, local_id: str, *, now: dt.datetime, if_match: str = ""
) -> int | None:
    """The version that says that it is deleted, or None when nothing was there to delete (any more)."""
    if type == "Patient":
        raise NotAllowed("A person is not deleted by this door.", code="immutable")
    act = Permission.RESOURCE_DELETE
    with transaction.atomic():
        grant = guarding.may(actor, space_id, act, type, now=now, object=local_id)
        row = guarding.life(grant, type).find(type, local_id)
        if row is None and type == "Binary":
            # The file of a document, for who may see the document.
            row = guarding.life(grant, "DocumentReference").find("DocumentReference", local_id)
        if row is None or row.deleted:
            _nothing_deleted(grant, local_id, if_match, now)
            return None
        absent = guarding.nothing_here()
        current = guarding.hold(grant, act, type, local_id, if_match=if_match, absent=absent, now=now)
        version = store.bury(space_id, type, current, now=now)
        trace.append(guarding.told(grant, Event.RESOURCE_DELETED, local_id, version, now))
        return version


def _nothing_deleted(grant: Grant, local_id: str, if_match: str, now: dt.datetime) -> None:
    """What is not here is deleted already; the try is told all the same."""
    if if_match:
        error = PreconditionFailed("The version of If-Match is not the current one.", code="version")
        raise guarding.refuse(error, grant, Permission.RESOURCE_DELETE, now=now, object=local_id)
    act = guarding.told(grant, Event.RESOURCE_DELETED, ids.only_opaque(local_id), 0, now)
    trace.append(replace(act, outcome=Outcome.REFUSED, ground="not-found"))
