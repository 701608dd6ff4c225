"""References, contained resources and extensions."""

import pytest

from hygie.fhir.core.validation import validate

OBSERVATION = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
PATIENT = {"resourceType": "Patient", "id": "p"}


def found(resource):
    return [(issue.rule, issue.path) for issue in validate(resource)]


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/1"},
        {"reference": "Patient/1/_history/2"},
        {"reference": "https://example.org/fhir/Medication/1"},
        {"reference": "urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a3"},
        {"reference": "Patient?identifier=x"},
        {"type": "Patient", "identifier": {"value": "1"}},
        {"type": "http://example.org/StructureDefinition/Cat", "display": "x"},
        {"display": "x"},
    ],
)
def test_a_reference_to_an_allowed_type_or_to_one_that_is_not_told_is_right(subject):
    assert found(OBSERVATION | {"subject": subject}) == []


@pytest.mark.parametrize(
    ("subject", "rule", "path"),
    [
        ({"reference": "Medication/1"}, "target", "Observation.subject.reference"),
        ({"type": "Medication"}, "target", "Observation.subject.reference"),
        ({"reference": "Cat/1"}, "reference-type", "Observation.subject.reference"),
        ({"type": "Cat"}, "reference-type", "Observation.subject.type"),
        ({"reference": "Patient/1", "type": "Group"}, "reference-type", "Observation.subject.type"),
        ({"reference": "#p"}, "ref-1", "Observation.subject"),
        ({"reference": "#"}, "ref-1", "Observation.subject"),
        ({"identifier": {"system": "relative", "value": "1"}}, "system", "Observation.subject.identifier.system"),
    ],
)
def test_a_reference_that_cannot_be_right_is_refused(subject, rule, path):
    assert found(OBSERVATION | {"subject": subject}) == [(rule, path)]


def test_a_contained_resource_is_reached_and_has_an_allowed_type():
    holder = OBSERVATION | {"contained": [PATIENT], "subject": {"reference": "#p"}}
    assert found(holder) == []
    holder["subject"] = {"reference": "#p", "type": "Patient"}
    assert found(holder) == []
    holder["subject"] = {"reference": "#p", "type": "Group"}
    assert found(holder) == [("reference-type", "Observation.subject.type")]
    medication = {"resourceType": "Medication", "id": "p"}
    assert found(OBSERVATION | {"contained": [medication], "subject": {"reference": "#p"}}) == [
        ("target", "Observation.subject.reference")
    ]


def test_a_contained_resource_may_refer_to_its_container_and_its_neighbours():
    provenance = {
        "resourceType": "Provenance",
        "id": "w",
        "target": [{"reference": "#"}],
        "recorded": "2026-01-01T00:00:00Z",
        "agent": [{"who": {"reference": "#p"}}],
    }
    assert found(OBSERVATION | {"contained": [provenance, PATIENT]}) == []


@pytest.mark.parametrize(
    ("contained", "rule"),
    [
        ([PATIENT, PATIENT], "contained-id"),
        ([PATIENT | {"meta": {"versionId": "1"}}], "dom-4"),
        ([PATIENT | {"meta": {"lastUpdated": "2026-01-01T00:00:00Z"}}], "dom-4"),
        ([PATIENT | {"meta": {"security": [{"code": "R"}]}}], "dom-5"),
        ([PATIENT, {"resourceType": "Patient", "id": "unused"}], "dom-3"),
        ([PATIENT | {"gender": "x"}], "binding"),
        ([{"resourceType": "Cat", "id": "p"}], "resource-type"),
        (["x"], "type"),
        ([], "empty"),
    ],
)
def test_a_contained_resource_keeps_its_rules(contained, rule):
    assert rule in [each for each, _ in found(OBSERVATION | {"contained": contained, "subject": {"reference": "#p"}})]


def test_a_contained_resource_without_an_id_is_refused():
    assert found(OBSERVATION | {"contained": [{"resourceType": "Patient"}]}) == [
        ("contained-id", "Observation.contained[0]")
    ]


def test_nested_contained_resources_are_refused():
    outer = PATIENT | {"contained": [{"resourceType": "Organization", "id": "o", "name": "x"}]}
    told = found(OBSERVATION | {"contained": [outer], "subject": {"reference": "#p"}})
    assert told == [("dom-2", "Observation.contained[0]")]


def test_two_elements_do_not_have_the_same_id():
    twice = PATIENT | {"name": [{"id": "n", "text": "a"}, {"id": "n", "text": "b"}]}
    assert found(twice) == [("element-id", "Patient.name[1].id")]


URL = "http://example.org/extension"


@pytest.mark.parametrize(
    "extension",
    [
        {"url": URL, "valueString": "x"},
        {"url": URL, "_valueString": {"extension": [{"url": URL, "valueCode": "x"}]}},
        {"url": URL, "extension": [{"url": "nested", "valueInteger": 1}]},
        {"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueAddress": {"city": "x"}},
        {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"},
    ],
)
def test_an_extension_has_a_value_or_nested_extensions(extension):
    assert found(PATIENT | {"extension": [extension]}) == []


@pytest.mark.parametrize(
    ("extension", "rule"),
    [
        ({"url": URL}, "ext-1"),
        ({"url": URL, "valueString": "x", "extension": [{"url": "n", "valueInteger": 1}]}, "ext-1"),
        ({"url": URL, "valueString": "x", "valueCode": "x"}, "choice"),
        ({"url": URL, "value": "x"}, "unknown"),
        ({"valueString": "x"}, "missing"),
        ({"url": "relative", "valueString": "x"}, "extension-url"),
        ({"url": URL + "|1.0", "valueString": "x"}, "extension-url"),
        ({"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueString": "x"}, "extension-type"),
        (
            {"url": "http://hl7.org/fhir/StructureDefinition/humanname-mothers-family", "valueString": "x"},
            "extension-place",
        ),
    ],
)
def test_an_extension_that_breaks_its_rules_is_refused(extension, rule):
    told = found(PATIENT | {"extension": [extension]})
    assert [each for each, _ in told] == [rule]
    assert told[0][1].startswith("Patient.extension[0]")


def test_the_place_of_an_extension_is_that_of_its_element():
    own = {"url": "http://hl7.org/fhir/StructureDefinition/humanname-mothers-family", "valueString": "x"}
    assert found(PATIENT | {"name": [{"family": "a", "_family": {"extension": [own]}}]}) == []
    assert found(PATIENT | {"name": [{"family": "a", "extension": [own]}]}) == [
        ("extension-place", "Patient.name[0].extension[0]")
    ]


@pytest.mark.parametrize(
    ("coding", "rule"),
    [
        ({"system": "relative", "code": "x"}, "system"),
        ({"system": "http://hl7.org/fhir/ValueSet/measure-type", "code": "x"}, "system"),
        ({"system": "http://hl7.org/fhir/administrative-gender", "code": "M"}, "code"),
    ],
)
def test_a_coding_names_a_code_system_and_one_of_its_codes(coding, rule):
    told = found(OBSERVATION | {"code": {"coding": [coding]}})
    assert [each for each, _ in told] == [rule]
