"""Opaque identifiers: nothing in them tells who, when or how many."""

import base64
import re
import secrets
import uuid

# FHIR's id: https://hl7.org/fhir/R4/datatypes.html#id ([A-Za-z0-9\-\.]{1,64}).
_SEPARATOR = "."
_SPACE_LENGTH = 36
_LOCAL_BYTES = 15  # 24 base32 characters, 120 random bits

REGISTERS = uuid.UUID(int=0)
"""The partition of the resources that belong to no person (Practitioner, Organization…)."""


def new_space_id() -> uuid.UUID:
    return uuid.uuid4()


def new_local_id() -> str:
    """24 characters of [a-z2-7]: unique within a space, and elsewhere too."""
    return base64.b32encode(secrets.token_bytes(_LOCAL_BYTES)).decode("ascii").lower()


_OPAQUE = re.compile(r"[a-z2-7]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{2}")


def only_opaque(value: str) -> str:
    """A local id, a UUID or a code of two digits as it is; "" for anything else, which somebody may have written."""
    return value if _OPAQUE.fullmatch(value) else ""


def logical_id(space_id: uuid.UUID, local_id: str) -> str:
    """The FHIR logical id of a person's resource: it carries its space, so a read needs no look-up."""
    return f"{space_id}{_SEPARATOR}{local_id}"


def split_logical_id(value: str) -> tuple[uuid.UUID, str] | None:
    """(space, local id) of a logical id, or None when it is not one of ours."""
    head, separator, local = value.partition(_SEPARATOR)
    if not separator or len(head) != _SPACE_LENGTH or not local or len(value) > 64:
        return None
    try:
        space_id = uuid.UUID(head)
    except ValueError:
        return None
    # One spelling only: an id that differs by case or dashes is another id, hence unknown.
    return (space_id, local) if str(space_id) == head else None
