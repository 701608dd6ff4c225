"""What a repository is built for: one space, and the condition that a caller may see through."""

import uuid
from dataclasses import dataclass

from hygie.fhir.store.condition import Condition


@dataclass(frozen=True, slots=True)
class Scope:
    """Narrows every statement. `space_id` is the partition, `condition` the access columns that may be seen."""

    space_id: uuid.UUID
    condition: Condition
