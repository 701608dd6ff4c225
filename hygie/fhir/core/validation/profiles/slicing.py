"""Which slice an item is of, by the discriminators. https://hl7.org/fhir/R4/profiling.html#discriminator"""

import re
from collections.abc import Callable
from typing import Any

from hygie.fhir.core.definitions import load
from hygie.fhir.core.validation.profiles.items import Item, matches
from hygie.fhir.core.validation.profiles.tree import Rules

Conforms = Callable[[Item, str], bool | None]
"""(item, canonical of a profile) → does it conform; None when the profile is not loaded."""
_EXTENSION = re.compile(r"extension\('([^']+)'\)")


def is_in_slice(
    item: Item, rules: Rules, discriminators: tuple[tuple[str, str], ...], conforms: Conforms
) -> bool | None:
    """None when what tells the slices apart is not known here: a profile that is not loaded, a path that is not understood."""
    if not discriminators:
        return None
    unknown = False
    for kind, path in discriminators:
        found = _agrees(item, rules, kind, path, conforms)
        if found is False:
            return False
        unknown = unknown or found is None
    return None if unknown else True


def _agrees(item: Item, rules: Rules, kind: str, path: str, conforms: Conforms) -> bool | None:
    at = _rules_at(rules, path)
    if kind in ("value", "pattern"):
        return _has_value(item, rules, at, path)
    if at is None:
        return None
    found = _items_at(item, path)
    if kind == "exists":
        return bool(found) if at.min > 0 else (not found if at.max == 0 else None)
    if kind == "type":
        types = at.codes
        return any(load().is_a(each.type, code) for each in found for code in types) if types else None
    if kind == "profile":
        return _conforms(found, at, conforms)
    return None


def _has_value(item: Item, rules: Rules, at: Rules | None, path: str) -> bool | None:
    if path == "url" and rules.name in ("extension", "modifierExtension") and (url := _extension_url(rules)):
        return bool(item.holder.get("url") == url)
    if at is None:
        return None
    found = [each.value for each in _items_at(item, path)]
    if at.fixed is not None:
        return any(each == at.fixed for each in found)
    if at.pattern is not None:
        return any(matches(at.pattern, each) for each in found)
    inside = _patterns_below(at)
    # A slice may give the parts of a value rather than the whole.
    if inside:
        return any(
            all(any(matches(value, each.value) for each in _at(one, steps)) for steps, value in inside)
            for one in _items_at(item, path)
        )
    return None


def _patterns_below(rules: Rules, steps: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    found: list[tuple[tuple[str, ...], Any]] = []
    for name, below in rules.children.items():
        value = below.fixed if below.fixed is not None else below.pattern
        if value is not None:
            found.append(((*steps, name), value))
        else:
            found += _patterns_below(below, (*steps, name))
    return found


def _extension_url(rules: Rules) -> str:
    """Of a slice of extensions: its fixed url, or the canonical of its profile."""
    url = rules.children.get("url")
    if url is not None and isinstance(url.fixed, str):
        return url.fixed
    profiles = [each.partition("|")[0] for _, profiles in rules.types for each in profiles]
    return profiles[0] if profiles else ""


def _conforms(found: list[Item], at: Rules, conforms: Conforms) -> bool | None:
    told: list[bool | None] = []
    for each in found:
        for code, profiles in at.types:
            if each.type and code not in ("Resource", each.type):
                told.append(False)
            told += [conforms(each, profile) for profile in profiles] or [True]
    if True in told:
        return True
    return None if None in told or not told else False


def _steps(path: str) -> list[str]:
    return [] if path == "$this" else re.split(r"\.(?![^(]*\))", path.removeprefix("$this."))


def _rules_at(rules: Rules, path: str) -> Rules | None:
    at: Rules | None = rules
    for step in _steps(path):
        if at is None:
            return None
        if named := _EXTENSION.fullmatch(step):
            extensions = at.children.get("extension")
            slices = extensions.slices.values() if extensions else ()
            at = next((each for each in slices if _extension_url(each) == named[1]), None)
        elif step.startswith(("ofType(", "resolve(")):
            return None
        else:
            at = at.children.get(step) or at.children.get(step + "[x]")
    return at


def _items_at(item: Item, path: str) -> list[Item]:
    return _at(item, tuple(_steps(path)))


def _at(item: Item, steps: tuple[str, ...]) -> list[Item]:
    found = [item]
    for step in steps:
        found = [below for each in found for below in _below(each, step)]
    return found


def _below(item: Item, step: str) -> list[Item]:
    if named := _EXTENSION.fullmatch(step):
        return [each for each in item.below("extension") if each.holder.get("url") == named[1]]
    return list(item.below(step)) or list(item.below(step + "[x]"))
