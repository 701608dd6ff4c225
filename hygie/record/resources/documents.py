"""A deposited document changes in two ways only: its author marks it as entered in error, or labels who may see it.

PDSm, TD3.3: https://interop.esante.gouv.fr/ig/fhir/pdsm. Anything else is refused with 405.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hygie.access.journal import Grant
from hygie.access.rules import INVISIBLE_PATIENT
from hygie.access.types import Permission
from hygie.fhir.core import json
from hygie.fhir.http import headers
from hygie.fhir.store import write as store
from hygie.fhir.store.rows import StoredResource
from hygie.identity.types import Actor
from hygie.lib.errors import AccessRefused, Invalid, NotAllowed, PreconditionFailed
from hygie.record import document_reference
from hygie.record.document_reference import TRE_A07_SYSTEMS
from hygie.record.resources import guarding
from hygie.record.resources.types import Written
from hygie.record.types import Label, label_bits
from hygie.trace import actions as trace
from hygie.trace.types import Event

_DOCUMENT = "DocumentReference"
_MAY_CHANGE = ("status", "securityLabel", "meta")
_STATUSES = frozenset({"current", "superseded", "entered-in-error"})


def patch(
    actor: Actor,
    space_id: uuid.UUID,
    local_id: str,
    change: Callable[[dict[str, Any]], Any],
    *,
    if_match: str,
    now: dt.datetime,
) -> Written:
    """In the caller's transaction. Raises NotFound, PreconditionFailed, AccessRefused(patch-not-author), NotAllowed."""
    grant = guarding.may(actor, space_id, Permission.RESOURCE_UPDATE, _DOCUMENT, now=now, object=local_id)
    current = _held(grant, local_id, if_match, now)
    before = json.read_object(current.body)
    after = change(before)
    _check_only_what_may(before, after)
    labels = _labels(after)
    if current.access.labels & ~label_bits(labels) & ~INVISIBLE_PATIENT:
        # The author may announce a document to the person, not show what the person hid.
        raise Invalid("This label is not the author's to take away.", code="label-lost", path="securityLabel")
    version = store.replace(
        space_id,
        _DOCUMENT,
        current,
        body=lambda number: document_reference.encode(
            document_reference.restate(before | after, version=number, status=after["status"], labels=labels, now=now)
        ),
        access=replace(current.access, labels=label_bits(labels)),
        status=after["status"],
        now=now,
    )
    store.relabel_derived(space_id, local_id, label_bits(labels))
    if after["status"] != "current":
        store.retire_derived(space_id, local_id)
    trace.append(guarding.told(grant, Event.RESOURCE_UPDATED, local_id, version, now))
    body = guarding.life(grant, _DOCUMENT).find(_DOCUMENT, local_id)
    return Written(_DOCUMENT, space_id, local_id, version, now, body.body if body else b"")


def _held(grant: Grant, local_id: str, if_match: str, now: dt.datetime) -> StoredResource:
    """The document, kept from others, when this actor is its author."""
    act = Permission.RESOURCE_UPDATE
    current = guarding.life(grant, _DOCUMENT).find(_DOCUMENT, local_id, hold=True)
    if current is None or current.deleted:
        raise guarding.refuse(guarding.nothing_here(), grant, act, now=now, object=local_id)
    if if_match and not headers.matches(if_match, current.version):
        error = PreconditionFailed("The version is not the one of If-Match: read it again.", code="version")
        raise guarding.refuse(error, grant, act, now=now, object=local_id)
    if not grant.actor.idnps or f" {grant.actor.idnps} " not in current.access.authors:
        refused = AccessRefused("Only its author patches a document.", code="patch-not-author")
        raise guarding.refuse(refused, grant, act, now=now, object=local_id)
    return current


def _check_only_what_may(before: dict[str, Any], after: Any) -> None:
    if not isinstance(after, dict):
        raise Invalid("A patch leaves a resource.", code="patch-identity")
    for name in before.keys() | after.keys():
        if name not in _MAY_CHANGE and before.get(name) != after.get(name):
            raise NotAllowed(
                "Of a document only status and securityLabel change; deposit a new version for the rest.",
                code="document-immutable",
                path=f"{_DOCUMENT}.{name}",
            )
    if after.get("status") not in _STATUSES:
        raise Invalid("The status is not one of R4.", code="status", path=f"{_DOCUMENT}.status")


def _labels(resource: dict[str, Any]) -> frozenset[Label]:
    found: set[Label] = set()
    for concept in resource.get("securityLabel", []):
        for coding in concept.get("coding", []) if isinstance(concept, dict) else []:
            if coding.get("system") in TRE_A07_SYSTEMS:
                if coding.get("code") not in Label.__members__:
                    raise Invalid("This label is not one of TRE_A07.", code="label-unknown", path="securityLabel")
                found.add(Label(coding["code"]))
    return frozenset(found)
