"""The answer as it grows: which names are lists, which hold one value, and how much there is in all."""

from typing import Any

from hygie.fhir.core.graphql.faults import Fault
from hygie.fhir.core.graphql.selection import Field

MAX_VALUES = 50_000
MAX_VISITS = 200_000  # fields looked at, those that are absent too
MAX_READS = 100
MAX_SEARCHES = 20
MAX_EVALUATIONS = 1_000


class Spending:
    """What a query may still cost. Raises Fault(graphql-budget) when it has cost too much."""

    def __init__(self) -> None:
        self._left = {
            "values": MAX_VALUES,
            "fields": MAX_VISITS,
            "reads": MAX_READS,
            "searches": MAX_SEARCHES,
            "filters": MAX_EVALUATIONS,
        }

    def spend(self, what: str, count: int = 1) -> None:
        self._left[what] -= count
        if self._left[what] < 0:
            message = f"The query needs more {what} than one query is given: ask for less, or in several queries."
            raise Fault(message, code="graphql-budget")


class Answer:
    """One object of the answer. A flattened field writes into the object of its parent, under cumulated suffixes."""

    __slots__ = ("_spending", "_types", "members")

    def __init__(self, spending: Spending) -> None:
        self.members: dict[str, Any] = {}
        self._types: dict[str, str] = {}
        self._spending = spending

    def put(self, field: Field, suffix: str, value: Any, type: str, *, is_list: bool) -> None:
        """Raises Fault: two values where one is announced, or values of two types under one name."""
        self._spending.spend("values")
        name = field.key + suffix
        if self._types.setdefault(name, type) != type:
            raise Fault(f"{name} would hold values of two types.", code="graphql-conflict", at=field.node)
        if is_list and not field.singleton:
            self.members.setdefault(name, []).append(value)
        elif name in self.members:
            raise Fault(
                f"{name} is announced as one value, and there are several.", code="graphql-singleton", at=field.node
            )
        else:
            self.members[name] = value

    def count(self, field: Field, suffix: str) -> int:
        """How many values stand under this name."""
        found = self.members.get(field.key + suffix)
        return len(found) if isinstance(found, list) else 0
