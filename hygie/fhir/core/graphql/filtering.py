"""Arguments on the elements of a resource: which of them are wanted.

`fhirpath: "…"`, `<member>: value`, then `_offset` and `_count`. https://hl7.org/fhir/R4/graphql.html#lists
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hygie.fhir.core import fhirpath
from hygie.fhir.core.fhirpath import Budget, FhirpathError
from hygie.fhir.core.graphql.answer import Spending
from hygie.fhir.core.graphql.faults import Fault
from hygie.fhir.core.graphql.selection import INDEX, Field, is_primitive

# Many small evaluations: each has a small part of what one expression may spend.
_ENVIRONMENT = fhirpath.Environment(steps=1_000)


@dataclass(frozen=True, slots=True)
class Value:
    """An element: its JSON, the name of its type, the resource that it stands in."""

    json: Any
    type: str
    resource: Mapping[str, Any]
    is_resource: bool = False

    def node(self) -> Any:
        return self.json if self.is_resource else fhirpath.node(self.json, self.type)


def wanted(values: Sequence[Value], field: Field, spending: Spending) -> Sequence[Value]:
    """Raises Fault."""
    if not field.arguments:
        return values[:1] if field.first else values
    offset, count = whole(field, "_offset", 0), whole(field, "_count", len(values))
    for name, asked in field.arguments.items():
        if name == "fhirpath":
            values = [each for each in values if _holds(each, field, asked, spending)]
        elif name not in ("_offset", "_count"):
            _check_member(values, field, name)
            values = [each for each in values if _has(each, name, asked)]
    values = values[offset : offset + count]
    return values[:1] if field.first else values


def whole(field: Field, name: str, default: int) -> int:
    """The whole number of an argument. Raises Fault."""
    value = field.arguments.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 31:
        raise Fault(f"{name} is a whole number.", code="graphql-argument", at=field.node)
    return value


def suffix(value: Value, index: int, field: Field, spending: Spending) -> str:
    """What @slice adds to the name: a dot and the value of its path; nothing when the path gives nothing."""
    if field.slice == INDEX:
        return f".{index}"
    items = _evaluate(value, field, field.slice, spending)
    if len(items) > 1:
        raise Fault("The path of @slice gives several values.", code="graphql-directive", at=field.node)
    told = fhirpath.plain(items[0]) if items else None
    if isinstance(told, bool):
        return f".{str(told).lower()}"
    return "" if told is None else f".{told}"


def _check_member(values: Sequence[Value], field: Field, name: str) -> None:
    for type in {each.type for each in values}:
        if not is_primitive(type, name):
            message = f"{field.name} has no argument {name}: fhirpath, _count, _offset, or a plain member of its type."
            raise Fault(message, code="graphql-argument", at=field.node)


def _has(value: Value, name: str, asked: Any) -> bool:
    found = value.json.get(name) if isinstance(value.json, dict) else None
    alternatives = asked if isinstance(asked, list) else [asked]
    held = found if isinstance(found, list) else [found]
    return any(_same(one, other) for one in held for other in alternatives)


def _same(held: Any, asked: Any) -> bool:
    if isinstance(held, bool) or isinstance(asked, bool):
        return held is asked
    if isinstance(held, int | Decimal) and isinstance(asked, int | Decimal):
        return held == asked
    return isinstance(held, str) and isinstance(asked, str) and held == asked


def _holds(value: Value, field: Field, asked: Any, spending: Spending) -> bool:
    if not isinstance(asked, str):
        raise Fault("fhirpath is a text.", code="graphql-argument", at=field.node)
    items = _evaluate(value, field, asked, spending)
    if len(items) > 1:
        raise Fault("This FHIRPath gives several items, not one Boolean.", code="graphql-fhirpath", at=field.node)
    told = fhirpath.plain(items[0]) if items else False
    return told if isinstance(told, bool) else told is not None


def _evaluate(value: Value, field: Field, text: str, spending: Spending) -> Sequence[Any]:
    spending.spend("filters")
    try:
        expression = fhirpath.compile(text)
        return expression.evaluate(value.node(), resource=value.resource, environment=_ENVIRONMENT)
    except (FhirpathError, Budget) as error:
        raise Fault(f"The FHIRPath cannot be run: {error}", code="graphql-fhirpath", at=field.node) from None
