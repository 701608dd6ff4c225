"""What R4 says of a type, an element, a search parameter. Written and read as JSON arrays (see `scripts/build-definitions`).

https://hl7.org/fhir/R4/elementdefinition.html
"""

from typing import Literal

import msgspec

Kind = Literal["resource", "complex", "primitive", "backbone"]
Severity = Literal["error", "warning"]


class TypeRef(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A type that an element may have. `code` is a name of `Definitions.types`: of a backbone, its path (`Patient.contact`).

    `targets`: the types that a Reference or a canonical may point to, `("Resource",)` for any. `profile`: the narrower
    type of R4 itself (`SimpleQuantity`, `MoneyQuantity`), or "".
    """

    code: str
    targets: tuple[str, ...] = ()
    profile: str = ""


class Binding(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    strength: Literal["required", "extensible", "preferred", "example"]
    valueset: str  # Canonical URL without its version, "" when the binding is told in words only.


class Invariant(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    key: str
    severity: Severity
    human: str
    expression: str  # FHIRPath, as published
    path: str  # Of the element that it is evaluated on: `Patient`, `Patient.contact`, `Attachment`.


class Element(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """`name` is the FHIRPath one (`value`, without `[x]`); `path` the published one (`Observation.value[x]`)."""

    name: str
    path: str
    min: int
    max: int | None  # None: no upper bound. More than 1 or None: a list in JSON.
    types: tuple[TypeRef, ...]
    choice: bool = False
    binding: Binding | None = None
    summary: bool = False
    modifier: bool = False
    content_reference: str = ""  # `Questionnaire.item`: the shape is that of this path, also in `types`.

    @property
    def is_list(self) -> bool:
        return self.max is None or self.max > 1

    def json_names(self) -> dict[str, TypeRef]:
        """JSON property names → type: one for an ordinary element, one a type for a choice (`valueQuantity`)."""
        if not self.choice:
            return {self.name: self.types[0]}
        return {self.name + each.code[0].upper() + each.code[1:]: each for each in self.types}


class TypeDef(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A resource, datatype, primitive, or the shape of a backbone element (named by its path).

    `elements` are in the published order, those of the base first, keyed by `Element.name`. `invariants` are those that the
    type adds to its base.
    """

    name: str
    kind: Kind
    base: str  # "" for Resource and Element
    abstract: bool
    elements: dict[str, Element]
    invariants: tuple[Invariant, ...] = ()
    regex: str = ""  # Of a primitive's value, as published


class Component(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A part of a composite search parameter: the code of the parameter, and where its value is."""

    code: str
    expression: str


class SearchParameter(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """`expression` keeps only the branches of the type asked for; "" for `_text`, `_content`, `_query`…"""

    code: str
    type: Literal["number", "date", "string", "token", "reference", "composite", "quantity", "uri", "special"]
    expression: str
    url: str
    target: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    modifiers: tuple[str, ...] = ()
    comparators: tuple[str, ...] = ()


class ExtensionDef(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """An extension that HL7 defines with R4. `types`: of its value, () when it holds nested extensions only.

    `contexts`: types and paths of elements that it may stand on, `Element` for any.
    """

    contexts: tuple[str, ...]
    types: tuple[str, ...] = ()


class Archive(msgspec.Struct, frozen=True):
    """The data file. What is not asked for stays bytes."""

    source: str
    version: str
    kinds: dict[str, Kind]
    types: dict[str, msgspec.Raw]
    valuesets: dict[str, msgspec.Raw]
    codesystems: dict[str, msgspec.Raw]
    extensions: dict[str, msgspec.Raw]
    search: dict[str, msgspec.Raw]
    compartment: dict[str, tuple[str, ...]]
