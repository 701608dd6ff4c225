"""The definitions of R4 as data: what the engine is driven by."""

import subprocess
import sys

import pytest

from hygie.fhir.core.definitions import load


def _element(type_name, json_name):
    found = load().element_of(type_name, json_name)
    assert found is not None
    return found


def test_all_146_resource_types_are_there_and_nothing_of_others():
    found = load().resource_types
    assert len(found) == 146
    assert {"Patient", "Observation", "Bundle", "Parameters", "Binary"} <= found
    # Of R4B and R5, or abstract.
    assert found.isdisjoint({"SubscriptionStatus", "ActorDefinition", "Resource", "DomainResource"})


@pytest.mark.parametrize(
    ("path", "type_name", "json_name"),
    [
        ("Meta", "Meta", "project"),
        ("ResearchStudy", "ResearchStudy", "whyStopped"),
        ("Binary", "Binary", "url"),
        ("EvidenceVariable", "EvidenceVariable.characteristic", "definitionId"),
    ],
)
def test_what_later_versions_and_others_added_is_not_r4(path, type_name, json_name):
    assert load().element_of(type_name, json_name) is None


def test_what_they_replaced_is_back():
    element, ref = _element("EvidenceVariable.characteristic", "participantEffectivePeriod")
    assert (element.name, ref.code) == ("participantEffective", "Period")


def test_a_choice_is_found_by_its_json_name():
    element, ref = _element("Observation", "valueQuantity")
    assert (element.name, element.choice, element.path, ref.code) == ("value", True, "Observation.value[x]", "Quantity")
    assert load().element_of("Observation", "value") is None
    assert load().element_of("Observation", "valueAddress") is None


def test_backbones_and_content_references_name_a_shape():
    _, contact = _element("Patient", "contact")
    assert contact.code == "Patient.contact"
    assert load().types["Patient.contact"].base == "BackboneElement"
    _, item = _element("Questionnaire.item", "item")
    assert item.code == "Questionnaire.item"


def test_every_type_that_is_named_exists():
    definitions = load()
    named = {
        ref.code for each in definitions.types.values() for element in each.elements.values() for ref in element.types
    }
    assert named - set(definitions.types) == set()
    targets = {
        target
        for each in definitions.types.values()
        for element in each.elements.values()
        for ref in element.types
        for target in ref.targets
    }
    assert targets - set(definitions.types) == set()


def test_elements_say_cardinality_targets_binding_and_summary():
    elements = load().types["Patient"].elements
    assert elements["name"].is_list
    assert (elements["name"].min, elements["name"].max) == (0, None)
    assert elements["managingOrganization"].types[0].targets == ("Organization",)
    assert elements["id"].types[0].code == "id"
    gender = elements["gender"].binding
    assert gender is not None and gender.strength == "required"
    assert load().valueset(gender.valueset) == {
        ("http://hl7.org/fhir/administrative-gender", code) for code in ("male", "female", "other", "unknown")
    }
    assert elements["gender"].summary and elements["active"].modifier


def test_a_set_without_a_finite_list_has_none():
    assert load().valueset("http://hl7.org/fhir/ValueSet/mimetypes") is None
    assert load().valueset("http://example.org/none") is None


def test_invariants_are_those_of_the_type_then_of_its_bases():
    definitions = load()
    assert [each.key for each in definitions.invariants("Patient.contact")] == ["pat-1"]
    keys = [each.key for each in definitions.invariants("Observation")]
    assert keys[:2] == ["obs-6", "obs-7"]
    assert "dom-3" in keys
    assert [each.path for each in definitions.invariants("Age")] == ["Age", "Quantity"]


def test_search_parameters_keep_the_branches_of_their_type():
    found = load().search_parameters("Observation")
    assert found["date"].expression == "Observation.effective"
    assert found["patient"].target == ("Patient",)
    assert found["code-value-quantity"].components[1].code == "value-quantity"
    assert found["_lastUpdated"].expression == "Resource.meta.lastUpdated"
    assert load().search_parameters("HumanName") == {}


def test_every_expression_names_its_own_type_only():
    for name in load().resource_types:
        for each in load().search_parameters(name).values():
            for branch in filter(None, each.expression.split(" | ")):
                root = branch.lstrip("(").split(".")[0].split(" ")[0]
                assert root in (name, "Resource", "DomainResource"), (name, each.code, branch)


def test_the_compartment_of_a_patient_is_that_of_r4():
    assert load().patient_compartment("Observation") == ("subject", "performer")
    assert load().patient_compartment("Practitioner") == ()


def test_inheritance_is_known():
    definitions = load()
    assert definitions.is_a("code", "string")
    assert definitions.is_a("Patient", "DomainResource")
    assert definitions.is_a("Patient.contact", "Element")
    assert definitions.is_a("Age", "Quantity")
    assert not definitions.is_a("Bundle", "DomainResource")
    assert not definitions.is_a("Nothing", "Element")


def test_codes_and_extensions_of_hl7_are_known():
    definitions = load()
    assert (definitions.code_system("http://hl7.org/fhir/administrative-gender") or {})["female"] == "Female"
    assert definitions.code_system("http://loinc.org") is None
    birth_place = definitions.extension("http://hl7.org/fhir/StructureDefinition/patient-birthPlace")
    assert birth_place is not None
    assert (birth_place.contexts, birth_place.types) == (("Patient",), ("Address",))


def test_loading_is_quick_and_small():
    """Measured in a process of its own: the file, not what this run has already read."""
    program = (
        "import time; t = time.process_time(); from hygie.fhir.core.definitions import load; load().types['Patient'];"
        "print(time.process_time() - t, open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    seconds, kilobytes = answer.split()
    assert float(seconds) < 0.25
    assert int(kilobytes) < 60_000
