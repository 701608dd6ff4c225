"""fhirpy (PyPI), synchronous and asynchronous, unpatched."""

import asyncio
import warnings
from typing import Any

import fhirpy
import pytest
from fhirpy.base import exceptions as refused

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
LOINC = "http://loinc.org"


@pytest.fixture(scope="module")
def client(target: dict[str, Any], token: str) -> fhirpy.SyncFHIRClient:
    return fhirpy.SyncFHIRClient(f"{target['base_url']}/fhir", authorization=f"Bearer {token}")


@pytest.fixture
def patient(client: fhirpy.SyncFHIRClient) -> Any:
    return client.resource("Patient", name=[{"family": "FHIRPY", "given": ["Zoé"]}], birthDate="1980-02-03").save()


def pulse(client: fhirpy.SyncFHIRClient, patient: Any, value: int, **more: Any) -> Any:
    told = {"status": "final", "code": {"coding": [{"system": LOINC, "code": "8867-4"}]}}
    quantity = {"value": value, "system": "http://unitsofmeasure.org", "code": "/min"}
    return client.resource("Observation", subject=patient.to_reference(), valueQuantity=quantity, **(told | more))


def test_create_read_update_and_delete(client: fhirpy.SyncFHIRClient, patient: Any) -> None:
    made = pulse(client, patient, 60).save()
    assert made["meta"]["versionId"] == "1"
    read = client.reference("Observation", made.id).to_resource()
    assert read.serialize() == made.serialize()
    read["status"] = "amended"
    read.save()
    assert read["meta"]["versionId"] == "2"
    made.refresh()
    assert made["status"] == "amended"
    made.refresh()  # It asks for what is newer than what it has.
    assert made["meta"]["versionId"] == "2"
    assert patient.to_reference().to_resource()["name"][0]["family"] == "FHIRPY"
    made.delete()
    with pytest.raises(refused.ResourceNotFound):
        client.reference("Observation", made.id).to_resource()


def test_patch_by_the_members_to_change(client: fhirpy.SyncFHIRClient, patient: Any) -> None:
    made = pulse(client, patient, 60, note=[{"text": "au repos"}]).save()
    changed = client.patch("Observation", made.id, status="amended", note=None)
    assert (changed["status"], changed["meta"]["versionId"], "note" in changed) == ("amended", "2", False)
    assert changed["valueQuantity"] == made["valueQuantity"]


def test_search_with_paging(client: fhirpy.SyncFHIRClient, patient: Any) -> None:
    for value in range(60, 67):
        pulse(client, patient, value).save()
    search = client.resources("Observation").search(patient=patient.id, code=f"{LOINC}|8867-4").limit(3)
    found = search.fetch_all()
    assert sorted(each["valueQuantity"]["value"] for each in found) == list(range(60, 67))
    assert len(search.fetch()) == 3
    assert search.count() == 7
    assert search.search(value_quantity__gt=65).first()["valueQuantity"]["value"] == 66
    assert search.search(value_quantity__gt=70).first() is None
    with_patient = (
        client.resources("Observation").search(patient=patient.id).include("Observation", "subject").fetch_raw()
    )
    assert {each["resource"]["resourceType"] for each in with_patient["entry"]} == {"Observation", "Patient"}


def test_conditional_create_and_update(client: fhirpy.SyncFHIRClient, patient: Any) -> None:
    def asked(value: str) -> Any:
        return client.resources("Observation").search(patient=patient.id, identifier=f"urn:essai|{value}")

    identifier = [{"system": "urn:essai", "value": "f-1"}]
    first, is_new = asked("f-1").get_or_create(pulse(client, patient, 60, identifier=identifier))
    second, is_new_again = asked("f-1").get_or_create(pulse(client, patient, 61, identifier=identifier))
    assert (first.id == second.id, is_new, is_new_again) == (True, True, False)
    identifier = [{"system": "urn:essai", "value": "f-2"}]
    asked("f-2").update(pulse(client, patient, 70, identifier=identifier))
    changed, made = asked("f-2").update(pulse(client, patient, 71, identifier=identifier))
    assert (changed["valueQuantity"]["value"], changed["meta"]["versionId"], made) == (71, "2", False)
    assert asked("f-2").get()["valueQuantity"]["value"] == 71
    patched = asked("f-2").patch(status="amended")
    assert patched["status"] == "amended"
    asked("f-2").delete()
    with pytest.raises(refused.ResourceNotFound):
        asked("f-2").get()


def test_operations_transaction_and_history(client: fhirpy.SyncFHIRClient, patient: Any) -> None:
    assert pulse(client, patient, 1, category=_vital_signs()).is_valid()
    with pytest.raises(refused.OperationOutcome):
        pulse(client, patient, 1, status="done").is_valid(raise_exception=True)
    full_url = "urn:uuid:3f1f1f9e-7d0c-4f0e-9f1d-8a5f9a1d6c01"
    visit = client.resource(
        "Encounter", status="finished", subject=patient.to_reference(), **{"class": {"code": "AMB"}}
    )
    linked = pulse(client, patient, 2, encounter={"reference": full_url})
    entries = [
        {"fullUrl": full_url, "resource": visit.serialize(), "request": {"method": "POST", "url": "Encounter"}},
        {"resource": linked.serialize(), "request": {"method": "POST", "url": "Observation"}},
    ]
    done = client.resource("Bundle", type="transaction", entry=entries).save()
    assert [each["response"]["status"][:3] for each in done["entry"]] == ["201", "201"]
    everything = patient.execute("$everything", method="get")
    assert {each["resource"]["resourceType"] for each in everything["entry"]} == {"Patient", "Encounter", "Observation"}
    history = patient.execute("_history", method="get")
    assert history["type"] == "history"


def test_refusals_are_told(client: fhirpy.SyncFHIRClient, patient: Any) -> None:
    with pytest.raises(refused.OperationOutcome, match="binding"):
        pulse(client, patient, 1, status="done").save()
    with pytest.raises(refused.ResourceNotFound):
        client.reference("Practitioner", "none").to_resource()
    stranger = fhirpy.SyncFHIRClient(client.url, authorization="Bearer none")
    with pytest.raises(refused.AuthorizationError):
        stranger.reference("Patient", patient.id).to_resource()


def test_at_once(target: dict[str, Any], token: str) -> None:
    async def run() -> list[int]:
        client = fhirpy.AsyncFHIRClient(f"{target['base_url']}/fhir", authorization=f"Bearer {token}")
        patient = await client.resource("Patient", name=[{"family": "ASYNC"}]).save()
        told = {"status": "final", "code": {"text": "pas"}, "subject": patient.to_reference()}
        await asyncio.gather(*(client.resource("Observation", valueInteger=n, **told).save() for n in range(8)))
        search = client.resources("Observation").search(patient=patient.id).sort("_id").limit(3)
        return sorted([each["valueInteger"] async for each in search])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert asyncio.run(run()) == list(range(8))


def _vital_signs() -> list[dict[str, Any]]:
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    return [{"coding": [{"system": system, "code": "vital-signs"}]}]
