"""One profile on one resource or datatype: cardinality, values, types, slices, bindings, references, constraints."""

import json
from typing import Any

from hygie.fhir.core import fhirpath
from hygie.fhir.core.definitions import load
from hygie.fhir.core.validation.issues import Fault, Faults, Severity
from hygie.fhir.core.validation.profiles.coded import CODED, check_binding
from hygie.fhir.core.validation.profiles.facts import HL7, r4_type
from hygie.fhir.core.validation.profiles.items import Item, matches
from hygie.fhir.core.validation.profiles.scope import Scope
from hygie.fhir.core.validation.profiles.slicing import discriminators_of, is_in_slice
from hygie.fhir.core.validation.profiles.tree import Profile, Rules

_DEPTH = 24
_SHOWN = 160
_WHY = " What this refers to does not: "
_STEPS = 100_000


class Check:
    """One profile on one resource."""

    __slots__ = ("scope", "url")

    def __init__(self, scope: Scope, profile: Profile) -> None:
        self.scope = scope
        self.url = profile.url

    @staticmethod
    def wrong_type(profile: Profile) -> Faults:
        return [_fault("profile-type", f"This profile is for the type {profile.type}.", profile.url, ())]

    def rules(self, item: Item, rules: Rules, depth: int) -> Faults:
        """The element itself, then what is inside it."""
        faults: Faults = [] if rules.is_silent else self._value(item, rules) + self._constraints(item, rules)
        if depth > _DEPTH:
            return faults
        for name, below in rules.children.items():
            for each in self._children(item, name, below, depth):
                each.steps += reversed(item.steps)
                faults.append(each)
        if rules.types:
            faults += self._type_profiles(item, rules) + self._targets(item, rules)
        return faults + (self._advice(item, rules) if self.scope.judge.advice else [])

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
        """Each item is checked by the rules of the slice that it is in, and by those of the slices of that slice."""
        faults: Faults = []
        placed: dict[int, int] = {}
        undecided = False
        by = discriminators_of(rules)
        for order, (name, each) in enumerate(rules.slices.items()):
            told = [is_in_slice(item, each, by, self.scope) for item in found]
            if None in told or (not found and not by):
                undecided = True
                continue
            inside = [index for index, is_in in enumerate(told) if is_in]
            placed.update(dict.fromkeys(inside, order))
            faults += self._count(len(inside), each, rules.name.removesuffix("[x]"), f" in the slice {name}")
            for index in inside:
                faults += self.rules(found[index], each, depth + 1)
            if each.slices and depth <= _DEPTH:
                faults += self._slices([found[index] for index in inside], each, depth + 1)
        if not undecided:
            faults += self._left(found, placed, rules)
            faults += self._order(found, placed, rules)
        return faults

    def _left(self, found: list[Item], placed: dict[int, int], rules: Rules) -> Faults:
        """Of a closed slicing. Slices by type close nothing that the element's types leave open: snapshots always say closed."""
        if not rules.is_closed:
            return []
        by_type = discriminators_of(rules) == (("type", "$this"),)
        names = ", ".join(rules.slices)
        told = (
            f"This is in none of the slices allowed here ({names}): give it what one of them asks for, or take it out."
        )
        return [
            self._fault("profile-closed", told, item.steps)
            for index, item in enumerate(found)
            if index not in placed and not (by_type and self._has_type(item.type, rules))
        ]

    def _order(self, found: list[Item], placed: dict[int, int], rules: Rules) -> Faults:
        if rules.is_last and placed:
            last = max(placed)
            if early := next((item for index, item in enumerate(found) if index < last and index not in placed), None):
                told = "What is in no slice comes after the slices: move it to the end."
                return [self._fault("profile-order", told, early.steps)]
        if rules.is_ordered:
            orders = [placed[index] for index in sorted(placed)]
            if orders != sorted(orders):
                told = f"The slices come in this order: {', '.join(rules.slices)}."
                return [self._fault("profile-order", told, found[0].steps[:1])]
        return []

    def _value(self, item: Item, rules: Rules) -> Faults:
        value = item.value
        if value is not None and (wrong := _wrong_value(value, rules)) is not None:
            rule, told, code = wrong
            return [self._fault(rule, told, item.steps, code=code)]
        if item.type and rules.types and not self._has_type(item.type, rules):
            allowed = ", ".join(dict.fromkeys(rules.codes[:8]))
            return [self._fault("profile-type", f"The profile only allows: {allowed}.", item.steps, code="structure")]
        if rules.binding is None or value is None or item.type not in CODED:
            return []
        judge = self.scope.judge
        coded = check_binding(value, rules.binding, self.scope.is_member, is_strict=judge.advice)
        if coded is None:
            return []
        return [self._fault(coded.rule, coded.message, item.steps, code=coded.code, severity=coded.severity)]

    @staticmethod
    def _has_type(kind: str, rules: Rules) -> bool:
        return not rules.types or any(load().is_a(kind, code) for code in rules.codes)

    def _type_profiles(self, item: Item, rules: Rules) -> Faults:
        """The profile of an extension, of a datatype, of a resource held here: one that is loaded must hold."""
        profiles = [each for code, profiles, _ in rules.types if code != "Reference" for each in profiles]
        if not profiles or type(item.value) is not dict:
            return []
        known = [found for each in profiles if (found := self.scope.judge.profiles.find(each))]
        if not known or len(known) < len(profiles):
            return []
        told = [self.scope.conforms(item, each.url) for each in known]
        if True in told:
            return self._told_by(item, known[0]) if self.scope.judge.advice and len(known) == 1 else []
        # One that cannot be told (it contains itself) may be the one that holds.
        return [] if None in told else self._told_by(item, known[0])

    def _told_by(self, item: Item, profile: Profile) -> Faults:
        faults = self.scope.faults(item, profile)
        for each in faults:
            each.steps += reversed(item.steps)
        return faults

    def _targets(self, item: Item, rules: Rules) -> Faults:
        """Where a reference leads, when that is told or is here: to one of the types and profiles that the profile allows."""
        wanted = [each for code, _, targets in rules.types if code == "Reference" for each in targets]
        if not wanted or item.type != "Reference" or (target := self.scope.target(item)) is None:
            return []
        if any(self._is_target(target, each) is not False for each in wanted):
            return []
        shown = ", ".join(each.removeprefix(HL7) for each in wanted[:4]) + (", …" if len(wanted) > 4 else "")
        told = f"This may only refer to what follows {shown}.{self._why(target, wanted)}"
        return [self._fault("profile-target", told, (*item.steps, "reference"), code="value")]

    def _why(self, target: Item, wanted: list[str]) -> str:
        """What the target lacks, of the first profile of its type."""
        known = (self.scope.judge.profiles.find(each) for each in wanted)
        profile = next((each for each in known if each and load().is_a(target.type, each.type)), None)
        faults = self.scope.faults(target, profile) if profile and target.value is not None else []
        worst = next((each for each in faults if each.severity == "error"), None)
        if worst is None:
            return ""
        return f"{_WHY}{worst.told_from(target.type).path}: {worst.message.partition(_WHY)[0]}"

    def _is_target(self, target: Item, canonical: str) -> bool | None:
        if (name := r4_type(canonical)) is not None:
            return load().is_a(target.type, name)
        profile = self.scope.judge.profiles.find(canonical)
        if profile is None or not load().is_a(target.type, profile.type):
            return None if profile is None else False
        return self.scope.conforms(target, canonical)

    def _constraints(self, item: Item, rules: Rules) -> Faults:
        """Those that the profile adds; HL7's own are checked with the type."""
        if item.value is None:
            return []
        faults: Faults = []
        for key, severity, human, expression in rules.constraints:
            holds = self._holds(expression, item)
            told = f"{human.rstrip('.')}."
            if holds is False:
                level: Severity = "warning" if severity == "warning" else "error"
                faults.append(self._fault(key, told, item.steps, code="invariant", severity=level))
            elif holds is None and self.scope.judge.advice:
                told = f"This rule could not be evaluated here, check it by hand: {told}"
                faults.append(self._fault(key, told, item.steps, code="processing", severity="information"))
        return faults

    def _holds(self, expression: str, item: Item) -> bool | None:
        """None: of functions or variables that only the author of the profile knows."""
        scope = self.scope
        scope.shared.evaluations -= 1
        if scope.shared.evaluations < 0:
            return None
        environment = fhirpath.Environment(
            steps=_STEPS, resolve=scope.resolve, member_of=scope.is_member, conforms_to=self._does_conform
        )
        try:
            node = fhirpath.node(item.value, item.type, item.extra or None)
            told = fhirpath.compile(expression).evaluate_boolean(
                node, resource=scope.resource, root=scope.root, environment=environment
            )
        except (fhirpath.FhirpathError, fhirpath.Budget, KeyError):
            return None
        return told is not False

    def _does_conform(self, value: Any, canonical: str) -> bool | None:
        kind = value.get("resourceType", "") if type(value) is dict else ""
        return self.scope.conforms(Item(value, {}, kind, ()), canonical) if kind else None

    def _advice(self, item: Item, rules: Rules) -> Faults:
        """What the profile wants every system to support, and is not here: no fault, but good to know."""
        missing = [
            name.removesuffix("[x]")
            for name, below in rules.children.items()
            if below.is_must_support and not below.min and below.max != 0 and not any(item.below(name))
        ]
        if not missing:
            return []
        told = f"The profile says mustSupport of what is not here: {', '.join(missing)}. Fill it when it is known."
        return [self._fault("profile-must-support", told, item.steps, code="informational", severity="information")]

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


def _fault(
    rule: str, message: str, url: str, steps: tuple[str, ...], *, code: str = "structure", severity: Severity = "error"
) -> Fault:
    return Fault(rule, f"{message} (profile {url})", code, severity, list(reversed(steps)))


def _wrong_value(value: Any, rules: Rules) -> tuple[str, str, str] | None:
    """(rule, sentence, issue type) of a value that is not the one asked for."""
    if rules.fixed is not None and value != rules.fixed:
        return "profile-fixed", f"The profile fixes this value: make it {_shown(rules.fixed)}.", "value"
    if rules.pattern is not None and not matches(rules.pattern, value):
        return "profile-pattern", f"The profile asks that this holds {_shown(rules.pattern)}: add it.", "value"
    if rules.max_length is not None and type(value) is str and len(value) > rules.max_length:
        return "profile-length", f"The profile allows {rules.max_length} characters at most: shorten it.", "too-long"
    if rules.bounds is not None and not _is_between(value, *rules.bounds):
        low, high = rules.bounds
        told = " and ".join(
            f"{how} {limit}" for how, limit in (("at least", low), ("at most", high)) if limit is not None
        )
        return "profile-range", f"The profile allows values of {told}.", "value"
    return None


def _shown(told: Any) -> str:
    """What the profile says, which is no health data; cut when it is long."""
    text = json.dumps(told, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _is_between(value: Any, low: Any, high: Any) -> bool:
    """Of what is not ordered here (dates of other precisions, quantities of other units), nothing is said."""
    try:
        return not (low is not None and value < low) and not (high is not None and value > high)
    except TypeError:
        return True
