"""The immutable tree of an expression. `at` is where the node is in the text, for messages."""

from dataclasses import dataclass

from hygie.fhir.core.fhirpath.values import System


@dataclass(frozen=True, slots=True)
class Literal:
    value: System
    at: int


@dataclass(frozen=True, slots=True)
class Nothing:
    """`{}`"""

    at: int


@dataclass(frozen=True, slots=True)
class Special:
    """`$this`, `$index`, `$total`"""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class External:
    """`%name`"""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Member:
    """`source.name`; at the start of a path, without a source, it may name the type of the context too."""

    source: "Tree | None"
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """`source.name(arguments)`"""

    source: "Tree | None"
    name: str
    arguments: "tuple[Tree, ...]"
    at: int


@dataclass(frozen=True, slots=True)
class Indexer:
    """`source[index]`"""

    source: "Tree"
    index: "Tree"
    at: int


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str
    operand: "Tree"
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: "Tree"
    right: "Tree"
    at: int


@dataclass(frozen=True, slots=True)
class TypeName:
    """`Quantity`, `FHIR.Quantity`, `System.Quantity`; `namespace` is "" when it is not written."""

    namespace: str
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class TypeTest:
    """`operand is type`, `operand as type`, and the functions of the same names and `ofType`."""

    operator: str
    operand: "Tree | None"
    type: TypeName
    at: int


Tree = Literal | Nothing | Special | External | Member | Call | Indexer | Unary | Binary | TypeTest
