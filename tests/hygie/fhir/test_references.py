"""Whose a resource is (T-01, T-03): every type has its answer, and every spelling of a reference is seen."""

import uuid

import pytest

from hygie.fhir.core import references
from hygie.fhir.core.definitions import load

SPACE = uuid.UUID("00000000-0000-4000-8000-00000000000a")
# In the patient compartment of R4, but R4 lets them be nobody's: they go where their references lead.
MAY_BE_NOBODYS = {
    "Account", "Appointment", "AppointmentResponse", "AuditEvent", "Basic", "Device", "Group", "List", "MeasureReport", "Person",
    "Provenance", "Schedule", "Specimen", "SupplyRequest", "Task",
}  # fmt: skip


def test_every_type_of_the_patient_compartment_has_its_rule():
    known = load()
    compartment = {kind for kind in known.resource_types if known.patient_compartment(kind)}
    named = {
        kind
        for kind in known.resource_types
        for name in ("subject", "patient")
        if (element := known.types[kind].elements.get(name))
        and any("Patient" in each.targets for each in element.types)
    }
    assert compartment | named == set(references.PERSON) | MAY_BE_NOBODYS | {"Patient"}


@pytest.mark.parametrize(("kind", "element"), references.PERSON.items())
def test_the_element_of_a_type_may_name_a_patient(kind, element):
    found = load().types[kind].elements[element]
    assert any({"Patient", "Resource"} & set(each.targets) for each in found.types)
    assert not found.is_list


@pytest.mark.parametrize(
    "link",
    [
        f"Patient/{SPACE}",
        f"Patient/{SPACE}/_history/3",
        f"http://127.0.0.1:8000/fhir/Patient/{SPACE}",
        f"https://elsewhere.example/fhir/Patient/{SPACE}",
        f"Observation/{SPACE}.aaaabbbbccccddddeeeeffff",
        f"Observation/{SPACE}.x/_history/1",
        f"/Binary/{SPACE}.x",
        f"Observation/{SPACE}.x#part",
    ],
)
@pytest.mark.parametrize("name", ["reference", "url"])
def test_every_spelling_that_leads_to_a_space_is_seen_at_any_depth(link, name):
    deep = {"resourceType": "Basic", "extension": [{"x": [{"y": {name: link}}]}]}
    assert references.spaces(deep) == {SPACE}


@pytest.mark.parametrize(
    "link", [f"Practitioner/{SPACE}", "Patient/x", f"patient/{SPACE}", "#a", "", f"Patient/{SPACE}x", "é" * 80]
)
def test_what_leads_to_no_space_is_none(link):
    assert references.spaces({"resourceType": "Basic", "subject": {"reference": link}}) == set()


def test_links_are_rewritten_and_nothing_else():
    told = {"a": "urn:uuid:1", "b": {"reference": "urn:uuid:1"}, "c": [{"url": "urn:uuid:1"}, {"reference": "x"}]}
    rewritten = references.rewrite(told, {"urn:uuid:1": "Patient/2"})
    assert rewritten == {
        "a": "urn:uuid:1",
        "b": {"reference": "Patient/2"},
        "c": [{"url": "Patient/2"}, {"reference": "x"}],
    }
