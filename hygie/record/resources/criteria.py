"""The search criteria of conditional writes, within one space."""

import dataclasses
import uuid
from collections.abc import Sequence

from hygie.fhir.core import parameters
from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.http import search
from hygie.fhir.store.search import SearchQuery
from hygie.lib import ids
from hygie.record import vocabulary

_PATIENT = ("patient", "subject")


def parse(type: str, text: str, space_id: uuid.UUID) -> SearchQuery:
    """Strictly: a parameter left aside would match what nobody meant.

    Raises BadQuery; an empty criterion, and one that names another person than this space's, too.
    """
    pairs = parameters.read_query(text)
    others = [(key, value) for key, value in pairs if key.partition(":")[0] not in _PATIENT]
    named = {value.rpartition("/")[2] for key, value in pairs if key.partition(":")[0] in _PATIENT}
    if not pairs or any(key in ("_count", "_sort", search.CURSOR) for key, _ in pairs):
        raise BadQuery("A criterion names what it looks for, and nothing about pages.", code="criterion")
    if named - {str(space_id)}:
        raise BadQuery("The criterion names another patient than the resource.", code="patient-required")
    nobodys = space_id == ids.REGISTERS
    asked = search.read(
        type,
        others if nobodys else [*others, ("patient", str(space_id))],
        strict=True,
        reading=vocabulary.reading(),
        registers=nobodys,
    )
    return dataclasses.replace(asked.query, ids=local_ids(asked.ids, space_id), count=2, with_total=False)


def local_ids(logical_ids: Sequence[str], space_id: uuid.UUID) -> tuple[str, ...]:
    """`_id` inside this space; another space's id is an id that matches nothing."""
    if not logical_ids:
        return ()
    if space_id == ids.REGISTERS:
        return tuple(logical_ids)
    found = [ids.split_logical_id(each) for each in logical_ids]
    return tuple(each[1] for each in found if each and each[0] == space_id) or ("-",)


def space_in(text: str) -> str:
    """The one patient id that a criterion names, or "" when it names none."""
    named = {
        value.rpartition("/")[2]
        for key, value in parameters.read_query(text)
        if key.partition(":")[0] in _PATIENT and key.partition(":")[2] in ("", "Patient")
    }
    return named.pop() if len(named) == 1 else ""
