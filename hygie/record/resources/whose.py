"""Whose a resource is: what names a person must name one, and the right one."""

import re
import uuid
from typing import Any

from hygie.fhir.core import references
from hygie.lib import ids
from hygie.lib.errors import Invalid, NotFound
from hygie.record.export import opened

_LOCAL_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def space_of(type: str, logical_id: str) -> tuple[uuid.UUID, str]:
    """(space, local id) of an address. Raises NotFound for what cannot be one of ours."""
    if type == "Patient":
        space = _uuid(logical_id)
        if space is not None:
            return space, logical_id
    elif found := ids.split_logical_id(logical_id):
        if _LOCAL_ID.fullmatch(found[1]):
            return found
    elif _LOCAL_ID.fullmatch(logical_id):
        return ids.REGISTERS, logical_id
    raise NotFound("Nothing of this id, or nothing that you may know of.")


def is_somebodys(type: str) -> bool:
    """Whether resources of this type always belong to a person."""
    return type == "Patient" or type in references.PERSON


def _uuid(text: str) -> uuid.UUID | None:
    """In its one spelling."""
    try:
        found = uuid.UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None


def space_named(resource: dict[str, Any]) -> uuid.UUID:
    """The space to which a new resource belongs: its patient's; that of what it points to; else the registers.

    A Group of made-up people is the registers', where test software alone sees it.
    Raises Invalid(patient-required) when its type needs a patient and none of ours is named, or when two are.
    """
    type = resource["resourceType"]
    named = references.spaces(resource)
    element = references.PERSON.get(type)
    patient = references.patient_of(resource)
    if type == "Group" and len(named) > 1 and opened.are_all(named):
        return ids.REGISTERS
    if element is not None and patient is None:
        raise _required(f"{type}.{element}")
    if len(named) > 1:
        raise _required(f"{type}.{element or 'subject'}")
    return patient or next(iter(named), ids.REGISTERS)


def check(resource: dict[str, Any], space_id: uuid.UUID) -> None:
    """The same for a change of what is in this space: it stays there, whatever its body says."""
    type = resource["resourceType"]
    if type == "Patient":
        if not references.spaces(resource) <= {space_id}:
            raise _required("Patient.link")
        return
    if space_named(resource) != space_id:
        raise _required(f"{type}.{references.PERSON.get(type, 'subject')}")


def _required(path: str) -> Invalid:
    return Invalid(
        "The resource names one patient, that of its own space, and points to nobody else's data.",
        code="patient-required",
        path=path,
    )
