"""Search parameters compiled: which indexed fields answer a parameter of a type.

A *field* is one path of one type read in one way (`token:Observation.code`); it is indexed once, whatever the number of
parameters that use it: `code` and `combo-code`, `subject` and `patient`, `name` and `family` share theirs. Its number is the
CRC-32 of its name, so that no register of numbers has to be kept; a test says that no two names have the same one.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from hygie.fhir.core.definitions import Component, Definitions, SearchParameter, load
from hygie.fhir.core.search import guides, paths
from hygie.fhir.core.search.paths import Leaf


class Kind(StrEnum):
    TOKEN = "token"
    DATE = "date"
    STRING = "string"
    REFERENCE = "reference"
    NUMBER = "number"
    QUANTITY = "quantity"
    URI = "uri"
    COMPOSITE = "composite"
    SPECIAL = "special"


def number(name: str) -> int:
    """The number of a field, as a signed 32-bit integer."""
    found = zlib.crc32(name.encode("ascii"))
    return found - (1 << 32) if found >= 1 << 31 else found


@dataclass(frozen=True, slots=True)
class Field:
    """`leaves`: where its values are. `related` numbers the rows that stand beside: identifiers, UCUM values."""

    name: str
    kind: Kind
    leaves: tuple[Leaf, ...]
    number: int
    beside: int


@dataclass(frozen=True, slots=True)
class Branch:
    """A field as one parameter uses it: only references to these types, only contact points of this system."""

    field: Field
    targets: tuple[str, ...] = ()
    system: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A component of a composite parameter, under one base: `together` when it must be in the same element as the others."""

    kind: Kind
    branches: tuple[Branch, ...]
    together: bool


@dataclass(frozen=True, slots=True)
class Param:
    """`targets`: the types that a reference may name, () for any. `bases`: of a composite, one tuple of parts a base."""

    code: str
    kind: Kind
    url: str
    branches: tuple[Branch, ...]
    targets: tuple[str, ...] = ()
    bases: tuple[tuple[Part, ...], ...] = ()


_NAMES = ("family", "given", "prefix", "suffix", "text")
_ADDRESS = ("line", "city", "district", "state", "postalCode", "country", "text")
_WORDS = {"HumanName": _NAMES, "Address": _ADDRESS}
# What the engine answers by itself, or not at all.
_APART = frozenset({"_id", "_lastUpdated", "_text", "_content", "_query"})
_DECEASED = "Patient.deceased.exists() and Patient.deceased != false"


@cache
def params_of(type_name: str) -> MappingProxyType[str, Param]:
    """The parameters of a type by code: R4's, those of Resource included, and those of guides."""
    definitions = load()
    found: dict[str, Param] = {}
    told: list[SearchParameter] = [*definitions.search_parameters(type_name).values(), *guides.parameters_of(type_name)]
    for each in told:
        if each.code not in _APART and (param := _param(type_name, each, definitions)) is not None:
            found.setdefault(each.code, param)
    for each in told:
        if each.type == "composite":
            found[each.code] = _composite(type_name, each, found, definitions)
    return MappingProxyType(found)


def find_param(type_name: str, code: str) -> Param | None:
    return params_of(type_name).get(code)


@cache
def own_field(type_name: str) -> Field | None:
    """The one field behind `patient` and `subject` of a type; None when there is none, or more than one.

    A resource whose field names the Patient of its own space says so in a column, and has no row for it.
    """
    fields = {
        branch.field.number: branch.field
        for code in ("patient", "subject")
        if (param := find_param(type_name, code)) and param.kind is Kind.REFERENCE
        for branch in param.branches
    }
    return next(iter(fields.values())) if len(fields) == 1 else None


def field_of(kind: Kind, name: str, leaves: tuple[Leaf, ...]) -> Field:
    return Field(name, kind, leaves, number(f"{kind}:{name}"), number(f"{kind}:{name}#"))


def _param(type_name: str, told: SearchParameter, definitions: Definitions) -> Param | None:
    """None when nothing of this type can be found by it (an expression that gives resources: `Bundle.composition`)."""
    kind = Kind(told.type)
    if kind in (Kind.COMPOSITE, Kind.SPECIAL):
        return None
    found = tuple(
        branch
        for text in paths.branches(told.expression)
        for branch in _branches(type_name, kind, text, definitions)
        if branch.field.leaves
    )
    return Param(told.code, kind, told.url, found, tuple(told.target)) if found else None


def _branches(type_name: str, kind: Kind, text: str, definitions: Definitions) -> Iterator[Branch]:
    if text == _DECEASED:
        # Computed: it is false where nothing is said.
        yield Branch(field_of(kind, "Patient.deceased", (Leaf((), "deceased"),)))
        return
    path = paths.read(type_name, text, definitions)
    leaves = tuple(leaf for leaf in path.leaves if leaf.type not in ("Resource", "BackboneElement"))
    if kind is not Kind.STRING:
        yield Branch(field_of(kind, path.text, leaves), path.targets, path.system)
        return
    plain = tuple(leaf for leaf in leaves if leaf.type not in _WORDS)
    if plain:
        yield Branch(field_of(kind, path.text, plain))
    for leaf in leaves:
        for name in _WORDS.get(leaf.type, ()):
            yield Branch(field_of(kind, f"{path.text}.{name}", (Leaf((*leaf.steps, name), "string"),)))


def _composite(type_name: str, told: SearchParameter, params: dict[str, Param], definitions: Definitions) -> Param:
    """Each base (`Observation`, `Observation.component`) with its parts; parts of a list element must be in the same one."""
    bases = []
    for base in paths.branches(told.expression):
        parts = tuple(_part(type_name, base, each, params[each.code].kind, definitions) for each in told.components)
        bases.append(parts)
    return Param(told.code, Kind.COMPOSITE, told.url, (), (), tuple(bases))


def _part(type_name: str, base: str, told: Component, kind: Kind, definitions: Definitions) -> Part:
    whole = told.expression.startswith("%resource")
    start = "" if whole else f"{base}."
    found = tuple(
        branch
        for text in paths.branches(told.expression)
        for branch in _branches(type_name, kind, f"{start}{text}", definitions)
        if branch.field.leaves
    )
    return Part(kind, found, together="." in base and not whole)


@cache
def fields_of(type_name: str) -> tuple[Field, ...]:
    """The fields of a type, each once, those of composites included."""
    found: dict[str, Field] = {}
    for param in params_of(type_name).values():
        branches = [*param.branches, *(b for base in param.bases for part in base for b in part.branches)]
        for branch in branches:
            found.setdefault(f"{branch.field.kind}:{branch.field.name}", branch.field)
    return tuple(found.values())


@cache
def together_fields(type_name: str) -> frozenset[int]:
    """The fields whose rows say in which element they were: parts of composites over a list."""
    return frozenset(
        branch.field.number
        for param in params_of(type_name).values()
        for base in param.bases
        for part in base
        if part.together
        for branch in part.branches
    )
