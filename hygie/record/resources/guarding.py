"""Who may do what to which resource, and what nobody changes by this door."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from hygie.access import engine, journal
from hygie.access.journal import Grant, Need
from hygie.access.types import Permission, Row
from hygie.fhir.core.validation import Issue, validate
from hygie.fhir.core.validation.profiles import library
from hygie.fhir.http import headers
from hygie.fhir.store.life import Life
from hygie.fhir.store.rows import StoredResource
from hygie.fhir.store.scope import Scope
from hygie.identity.types import Actor
from hygie.lib.errors import Gone, HygieError, Invalid, NotAllowed, NotFound, PreconditionFailed
from hygie.record import seeing
from hygie.record.models import Document
from hygie.trace.types import Act, Event

LETTERS = {Permission.RESOURCE_CREATE: "c", Permission.RESOURCE_UPDATE: "u", Permission.RESOURCE_DELETE: "d"}
EVENTS = {
    Permission.RESOURCE_CREATE: Event.RESOURCE_CREATED,
    Permission.RESOURCE_UPDATE: Event.RESOURCE_UPDATED,
    Permission.RESOURCE_DELETE: Event.RESOURCE_DELETED,
}
_DOCUMENT = "DocumentReference"


class NotValid(Invalid):
    """The resource does not follow R4; `issues` say where and how to mend it."""

    default_code = "not-valid"

    def __init__(self, issues: Sequence[Issue] = ()) -> None:
        super().__init__(*(each.message for each in issues[:1]), path=issues[0].path if issues else "")
        self.issues = list(issues)


def require_valid(resource: dict[str, Any]) -> None:
    """Raises NotValid with all faults that R4 calls errors, or else the profiles that it claims, those that are loaded here."""
    found = validate(resource, invariants=True, profiles=library.judge())
    faults = [issue for issue in found if issue.severity == "error"]
    if faults:
        raise NotValid(faults)


def reading_act(type: str) -> tuple[Permission, Event]:
    if type == _DOCUMENT:
        return Permission.DOCUMENT_READ, Event.DOCUMENT_READ
    if type == "Patient":
        return Permission.SPACE_READ, Event.SPACE_READ
    return Permission.ENTRY_READ, Event.ENTRY_READ


def may(
    actor: Actor,
    space_id: uuid.UUID,
    act: Permission,
    type: str,
    *,
    now: dt.datetime,
    object: str = "",
    rows: list[Row] | None = None,
) -> Grant:
    """The right to write in a space as a whole; `require` looks at one resource. Raises AccessRefused."""
    need = Need(type, LETTERS[act])
    return journal.authorize(actor, space_id, act, EVENTS[act], now=now, need=need, object=object, rows=rows)


def refuse(error: HygieError, grant: Grant, act: Permission, *, now: dt.datetime, object: str) -> HygieError:
    """The error with the entry that tells it; the registers' reads and refusals of nobody's data are told too."""
    return journal.refusal(error, grant.actor, grant.space_id, EVENTS[act], now=now, object=object)


def told(grant: Grant, event: Event, local_id: str, version: int, now: dt.datetime) -> Act:
    """The entry of what was done by this right."""
    return journal.entry(
        grant.actor, grant.space_id, event, now=now, ground=grant.decision.rule, object=local_id, version=version
    )


def life(grant: Grant, type: str) -> Life:
    """What this actor may see of a type."""
    return Life(
        Scope(grant.space_id, grant.condition(reading_act(type)[0]), seeing.by_type(grant), seeing.registers(grant))
    )


def hold(
    grant: Grant, act: Permission, type: str, local_id: str, *, if_match: str, absent: HygieError, now: dt.datetime
) -> StoredResource:
    """The current version, kept from others until the end of the transaction.

    Raises what `absent` is when it is not here or may not be seen, Gone, PreconditionFailed, AccessRefused (the rule), and
    NotAllowed(document-immutable) for a document, its file and its entries.
    """
    row = life(grant, type).find(type, local_id, hold=True)
    if row is None and type == "Binary":
        # The file of a document has the document's id.
        if life(grant, _DOCUMENT).find(_DOCUMENT, local_id) is not None:
            raise refuse(_immutable(), grant, act, now=now, object=local_id)
    if row is None:
        raise refuse(absent, grant, act, now=now, object=local_id)
    if row.deleted:
        raise refuse(Gone("It was deleted.", code="deleted"), grant, act, now=now, object=local_id)
    if if_match and not headers.matches(if_match, row.version):
        error = PreconditionFailed("The version is not the one of If-Match: read it again.", code="version")
        raise refuse(error, grant, act, now=now, object=local_id)
    if row.derived_from or (type == _DOCUMENT and is_deposited(grant.space_id, local_id)):
        raise refuse(_immutable(), grant, act, now=now, object=local_id)
    decision = engine.decide(grant.facts, act, row.access)
    if not decision:
        raise journal.refused(decision, grant.facts, grant.actor, grant.space_id, EVENTS[act], now=now, object=local_id)
    return row


def is_deposited(space_id: uuid.UUID, local_id: str) -> bool:
    return Document.objects.filter(space_id=space_id, id=local_id).exists()


def _immutable() -> NotAllowed:
    return NotAllowed(
        "A document, its file and its entries do not change: deposit a new version that replaces it.",
        code="document-immutable",
    )


def nothing_here() -> NotFound:
    return NotFound("Nothing of this id here.", code="not-found")
