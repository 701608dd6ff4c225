"""The loaded code systems, value sets and maps among the resources: read by id, found by searches before the stored ones."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from hygie.access import journal
from hygie.access.journal import Need
from hygie.fhir.core import json
from hygie.fhir.core.search.query import SearchQuery
from hygie.fhir.core.terminology import writing
from hygie.fhir.core.terminology.model import KINDS
from hygie.fhir.http.terminology import searching
from hygie.identity.types import Actor
from hygie.record import resources
from hygie.record.types import Found
from hygie.terminology.loaded import members


def find(actor: Actor, resource_type: str, logical_id: str) -> dict[str, Any] | None:
    """The resource of this id, None when nothing of this id is loaded. Raises AccessRefused(client.scope)."""
    if resource_type not in KINDS:
        return None
    library = members().library
    head = library.find_head(resource_type, logical_id)
    if head is None:
        return None
    journal.require_scope(actor, Need(resource_type, "r"))
    return writing.resource(library, head)


def search(
    actor: Actor, resource_type: str, query: SearchQuery, pairs: Sequence[tuple[str, str]], *, now: dt.datetime
) -> Found:
    """A page of the loaded ones that `pairs` ask for, then of the stored ones that `query` asks for.

    The rights are those of the search of the stored ones, which is always made: it counts them.
    """
    if resource_type not in KINDS:
        return resources.search_registers(actor, resource_type, query, now=now)
    library = members().library
    heads = searching.matching(library, resource_type, pairs)
    start = searching.start_of(query.after)
    page = [] if start is None else heads[start : start + query.count]
    end = len(heads) if start is None else start + len(page)
    left = query.count - len(page) if end >= len(heads) else 0
    stored = dataclasses.replace(query, count=left, after="" if start is not None else query.after)
    found = resources.search_registers(actor, resource_type, stored, now=now)
    next_page = found.next
    if start is not None and (end < len(heads) or (not left and _has_any(found, actor, resource_type, query, now))):
        next_page = searching.cursor_at(end)
    bodies = [json.write(writing.resource(library, head)) for head in page]
    total = found.total + len(heads) if found.total >= 0 else found.total
    return dataclasses.replace(found, bodies=bodies + found.bodies, total=total, next=next_page)


def _has_any(found: Found, actor: Actor, resource_type: str, query: SearchQuery, now: dt.datetime) -> bool:
    """Whether something stored follows a page that the loaded ones fill to the brim."""
    if found.total >= 0:
        return found.total > 0
    one = dataclasses.replace(query, count=1, after="")
    return bool(resources.search_registers(actor, resource_type, one, now=now).bodies)
