"""What R4 says in words of resources that define others."""

import threading

import pytest

from hygie.fhir.core.validation import compile as compiling
from hygie.fhir.core.validation import validate

CODE_SYSTEM = {"resourceType": "CodeSystem", "status": "draft", "content": "complete"}
PROPERTIES = "http://hl7.org/fhir/concept-properties#"
VALUE_SET = {"resourceType": "ValueSet", "status": "draft"}
PARAMETER = {
    "resourceType": "SearchParameter",
    "url": "http://example.org/x",
    "name": "x",
    "status": "draft",
    "description": "x",
    "code": "x",
    "base": ["Patient"],
    "type": "string",
}
PROFILE = {
    "resourceType": "StructureDefinition",
    "url": "http://example.org/x",
    "name": "x",
    "status": "draft",
    "kind": "resource",
    "abstract": False,
    "type": "Patient",
    "derivation": "constraint",
}


def found(resource):
    return [(issue.rule, issue.path) for issue in validate(resource)]


def paths(*told):
    return {"differential": {"element": [{"path": each} for each in told]}}


@pytest.mark.parametrize(
    "resource",
    [
        CODE_SYSTEM | {"count": 2, "concept": [{"code": "a", "concept": [{"code": "b"}]}]},
        CODE_SYSTEM | {"content": "supplement", "supplements": "http://loinc.org", "count": 5},
        CODE_SYSTEM | {"property": [{"code": "n", "uri": PROPERTIES + "notSelectable", "type": "boolean"}]},
        VALUE_SET | {"compose": {"include": [{"system": "http://loinc.org"}]}},
        PARAMETER | {"expression": "Patient.name | Resource.id"},
        PARAMETER | {"base": ["Resource"], "expression": "Patient.name"},
        PROFILE
        | paths(
            "Patient", "Patient.name", "Patient.deceased[x]", "Patient.deceasedBoolean", "Patient.name.given.value"
        ),
        PROFILE
        | paths("Patient.contact.name.family", "Patient.contained", "Patient.contained.anything", "Patient.link.other"),
        PROFILE | {"type": "http://example.org/logical"} | paths("logical.anything"),
    ],
)
def test_right_definitions_are_let_in(resource):
    assert found(resource) == []


@pytest.mark.parametrize(
    ("resource", "rule", "path"),
    [
        (CODE_SYSTEM | {"count": 2, "concept": [{"code": "a"}]}, "concept-count", "CodeSystem.count"),
        (CODE_SYSTEM | {"supplements": "http://loinc.org"}, "supplement", "CodeSystem.content"),
        (
            CODE_SYSTEM | {"property": [{"code": "n", "uri": PROPERTIES + "notSelectable", "type": "string"}]},
            "property-type",
            "CodeSystem.property[0]",
        ),
        (
            CODE_SYSTEM | {"property": [{"code": "n", "type": "string"}, {"code": "n", "type": "string"}]},
            "property-twice",
            "CodeSystem.property[1]",
        ),
        (VALUE_SET | {"compose": {"include": [{"system": "x"}]}}, "system", "ValueSet.compose.include[0]"),
        (
            VALUE_SET
            | {
                "compose": {
                    "include": [{"system": "http://x.org"}],
                    "exclude": [
                        {"system": "http://x.org", "filter": [{"property": "notSelectable", "op": "=", "value": "1"}]}
                    ],
                }
            },
            "filter-value",
            "ValueSet.compose.exclude[0].filter[0]",
        ),
        (PARAMETER | {"expression": "Patient.name | Group.name"}, "expression-base", "SearchParameter.expression"),
        (PARAMETER | {"type": "composite"}, "components", "SearchParameter"),
        (PROFILE | paths("Patient", "Patient.colour"), "element-path", "StructureDefinition.differential.element[1]"),
        (PROFILE | paths("Group.name"), "element-path", "StructureDefinition.differential.element[0]"),
    ],
)
def test_a_definition_that_contradicts_itself_is_refused(resource, rule, path):
    assert found(resource) == [(rule, path)]


def test_threads_that_meet_a_type_for_the_first_time_together_agree():
    compiling.shape_of.cache_clear()
    gate = threading.Barrier(8)
    told = []

    def judge():
        gate.wait()
        told.append(validate(PROFILE | paths("Patient"), invariants=False))

    threads = [threading.Thread(target=judge) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert told == [[]] * 8
