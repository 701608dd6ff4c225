"""Known elements, cardinality, JSON types, choices, primitive siblings, required codes: where, which rule."""

import pytest

from hygie.fhir.core import json
from hygie.fhir.core.validation import validate

OBSERVATION = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
}
PATIENT = {"resourceType": "Patient"}


def found(resource, **options):
    return [(issue.rule, issue.path) for issue in validate(resource, **options)]


def test_a_right_resource_has_no_issue():
    assert validate(OBSERVATION) == []
    assert validate(PATIENT) == []
    assert validate({"resourceType": "Parameters"}) == []


@pytest.mark.parametrize(
    ("more", "rule", "path"),
    [
        ({"colour": "red"}, "unknown", "Patient.colour"),
        ({"Gender": "male"}, "unknown", "Patient.Gender"),
        ({"<script>": 1}, "unknown", "Patient"),
        ({"name": {"family": "x"}}, "array", "Patient.name"),
        ({"name": []}, "empty", "Patient.name"),
        ({"name": [{}]}, "empty", "Patient.name[0]"),
        ({"name": [{"id": "n1"}]}, "empty", "Patient.name[0]"),
        ({"name": [{"family": ["x"]}]}, "array", "Patient.name[0].family"),
        ({"name": [{"given": ["Anna", 5]}]}, "type", "Patient.name[0].given[1]"),
        ({"name": [{"given": ["Anna", None]}]}, "null", "Patient.name[0].given[1]"),
        ({"name": [{"family": ""}]}, "empty", "Patient.name[0].family"),
        ({"name": None}, "array", "Patient.name"),
        ({"birthDate": None}, "null", "Patient.birthDate"),
        ({"maritalStatus": None}, "null", "Patient.maritalStatus"),
        ({"maritalStatus": "M"}, "type", "Patient.maritalStatus"),
        ({"active": "true"}, "type", "Patient.active"),
        ({"active": 1}, "type", "Patient.active"),
        ({"multipleBirthInteger": True}, "type", "Patient.multipleBirth.ofType(integer)"),
        ({"gender": "M"}, "binding", "Patient.gender"),
        ({"gender": ["male"]}, "array", "Patient.gender"),
        ({"gender": {}}, "type", "Patient.gender"),
        ({"deceasedBoolean": True, "deceasedDateTime": "2026"}, "choice", "Patient.deceased"),
        ({"deceased": True}, "unknown", "Patient.deceased"),
        ({"contact": [{"gender": "x", "name": {"text": "y"}}]}, "binding", "Patient.contact[0].gender"),
        ({"communication": [{}]}, "missing", "Patient.communication[0]"),
        ({"link": [{"other": {"reference": "Patient/1"}}]}, "missing", "Patient.link[0]"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(more, rule, path):
    assert (rule, path) in found(PATIENT | more)


def test_required_elements_are_asked_for():
    assert found({"resourceType": "Observation"}) == [("missing", "Observation"), ("missing", "Observation")]
    messages = [issue.message for issue in validate({"resourceType": "Observation"})]
    assert messages == ["`status` is required: add it.", "`code` is required: add it."]


def test_a_required_choice_says_how_it_may_be_written():
    wrong = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/1"},
    }
    [issue] = validate(wrong)
    assert issue.message == (
        "`medication` is required: add it as one of `medicationCodeableConcept`, `medicationReference`."
    )


def test_a_message_holds_no_value_of_the_resource():
    wrong = PATIENT | {
        "gender": "SECRET",
        "birthDate": "SECRET",
        "name": [{"use": "SECRET", "text": 5}],
        "active": "SECRET",
    }
    issues = validate(wrong)
    assert len(issues) == 5
    assert all("SECRET" not in issue.message + issue.path for issue in issues)


def test_a_sibling_may_stand_for_a_value_that_is_absent():
    absent = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    }
    assert validate(OBSERVATION | {"_status": absent, "status": "final"}) == []
    without = {name: value for name, value in OBSERVATION.items() if name != "status"} | {"_status": absent}
    assert validate(without) == []
    assert validate(PATIENT | {"_birthDate": absent}) == []
    assert validate(PATIENT | {"_deceasedDateTime": absent}) == []


@pytest.mark.parametrize(
    ("name", "issues"),
    [
        ({"given": ["A", None], "_given": [None, {"id": "g"}]}, [("empty", "Patient.name[0].given[1]")]),
        ({"given": ["A"], "_given": [{}]}, [("empty", "Patient.name[0].given[0]")]),
        ({"_family": {"id": "g"}}, [("empty", "Patient.name[0].family")]),
        ({"given": ["A", None], "_given": [None, None]}, None),
        ({"given": ["A"], "_given": [None, None]}, None),
        ({"given": ["A"], "_given": {"id": "g"}}, [("array", "Patient.name[0].given")]),
        ({"family": "A", "_family": [{"id": "g"}]}, [("array", "Patient.name[0].family")]),
        ({"_family": {"colour": 1}}, [("unknown", "Patient.name[0].family.colour")]),
        ({"family": "A", "_period": {"id": "p"}}, [("unknown", "Patient.name[0]._period")]),
    ],
)
def test_siblings_of_primitives_are_looked_into(name, issues):
    told = found(PATIENT | {"name": [name]})
    assert told and (issues is None or told == issues)


def test_an_id_alone_is_enough_beside_a_value():
    assert validate(PATIENT | {"name": [{"family": "A", "_family": {"id": "f"}}]}) == []
    assert validate(PATIENT | {"name": [{"given": ["A", "B"], "_given": [None, {"id": "g"}]}]}) == []


def test_a_null_beside_an_extension_is_right():
    url = "http://example.org/why"
    name = {"given": ["A", None], "_given": [None, {"extension": [{"url": url, "valueString": "x"}]}]}
    assert validate(PATIENT | {"name": [name]}) == []
    assert validate(PATIENT | {"name": [{"_given": name["_given"]}]}) != []
    assert validate(PATIENT | {"name": [{"_given": name["_given"][1:]}]}) == []


def test_codes_are_checked_by_system_too():
    allergy = {
        "resourceType": "AllergyIntolerance",
        "patient": {"reference": "Patient/1"},
        "clinicalStatus": {"coding": [{"system": "http://example.org", "code": "active"}]},
    }
    assert ("binding", "AllergyIntolerance.clinicalStatus") in found(allergy)
    system = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
    allergy["clinicalStatus"] = {"coding": [{"system": system, "code": "active"}]}
    assert found(allergy) == []


@pytest.mark.parametrize(
    "value", [None, 5, "x", [], {}, {"resourceType": 5}, {"resourceType": "Cat"}, {"resourceType": []}]
)
def test_what_is_no_resource_is_refused_without_a_crash(value):
    [issue] = validate(value)
    assert issue.severity == "error"


def test_the_source_begins_the_paths():
    [issue] = validate(PATIENT | {"gender": "x"}, source="Bundle.entry[3].resource")
    assert issue.path == "Bundle.entry[3].resource.gender"


def test_rules_can_be_left_out():
    assert validate(PATIENT | {"gender": "x"}, ignore={"binding"}) == []


def test_decimals_keep_their_digits_and_are_numbers():
    text = b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":72.50}}'
    resource = json.read_object(text)
    assert validate(resource) == []
    assert json.write(resource) == text
    resource["valueQuantity"]["value"] = "72.5"
    assert found(resource) == [("type", "Observation.value.ofType(Quantity).value")]


def test_a_repeated_shape_is_checked_at_every_depth():
    item = {
        "linkId": "1",
        "type": "group",
        "item": [{"linkId": "2", "type": "group", "item": [{"linkId": "3", "type": "x"}]}],
    }
    questionnaire = {"resourceType": "Questionnaire", "status": "draft", "item": [item]}
    assert found(questionnaire) == [("binding", "Questionnaire.item[0].item[0].item[0].type")]
