"""JSON Schemas of the R4 types, made from the definitions: structure, cardinality, primitive grammars, required codes.

What a schema cannot say (invariants, references, choices that exclude each other) the validator says: `$validate`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from hygie.fhir.core.definitions import Definitions, Element, TypeRef, load

PLACE = "#/components/schemas"
_MOST_CODES = 40
_ABSTRACT = frozenset({"Resource", "DomainResource"})
_JSON_TYPES = {
    "boolean": "boolean",
    "decimal": "number",
    "integer": "integer",
    "positiveInt": "integer",
    "unsignedInt": "integer",
}
# Grammars that a regular expression tells badly or slowly.
_WITHOUT_PATTERN = frozenset({"base64Binary", "string", "markdown", "xhtml", "uri", "url", "canonical"})


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"{PLACE}/{name}"}


def schemas(resource_types: Iterable[str]) -> dict[str, Any]:
    """The schemas of these resources and of all that they need, by name; `Resource` is any of them."""
    definitions = load()
    wanted = sorted(set(resource_types))
    found: dict[str, Any] = {}
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name in found or name in _ABSTRACT:
            continue
        found[name], needed = _schema(name, definitions)
        waiting += needed
    found["Resource"] = {
        "oneOf": [ref(name) for name in wanted],
        "discriminator": {
            "propertyName": "resourceType",
            "mapping": {name: f"{PLACE}/{name}" for name in wanted},
        },
    }
    return dict(sorted(found.items()))


def _schema(name: str, definitions: Definitions) -> tuple[dict[str, Any], list[str]]:
    kind = definitions.kinds[name]
    if kind == "primitive":
        return _primitive(name, definitions), []
    properties: dict[str, Any] = {}
    required: list[str] = []
    needed: list[str] = []
    if kind == "resource":
        properties["resourceType"] = {"const": name}
        required.append("resourceType")
    for json_name, element, target in _members(name, definitions):
        primitive = definitions.kinds[target.code] == "primitive"
        properties[json_name] = _property(element, target, definitions, primitive)
        needed.append(target.code)
        if primitive:
            properties[f"_{json_name}"] = _several(ref("Element"), element)
            needed.append("Element")
        elif element.min and not element.choice:
            required.append(json_name)
    told: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        told["required"] = required
    return told | {"additionalProperties": False}, needed


def _members(name: str, definitions: Definitions) -> Iterator[tuple[str, Element, TypeRef]]:
    for json_name, (element, target) in definitions.json_names(name).items():
        # `Element.id` and `Extension.url` have no sibling: an extension cannot be extended there.
        yield json_name, element, target


def _property(element: Element, target: TypeRef, definitions: Definitions, primitive: bool) -> dict[str, Any]:
    told: dict[str, Any] = ref(target.code)
    if primitive and target.code == "code" and element.binding and element.binding.strength == "required":
        codes = sorted({code for _, code in definitions.valueset(element.binding.valueset) or ()})
        if 0 < len(codes) <= _MOST_CODES:
            told = {"type": "string", "enum": codes}
    if primitive and element.is_list:
        # A value of a list may be missing where its extension is not.
        told = {"anyOf": [told, {"type": "null"}]}
    return _several(told, element)


def _several(told: dict[str, Any], element: Element) -> dict[str, Any]:
    if not element.is_list:
        return told
    if told == ref("Element"):
        told = {"anyOf": [told, {"type": "null"}]}
    return {"type": "array", "items": told, "minItems": 1}


def _primitive(name: str, definitions: Definitions) -> dict[str, Any]:
    told: dict[str, Any] = {"type": _JSON_TYPES.get(name, "string")}
    regex = definitions.types[name].regex
    if told["type"] == "string" and regex and name not in _WITHOUT_PATTERN:
        told["pattern"] = f"^(?:{regex})$"
    if name in ("positiveInt", "unsignedInt"):
        told["minimum"] = 1 if name == "positiveInt" else 0
    return told
