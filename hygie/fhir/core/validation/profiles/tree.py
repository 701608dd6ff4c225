"""What a profile says, as a tree: of each element, slice by slice; and the profiles that are loaded, by canonical.

https://hl7.org/fhir/R4/profiling.html. Ids give the tree: `Patient.identifier:INS.system` is below the slice INS, and
`Patient.identifier:INS/real` is a slice of that slice.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hygie.fhir.core.validation.profiles.facts import Fact, ProfileFacts, read

Object = dict[str, Any]
_DEPTH = 16


class Rules:
    """What a profile says of one element, or of one slice of it. `children` by element name (`value[x]` for a choice).

    `types`: (code, profiles of it, profiles of its targets). `constraints`: (key, severity, human, expression).
    """

    __slots__ = (
        "binding",
        "bounds",
        "children",
        "constraints",
        "discriminators",
        "fixed",
        "is_closed",
        "is_last",
        "is_must_support",
        "is_ordered",
        "max",
        "max_length",
        "min",
        "name",
        "pattern",
        "slice",
        "slices",
        "types",
    )  # fmt: skip

    def __init__(self, name: str, slice_name: str) -> None:
        self.name = name
        self.slice = slice_name
        self.min = 0
        self.max: int | None = None
        self.fixed: Any = None
        self.pattern: Any = None
        self.types: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = ()
        self.binding: tuple[str, str] | None = None
        self.constraints: tuple[tuple[str, str, str, str], ...] = ()
        self.is_must_support = False
        self.max_length: int | None = None
        self.bounds: tuple[Any, Any] | None = None
        self.discriminators: tuple[tuple[str, str], ...] = ()
        self.is_closed = False
        self.is_ordered = False
        self.is_last = False  # Openness at the end only: what is in no slice comes after them.
        self.children: dict[str, Rules] = {}
        self.slices: dict[str, Rules] = {}

    @property
    def codes(self) -> tuple[str, ...]:
        """The names of the types allowed, () for those of R4."""
        return tuple(code for code, _, _ in self.types)

    @property
    def is_silent(self) -> bool:
        """Nothing to check on a value, whatever is below it."""
        return (
            self.fixed is None and self.pattern is None and not self.types and self.binding is None
            and not self.constraints and self.max_length is None and self.bounds is None
        )  # fmt: skip

    def say(self, fact: Fact) -> None:
        """A fact narrows what was said before (by the base profile)."""
        self.min = self.min if fact.min is None else fact.min
        self.max = self.max if fact.max is None else fact.max
        self.fixed = self.fixed if fact.fixed is None else fact.fixed
        self.pattern = self.pattern if fact.pattern is None else fact.pattern
        self.types = fact.types or self.types
        self.binding = fact.binding or self.binding
        known = {key for key, *_ in self.constraints}
        self.constraints += tuple(each for each in fact.constraints if each[0] not in known)
        self.is_must_support = self.is_must_support or fact.is_must_support
        self.max_length = self.max_length if fact.max_length is None else fact.max_length
        self.bounds = fact.bounds or self.bounds
        if fact.slicing is not None:
            rules, self.is_ordered, by = fact.slicing
            self.is_closed, self.is_last = rules == "closed", rules == "openAtEnd"
            self.discriminators = by or self.discriminators

    def copied(self) -> "Rules":
        """Another tree of the same rules, to be narrowed."""
        new = Rules(self.name, self.slice)
        for each in Rules.__slots__:
            setattr(new, each, getattr(self, each))
        new.children = {name: below.copied() for name, below in self.children.items()}
        new.slices = {name: below.copied() for name, below in self.slices.items()}
        return new


class Profile:
    """A profile on a resource or a datatype. `rules` are those of its root."""

    __slots__ = ("rules", "type", "url")

    def __init__(self, told: ProfileFacts, base: "Profile | None" = None) -> None:
        self.url = told.url
        self.type = told.type
        self.rules: Rules = base.rules.copied() if base is not None else Rules(told.type, "")
        for fact in told.facts:
            _place(self.rules, fact.id).say(fact)


class Profiles:
    """The profiles that are loaded, by canonical URL. Each is compiled when it is first needed."""

    def __init__(self, definitions: Iterable[Object] = (), facts: Mapping[str, ProfileFacts] | None = None) -> None:
        told = (read(each) for each in definitions)
        self._facts: Mapping[str, ProfileFacts] = {
            **(facts or {}),
            **{each.url: each for each in told if each is not None},
        }
        self._read: dict[str, Profile | None] = {}

    def __len__(self) -> int:
        return len(self._facts)

    def __contains__(self, url: str) -> bool:
        return url in self._facts

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def find(self, canonical: str) -> Profile | None:
        """By its URL, with or without a version; None for a profile that is not loaded.

        Nor for one of which only the differential is there while its base is not: what it says alone is not the profile.
        """
        return self._find(canonical, 0)

    def _find(self, canonical: str, depth: int) -> Profile | None:
        url = canonical.partition("|")[0]
        if url not in self._read and url in self._facts:
            self._read[url] = self._compiled(self._facts[url], depth)
        return self._read.get(url)

    def _compiled(self, told: ProfileFacts, depth: int) -> Profile | None:
        """Snapshot generation: the base's rules, narrowed."""
        if not told.is_partial or _is_own(told):
            return Profile(told)
        base = self._find(told.base, depth + 1) if depth < _DEPTH else None
        return None if base is None or base.type != told.type else Profile(told, base)


def _is_own(told: ProfileFacts) -> bool:
    """On the type of R4 itself, whose rules are checked with R4."""
    return told.base.partition("|")[0] == f"http://hl7.org/fhir/StructureDefinition/{told.type}"


def _place(root: Rules, id: str) -> Rules:
    """At its place below the root: `.` goes to a child, `:` to a slice, `/` to a slice of that slice."""
    at = root
    for step in id.split(".")[1:]:
        name, _, slices = step.partition(":")
        at = at.children.setdefault(name, Rules(name, ""))
        for slice_name in slices.split("/") if slices else ():
            at = at.slices.setdefault(slice_name, Rules(name, slice_name))
    return at
