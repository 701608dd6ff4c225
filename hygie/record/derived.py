"""The coded entries of a document as resources of the store, each tied to its document and to its place in it."""

import datetime as dt
import uuid
from functools import lru_cache
from typing import Any, NamedTuple

from hygie.fhir.core import json
from hygie.fhir.core.dates import find_period
from hygie.fhir.core.search import index_values
from hygie.fhir.store.condition import AccessColumns
from hygie.fhir.store.rows import NewResource
from hygie.lib import ids
from hygie.lib.clock import rfc3339
from hygie.record.cda.types import Entry

_PATIENT = frozenset({"AllergyIntolerance", "Immunization"})
_ENTRY = "urn:hygie:entry:"
# The entries of a document are mostly of one time.
_period = lru_cache(maxsize=1024)(find_period)
_DATES = (
    "effectiveDateTime",
    "effectivePeriod",
    "occurrenceDateTime",
    "whenHandedOver",
    "authoredOn",
    "onsetDateTime",
    "recordedDate",
    "dateAsserted",
    "issued",
)


def resources_of(
    entries: tuple[Entry, ...],
    *,
    space_id: uuid.UUID,
    document_id: str,
    access: AccessColumns,
    current: bool,
    dated_at: dt.datetime,
    now: dt.datetime,
) -> list[NewResource]:
    """What a document says, entry by entry. They follow the document's visibility: same access columns."""
    local = {entry.path: ids.new_local_id() for entry in entries}
    space = str(space_id)
    targets = {
        f"{_ENTRY}{entry.path}": f"{entry.resource['resourceType']}/{space}.{local[entry.path]}" for entry in entries
    }
    whose = _Whose(space, f"DocumentReference/{space}.{document_id}", rfc3339(now), targets)
    found = []
    for place, entry in enumerate(entries):
        resource = _complete(entry, local[entry.path], whose)
        found.append(
            NewResource(
                type=resource["resourceType"],
                id=local[entry.path],
                body=json.write(resource),
                updated_at=now,
                sort_at=_dated(resource) or dated_at,
                access=access,
                status=_status(resource),
                code=first_code(
                    resource.get("code") or resource.get("vaccineCode") or resource.get("medicationCodeableConcept")
                ),
                category=first_code(resource.get("category")),
                derived_from=document_id,
                place=place,
                current=current,
                index=index_values(resource, space),
            )
        )
    return found


class _Whose(NamedTuple):
    """What the entries of one document share. `targets`: where their references to each other lead."""

    space: str
    document: str
    written: str
    targets: dict[str, str]


def _complete(entry: Entry, local_id: str, whose: _Whose) -> dict[str, Any]:
    body = dict(entry.resource)
    kind = body.pop("resourceType")
    # Where it was read: the document, and the entry inside it.
    meta = {"versionId": "1", "lastUpdated": whose.written, "source": f"{whose.document}#{entry.path}"}
    resource = {"resourceType": kind, "id": f"{whose.space}.{local_id}", "meta": meta}
    # Only a report names other entries of its document.
    resource |= _resolve(body, whose.targets) if kind == "DiagnosticReport" else body
    resource["patient" if kind in _PATIENT else "subject"] = {"reference": f"Patient/{whose.space}"}
    if kind in ("Observation", "MedicationStatement"):
        resource.setdefault("derivedFrom", [{"reference": whose.document}])
    return resource


def _resolve(node: Any, targets: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {
            key: targets.get(value, value)
            if key == "reference" and isinstance(value, str)
            else _resolve(value, targets)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_resolve(member, targets) for member in node]
    return node


def _dated(resource: dict[str, Any]) -> dt.datetime | None:
    for name in _DATES:
        value = resource.get(name)
        if isinstance(value, dict):
            value = value.get("start") or value.get("end")
        if isinstance(value, str) and (found := _period(value)):
            return found[0]
    return None


def _status(resource: dict[str, Any]) -> str:
    return str(resource.get("status") or first_code(resource.get("clinicalStatus")))


def first_code(node: Any) -> str:
    """The code of the first coding, of the first concept when there are several; "" for none."""
    if isinstance(node, list):
        return first_code(node[0]) if node else ""
    if isinstance(node, dict):
        codings = node.get("coding") or []
        return str(codings[0].get("code", "")) if codings else ""
    return str(node or "")
