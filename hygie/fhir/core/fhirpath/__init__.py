"""FHIRPath 2.0 (normative) with the functions of FHIR R4, on resources as decoded JSON.

    compile("name.where(use = 'official').given").evaluate(patient)

An expression becomes closures once; evaluating it is safe between threads, bounded in steps, and reads no clock.
https://hl7.org/fhirpath/N1/ and https://hl7.org/fhir/R4/fhirpath.html; what differs is in docs/reference/fhirpath.md.
"""

from hygie.fhir.core.fhirpath.errors import Budget, ExecutionFault, FhirpathError, SemanticFault, SyntaxFault
from hygie.fhir.core.fhirpath.expression import Expression, compile, node
from hygie.fhir.core.fhirpath.model import Node, name_only
from hygie.fhir.core.fhirpath.quantity import Quantity
from hygie.fhir.core.fhirpath.run import Environment, Item, plain
from hygie.fhir.core.fhirpath.temporal import Date, DateTime, Time
from hygie.fhir.core.fhirpath.values import TypeInfo

__all__ = [
    "Budget",
    "Date",
    "DateTime",
    "Environment",
    "ExecutionFault",
    "Expression",
    "FhirpathError",
    "Item",
    "Node",
    "Quantity",
    "SemanticFault",
    "SyntaxFault",
    "Time",
    "TypeInfo",
    "compile",
    "name_only",
    "node",
    "plain",
]
