"""Which slice an item is of, by the discriminators. https://hl7.org/fhir/R4/profiling.html#discriminator"""

import re
from typing import Any

from hygie.fhir.core.definitions import load
from hygie.fhir.core.validation.profiles.facts import r4_type
from hygie.fhir.core.validation.profiles.items import Item, matches
from hygie.fhir.core.validation.profiles.scope import Scope
from hygie.fhir.core.validation.profiles.tree import Rules

_EXTENSION = re.compile(r"extension\('([^']+)'\)")
_OF_TYPE = re.compile(r"ofType\((?:FHIR\.)?(\w+)\)")
_RESOLVE = "resolve()"
_EXTENSIONS = ("extension", "modifierExtension")


def discriminators_of(rules: Rules) -> tuple[tuple[str, str], ...]:
    """Those told, else those that R4 implies: extensions by their url, choices by their type."""
    if rules.discriminators:
        return rules.discriminators
    if rules.name in _EXTENSIONS:
        return (("value", "url"),)
    return (("type", "$this"),) if rules.name.endswith("[x]") else ()


def is_in_slice(item: Item, rules: Rules, discriminators: tuple[tuple[str, str], ...], scope: Scope) -> bool | None:
    """None when what tells the slices apart is not known here: a profile that is not loaded, a path that is not understood."""
    if not discriminators:
        return None
    unknown = False
    for kind, path in discriminators:
        found = _agrees(item, rules, kind, path, scope)
        if found is False:
            return False
        unknown = unknown or found is None
    return None if unknown else True


def _agrees(item: Item, rules: Rules, kind: str, path: str, scope: Scope) -> bool | None:
    at = _rules_at(rules, path, scope)
    if kind in ("value", "pattern"):
        return _has_value(item, rules, at, path, scope)
    if at is None:
        return None
    found = _items_at(item, path, scope)
    if kind == "exists":
        return bool(found) if at.min > 0 else (not found if at.max == 0 else None)
    if found is None:
        return None
    if kind == "type":
        types = at.codes
        return any(load().is_a(each.type, code) for each in found for code in types) if types else None
    if kind == "profile":
        return _conforms(found, at, scope)
    return None


def _has_value(item: Item, rules: Rules, at: Rules | None, path: str, scope: Scope) -> bool | None:
    if path == "url" and rules.name in _EXTENSIONS and (url := extension_url(rules)):
        return bool(item.holder.get("url") == url)
    if at is None:
        return None
    items = _items_at(item, path, scope)
    if items is None or (_RESOLVE in path and any(each.value is None for each in items)):
        return None
    if at.fixed is not None:
        return any(each.value == at.fixed for each in items)
    if at.pattern is not None:
        return any(matches(at.pattern, each.value) for each in items)
    # A slice may give the parts of a value rather than the whole.
    if inside := _patterns_below(at):
        return any(
            all(any(matches(value, each.value) for each in _at(one, steps, scope) or ()) for steps, value in inside)
            for one in items
        )
    return _is_bound(items, at.binding[1], scope) if at.binding and at.binding[0] == "required" else None


def _is_bound(items: list[Item], valueset: str, scope: Scope) -> bool | None:
    """Slices that only a value set tells apart."""
    told = [scope.is_member(each.value, valueset) for each in items]
    return True if True in told else None if None in told else False


def _patterns_below(rules: Rules, steps: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    found: list[tuple[tuple[str, ...], Any]] = []
    for name, below in rules.children.items():
        value = below.fixed if below.fixed is not None else below.pattern
        if value is not None:
            found.append(((*steps, name), value))
        else:
            found += _patterns_below(below, (*steps, name))
    return found


def extension_url(rules: Rules) -> str:
    """Of a slice of extensions: its fixed url, or the canonical of its profile."""
    url = rules.children.get("url")
    if url is not None and isinstance(url.fixed, str):
        return url.fixed
    profiles = [each.partition("|")[0] for _, profiles, _ in rules.types for each in profiles]
    return profiles[0] if profiles else ""


def _conforms(found: list[Item], at: Rules, scope: Scope) -> bool | None:
    told: list[bool | None] = []
    for each in found:
        for code, profiles, _ in at.types:
            if each.type and code not in ("Resource", each.type):
                told.append(False)
            else:
                told += [scope.conforms(each, profile) for profile in profiles] or [True]
    if True in told:
        return True
    return None if None in told or not told else False


def _steps(path: str) -> list[str]:
    return [] if path == "$this" else re.split(r"\.(?![^(]*\))", path.removeprefix("$this."))


def _rules_at(rules: Rules, path: str, scope: Scope) -> Rules | None:
    at: Rules | None = rules
    for step in _steps(path):
        if at is None:
            return None
        if named := _EXTENSION.fullmatch(step):
            extensions = at.children.get("extension")
            slices = extensions.slices.values() if extensions else ()
            at = next((each for each in slices if extension_url(each) == named[1]), None)
        elif of_type := _OF_TYPE.fullmatch(step):
            at = next((each for each in at.slices.values() if of_type[1] in each.codes), at)
        elif step == _RESOLVE:
            at = _target_rules(at, scope)
        else:
            at = at.children.get(step) or at.children.get(step + "[x]")
    return at


def _target_rules(at: Rules, scope: Scope) -> Rules | None:
    """What the targets of a reference have to be; None when one of them is of a profile that is not loaded."""
    types: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
    only: Rules | None = None
    for canonical in (each for _, _, targets in at.types for each in targets):
        if (name := r4_type(canonical)) is not None:
            types.append((name, (), ()))
        elif profile := scope.judge.profiles.find(canonical):
            types.append((profile.type, (canonical,), ()))
            only = profile.rules
        else:
            return None
    found = only.copied() if only is not None and len(types) == 1 else Rules("resolve()", "")
    found.types = tuple(types)
    return found if types else None


def _items_at(item: Item, path: str, scope: Scope) -> list[Item] | None:
    """None when a reference on the way leads to what is not here."""
    return _at(item, tuple(_steps(path)), scope)


def _at(item: Item, steps: tuple[str, ...], scope: Scope) -> list[Item] | None:
    found = [item]
    for step in steps:
        if step == _RESOLVE:
            targets = [scope.target(each) for each in found]
            if None in targets:
                return None
            found = [each for each in targets if each is not None]
        else:
            found = [below for each in found for below in _below(each, step)]
    return found


def _below(item: Item, step: str) -> list[Item]:
    if named := _EXTENSION.fullmatch(step):
        return [each for each in item.below("extension") if each.holder.get("url") == named[1]]
    if of_type := _OF_TYPE.fullmatch(step):
        return [item] if load().is_a(item.type, of_type[1]) else []
    return list(item.below(step)) or list(item.below(step + "[x]"))
