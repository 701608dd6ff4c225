"""From a resource as it was sent to the row that keeps it: id, meta, access columns, search values."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from hygie.access.rules import TEST
from hygie.fhir.core import json
from hygie.fhir.core.search import index_values, promote
from hygie.fhir.store.condition import AccessColumns, authors_column, is_word
from hygie.fhir.store.rows import NewResource
from hygie.identity.types import Actor, ActorKind, ClientKind
from hygie.lib.clock import rfc3339
from hygie.lib.errors import Invalid, TooLarge
from hygie.lib.ids import REGISTERS
from hygie.record import derived
from hygie.record.document_reference import TRE_A07_SYSTEMS
from hygie.record.resources.types import address
from hygie.record.types import Label, Origin, label_bits

MAX_INDEXED = 20_000
"""Rows of the index of one resource."""


def access_of(actor: Actor, resource: dict[str, Any]) -> AccessColumns:
    """The columns that rules read. What belongs to no document has no type code."""
    type = resource["resourceType"]
    alone = actor.kind is ActorKind.SOFTWARE
    return AccessColumns(
        labels=label_bits(labels_of(resource)),
        type_code=derived.first_code(resource.get("type")) if type == "DocumentReference" else "",
        origin=TEST if alone and actor.client_kind == ClientKind.BENCH else Origin.PROFESSIONAL.value,
        authors=authors_column([actor.idnps] if is_word(actor.idnps) else []),
    )


def labels_of(resource: dict[str, Any]) -> frozenset[Label]:
    """TRE_A07 labels in `meta.security`, and in `securityLabel` of the types that have it."""
    found: set[Label] = set()
    for coding in _codings(resource):
        if coding.get("system") in TRE_A07_SYSTEMS and coding.get("code") in Label.__members__:
            found.add(Label(coding["code"]))
    return frozenset(found)


def _codings(resource: dict[str, Any]) -> Iterable[dict[str, Any]]:
    meta = resource.get("meta")
    if meta and "security" in meta:
        yield from meta["security"]
    for concept in resource.get("securityLabel", ()):
        yield from concept.get("coding", ())


def row_of(
    resource: dict[str, Any],
    *,
    space_id: uuid.UUID,
    local_id: str,
    version: int,
    access: AccessColumns,
    now: dt.datetime,
) -> NewResource:
    """The resource as its next version. Raises TooLarge, Invalid(structure)."""
    told = stamped(resource, space_id=space_id, local_id=local_id, version=version, now=now)
    index = index_values(told, str(space_id) if space_id != REGISTERS else "")
    if len(index) > MAX_INDEXED:
        raise TooLarge(f"A resource is found by {MAX_INDEXED} values at most.", code="resource-too-many-values")
    found = promote(told, index)
    return NewResource(
        type=resource["resourceType"],
        id=local_id,
        version=version,
        body=json.write(told),
        updated_at=now,
        sort_at=found.dated or now,
        access=access,
        status=found.status,
        code=found.code,
        category=found.category,
        index=index,
    )


def stamped(
    resource: dict[str, Any], *, space_id: uuid.UUID, local_id: str, version: int, now: dt.datetime
) -> dict[str, Any]:
    """Type, id and meta in front: the server's own, and the rest of `meta` as it was sent."""
    meta = {"versionId": str(version), "lastUpdated": rfc3339(now)}
    sent = resource.get("meta")
    if sent is not None:
        if not isinstance(sent, dict):
            raise Invalid("An object is expected here.", code="structure", path=f"{resource['resourceType']}.meta")
        meta |= {name: value for name, value in sent.items() if name not in meta}
    head = {
        "resourceType": resource["resourceType"],
        "id": address(resource["resourceType"], space_id, local_id),
        "meta": meta,
    }
    return head | {name: value for name, value in resource.items() if name not in head}
