"""What a query asks of a server: its rights and its trace are behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hygie.lib.errors import HygieError


@dataclass(frozen=True, slots=True)
class Page:
    """What a search found: resources, how many in all (None: not counted), the cursor of the next page or ""."""

    resources: Sequence[dict[str, Any]]
    total: int | None
    size: int
    next: str


class Source(Protocol):
    """Raises HygieErrors, which become errors of one field; `fault` writes them down and tells them as an OperationOutcome."""

    def resource(self, type: str, id: str, version: str) -> dict[str, Any]: ...
    def search(self, type: str, pairs: Sequence[tuple[str, str]], focus: tuple[str, str] | None) -> Page:
        """`focus`: type and id of the resource that the search starts from."""
        ...

    def address_of(self, reference: str) -> tuple[str, str, str] | None:
        """(type, id, version or "") of a literal reference to this server; None for any other."""
        ...

    def fault(self, error: HygieError) -> dict[str, Any]: ...
