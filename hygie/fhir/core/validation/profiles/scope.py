"""What one judgement shares: where references lead inside of what was received, and verdicts that were reached already."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from hygie.fhir.core.definitions import load
from hygie.fhir.core.validation.issues import Fault, Faults, is_wrong
from hygie.fhir.core.validation.profiles.items import Item
from hygie.fhir.core.validation.profiles.tree import Profile, Profiles

Object = dict[str, Any]
Codes = Callable[[str, str | None, str], bool | None]
"""(canonical of a value set, system or None for any, code) → is it a member; None when that cannot be told here."""


_DEPTH = 12
_EVALUATIONS = 50_000


class Judged(Protocol):
    """What a judgement needs of the judge."""

    @property
    def profiles(self) -> Profiles: ...
    @property
    def codes(self) -> Codes: ...
    @property
    def advice(self) -> bool: ...


class Shared:
    """Of all the resources that came together: each is judged once by each profile, and not for ever."""

    __slots__ = ("_by_url", "depth", "evaluations", "found", "outer", "unknown")

    def __init__(self, outer: Object) -> None:
        self.outer = outer
        self.found: dict[tuple[int, str], Faults | None] = {}  # None: being judged.
        self.unknown: set[str] = set()  # Canonicals that were told already.
        self.depth = 0
        self.evaluations = _EVALUATIONS
        self._by_url: dict[str, Object] | None = None

    def entry(self, url: str) -> Object | None:
        """The resource of a Bundle's entry that a reference leads to."""
        if self._by_url is None:
            self._by_url = dict(_entries(self.outer))
        return self._by_url.get(url)


class Scope:
    """`resource` is the one that is judged, `root` the one that holds the contained ones: itself, or its container."""

    __slots__ = ("judge", "resource", "root", "shared")

    def __init__(self, judge: Judged, resource: Object, root: Object, shared: Shared) -> None:
        self.judge = judge
        self.resource = resource
        self.root = root
        self.shared = shared

    def resolve(self, reference: str) -> Object | None:
        """The contained resource, or the one of another entry of the same Bundle, that a reference leads to."""
        if reference.startswith("#"):
            if reference == "#":
                return self.root
            return next((each for each in _held(self.root) if each.get("id") == reference[1:]), None)
        return self.shared.entry(reference.partition("/_history/")[0])

    def target(self, item: Item) -> Item | None:
        """What a reference (or canonical, or uri) leads to. Without its content when only its type is known."""
        told = item.value if type(item.value) is str else item.holder.get("reference")
        found = self.resolve(told) if type(told) is str else None
        if found is not None:
            return Item(found, {}, str(found.get("resourceType", "")), (*item.steps, "resolve()"))
        kind = item.holder.get("type") or (_type_in(told) if type(told) is str else "")
        return Item(None, {}, kind, item.steps) if kind in load().resource_types else None

    def is_member(self, value: Any, valueset: str) -> bool | None:
        """Of a code, Coding, CodeableConcept or Quantity; None when that cannot be told."""
        codes = self.judge.codes
        if type(value) is str:
            return codes(valueset, None, value)
        if type(value) is not dict:
            return None
        told = [codes(valueset, each.get("system", ""), each.get("code", "")) for each in value.get("coding", [value])]
        return True if True in told else None if None in told else False

    def conforms(self, item: Item, canonical: str) -> bool | None:
        """None when the profile is not loaded, or this is being asked already, too far down."""
        profile = self.judge.profiles.find(canonical)
        if profile is None or type(item.value) is not dict:
            return None
        found = self._judged(item, profile)
        return None if found is None else not is_wrong(found)

    def faults(self, item: Item, profile: Profile) -> Faults:
        """Of a value against another profile than the one that is being checked, told from the value."""
        found = self._judged(item, profile) or ()
        return [Fault(each.rule, each.message, each.code, each.severity, list(each.steps)) for each in found]

    def _judged(self, item: Item, profile: Profile) -> Faults | None:
        """None: it contains itself, or a chain of references is too long to be followed to its end."""
        shared = self.shared
        key = (id(item.value), profile.url)
        if key in shared.found or shared.depth > _DEPTH:
            return shared.found.get(key)
        shared.found[key] = None
        shared.depth += 1
        try:
            shared.found[key] = self._fresh(item, profile)
        finally:
            shared.depth -= 1
        return shared.found[key]

    def _fresh(self, item: Item, profile: Profile) -> Faults:
        from hygie.fhir.core.validation.profiles.element import Check

        if not load().is_a(item.type, profile.type):
            return Check.wrong_type(profile)
        scope = self
        if "resourceType" in item.value and item.value is not self.resource:
            inside = any(item.value is each for each in _held(self.root))
            scope = Scope(self.judge, item.value, self.root if inside else item.value, self.shared)
        return Check(scope, profile).rules(Item(item.value, item.extra, item.type, ()), profile.rules, 0)


def _held(root: Object) -> list[Object]:
    held = root.get("contained")
    return [each for each in held if type(each) is dict] if type(held) is list else []


def _entries(outer: Object) -> Iterator[tuple[str, Object]]:
    """By its fullUrl, and `Type/id` by its id."""
    for entry in outer.get("entry", ()) if outer.get("resourceType") == "Bundle" else ():
        resource = entry.get("resource")
        if type(resource) is dict:
            if "id" in resource:
                yield f"{resource['resourceType']}/{resource['id']}", resource
            if "fullUrl" in entry:
                yield entry["fullUrl"], resource


def _type_in(reference: str) -> str:
    steps = reference.partition("/_history/")[0].split("/")
    return steps[-2] if len(steps) > 1 else ""
