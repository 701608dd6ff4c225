"""fhirclient (SMART Health IT, PyPI), unpatched."""

import uuid
from typing import Any

import pytest
from fhirclient import client as smart
from fhirclient.models.bundle import Bundle
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirclient.models.practitioner import Practitioner
from fhirclient.server import FHIRNotFoundException, FHIRUnauthorizedException
from requests import HTTPError

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@pytest.fixture(scope="module")
def server(target: dict[str, Any], token: str) -> Any:
    client = smart.FHIRClient(settings={"app_id": "essai", "api_base": f"{target['base_url']}/fhir"})
    client.server.session.headers["Authorization"] = f"Bearer {token}"
    return client.server


@pytest.fixture(scope="module")
def patient(server: Any) -> Patient:
    made = Patient({"resourceType": "Patient", "name": [{"family": "SMART"}]}).create(server)
    return Patient(made)


def weight(patient: Patient, value: float, **more: Any) -> Observation:
    told = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "poids"},
        "subject": {"reference": f"Patient/{patient.id}"},
        "valueQuantity": {"value": value, "unit": "kg"},
    }
    return Observation(told | more)


def test_the_capability_statement_is_understood(server: Any) -> None:
    statement = server.capabilityStatement
    assert statement.fhirVersion == "4.0.1"
    assert len(statement.rest[0].resource) > 140


def test_create_read_update_and_delete(server: Any, patient: Patient) -> None:
    made = Observation(weight(patient, 60).create(server))
    read = Observation.read(made.id, server)
    assert read.as_json() == made.as_json()
    assert read.subject.resolved(Patient).name[0].family == "SMART"
    read.status = "amended"
    assert read.update(server)["meta"]["versionId"] == "2"
    read.delete(server)
    with pytest.raises(HTTPError, match="410"):
        Observation.read(made.id, server)


def test_search_with_paging(server: Any, patient: Patient) -> None:
    code = str(uuid.uuid4())
    for value in range(7):
        weight(patient, value, code={"coding": [{"system": "urn:essai", "code": code}]}).create(server)
    search = Observation.where({"patient": patient.id, "code": f"urn:essai|{code}", "_count": "2"})
    found = [each.valueQuantity.value for each in search.perform_resources_iter(server)]
    assert sorted(found) == list(range(7))
    first = search.perform(server)
    assert (first.type, first.total, len(first.entry)) == ("searchset", 7, 2)


def test_a_transaction(server: Any, patient: Patient) -> None:
    entries = [
        {"resource": weight(patient, value).as_json(), "request": {"method": "POST", "url": "Observation"}}
        for value in (1.5, 2.25)
    ]
    bundle = Bundle({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    answer = Bundle(server.post_json("", bundle.as_json()).json())
    assert [each.response.status[:3] for each in answer.entry] == ["201", "201"]


def test_what_is_not_here(server: Any, target: dict[str, Any]) -> None:
    with pytest.raises(FHIRNotFoundException):
        Practitioner.read("none", server)
    stranger = smart.FHIRClient(settings={"app_id": "essai", "api_base": f"{target['base_url']}/fhir"})
    with pytest.raises(FHIRUnauthorizedException):
        Practitioner.read("none", stranger.server)
