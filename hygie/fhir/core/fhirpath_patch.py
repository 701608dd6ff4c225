"""FHIRPath Patch: a Parameters resource whose operations name elements by FHIRPath. https://hl7.org/fhir/R4/fhirpatch.html

The paths are those that name one element: `Type.a.b`, `[n]`, `.where(name = 'value')`, `.first()`, `.last()`. Anything else is
refused: a path that is understood by half would change what nobody named.
"""

import copy
import re
from dataclasses import dataclass
from typing import Any

from hygie.fhir.core import definitions, json
from hygie.fhir.core.json_patch import MAX_OPERATIONS, PatchFailed

_STEP = re.compile(
    r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:\((?P<inside>[^()]*)\))?(?P<index>\[[0-9]{1,6}\])?(?:\.|$)", re.ASCII
)
_WHERE = re.compile(r"\s*([A-Za-z.]+)\s*=\s*'([^']*)'\s*")


@dataclass(frozen=True, slots=True)
class _Place:
    """A member of an object, or a place in the list that this member is."""

    parent: dict[str, Any]
    name: str
    index: int | None = None

    @property
    def value(self) -> Any:
        found = self.parent[self.name]
        return found if self.index is None else found[self.index]


def apply(resource: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """The patched copy. Raises PatchFailed with the FHIRPath of the operation at fault."""
    operations = parameters.get("parameter")
    if not isinstance(operations, list) or not 0 < len(operations) <= MAX_OPERATIONS:
        raise PatchFailed(f"A FHIRPath Patch has 1 to {MAX_OPERATIONS} operations.", path="Parameters.parameter")
    result = copy.deepcopy(resource)
    for number, operation in enumerate(operations):
        where = f"Parameters.parameter[{number}]"
        _apply_one(result, _parts(operation, where), where)
    json.check_depth(result)
    return result


def _parts(operation: Any, where: str) -> dict[str, Any]:
    """type, path, name, index, source, destination, and `value` with the name of its type."""
    if not isinstance(operation, dict) or operation.get("name") != "operation":
        raise PatchFailed("Each parameter is an `operation`.", path=where)
    told: dict[str, Any] = {}
    parts = operation.get("part")
    for part in parts if isinstance(parts, list) else []:
        if not isinstance(part, dict) or not isinstance(part.get("name"), str):
            raise PatchFailed("A part has a name.", path=where)
        if part["name"] == "value" and "part" in part:
            told["value"] = _composed(part["part"], where)
            continue
        values = [(key[5:], value) for key, value in part.items() if key.startswith("value")]
        if len(values) != 1:
            raise PatchFailed("A part has one value.", path=where)
        told[part["name"]] = values[0][1]
        if part["name"] == "value":
            told["value_type"] = values[0][0]
    return told


def _composed(parts: Any, where: str) -> dict[str, Any]:
    """A value of a type without a name (a backbone element), told by its own parts."""
    found: dict[str, Any] = {}
    for part in parts if isinstance(parts, list) else []:
        if not isinstance(part, dict) or not isinstance(part.get("name"), str):
            raise PatchFailed("A part has a name.", path=where)
        values = [value for key, value in part.items() if key.startswith("value")]
        value = _composed(part["part"], where) if "part" in part else values[0] if values else None
        if value is None:
            raise PatchFailed("A part has one value.", path=where)
        found[part["name"]] = value
    return found


def _apply_one(resource: dict[str, Any], told: dict[str, Any], where: str) -> None:
    kind, path = told.get("type"), told.get("path")
    if not isinstance(path, str):
        raise PatchFailed("An operation has a path.", path=where)
    places = _find(resource, path, where)
    match kind:
        case "add":
            _add(resource, path, places, told, where)
        case "insert":
            _insert(places, told, where)
        case "delete":
            # Nothing to delete is no fault.
            for place in places[:1] if len(places) < 2 else _several(where):
                _delete(place)
        case "replace":
            place = _one(places, where)
            _set(place, _required(told, "value", where))
        case "move":
            _move(places, told, where)
        case _:
            raise PatchFailed("The type is one of add, insert, delete, replace, move.", path=where)


def _several(where: str) -> list[_Place]:
    raise PatchFailed("The path names several elements.", code="patch-path", path=where)


def _one(places: list[_Place], where: str) -> _Place:
    if len(places) != 1:
        raise PatchFailed("The path names one element that is here.", code="patch-path", path=where)
    return places[0]


def _required(told: dict[str, Any], name: str, where: str) -> Any:
    if name not in told:
        raise PatchFailed(f"This operation has a part `{name}`.", path=where)
    return told[name]


def _add(resource: dict[str, Any], path: str, places: list[_Place], told: dict[str, Any], where: str) -> None:
    """Adds to a list, or sets what is not there; `path` is the parent, the resource itself when it is the type's name."""
    name, value = _required(told, "name", where), _required(told, "value", where)
    parent = resource if path == resource["resourceType"] else _one(places, where).value
    if not isinstance(parent, dict) or not isinstance(name, str):
        raise PatchFailed("An element is added to an element that has members.", code="patch-path", path=where)
    found = _element(path, name)
    element = name
    if found is None and _element(path, name + told.get("value_type", "")):
        element = name + told["value_type"]  # a choice: FHIRPath says `value` for `valueQuantity`
    if isinstance(parent.get(element), list) or (element not in parent and found is not None and found.is_list):
        parent.setdefault(element, []).append(value)
    elif element in parent:
        raise PatchFailed("This element is here already; replace it.", code="patch-path", path=where)
    else:
        parent[element] = value


def _element(path: str, name: str) -> definitions.Element | None:
    """What R4 says of the member `name` of what `path` names, places and conditions left aside."""
    known = definitions.load()
    step = None
    kind, *names = re.sub(r"\[[0-9]+\]|\.(?:where\([^()]*\)|first\(\)|last\(\))", "", path).split(".")
    for each in [*names, name]:
        step = known.element_of(kind, each)
        if step is None:
            return None
        kind = step[1].code
    return step[0] if step else None


def _insert(places: list[_Place], told: dict[str, Any], where: str) -> None:
    members = _list(places, where)
    index = _required(told, "index", where)
    if not isinstance(index, int) or not 0 <= index <= len(members):
        raise PatchFailed("The index is a place of the list.", code="patch-path", path=where)
    members.insert(index, _required(told, "value", where))


def _move(places: list[_Place], told: dict[str, Any], where: str) -> None:
    members = _list(places, where)
    source, destination = _required(told, "source", where), _required(told, "destination", where)
    for each in (source, destination):
        if not isinstance(each, int) or not 0 <= each < len(members):
            raise PatchFailed("source and destination are places of the list.", code="patch-path", path=where)
    members.insert(destination, members.pop(source))


def _list(places: list[_Place], where: str) -> list[Any]:
    """The list that the path names as a whole."""
    for place in places[:1]:
        found = place.parent[place.name]
        if isinstance(found, list):
            return found
    raise PatchFailed("The path names a list that is here.", code="patch-path", path=where)


def _delete(place: _Place) -> None:
    if place.index is None:
        del place.parent[place.name]
        return
    del place.parent[place.name][place.index]
    if not place.parent[place.name]:
        del place.parent[place.name]


def _set(place: _Place, value: Any) -> None:
    if place.index is None:
        place.parent[place.name] = value
    else:
        place.parent[place.name][place.index] = value


def _find(resource: dict[str, Any], path: str, where: str) -> list[_Place]:
    """The places that a path names, lists spread out; [] when nothing is there."""
    steps = _steps(path, where)
    if steps and steps[0] == ("name", resource["resourceType"]):
        steps = steps[1:]
    nodes: list[Any] = [resource]
    places: list[_Place] = []
    for kind, text in steps:
        if kind == "name":
            places = [place for node in nodes if isinstance(node, dict) for place in _members(node, text)]
        elif kind == "index":
            places = places[int(text) : int(text) + 1]
        elif kind == "where":
            places = [place for place in places if _holds(place.value, text, where)]
        else:
            places = places[:1] if kind == "first" else places[-1:]
        nodes = [place.value for place in places]
    return places


def _members(node: dict[str, Any], name: str) -> list[_Place]:
    # A choice element is named without its type: `value` for `valueQuantity`.
    found = name if name in node else next((key for key in node if _is_choice(key, name)), None)
    if found is None:
        return []
    if isinstance(node[found], list):
        return [_Place(node, found, index) for index in range(len(node[found]))]
    return [_Place(node, found)]


def _is_choice(key: str, name: str) -> bool:
    rest = key.removeprefix(name)
    return rest != key and rest[:1].isupper() and (rest in _TYPES or rest[0].lower() + rest[1:] in _TYPES)


_TYPES = frozenset(definitions.load().types)


def _steps(path: str, where: str) -> list[tuple[str, str]]:
    steps: list[tuple[str, str]] = []
    position = 0
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None or len(steps) > 40:
            raise PatchFailed("This FHIRPath does not name one element plainly.", code="patch-path", path=where)
        name, inside, index = found["name"], found["inside"], found["index"]
        if inside is None:
            steps.append(("name", name))
        elif name in ("first", "last") and not inside.strip():
            steps.append((name, ""))
        elif name == "where" and _WHERE.fullmatch(inside):
            steps.append(("where", inside))
        else:
            raise PatchFailed("This FHIRPath does not name one element plainly.", code="patch-path", path=where)
        if index:
            steps.append(("index", index[1:-1]))
        position = found.end()
    return steps


def _holds(node: Any, test: str, where: str) -> bool:
    found = _WHERE.fullmatch(test)
    nodes = [node]
    for name in found[1].split(".") if found else []:
        nodes = [place.value for each in nodes if isinstance(each, dict) for place in _members(each, name)]
    return bool(found) and any(each == found[2] for each in nodes)  # type: ignore[index]
