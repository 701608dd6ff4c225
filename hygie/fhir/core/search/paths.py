"""The paths of SearchParameter expressions: a small part of FHIRPath, told as JSON steps with their types.

What R4's and the French search parameters use: names, `as`, `ofType`, `where(name='value')`, `where(resolve() is Type)`,
`extension('url')`, one index. All 146 types are read by it, tested; nothing else of FHIRPath is needed here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hygie.fhir.core.definitions import Definitions


class NotAPath(ValueError):
    """The expression is not one of the paths above."""


@dataclass(frozen=True, slots=True)
class Keep:
    """A step that keeps the nodes whose member has this value: `where(system='phone')`."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class At:
    """A step that keeps one member of a list: `entry[0]`."""

    index: int


Step = str | Keep | At


@dataclass(frozen=True, slots=True)
class Leaf:
    """A place in the JSON of a resource, and the FHIR type of what is there."""

    steps: tuple[Step, ...]
    type: str
    valueset: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """One branch: `text` names it in one spelling; `targets` what `resolve() is` asked for, `system` of a ContactPoint."""

    text: str
    leaves: tuple[Leaf, ...]
    targets: tuple[str, ...] = ()
    system: str = ""


_PART = re.compile(
    r"(?P<name>[A-Za-z]\w*)(?:\[(?P<index>\d+)\])?$"
    r"|(?:as|ofType)\((?P<type>\w+)\)$"
    r"|where\(resolve\(\) is (?P<target>\w+)\)$"
    r"|where\((?P<member>\w+) *= *'(?P<value>[^']*)'\)$"
    r"|extension\('(?P<url>[^']*)'\)$"
)
_AS = re.compile(r"^\(?(?P<path>.+?) as (?P<type>\w+)\)?(?P<rest>(?:\.\w+)*)$")


def branches(expression: str) -> list[str]:
    """The alternatives between bars, outside of parentheses and quotes."""
    return [part.strip() for part in _split(expression, "|") if part.strip()]


def read(type_name: str, branch: str, definitions: Definitions) -> Path:
    """Raises NotAPath for what is not a path from this type."""
    branch = branch.strip()
    if branch.startswith("(") and branch.endswith(")"):
        branch = branch[1:-1]
    if " as " in branch and (found := _AS.match(branch)) and "resolve()" not in branch:
        branch = f"{found['path']}.as({found['type']}){found['rest']}"
    parts = list(_split(branch.replace("%resource", type_name), "."))
    if parts[0] in (type_name, "Resource", "DomainResource"):
        parts = parts[1:]
    leaves = [Leaf((), type_name)]
    told, targets, system = [type_name], list[str](), ""
    for place, part in enumerate(parts):
        found = _PART.match(part)
        if found is None:
            raise NotAPath(branch)
        if found["target"]:
            targets.append(found["target"])
        elif found["member"] == "system" and place == len(parts) - 1 and leaves and leaves[0].type == "ContactPoint":
            system = found["value"]
        else:
            told.append(part)
            leaves = [after for leaf in leaves for after in _after(leaf, found, definitions)]
    return Path(".".join(told), tuple(leaves), tuple(targets), system)


def _after(leaf: Leaf, part: re.Match[str], definitions: Definitions) -> Iterator[Leaf]:
    if part["type"]:
        # One parameter of R4 writes DateTime.
        if leaf.type.lower() == part["type"].lower():
            yield leaf
    elif part["member"]:
        yield Leaf((*leaf.steps, Keep(part["member"], part["value"])), leaf.type)
    elif part["url"] is not None:
        yield Leaf((*leaf.steps, "extension", Keep("url", part["url"])), "Extension")
    elif leaf.type in definitions.types and (element := definitions.types[leaf.type].elements.get(part["name"])):
        index = (At(int(part["index"])),) if part["index"] else ()
        valueset = element.binding.valueset if element.binding and element.binding.strength == "required" else ""
        for name, ref in element.json_names().items():
            yield Leaf((*leaf.steps, name, *index), ref.code, valueset)


def _split(text: str, separator: str) -> Iterator[str]:
    depth, quoted, start = 0, False, 0
    for at, sign in enumerate(text):
        if sign == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
        elif sign == separator and depth == 0:
            yield text[start:at]
            start = at + 1
    yield text[start:]
