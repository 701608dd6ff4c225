"""JSON Patch on a resource. https://www.rfc-editor.org/rfc/rfc6902 (and 6901 for pointers)

A patch is applied to a copy and wholly, or not at all.
"""

import copy
from typing import Any

from hygie.fhir.core.json import MAX_DEPTH
from hygie.lib.errors import Invalid

MAX_OPERATIONS = 200
MAX_BROUGHT = 100_000
"""Members and items that the operations of one patch bring to their places: a copy of a copy doubles."""
_OPERATIONS = ("add", "remove", "replace", "move", "copy", "test")
_MISSING = object()


class PatchFailed(Invalid):
    """The patch cannot be applied to this resource."""

    default_code = "patch"


def apply(resource: dict[str, Any], operations: Any) -> Any:
    """The patched copy. Raises PatchFailed with the pointer of the operation at fault."""
    if not isinstance(operations, list) or len(operations) > MAX_OPERATIONS:
        raise PatchFailed(f"A JSON Patch is a list of at most {MAX_OPERATIONS} operations.")
    result: Any = copy.deepcopy(resource)
    left = MAX_BROUGHT
    for number, operation in enumerate(operations):
        if not isinstance(operation, dict) or operation.get("op") not in _OPERATIONS:
            raise PatchFailed(f"An operation is one of {', '.join(_OPERATIONS)}.", path=f"/{number}/op")
        left -= _brought(result, operation, f"/{number}", left)
        result = _apply_one(result, operation, f"/{number}")
    return result


def _brought(root: Any, operation: dict[str, Any], where: str, most: int) -> int:
    """How many values an operation brings to its place. Raises PatchFailed when they are too many, or would stand too deep."""
    if operation["op"] in ("remove", "test"):
        return 0
    depth = len(_pointer(operation.get("path"), f"{where}/path"))
    if operation["op"] in ("copy", "move"):
        level = [_find(root, _pointer(operation.get("from"), f"{where}/from"), where)]
    else:
        level = [_value(operation, where)]
    count = 0
    while level:
        count += len(level)
        level = [each for each in level if isinstance(each, dict | list)]
        depth += bool(level)
        if depth > MAX_DEPTH or count > most:
            raise PatchFailed("The patch makes the resource too large or too deep.", code="patch-size", path=where)
        level = [below for each in level for below in (each.values() if isinstance(each, dict) else each)]
    return count


def _apply_one(root: Any, operation: dict[str, Any], where: str) -> Any:
    path = _pointer(operation.get("path"), f"{where}/path")
    match operation["op"]:
        case "add":
            return _add(root, path, copy.deepcopy(_value(operation, where)), where)
        case "remove":
            return _remove(root, path, where)[0]
        case "replace":
            value = copy.deepcopy(_value(operation, where))
            return _replace(root, path, value, where)
        case "test":
            if not _same(_find(root, path, where), _value(operation, where)):
                raise PatchFailed("The value is not the one that the patch expects.", code="patch-test", path=where)
            return root
    source = _pointer(operation.get("from"), f"{where}/from")
    if operation["op"] == "copy":
        return _add(root, path, copy.deepcopy(_find(root, source, where)), where)
    if path[: len(source)] == source and len(path) > len(source):
        raise PatchFailed("A value cannot be moved into itself.", path=where)
    rest, value = _remove(root, source, where)
    return _add(rest, path, value, where)


def _value(operation: dict[str, Any], where: str) -> Any:
    if "value" not in operation:
        raise PatchFailed("This operation has a value.", path=where)
    return operation["value"]


def _pointer(text: Any, where: str) -> list[str]:
    if not isinstance(text, str) or (text and not text.startswith("/")):
        raise PatchFailed("A JSON pointer begins with a slash.", path=where)
    parts = text.split("/")[1:]
    if any("~" in part.replace("~0", "").replace("~1", "") for part in parts):
        raise PatchFailed("In a pointer, ~ is written ~0 and / is written ~1.", path=where)
    return [part.replace("~1", "/").replace("~0", "~") for part in parts]


def _child(node: Any, step: str) -> Any:
    if isinstance(node, dict):
        return node.get(step, _MISSING)
    if isinstance(node, list):
        place = _index(step, len(node) - 1)
        return _MISSING if place is None else node[place]
    return _MISSING


def _index(step: str, last: int) -> int | None:
    """A place in a list: digits without a leading zero, at most `last`."""
    if not step.isascii() or not step.isdecimal() or len(step) > 9 or (step[0] == "0" and step != "0"):
        return None
    return int(step) if int(step) <= last else None


def _find(root: Any, path: list[str], where: str) -> Any:
    node = root
    for step in path:
        node = _child(node, step)
        if node is _MISSING:
            raise PatchFailed("Nothing is at this place.", code="patch-path", path=where)
    return node


def _add(root: Any, path: list[str], value: Any, where: str) -> Any:
    if not path:
        return value
    parent = _find(root, path[:-1], where)
    step = path[-1]
    if isinstance(parent, dict):
        parent[step] = value
        return root
    if isinstance(parent, list):
        place = len(parent) if step == "-" else _index(step, len(parent))
        if place is not None:
            parent.insert(place, value)
            return root
    raise PatchFailed("A value cannot be put at this place.", code="patch-path", path=where)


def _remove(root: Any, path: list[str], where: str) -> tuple[Any, Any]:
    if not path:
        raise PatchFailed("The whole resource cannot be removed.", path=where)
    value = _find(root, path, where)
    parent = _find(root, path[:-1], where)
    if isinstance(parent, dict):
        del parent[path[-1]]
    else:
        del parent[int(path[-1])]
    return root, value


def _replace(root: Any, path: list[str], value: Any, where: str) -> Any:
    """In its place: the order of members stays."""
    if not path:
        return value
    _find(root, path, where)
    parent = _find(root, path[:-1], where)
    parent[path[-1] if isinstance(parent, dict) else int(path[-1])] = value
    return root


def _same(left: Any, right: Any) -> bool:
    """Equality of JSON: a boolean is no number, 1.0 is 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[name], right[name]) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(_same(*pair) for pair in zip(left, right, strict=True))
    return bool(left == right)
