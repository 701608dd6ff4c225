"""Writes that name what they are about by a search: one match, or none, never several."""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction

from hygie.fhir.store import write as store
from hygie.identity.types import Actor
from hygie.lib.errors import Invalid, NotFound, PreconditionFailed
from hygie.record.resources import criteria, writing
from hygie.record.resources.reading import find, read
from hygie.record.resources.types import Version, Written, address
from hygie.record.resources.writing import Change


def match(actor: Actor, space_id: uuid.UUID, type: str, text: str, *, now: dt.datetime) -> str | None:
    """The local id of the one resource of this space that a criterion finds. Raises PreconditionFailed(several-matches).

    What the actor may not see is no match.
    """
    found = find(actor, space_id, type, criteria.parse(type, text, space_id), now=now, limit=2)
    if len(found) > 1:
        raise PreconditionFailed("Several resources match this criterion.", code="several-matches")
    return found[0] if found else None


def create_unless(
    actor: Actor, space_id: uuid.UUID, resource: dict[str, Any], text: str, *, now: dt.datetime, local_id: str = ""
) -> Written:
    """If-None-Exist: a new resource when nothing matches, the one that is here (not `created`) otherwise.

    The space is held meanwhile: of two that come at once, one creates and the other finds.
    """
    with transaction.atomic():
        store.lock_space(space_id)
        known = match(actor, space_id, resource["resourceType"], text, now=now)
        if known is None:
            return writing.create(actor, space_id, resource, now=now, local_id=local_id)
        return as_it_is(actor, space_id, resource["resourceType"], known, now=now)


def as_it_is(actor: Actor, space_id: uuid.UUID, type: str, local_id: str, *, now: dt.datetime) -> Written:
    here = read(actor, space_id, type, local_id, now=now)
    if not isinstance(here, Version):
        raise NotFound("Nothing of this id here.")
    return Written(type, space_id, local_id, here.version, here.updated_at, here.body, changed=False)


def update_matching(
    actor: Actor, space_id: uuid.UUID, resource: dict[str, Any], text: str, *, now: dt.datetime, if_match: str = ""
) -> Written:
    """PUT [type]?criterion: creates when nothing matches and no id is given, updates the one that matches."""
    type = resource["resourceType"]
    with transaction.atomic():
        store.lock_space(space_id)
        known = match(actor, space_id, type, text, now=now)
        if known is None:
            if "id" in resource or if_match:
                raise PreconditionFailed("Nothing matches, and ids are given by the server.", code="no-match")
            return writing.create(actor, space_id, resource, now=now)
        logical = address(type, space_id, known)
        if resource.get("id", logical) != logical:
            raise Invalid("The id of the body is not that of the match.", code="id-mismatch", path=f"{type}.id")
        return writing.update(actor, space_id, known, resource | {"id": logical}, now=now, if_match=if_match)


def patch_matching(
    actor: Actor, space_id: uuid.UUID, type: str, text: str, change: Change, *, now: dt.datetime, if_match: str = ""
) -> Written:
    """PATCH [type]?criterion. Raises NotFound when nothing matches."""
    with transaction.atomic():
        store.lock_space(space_id)
        known = match(actor, space_id, type, text, now=now)
        if known is None:
            raise NotFound("Nothing matches.", code="not-found")
        return writing.patch(actor, space_id, type, known, change, now=now, if_match=if_match)


def delete_matching(
    actor: Actor, space_id: uuid.UUID, type: str, text: str, *, now: dt.datetime, if_match: str = ""
) -> int | None:
    """DELETE [type]?criterion: the one that matches; None when nothing does."""
    with transaction.atomic():
        store.lock_space(space_id)
        known = match(actor, space_id, type, text, now=now)
        return writing.delete(actor, space_id, type, known, now=now, if_match=if_match) if known else None
