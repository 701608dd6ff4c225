"""Contact points. https://hl7.org/fhir/R4/datatypes.html#ContactPoint"""

import datetime as dt
import uuid
from dataclasses import dataclass
from enum import StrEnum


class System(StrEnum):
    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class ContactView:
    """`verified_at` is None until a code that was sent there came back."""

    id: uuid.UUID
    system: System
    value: str
    verified_at: dt.datetime | None

    @property
    def masked(self) -> str:
        """Enough to recognise one's own, too little to learn another's: `l•••@exemple.fr`, `•• •• •• •• 12`."""
        if self.system is System.EMAIL:
            name, _, host = self.value.partition("@")
            return f"{name[:1]}•••@{host}"
        return f"•• •• •• •• {self.value[-2:]}"
