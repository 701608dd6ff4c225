"""The values of one element, whatever their JSON names: what a profile's rules are about."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hygie.fhir.core.definitions import load

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """`extra`: of a primitive, its `_name` object. `type`: a name of the definitions, of a backbone its path; "" if unknown."""

    value: Any
    extra: Object
    type: str
    steps: tuple[str, ...]

    @property
    def holder(self) -> Object:
        """What its child elements are in: of a primitive, its `_name` object."""
        return self.value if type(self.value) is dict else self.extra

    def below(self, name: str) -> Iterator["Item"]:
        """The values of a child, by its name in the profile: `value[x]` for any type, `valueQuantity` for that one."""
        base = name.removesuffix("[x]")
        is_choice = base != name
        for key in _keys(self.holder, base) if is_choice else (name,):
            found = load().element_of(self.type, key)
            if found is not None:
                element, ref = found
                if not is_choice or element.name == base:
                    step = f"{base}.ofType({ref.code})" if is_choice else name
                    yield from _items(self.holder, key, step, ref.code)


def _keys(holder: Object, base: str) -> list[str]:
    """The JSON names that may be of a choice, each once, from values and from `_name` objects."""
    return list(dict.fromkeys(key for each in holder if (key := each.removeprefix("_")).startswith(base)))


def _items(holder: Object, key: str, step: str, kind: str) -> Iterator[Item]:
    value, extra = holder.get(key), holder.get("_" + key)
    if type(value) is list or type(extra) is list:
        values: list[Any] = value if type(value) is list else []
        extras: list[Any] = extra if type(extra) is list else []
        for index in range(max(len(values), len(extras))):
            one = values[index] if index < len(values) else None
            other = extras[index] if index < len(extras) else None
            yield Item(one, other or {}, _resource_type(one, kind), (step, f"[{index}]"))
    elif value is not None or extra is not None:
        yield Item(value, extra or {}, _resource_type(value, kind), (step,))


def _resource_type(value: Any, kind: str) -> str:
    """Of an element that holds any resource, the type of that one."""
    return str(value.get("resourceType", kind)) if kind == "Resource" and type(value) is dict else kind


def matches(pattern: Any, value: Any) -> bool:
    """R4's `pattern[x]`: everything in the pattern is in the value; items of a list in any order."""
    if type(pattern) is dict:
        return type(value) is dict and all(
            name in value and matches(part, value[name]) for name, part in pattern.items()
        )
    if type(pattern) is list:
        return type(value) is list and all(any(matches(part, each) for each in value) for part in pattern)
    return bool(pattern == value)
