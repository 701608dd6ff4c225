"""FHIR R4 as data of ours: types, value sets, invariants, search parameters, the compartment of a patient."""

from hygie.fhir.core.definitions.loader import Definitions, load
from hygie.fhir.core.definitions.model import (
    Binding,
    Component,
    Element,
    ExtensionDef,
    Invariant,
    SearchParameter,
    TypeDef,
    TypeRef,
)

__all__ = [
    "Binding",
    "Component",
    "Definitions",
    "Element",
    "ExtensionDef",
    "Invariant",
    "SearchParameter",
    "TypeDef",
    "TypeRef",
    "load",
]
