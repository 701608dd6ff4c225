"""`%name`: the constants of FHIR, and the variables of the caller. https://hl7.org/fhir/R4/fhirpath.html#variables"""

from hygie.fhir.core.fhirpath.errors import ExecutionFault
from hygie.fhir.core.fhirpath.run import Items, Run

_CONSTANTS = {
    "sct": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
    "ucum": "http://unitsofmeasure.org",
}
_FAMILIES = {
    "vs-": "http://hl7.org/fhir/ValueSet/",
    "ext-": "http://hl7.org/fhir/StructureDefinition/",
}


def external(run: Run, name: str) -> Items:
    """Raises ExecutionFault for a name that nobody gave."""
    if name in run.variables:
        return run.variables[name]
    match name:
        case "context":
            return run.context
        case "resource":
            return run.resource
        case "rootResource":
            return run.root
    if name in _CONSTANTS:
        return [_CONSTANTS[name]]
    for start, base in _FAMILIES.items():
        if name.startswith(start):
            return [base + name.removeprefix(start)]
    raise ExecutionFault(f"No variable %{name[:40]} is given.")
