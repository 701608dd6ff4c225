"""$document: a Composition and what it refers to, as the reader may see it."""

import uuid

import pytest

from hygie.fhir.core import json
from hygie.fhir.core.validation import validate
from hygie.lib import clock
from hygie.record import actions as record
from hygie.trace.models import Entry
from hygie.trace.types import Event
from tests import factories
from tests.hygie.api.conftest import code_of, observation

LOINC = "http://loinc.org"


def composition(patient_id, *entries, author=None):
    return {
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": LOINC, "code": "34133-9"}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "date": "2026-03-16",
        "author": [author or {"display": "Un auteur"}],
        "title": "Compte rendu",
        **({"section": [{"title": "Mesures", "entry": [{"reference": each}]} for each in entries]} if entries else {}),
    }


def create(software, resource):
    answer = software.post(f"/fhir/{resource['resourceType']}", resource)
    assert answer.status_code == 201, answer.content
    return answer.json()


def address(resource):
    return f"{resource['resourceType']}/{resource['id']}"


def test_a_document_holds_what_its_composition_refers_to(bench, patient_id):
    doctor = create(bench, {"resourceType": "Practitioner", "name": [{"family": "MARTIN"}]})
    specimen = create(
        bench, {"resourceType": "Specimen", "subject": {"reference": f"Patient/{patient_id}"}, "status": "available"}
    )
    weight = create(bench, observation(patient_id, specimen={"reference": address(specimen)}))
    create(bench, observation(patient_id))
    told = composition(patient_id, address(weight), author={"reference": address(doctor)})
    first = create(bench, told)
    answer = bench.get(f"/fhir/{address(first)}/$document")
    assert answer.status_code == 200, answer.content
    bundle = answer.json()
    assert bundle["type"] == "document"
    uuid.UUID(bundle["identifier"]["value"].removeprefix("urn:uuid:"))
    assert bundle["timestamp"]
    found = [address(each["resource"]) for each in bundle["entry"]]
    assert found[0] == address(first)
    assert sorted(found) == sorted([*map(address, [first, weight, specimen, doctor]), f"Patient/{patient_id}"])
    assert all(each["fullUrl"].endswith(address(each["resource"])) for each in bundle["entry"])
    assert bundle["entry"][0]["resource"] == first
    faults = validate(json.read_object(answer.content), invariants=True)
    assert [each for each in faults if each.severity == "error"] == []
    again = bench.get(f"/fhir/{address(first)}/$document?persist=false").json()
    assert again["identifier"] != bundle["identifier"]
    told = Entry.objects.filter(event=Event.DOCUMENT_ASSEMBLED)
    assert {(str(each.space_id), each.object) for each in told} == {(patient_id, first["id"].partition(".")[2])}


def test_references_in_a_ring_end(bench, patient_id):
    first = create(bench, composition(patient_id))
    second = create(bench, composition(patient_id, address(first)))
    told = composition(patient_id, address(second)) | {"id": first["id"]}
    assert bench.call("PUT", f"/fhir/{address(first)}", json.write(told)).status_code == 200
    found = bench.get(f"/fhir/{address(first)}/$document").json()["entry"]
    assert [each["resource"]["resourceType"] for each in found] == ["Composition", "Patient", "Composition"]


@pytest.fixture
def summary(doctor, world):
    """A Composition of the doctor, that refers to a deposited document."""
    receipt = doctor.deposit(factories.cda()).json()
    target = f"DocumentReference/{receipt['document_id']}"
    author = {"reference": f"Practitioner/{world.doctor.professional_id}"}
    return create(doctor, composition(world.space_id, target, author=author)), receipt["document_id"]


def types_of(answer):
    assert answer.status_code == 200, answer.content
    return [each["resource"]["resourceType"] for each in answer.json()["entry"]]


def test_what_is_hidden_is_left_out_like_what_is_gone(software, doctor, world, summary):
    first, document_id = summary
    path = f"/fhir/{address(first)}/$document"
    nurse = software.acting_for(world.nurse)
    assert types_of(nurse.get(path)) == ["Composition", "Patient", "Practitioner", "DocumentReference"]
    record.hide_document(world.lea, world.space_id, document_id.partition(".")[2], now=clock.now())
    hidden = nurse.get(path)
    assert types_of(hidden) == ["Composition", "Patient", "Practitioner"]
    assert types_of(doctor.get(path)) == ["Composition", "Patient", "Practitioner", "DocumentReference"]


def test_scopes_narrow_a_document(software, world, summary):
    first, _ = summary
    narrow = software.acting_for(world.doctor, "user/Composition.rs user/Patient.rs")
    assert types_of(narrow.get(f"/fhir/{address(first)}/$document")) == ["Composition", "Patient"]
    none = software.acting_for(world.doctor, "user/Patient.rs")
    assert code_of(none.get(f"/fhir/{address(first)}/$document")) == "client.scope"


def test_what_is_not_done_is_said(bench, patient_id, doctor, software, world):
    first = create(bench, composition(patient_id))
    path = f"/fhir/{address(first)}/$document"
    for query in ("persist=true", "persist=peut-%C3%AAtre", "id=Composition/1", "graph=x", "licorne=1"):
        answer = bench.get(f"{path}?{query}")
        assert (answer.status_code, code_of(answer)) == (400, "document-parameter"), query
    assert bench.post(path, {"resourceType": "Parameters"}).status_code == 405
    assert bench.get("/fhir/Composition/$document").status_code == 404
    assert bench.get(f"/fhir/Composition/{patient_id}.{'a' * 24}/$document").status_code == 404
    assert doctor.get(path).status_code == 403
    bench.call("DELETE", f"/fhir/{address(first)}")
    assert bench.get(path).status_code == 410
