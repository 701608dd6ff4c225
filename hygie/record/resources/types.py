"""What the life of a resource gives to the doors."""

import datetime as dt
import uuid
from dataclasses import dataclass

from hygie.identity.types import Person
from hygie.lib import ids
from hygie.record.resources import files


@dataclass(frozen=True, slots=True)
class Version:
    """One version as it is served; a deletion has no body."""

    id: str
    version: int
    updated_at: dt.datetime
    deleted: bool
    body: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """What a write left: `created` for the first version, `changed` False when everything was so already.

    `body` is as stored: that of a Binary names its file, `whole()` holds its bytes.
    """

    type: str
    space_id: uuid.UUID
    local_id: str
    version: int
    updated_at: dt.datetime
    body: bytes
    created: bool = False
    changed: bool = True

    @property
    def id(self) -> str:
        return address(self.type, self.space_id, self.local_id)

    def whole(self) -> bytes:
        return files.put_back(self.type, self.space_id, self.body)


@dataclass(frozen=True, slots=True)
class History:
    """Newest first."""

    versions: list[Version]
    total: int
    next: str


@dataclass(frozen=True, slots=True)
class Everything:
    """A page of a whole space. `person` comes with the first page, unless the space has a Patient of its own."""

    person: Person | None
    resources: list[tuple[str, bytes]]
    next: str


def address(type: str, space_id: uuid.UUID, local_id: str) -> str:
    """The logical id: a person's resource carries its space, a Patient is its space, the registers' have none."""
    if type == "Patient" or space_id == ids.REGISTERS:
        return local_id
    return ids.logical_id(space_id, local_id)
