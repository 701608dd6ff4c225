"""Observations that R4 wants to follow a vital signs profile, whatever they claim: by their code.

https://hl7.org/fhir/R4/observation-vitalsigns.html: facts, LOINC codes of the profiles and of the same measure by other means.
"""

from typing import Any

from hygie.fhir.core.validation.profiles.facts import HL7

_LOINC = "http://loinc.org"
_SNOMED_CT = "http://snomed.info/sct"
_CODES = {
    "vitalspanel": ("85353-1",),
    "resprate": ("9279-1",),
    "heartrate": ("8867-4",),
    "oxygensat": ("2708-6",),
    "bodytemp": ("8310-5",),
    "bodyheight": ("8302-2",),
    "headcircum": ("9843-4",),
    "bodyweight": ("29463-7",),
    "bmi": ("39156-5",),
    "bp": ("85354-9", "96607-7"),
}
# Two concepts that HL7's validator takes for the same measure.
_CONCEPTS = {"bodytemp": ("386725007", "276885007")}
_PROFILE = {
    (system, code): HL7 + name
    for system, table in ((_LOINC, _CODES), (_SNOMED_CT, _CONCEPTS))
    for name, codes in table.items()
    for code in codes
}


def implied(resource: dict[str, Any]) -> list[str]:
    """The profiles that an Observation has to follow by its code; none for any other resource."""
    if resource.get("resourceType") != "Observation":
        return []
    codings = resource.get("code", {}).get("coding", ())
    told = (_PROFILE.get((each.get("system", ""), each.get("code", ""))) for each in codings)
    return list(dict.fromkeys(each for each in told if each is not None))
