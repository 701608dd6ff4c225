"""FHIR data as FHIRPath sees it: nodes that know their type, and how to read the children of each type.

A `Node` is an element of a resource: a piece of the JSON with its `Shape`. A shape makes, at first use, one reader a child:
`value` of an Observation looks for `valueQuantity`, `valueString`… and gives a node of the type that it found.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from hygie.fhir.core.definitions import Definitions, Element, TypeRef
from hygie.fhir.core.fhirpath.temporal import parse_date, parse_datetime, parse_time
from hygie.fhir.core.fhirpath.values import System

Reader = Callable[[dict[str, Any]], "list[Node]"]


class Node:
    """`value`: the JSON (dict, str, int, bool, Decimal; None for a primitive that has only extensions).

    `extra`: of a primitive, its `_name` sibling with `id` and `extension`, or None.
    """

    __slots__ = ("extra", "shape", "value")

    def __init__(self, value: Any, shape: "Shape", extra: dict[str, Any] | None = None) -> None:
        self.value = value
        self.shape = shape
        self.extra = extra

    @property
    def type(self) -> str:
        """The FHIR type: `Patient`, `HumanName`, `code`; of a backbone element, its path."""
        return self.shape.path

    def __repr__(self) -> str:
        return f"<Node {self.shape.path}>"


def _as_decimal(value: System) -> System:
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _parsing(parse: Callable[[str], System | None]) -> Callable[[Any], System]:
    def convert(value: Any) -> System:
        found = parse(value) if isinstance(value, str) else None
        return value if found is None else found

    return convert


def _as_is(value: System) -> System:
    return value


_CONVERT: dict[str, Callable[[Any], System]] = {
    "decimal": _as_decimal,
    "date": _parsing(parse_date),
    "dateTime": _parsing(parse_datetime),
    "instant": _parsing(parse_datetime),
    "time": _parsing(parse_time),
}


class Shape:
    """A FHIR type, or the shape of a backbone element: `path` is `Patient.contact`, `name` then `BackboneElement`.

    `convert` reads a primitive as a System value; None for what has children.
    """

    __slots__ = ("_model", "_order", "_readers", "ancestors", "convert", "is_quantity", "kind", "name", "path")

    def __init__(self, model: "Model", path: str, kind: str) -> None:
        self._model = model
        self._readers: dict[str, Reader] = {}
        self._order: tuple[str, ...] | None = None
        self.path = path
        self.kind = kind
        self.ancestors = model.ancestors(path)
        self.name = model.definitions.types[path].base if kind == "backbone" else path
        self.convert = _CONVERT.get(path, _as_is) if kind == "primitive" else None
        self.is_quantity = "Quantity" in self.ancestors

    def reader(self, name: str) -> Reader:
        """Gives the children of that name, [] for a name that the type does not have."""
        found = self._readers.get(name)
        if found is None:
            element = self.element(name)
            if element is None:
                return _nothing
            found = self._readers[name] = self._model.read(element)
        return found

    def element(self, name: str) -> Element | None:
        return self._model.definitions.types[self.path].elements.get(name)

    def children(self, value: dict[str, Any]) -> "list[Node]":
        """All of them, in the order of the type."""
        if self._order is None:
            self._order = tuple(self._model.definitions.types[self.path].elements)
        json_names = self._model.definitions.json_names(self.path)
        present = {json_names[name][0].name for key in value if (name := key.lstrip("_")) in json_names}
        found: list[Node] = []
        for name in self._order:
            if name in present:
                found += self.reader(name)(value)
        return found

    def __repr__(self) -> str:
        return f"<Shape {self.path}>"


class _Unknown(Shape):
    """What the definitions do not have: read by the form of the JSON."""

    __slots__ = ()

    def __init__(self, model: "Model", name: str) -> None:
        self._model = model
        self._readers = {}
        self._order = None
        self.path = self.name = name
        self.kind = "unknown"
        self.ancestors = frozenset({name, "Resource"})
        self.convert = None
        self.is_quantity = False

    def element(self, name: str) -> Element | None:
        return None

    def reader(self, name: str) -> Reader:
        return lambda value: self._read(value, name)

    def _read(self, value: dict[str, Any], name: str) -> list[Node]:
        found = value.get(name)
        return [self._model.guess(each) for each in (found if isinstance(found, list) else [found]) if each is not None]

    def children(self, value: dict[str, Any]) -> list[Node]:
        return [
            node for name in value if name[:1] != "_" and name != "resourceType" for node in self._read(value, name)
        ]


def _nothing(_value: dict[str, Any]) -> list[Node]:
    return []


class Model:
    """The shapes of one set of definitions. Safe between threads: what two of them make twice is the same."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions: Final = definitions
        self._shapes: dict[str, Shape] = {}
        self._ancestors: dict[str, frozenset[str]] = {}

    def ancestors(self, name: str) -> frozenset[str]:
        found = self._ancestors.get(name)
        if found is None:
            base = self.definitions.types[name].base
            found = self._ancestors[name] = frozenset({name}) | (self.ancestors(base) if base else frozenset())
        return found

    def has(self, name: str) -> bool:
        return name in self._shapes or name in self.definitions.types

    def shape(self, name: str) -> Shape:
        """Of a type's name or a backbone's path. Raises KeyError."""
        found = self._shapes.get(name)
        if found is None:
            found = self._shapes[name] = Shape(self, name, self.definitions.kinds[name])
        return found

    def resource(self, value: Any) -> Node:
        """The node of a resource, by its `resourceType`."""
        name = value.get("resourceType") if isinstance(value, dict) else None
        if isinstance(name, str) and name in self.definitions.resource_types:
            return Node(value, self._shapes.get(name) or self.shape(name))
        return Node(value, _Unknown(self, "Resource"))

    def guess(self, value: Any) -> Node:
        match value:
            case bool():
                return Node(value, self.shape("boolean"))
            case str():
                return Node(value, self.shape("string"))
            case int():
                return Node(value, self.shape("integer"))
            case Decimal():
                return Node(value, self.shape("decimal"))
            case {"resourceType": str()}:
                return self.resource(value)
            case _:
                return Node(value, _Unknown(self, "Element"))

    def read(self, element: Element) -> Reader:
        """How the children that an element stands for are read in the JSON of their parent."""
        if element.choice:
            return self._read_choice(element)
        name, ref = element.name, element.types[0]
        if ref.code == "Resource":
            return lambda value: [self.resource(each) for each in _listed(value.get(name))]
        shape = self._shape_of(element, ref)
        if shape.convert is not None:
            return lambda value: _primitives(value, name, shape)

        def read_complex(value: dict[str, Any]) -> list[Node]:
            found = value.get(name)
            if found is None:
                return []
            if found.__class__ is list:
                return [Node(each, shape) for each in found]
            return [Node(found, shape)]

        return read_complex

    def _shape_of(self, element: Element, ref: TypeRef) -> Shape:
        # `id` of an element is a System.String in the published definitions, which the data leave without a type.
        return self.shape(element.content_reference or ref.code or "string")

    def _read_choice(self, element: Element) -> Reader:
        shapes = {name: self.shape(ref.code) for name, ref in element.json_names().items()}

        def read_choice(value: dict[str, Any]) -> list[Node]:
            for key in value:
                shape = shapes.get(key) or (shapes.get(key[1:]) if key[:1] == "_" else None)
                if shape is not None:
                    name = key.lstrip("_")
                    if shape.convert is None:
                        return [Node(each, shape) for each in _listed(value[name])]
                    return _primitives(value, name, shape)
            return []

        return read_choice


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _primitives(value: dict[str, Any], name: str, shape: Shape) -> list[Node]:
    found, extra = value.get(name), value.get("_" + name)
    if extra is None:
        if found is None:
            return []
        if found.__class__ is list:
            return [Node(each, shape) for each in found if each is not None]
        return [Node(found, shape)]
    return list(_with_extras(_listed(found), _listed(extra), shape))


def _with_extras(values: list[Any], extras: list[Any], shape: Shape) -> Iterator[Node]:
    for place in range(max(len(values), len(extras))):
        value = values[place] if place < len(values) else None
        extra = extras[place] if place < len(extras) else None
        extra = extra if isinstance(extra, dict) else None
        if value is not None or extra:
            yield Node(value, shape, extra)


@lru_cache(maxsize=8)
def model_of(definitions: Definitions) -> Model:
    return Model(definitions)


_LOCAL = re.compile(r"(?:.*/)?(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,200})(?:/_history/[A-Za-z0-9\-.]+)?")


def name_only(reference: str) -> Mapping[str, Any] | None:
    """A `resolve` for what needs only the type of the target (search parameters: `where(resolve() is Patient)`)."""
    found = _LOCAL.fullmatch(reference)
    return {"resourceType": found["type"], "id": found["id"]} if found else None
