"""Resources against the profiles that they claim, or that somebody names. The resource is right R4 already; a profile narrows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hygie.fhir.core.definitions import load
from hygie.fhir.core.validation.issues import Issue
from hygie.fhir.core.validation.profiles.facts import r4_type
from hygie.fhir.core.validation.profiles.items import Item
from hygie.fhir.core.validation.profiles.scope import Codes, Scope, Shared
from hygie.fhir.core.validation.profiles.tree import Profile, Profiles
from hygie.fhir.core.validation.profiles.vital_signs import implied

Object = dict[str, Any]
_EXTENSIONS = ("extension", "modifierExtension")
# HL7's own that came after R4, and those that say elements of other versions: they are in no list here.
_OF_HL7 = re.compile(r"http://hl7\.org/fhir/(\d\.\d/|tools/)?StructureDefinition/")
_HELD = ("contained", "entry", "parameter")


def codes_of_r4(valueset: str, system: str | None, code: str) -> bool | None:
    """Membership in the value sets that R4 itself publishes."""
    codes = load().valueset(valueset)
    if codes is None:
        return None
    return (system, code) in codes if system is not None else any(each == code for _, each in codes)


@dataclass(frozen=True, slots=True)
class Judge:
    """What a resource is judged by.

    `advice`: all that is worth saying, as `$validate` does: extensible bindings, mustSupport, the definitions of extensions
    wherever they stand, the vital signs profiles that R4 asks of every such Observation, profiles that are not loaded as a
    warning. Without it, only what refuses. `is_closed`: an extension that nobody defines here is an error, as HL7's own
    validator has it.
    """

    profiles: Profiles = field(default_factory=Profiles)
    codes: Codes = codes_of_r4
    advice: bool = False
    is_closed: bool = False

    def claimed(self, resource: Object, path: str, *, also: Sequence[str] = ()) -> list[Issue]:
        """Every profile that `meta.profile` claims, of the resource and of those inside it; `also` of the outer one.

        A profile that is not loaded is told once.
        """
        if (
            not (also or self.advice or self.is_closed)
            and "meta" not in resource
            and not any(name in resource for name in _HELD)
        ):
            return []
        issues: list[Issue] = []
        shared = Shared(resource)
        for held, root, at in _resources(resource, resource, path):
            scope = Scope(self, held, root, shared)
            told = [each for each in held.get("meta", {}).get("profile", ()) if each is not None]
            for index, canonical in enumerate(told):
                issues += self._claim(scope, canonical, at, f"{at}.meta.profile[{index}]")
            for canonical in also if held is resource else ():
                issues += self._claim(scope, canonical, at, at, is_asked=True)
            if self.advice:
                issues += self._vital_signs(scope, told, at)
            if self.advice or self.is_closed:
                issues += self._extensions(held, at, scope)
        return list(dict.fromkeys(issues))

    def _claim(
        self, scope: Scope, canonical: str, path: str, claimed_at: str, *, is_asked: bool = False
    ) -> list[Issue]:
        profile = self.profiles.find(canonical)
        if profile is not None:
            return _told(scope, profile, path, claimed_at)
        kind = r4_type(canonical)
        if kind is not None:
            is_right = load().is_a(str(scope.resource.get("resourceType")), kind)
            return [] if is_right else [_wrong_type(kind, canonical, claimed_at)]
        if is_asked:
            # Without it there is no answer.
            message = (
                "The profile asked for is not loaded here: nothing was checked against it. Load it, or ask for another."
            )
            return [Issue("error", "not-found", claimed_at, "profile-unknown", message)]
        if canonical in scope.shared.unknown:
            return []
        scope.shared.unknown.add(canonical)
        message = "This profile is not loaded here: the resource was not checked against it."
        return [Issue("warning" if self.advice else "information", "not-found", claimed_at, "profile-unknown", message)]

    def _vital_signs(self, scope: Scope, claimed: Sequence[str], path: str) -> Iterator[Issue]:
        """What R4 asks of a vital sign that does not claim so: a server keeps it all the same, hence a warning."""
        for canonical in implied(scope.resource):
            profile = self.profiles.find(canonical)
            if profile is not None and canonical not in claimed:
                for each in _told(scope, profile, path, path):
                    yield each if self.is_closed or each.severity != "error" else replace(each, severity="warning")

    def _extensions(self, resource: Object, path: str, scope: Scope) -> Iterator[Issue]:
        """Each extension by its own definition, wherever it stands; nested ones belong to the outer's definition."""
        for extension, at in _found(resource, path):
            url = extension.get("url", "")
            profile = self.profiles.find(url)
            if profile is not None and profile.type == "Extension":
                if scope.conforms(Item(extension, {}, "Extension", ()), url) is False:
                    yield from (
                        each.told_from(at) for each in scope.faults(Item(extension, {}, "Extension", ()), profile)
                    )
            elif load().extension(url) is None and not _OF_HL7.match(url):
                message = "Nobody defines this extension here: load its definition, or take it out."
                yield Issue("error" if self.is_closed else "information", "structure", at, "extension-unknown", message)


def _wrong_type(kind: str, url: str, path: str) -> Issue:
    return Issue("error", "structure", path, "profile-type", f"This profile is for the type {kind}. (profile {url})")


def _told(scope: Scope, profile: Profile, path: str, claimed_at: str) -> list[Issue]:
    resource = scope.resource
    kind = str(resource.get("resourceType", ""))
    if not load().is_a(kind, profile.type):
        return [_wrong_type(profile.type, profile.url, claimed_at)]
    return [each.told_from(path) for each in scope.faults(Item(resource, {}, kind, ()), profile)]


def _resources(value: Object, root: Object, path: str) -> Iterator[tuple[Object, Object, str]]:
    """(resource, the one that contains it, path): the resource, those it contains, and those of the entries or parameters."""
    yield value, root, path
    for name in _HELD:
        given = value.get(name)
        for index, each in enumerate(given if type(given) is list else ()):
            held = each if name == "contained" else each.get("resource")
            if type(held) is dict:
                step = f"{name}[{index}]" + ("" if name == "contained" else ".resource")
                yield from _resources(held, value if name == "contained" else held, f"{path}.{step}")
            elif name == "parameter":
                yield from _resources({"parameter": each.get("part")}, {}, f"{path}.{name}[{index}]")


def _found(value: Object, path: str) -> Iterator[tuple[Object, str]]:
    """The extensions of a resource with their paths; not those of the resources inside it, nor those inside extensions."""
    for name, below in value.items():
        is_plain = name[:1] != "_"
        step = f"{path}.{name if is_plain else name[1:]}"
        items = below if type(below) is list else [below]
        for index, each in enumerate(items):
            if type(each) is not dict or name == "contained" or "resourceType" in each:
                continue
            at = f"{step}[{index}]" if type(below) is list else step
            if name in _EXTENSIONS:
                yield each, at
            else:
                yield from _found(each, at)
