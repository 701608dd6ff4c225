"""Reads the data file once, and each type when it is first asked for."""

import gzip
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

import msgspec

from hygie.fhir.core.definitions.model import (
    Archive,
    Element,
    ExtensionDef,
    Invariant,
    Kind,
    SearchParameter,
    TypeDef,
    TypeRef,
)

_DATA = "r4.json.gz"
_type = msgspec.json.Decoder(TypeDef)
_search = msgspec.json.Decoder(tuple[SearchParameter, ...])
_displays = msgspec.json.Decoder(dict[str, str])
_extension = msgspec.json.Decoder(ExtensionDef)
_codes = msgspec.json.Decoder(dict[str, tuple[str, ...]])


class _Types(Mapping[str, TypeDef]):
    """Types by name, decoded at first use. Two threads may decode the same one: the result is the same."""

    def __init__(self, raw: Mapping[str, msgspec.Raw]) -> None:
        self._raw = raw
        self._read: dict[str, TypeDef] = {}

    def __getitem__(self, name: str) -> TypeDef:
        found = self._read.get(name)
        if found is None:
            found = self._read[name] = _type.decode(self._raw[name])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def __contains__(self, name: object) -> bool:
        return name in self._raw


class Definitions:
    """FHIR R4 as data. Immutable for those who read it; safe between threads."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._json_names: dict[str, dict[str, tuple[Element, TypeRef]]] = {}
        self._valuesets: dict[str, frozenset[tuple[str, str]]] = {}
        self._systems: dict[str, dict[str, str]] = {}
        self._extensions: dict[str, ExtensionDef] = {}
        self._search: dict[str, dict[str, SearchParameter]] = {}
        self.version = archive.version
        self.types: Mapping[str, TypeDef] = _Types(archive.types)
        self.kinds: Mapping[str, Kind] = archive.kinds
        """Kind of each type, backbones included, without decoding the type."""
        self.resource_types: frozenset[str] = frozenset(
            name for name, kind in archive.kinds.items() if kind == "resource"
        ) - {"Resource", "DomainResource"}

    def json_names(self, type_name: str) -> Mapping[str, tuple[Element, TypeRef]]:
        """The JSON property names of a type: `valueQuantity` → (the element `value`, its type Quantity).

        Raises KeyError for a type that R4 does not have.
        """
        found = self._json_names.get(type_name)
        if found is None:
            found = self._json_names[type_name] = {
                name: (element, ref)
                for element in self.types[type_name].elements.values()
                for name, ref in element.json_names().items()
            }
        return found

    def element_of(self, type_name: str, json_name: str) -> tuple[Element, TypeRef] | None:
        """The element and the type that a JSON property stands for, or None. Not for `_name` siblings."""
        return self.json_names(type_name).get(json_name) if type_name in self.types else None

    def is_a(self, type_name: str, base: str) -> bool:
        """`code` is a `string`, `Patient` a `DomainResource`, `Patient.contact` a `BackboneElement`; itself too."""
        while type_name != base:
            if type_name not in self.types or not (type_name := self.types[type_name].base):
                return False
        return True

    def valueset(self, url: str) -> frozenset[tuple[str, str]] | None:
        """The (system, code) of a value set that HL7 publishes with R4; None when it is not one, or has no finite list."""
        url = url.partition("|")[0]
        found = self._valuesets.get(url)
        if found is None and (raw := self._archive.valuesets.get(url)) is not None:
            found = frozenset((system, code) for system, codes in _codes.decode(raw).items() for code in codes)
            self._valuesets[url] = found
        return found

    def code_system(self, url: str) -> Mapping[str, str] | None:
        """Code → display of a complete code system of HL7, as R4 had it; None for any other."""
        found = self._systems.get(url)
        if found is None and (raw := self._archive.codesystems.get(url)) is not None:
            found = self._systems[url] = _displays.decode(raw)
        return found

    def extension(self, url: str) -> ExtensionDef | None:
        """An extension that HL7 defines with R4, or None."""
        found = self._extensions.get(url)
        if found is None and (raw := self._archive.extensions.get(url)) is not None:
            found = self._extensions[url] = _extension.decode(raw)
        return found

    def invariants(self, type_name: str) -> tuple[Invariant, ...]:
        """Those of the type, then those it inherits. Not `ele-1`, which the structure says by itself."""
        told: list[Invariant] = []
        while type_name:
            told += self.types[type_name].invariants
            type_name = self.types[type_name].base
        return tuple(told)

    def search_parameters(self, type_name: str) -> Mapping[str, SearchParameter]:
        """By code, those of Resource and DomainResource included. Empty for what is no resource type."""
        if type_name not in self.resource_types:
            return {}
        found = self._search.get(type_name)
        if found is None:
            bases = ("Resource", "DomainResource") if self.is_a(type_name, "DomainResource") else ("Resource",)
            found = self._search[type_name] = {
                each.code: each
                for name in (*bases, type_name)
                if (raw := self._archive.search.get(name)) is not None
                for each in _search.decode(raw)
            }
        return found

    def patient_compartment(self, type_name: str) -> tuple[str, ...]:
        """The search parameters that put a resource of this type into the compartment of a patient; () for none.

        https://hl7.org/fhir/R4/compartmentdefinition-patient.html
        """
        return self._archive.compartment.get(type_name, ())


@cache
def load() -> Definitions:
    """The definitions of FHIR R4 (4.0.1), read from the file beside this module."""
    packed = files("hygie.fhir.core.definitions").joinpath(_DATA).read_bytes()
    return Definitions(msgspec.json.decode(gzip.decompress(packed), type=Archive))
