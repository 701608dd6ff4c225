"""The profiles that come with Hygie: what is there, that each compiles, and what they cost."""

import time

import pytest

from hygie.fhir.core.validation import validate
from hygie.fhir.core.validation.profiles import library

BP = "http://hl7.org/fhir/StructureDefinition/bp"
MAY_TAKE = 0.001
PRESSURE = {
    "resourceType": "Observation",
    "meta": {"profile": [BP]},
    "status": "final",
    "category": [
        {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}
    ],
    "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
    "subject": {"reference": "Patient/1"},
    "effectiveDateTime": "2026-03-16T10:00:00+01:00",
    "component": [
        {
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "valueQuantity": {"value": value, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"},
        }
        for code, value in (("8480-6", 120), ("8462-4", 80))
    ],
}


def test_sources_are_told_with_version_and_licence():
    told = library.sources()[:12]
    assert [each.name for each in told if not (each.version and each.licence and each.url)] == []
    assert "ans.fhir.fr.pdsm" in [each.name for each in told]


def test_every_profile_compiles():
    profiles = library.profiles()
    assert len(profiles) >= 179
    assert [url for url in profiles if profiles.find(url) is None] == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({}, None),
        ({"component": PRESSURE["component"][:1]}, "profile-min"),
        ({"category": [{"text": "x"}]}, "profile-min"),
        ({"effectiveDateTime": "2026"}, "vs-1"),
        ({"valueString": "x"}, "profile-type"),
    ],
)
def test_a_blood_pressure_is_judged_as_hl7_says(change, rule):
    told = validate(PRESSURE | change, profiles=library.judge())
    errors = {each.rule for each in told if each.severity == "error"}
    assert errors == set() if rule is None else rule in errors


def test_a_profiled_observation_takes_less_than_a_millisecond():
    judge = library.judge()
    validate(PRESSURE, invariants=True, profiles=judge)
    best = min(_seconds(lambda: validate(PRESSURE, invariants=True, profiles=judge)) for _ in range(50))
    assert best < MAY_TAKE


def test_what_claims_nothing_costs_nothing():
    judge = library.judge()
    unclaimed = {name: each for name, each in PRESSURE.items() if name != "meta"}
    best = min(_seconds(lambda: judge.claimed(unclaimed, "Observation")) for _ in range(200))
    assert best < MAY_TAKE / 50


def _seconds(run) -> float:
    before = time.perf_counter()
    run()
    return time.perf_counter() - before
