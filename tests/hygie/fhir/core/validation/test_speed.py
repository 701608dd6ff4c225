"""Validation is on the path of every write. The limits leave room for a busy machine: figures are in the docs."""

import timeit

from hygie.fhir.core.validation import validate

OBSERVATION = {
    "resourceType": "Observation",
    "id": "1",
    "meta": {"profile": ["http://example.org/StructureDefinition/heart-rate"]},
    "identifier": [{"system": "urn:oid:1.2.250.1", "value": "1"}],
    "status": "final",
    "category": [
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}
    ],
    "code": {
        "coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}],
        "text": "Heart rate",
    },
    "subject": {"reference": "Patient/1", "display": "x"},
    "encounter": {"reference": "Encounter/1"},
    "effectiveDateTime": "2026-03-16T10:12:00+01:00",
    "issued": "2026-03-16T10:12:00.123+01:00",
    "performer": [{"reference": "Practitioner/1"}],
    "valueQuantity": {"value": 72, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"},
}


def _microseconds(resource, number):
    validate(resource)
    return min(timeit.repeat(lambda: validate(resource), number=number, repeat=5)) / number * 1e6


def test_an_observation_takes_less_than_60_microseconds():
    assert validate(OBSERVATION) == []
    assert _microseconds(OBSERVATION, 500) < 60


def test_a_bundle_of_100_takes_less_than_6_milliseconds():
    entries = [
        {"fullUrl": f"http://example.org/fhir/Observation/{n}", "resource": OBSERVATION | {"id": str(n)}}
        for n in range(100)
    ]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    assert validate(bundle) == []
    assert _microseconds(bundle, 5) < 6000
