"""What a repository is built for: one space, and the condition that a caller may see through."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from hygie.fhir.store.condition import NEVER, Condition


def _nothing_else(type: str) -> Condition:
    return NEVER


def _no_register() -> Condition:
    return NEVER


@dataclass(frozen=True, slots=True)
class Scope:
    """Narrows every statement. `space_id` is the partition, `condition` the access columns that may be seen.

    `by_type` gives the condition on the *other* types that a search meets: what it includes, what it chains through. Who
    does not say it sees nothing of them. `registers` gives the condition on the registers' partition, where a person's space
    leads to it: the access columns of the space's own records mean nothing there; a type that is NEVER seen is not there.
    """

    space_id: uuid.UUID
    condition: Condition
    by_type: Callable[[str], Condition] = _nothing_else
    registers: Callable[[], Condition] = _no_register
