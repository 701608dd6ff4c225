"""A resource against profiles: cardinality, fixed values and patterns, types, slices, required bindings, constraints.

The resource is right R4 already (see `validate`); a profile only narrows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hygie.fhir.core import fhirpath
from hygie.fhir.core.definitions import load
from hygie.fhir.core.validation.issues import Fault, Faults, Issue, Severity, is_wrong
from hygie.fhir.core.validation.profiles.items import Item, matches
from hygie.fhir.core.validation.profiles.slicing import is_in_slice
from hygie.fhir.core.validation.profiles.tree import Profile, Profiles, Rules

Codes = Callable[[str], frozenset[tuple[str, str]] | None]
"""Canonical of a value set → its (system, code), or None when it has no list here."""
Object = dict[str, Any]
_DEPTH = 24
_ENVIRONMENT = fhirpath.Environment(steps=100_000)


def _codes_of_r4(valueset: str) -> frozenset[tuple[str, str]] | None:
    return load().valueset(valueset)


@dataclass(frozen=True, slots=True)
class Judge:
    """What a resource is judged by. `codes` is asked for the value sets of required bindings."""

    profiles: Profiles
    codes: Codes = _codes_of_r4

    def claimed(self, resource: Object, path: str) -> list[Issue]:
        """Every profile that `meta.profile` claims, of the resource and of those inside it; said once when it is not loaded."""
        issues: list[Issue] = []
        unknown: set[str] = set()
        for held, at in _resources(resource, path):
            for index, canonical in enumerate(held.get("meta", {}).get("profile", ())):
                if canonical is None:
                    continue
                if profile := self.profiles.find(canonical):
                    issues += [each.told_from(at) for each in self.conformance(held, profile)]
                elif canonical not in unknown:
                    unknown.add(canonical)
                    issues.append(_unknown(f"{at}.meta.profile[{index}]"))
        return issues

    def conformance(self, resource: Object, profile: Profile) -> Faults:
        """Against one profile, claimed or not."""
        kind = resource.get("resourceType", "")
        if kind != profile.type:
            return [_fault("profile-type", f"This profile is for the type {profile.type}.", profile.url, ())]
        return _Check(self, profile.url, resource).rules(Item(resource, {}, kind, ()), profile.rules, 0)


class _Check:
    """One profile on one resource."""

    def __init__(self, judge: Judge, url: str, resource: Object) -> None:
        self.judge = judge
        self.url = url
        self.resource = resource

    def rules(self, item: Item, rules: Rules, depth: int) -> Faults:
        """The element itself, then what is inside it."""
        faults = self._value(item, rules) + self._constraints(item, rules)
        if depth > _DEPTH:
            return faults
        for name, below in rules.children.items():
            for each in self._children(item, name, below, depth):
                each.steps += reversed(item.steps)
                faults.append(each)
        return faults + self._type_profiles(item, rules, depth)

    def _children(self, item: Item, name: str, below: Rules, depth: int) -> Faults:
        if name == "value" and type(item.value) is not dict:
            return []  # The value of a primitive, which is the item.
        found = list(item.below(name))
        faults = self._count(len(found), below, name.removesuffix("[x]"), "")
        for each in found:
            faults += self.rules(each, below, depth + 1)
        return faults + (self._slices(found, below, depth) if below.slices else [])

    def _count(self, count: int, rules: Rules, name: str, which: str) -> Faults:
        if count < rules.min:
            how = f"`{name}` is required{which}" if rules.min == 1 else f"`{name}` is required {rules.min} times{which}"
            return [self._fault("profile-min", f"{how}: add it.", code="required")]
        if rules.max is not None and count > rules.max:
            how = "is not allowed" if rules.max == 0 else f"is allowed {rules.max} time{'s' * (rules.max > 1)} at most"
            return [self._fault("profile-max", f"`{name}` {how}{which}: take out what is too many.", (name,))]
        return []

    def _slices(self, found: list[Item], rules: Rules, depth: int) -> Faults:
        faults: Faults = []
        placed: set[int] = set()
        undecided = False
        for name, each in rules.slices.items():
            told = [is_in_slice(item, each, rules.discriminators, self._conforms) for item in found]
            if None in told or (not found and not rules.discriminators):
                undecided = True
                continue
            inside = [index for index, is_in in enumerate(told) if is_in]
            placed.update(inside)
            faults += self._count(len(inside), each, rules.name.removesuffix("[x]"), f" in the slice {name}")
            for index in inside:
                faults += self.rules(found[index], each, depth + 1)
        if rules.is_closed and not undecided:
            # Slices by type close nothing that the types of the element leave open: snapshots say closed for all of them.
            by_type = rules.discriminators == (("type", "$this"),)
            for index, item in enumerate(found):
                if index not in placed and not (by_type and self._has_type(item.type, rules)):
                    faults.append(
                        self._fault("profile-closed", "This is in none of the slices allowed here.", item.steps)
                    )
        return faults

    def _conforms(self, item: Item, canonical: str) -> bool | None:
        profile = self.judge.profiles.find(canonical)
        if profile is None or type(item.value) is not dict:
            return None
        return not is_wrong(self.judge.conformance(item.value, profile))

    def _value(self, item: Item, rules: Rules) -> Faults:
        if rules.fixed is not None and item.value is not None and item.value != rules.fixed:
            return [self._fault("profile-fixed", "The profile fixes this value to another.", item.steps, code="value")]
        if rules.pattern is not None and item.value is not None and not matches(rules.pattern, item.value):
            return [
                self._fault(
                    "profile-pattern", "This does not hold what the profile asks for.", item.steps, code="value"
                )
            ]
        if item.type and rules.types and not self._has_type(item.type, rules):
            allowed = ", ".join(rules.codes[:8])
            return [self._fault("profile-type", f"The profile only allows: {allowed}.", item.steps, code="structure")]
        return self._binding(item, rules)

    @staticmethod
    def _has_type(kind: str, rules: Rules) -> bool:
        return any(load().is_a(kind, code) for code in rules.codes)

    def _binding(self, item: Item, rules: Rules) -> Faults:
        if rules.binding.get("strength") != "required" or item.value is None:
            return []
        valueset = rules.binding.get("valueSet", "").partition("|")[0]
        codes = self.judge.codes(valueset)
        if codes is None or _is_coded(item.value, codes):
            return []
        return [
            self._fault("profile-binding", f"A code of {valueset} is required here.", item.steps, code="code-invalid")
        ]

    def _type_profiles(self, item: Item, rules: Rules, depth: int) -> Faults:
        """The profile of an extension, or of a datatype: one that is loaded must hold."""
        profiles = [each for code, profiles in rules.types if code != "Reference" for each in profiles]
        known = [found for each in profiles if (found := self.judge.profiles.find(each))]
        if not known or len(known) < len(profiles) or type(item.value) is not dict:
            return []
        told = [_Check(self.judge, each.url, self.resource).rules(item, each.rules, depth + 1) for each in known]
        return [] if any(not is_wrong(each) for each in told) else told[0]

    def _constraints(self, item: Item, rules: Rules) -> Faults:
        """Those that the profile adds, on objects: HL7's own are checked with the type."""
        faults: Faults = []
        for each in rules.constraints:
            if (
                each.get("source", "").startswith("http://hl7.org/fhir/")
                or "expression" not in each
                or type(item.value) is not dict
            ):
                continue
            if not self._holds(each["expression"], item):
                severity: Severity = "warning" if each.get("severity") == "warning" else "error"
                faults.append(
                    self._fault(each["key"], f"{each['human']}.", item.steps, code="invariant", severity=severity)
                )
        return faults

    def _holds(self, expression: str, item: Item) -> bool:
        try:
            node = fhirpath.node(item.value, item.type)
            return (
                fhirpath.compile(expression).evaluate_boolean(node, resource=self.resource, environment=_ENVIRONMENT)
                is not False
            )
        except (fhirpath.FhirpathError, fhirpath.Budget):
            # Of functions or variables that only the author of the profile knows.
            return True

    def _fault(
        self,
        rule: str,
        message: str,
        steps: tuple[str, ...] = (),
        *,
        code: str = "structure",
        severity: Severity = "error",
    ) -> Fault:
        return _fault(rule, message, self.url, steps, code=code, severity=severity)


def _unknown(path: str) -> Issue:
    message = "This profile is not loaded here: the resource was not checked against it."
    return Issue("information", "not-found", path, "profile-unknown", message)


def _fault(
    rule: str, message: str, url: str, steps: tuple[str, ...], *, code: str = "structure", severity: Severity = "error"
) -> Fault:
    return Fault(rule, f"{message} (profile {url})", code, severity, list(reversed(steps)))


def _is_coded(value: Any, codes: frozenset[tuple[str, str]]) -> bool:
    if type(value) is str:
        return any(code == value for _, code in codes)
    if type(value) is not dict:
        return True
    if "coding" in value:
        return any((each.get("system"), each.get("code")) in codes for each in value["coding"])
    return (value.get("system"), value.get("code")) in codes or "extension" in value


def _resources(value: Any, path: str) -> list[tuple[Object, str]]:
    """The resource, those it contains, and those of the entries or parameters."""
    found: list[tuple[Object, str]] = [(value, path)]
    for name in ("contained", "entry", "parameter"):
        for index, each in enumerate(value.get(name, ()) if type(value.get(name)) is list else ()):
            held = each if name == "contained" else each.get("resource")
            if type(held) is dict:
                step = f"{name}[{index}]" + ("" if name == "contained" else ".resource")
                found += _resources(held, f"{path}.{step}")
    return found
