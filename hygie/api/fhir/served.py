"""Which types are served, and which interactions some of them do not have. The CapabilityStatement is made from it."""

from hygie.fhir.core.definitions import load
from hygie.fhir.http import search

# What is never kept: it is an answer, or the envelope of a request.
TYPES = load().resource_types - {"Bundle", "OperationOutcome", "Parameters"}
_CONDITIONAL = frozenset({"conditional-create", "conditional-update", "conditional-patch", "conditional-delete"})
_WITHOUT = {"Patient": _CONDITIONAL | {"delete", "history-type"}}


def does(resource_type: str, interaction: str) -> bool:
    if interaction == "search-type":
        return resource_type == "Patient" or resource_type in search.TYPES
    if interaction == "compartment":
        return bool(load().patient_compartment(resource_type))
    return interaction not in _WITHOUT.get(resource_type, ())
