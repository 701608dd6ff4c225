"""What an actor sees of the other types that one search meets: what it includes, what it chains through."""

from collections.abc import Callable
from dataclasses import replace

from hygie.access import engine, journal
from hygie.access.journal import Grant, Need
from hygie.access.types import Permission
from hygie.fhir.store.condition import NEVER, Condition

_ACTS = {"DocumentReference": Permission.DOCUMENT_LIST, "Patient": Permission.SPACE_READ}


def by_type(grant: Grant) -> Callable[[str], Condition]:
    """The condition on each type; NEVER where the token of the software does not hold the right to search it."""

    def condition(type: str) -> Condition:
        if not journal.scope_covers(grant.actor.scopes, Need(type, "s")):
            return NEVER
        return grant.condition(_ACTS.get(type, Permission.ENTRY_READ))

    return condition


def registers(grant: Grant) -> Callable[[], Condition]:
    """The condition on what is nobody's, where a person's space leads to it: that of a search of the registers."""

    def condition() -> Condition:
        return engine.condition(replace(grant.facts, registers=True), Permission.ENTRY_READ)

    return condition
