"""What a repository is built for: one space, and the condition that a caller may see through."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from hygie.fhir.store.condition import NEVER, Condition


def _nothing_else(type: str) -> Condition:
    return NEVER


@dataclass(frozen=True, slots=True)
class Scope:
    """Narrows every statement. `space_id` is the partition, `condition` the access columns that may be seen.

    `by_type` gives the condition on the *other* types that a search meets: what it includes, what it chains through. Who
    does not say it sees nothing of them. Of the registers' partition, a type is seen whole or, by NEVER, not at all.
    """

    space_id: uuid.UUID
    condition: Condition
    by_type: Callable[[str], Condition] = _nothing_else
