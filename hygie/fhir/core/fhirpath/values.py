"""The values of the System types."""

from dataclasses import dataclass
from decimal import Decimal

from hygie.fhir.core.fhirpath.quantity import Quantity
from hygie.fhir.core.fhirpath.temporal import Date, DateTime, Time


@dataclass(frozen=True, slots=True)
class TypeInfo:
    """What `type()` gives: `FHIR` and `Patient`, `System` and `String`."""

    namespace: str
    name: str


System = bool | int | Decimal | str | Date | DateTime | Time | Quantity

SYSTEM_NAMES: dict[type, str] = {
    bool: "Boolean",
    int: "Integer",
    Decimal: "Decimal",
    str: "String",
    Date: "Date",
    DateTime: "DateTime",
    Time: "Time",
    Quantity: "Quantity",
    TypeInfo: "TypeInfo",
}
