"""What the checks of one resource share."""

from collections.abc import Mapping
from typing import Any

MAX_EVALUATIONS = 100_000


class Allowance:
    """How many evaluations of invariants are left for all of what was received: about half a second of CPU."""

    __slots__ = ("is_told", "left")

    def __init__(self) -> None:
        self.left = MAX_EVALUATIONS
        self.is_told = False

    def spend(self, count: int = 1) -> bool:
        """False when nothing is left."""
        self.left -= count
        return self.left >= 0


class Run:
    """`resource` is the one that is checked, `root` the one that contains it, or itself: %resource and %rootResource.

    References with `#` are read in the root. `deep`: the FHIRPath invariants are evaluated too.
    """

    __slots__ = ("_contained", "allowance", "deep", "element_ids", "resource", "root")

    def __init__(
        self, resource: Any, *, deep: bool, root: Mapping[str, Any] | None = None, allowance: Allowance | None = None
    ) -> None:
        self.resource = resource if type(resource) is dict else {}
        self.root: Mapping[str, Any] = self.resource if root is None else root
        self.deep = deep
        self.allowance = allowance or Allowance()
        self.element_ids: set[str] = set()
        self._contained: dict[str, str] | None = None

    @property
    def is_contained(self) -> bool:
        return self.root is not self.resource

    @property
    def contained(self) -> Mapping[str, str]:
        """Id → type of the contained resources, those that are well enough formed to have them."""
        if self._contained is None:
            held = self.root.get("contained")
            self._contained = {
                each["id"]: each["resourceType"]
                for each in (held if type(held) is list else ())
                if type(each) is dict and type(each.get("id")) is str and type(each.get("resourceType")) is str
            }
        return self._contained
