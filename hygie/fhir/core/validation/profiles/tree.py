"""The snapshot of a StructureDefinition as a tree: what a profile says of each element, slice by slice.

https://hl7.org/fhir/R4/profiling.html. Ids give the tree: `Patient.identifier:INS.system` is below the slice INS.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from hygie.fhir.core.definitions import load

Object = dict[str, Any]
# Elements that limit nothing by themselves, and are in every snapshot.
_MAX_MANY = "*"


class Rules:
    """What a profile says of one element, or of one slice of it. `children` by element name (`value[x]` for a choice)."""

    __slots__ = ("binding", "children", "constraints", "discriminators", "fixed", "is_closed", "max", "min", "name", "pattern",
                 "slice", "slices", "types")  # fmt: skip

    def __init__(self, element: Object, name: str, slice_name: str) -> None:
        self.name = name
        self.slice = slice_name
        self.min: int = element.get("min", 0)
        self.max: int | None = None if element.get("max", _MAX_MANY) == _MAX_MANY else int(element["max"])
        self.fixed = _starting(element, "fixed")
        self.pattern = _starting(element, "pattern")
        self.types: tuple[tuple[str, tuple[str, ...]], ...] = tuple(_types(element))
        self.binding: Object = element.get("binding", {})
        self.constraints: tuple[Object, ...] = tuple(element.get("constraint", ()))
        slicing: Object = element.get("slicing", {})
        self.discriminators: tuple[tuple[str, str], ...] = tuple(
            (each["type"], each["path"]) for each in slicing.get("discriminator", ())
        )
        self.is_closed = slicing.get("rules") == "closed"
        self.children: dict[str, Rules] = {}
        self.slices: dict[str, Rules] = {}

    @property
    def codes(self) -> tuple[str, ...]:
        """The names of the types allowed."""
        return tuple(code for code, _ in self.types)


class Profile:
    """A profile on a resource or a datatype. `rules` are those of its root."""

    __slots__ = ("rules", "type", "url")

    def __init__(self, definition: Object) -> None:
        self.url: str = definition["url"]
        self.type: str = definition["type"]
        first, *rest = definition["snapshot"]["element"]
        self.rules = Rules(first, self.type, "")
        own = {each.key for each in load().invariants(self.type)} if self.type in load().types else set()
        self.rules.constraints = tuple(each for each in self.rules.constraints if each["key"] not in own)
        for element in rest:
            _put(self.rules, element)


class Profiles:
    """The profiles that are loaded, by canonical URL. Each is read when it is first needed."""

    def __init__(self, definitions: Iterable[Object]) -> None:
        self._definitions: Mapping[str, Object] = {
            each["url"]: each
            for each in definitions
            if each.get("derivation") == "constraint" and each.get("snapshot", {}).get("element")
        }
        self._read: dict[str, Profile] = {}

    def __len__(self) -> int:
        return len(self._definitions)

    def find(self, canonical: str) -> Profile | None:
        """By its URL, with or without a version; None for a profile that is not loaded."""
        url = canonical.partition("|")[0]
        found = self._read.get(url)
        if found is None and url in self._definitions:
            found = self._read[url] = Profile(self._definitions[url])
        return found


def _put(root: Rules, element: Object) -> None:
    """At its place below the root, which its id names: `.` goes to a child, `:` to a slice."""
    at = root
    path: str = element.get("id") or element["path"]
    steps = path.split(".")[1:]
    for index, step in enumerate(steps):
        name, _, slice_name = step.partition(":")
        is_last = index == len(steps) - 1
        below = at.children.get(name)
        if below is None:
            below = at.children[name] = Rules(element if is_last and not slice_name else {}, name, "")
        if slice_name:
            found = below.slices.get(slice_name)
            if found is None:
                found = below.slices[slice_name] = Rules(element if is_last else {}, name, slice_name)
            below = found
        at = below


def _starting(element: Object, prefix: str) -> Any:
    return next((value for name, value in element.items() if name.startswith(prefix) and name != prefix), None)


def _types(element: Object) -> Iterable[tuple[str, tuple[str, ...]]]:
    for each in element.get("type", ()):
        code: str = each.get("code", "")
        if not code.startswith("http://hl7.org/fhirpath/"):
            yield code, tuple(each.get("profile", ()))
