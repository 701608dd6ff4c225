"""What the XML of a type may hold, taken from the definitions when a resource first needs it."""

from functools import cache
from typing import NamedTuple

from hygie.fhir.core.definitions import load

FHIR = "http://hl7.org/fhir"
XHTML = "http://www.w3.org/1999/xhtml"
DIV = f"{{{XHTML}}}div"


class Field(NamedTuple):
    """One name of an element; a choice has one for each of its types (`valueQuantity`)."""

    name: str
    type: str  # A name of `Definitions.types`
    many: bool
    primitive: bool


class Shape(NamedTuple):
    """`attributes`: JSON names that are XML attributes. `by_tag` and `order` tell of the others.

    `by_tag`: by the tag as lxml has it, `{namespace}name`. `order`: by JSON name, and by `_name` for primitives, in the
    order of the definitions; the number is the rank.
    """

    name: str
    is_resource: bool
    attributes: frozenset[str]
    by_tag: dict[str, Field]
    order: dict[str, int]
    by_name: dict[str, Field]


_NO_ATTRIBUTE: frozenset[str] = frozenset()
_ELEMENT = frozenset(["id"])
_EXTENSION = frozenset(["id", "url"])


@cache
def shape_of(type_name: str) -> Shape:
    """Of a name of `Definitions.types` only, so that the cache stays small."""
    definitions = load()
    is_resource = definitions.kinds[type_name] == "resource"
    attributes = _NO_ATTRIBUTE if is_resource else _EXTENSION if type_name == "Extension" else _ELEMENT
    by_tag: dict[str, Field] = {}
    order: dict[str, int] = {}
    by_name: dict[str, Field] = {}
    for name, (element, ref) in definitions.json_names(type_name).items():
        if name in attributes:
            continue
        primitive = definitions.kinds[ref.code] == "primitive"
        field = Field(name, ref.code, element.is_list, primitive)
        by_tag[DIV if ref.code == "xhtml" else f"{{{FHIR}}}{name}"] = field
        for each in (name, f"_{name}") if primitive else (name,):
            order[each] = len(order)
            by_name[each] = field
    return Shape(type_name, is_resource, attributes, by_tag, order, by_name)


@cache
def resource_types() -> frozenset[str]:
    return load().resource_types
