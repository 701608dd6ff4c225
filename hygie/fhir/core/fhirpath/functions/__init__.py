"""The library of functions, by name. `is`, `as` and `ofType`, which take a type, are part of the syntax."""

from types import MappingProxyType

from hygie.fhir.core.fhirpath.functions import conversion, fhir, mathematics, sequences, text, tree

FUNCTIONS = MappingProxyType(
    {
        **sequences.FUNCTIONS,
        **conversion.FUNCTIONS,
        **text.FUNCTIONS,
        **mathematics.FUNCTIONS,
        **tree.FUNCTIONS,
        **fhir.FUNCTIONS,
    }
)
