"""Ways of asking that clients have and R4 only allows: found by running them (tests/clients)."""

from typing import Any

import pytest

from tests.hygie.api.conftest import code_of, observation

MERGE = "application/merge-patch+json"


@pytest.fixture
def made(bench: Any, patient_id: str) -> dict[str, Any]:
    return dict(bench.post("/fhir/Observation", observation(patient_id, note=[{"text": "a"}])).json())


@pytest.mark.parametrize("content_type", [MERGE, "application/json"])
def test_a_merge_patch_changes_the_members_that_it_tells(bench: Any, made: dict[str, Any], content_type: str) -> None:
    body = b'{"status":"amended","note":null,"valueQuantity":{"value":1.50}}'
    answer = bench.call("PATCH", f"/fhir/Observation/{made['id']}", body, content_type)
    assert answer.status_code == 200, answer.content
    changed = answer.json()
    assert (changed["status"], "note" in changed, changed["meta"]["versionId"]) == ("amended", False, "2")
    assert b'"value":1.50' in answer.content


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"[]", MERGE, 422, "patch"),
        (b'{"id":"x"}', MERGE, 400, "patch-identity"),
        (b'{"resourceType":"Patient"}', MERGE, 400, "patch-identity"),
        (b'{"status":null}', MERGE, 422, "missing"),
        (b'{"status":"amended"}', "application/fhir+json", 422, "patch"),
    ],
)
def test_a_merge_patch_is_refused(
    bench: Any, made: dict[str, Any], body: bytes, content_type: str, status: int, code: str
) -> None:
    answer = bench.call("PATCH", f"/fhir/Observation/{made['id']}", body, content_type)
    assert (answer.status_code, code_of(answer)) in {(status, code), (422, code)}
    assert bench.get(f"/fhir/Observation/{made['id']}").json() == made


def test_a_criterion_in_the_address_of_a_creation_is_one(bench: Any, patient_id: str) -> None:
    identifier = [{"system": "urn:x", "value": "1"}]
    address = f"/fhir/Observation?patient={patient_id}&identifier=urn:x|1&_format=json"
    first = bench.post(address, observation(patient_id, identifier=identifier))
    second = bench.post(address, observation(patient_id, identifier=identifier))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()


def test_the_compartment_of_a_patient_is_searched(bench: Any, made: dict[str, Any], patient_id: str) -> None:
    answer = bench.get(f"/fhir/Patient/{patient_id}/Observation?status=final")
    assert [each["resource"]["id"] for each in answer.json()["entry"]] == [made["id"]]
    assert bench.get(f"/fhir/Patient/{patient_id}/Observation?status=amended").json()["total"] == 0
    assert bench.get(f"/fhir/Patient/{patient_id}/Organization").status_code == 404
    assert bench.get("/fhir/Patient/00000000-0000-4000-8000-000000000001/Observation").status_code == 403


def test_a_file_is_answered_without_its_bytes(bench: Any, patient_id: str) -> None:
    context = {"X-Security-Context": f"Patient/{patient_id}"}
    answer = bench.post("/fhir/Binary", b"bonjour", "text/plain", **context)
    told = answer.json()
    assert (answer.status_code, told["contentType"], "data" in told) == (201, "text/plain", False)
    assert told["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert bench.get(f"/fhir/Binary/{told['id']}").content == b"bonjour"
    whole = bench.post("/fhir/Binary", b"bonjour", "text/plain", Prefer="return=representation", **context).json()
    assert whole["data"] == "Ym9uam91cg=="


@pytest.mark.parametrize(
    "moment", ["0001", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:60.999-12:00", "2026-06-30T23:59:60Z"]
)
def test_the_ends_of_time_are_kept_and_found(bench: Any, patient_id: str, moment: str) -> None:
    made = bench.post("/fhir/Observation", observation(patient_id, effectiveDateTime=moment))
    assert made.status_code == 201, made.content
    found = bench.get(f"/fhir/Observation?patient={patient_id}&date=ge0001&_sort=date").json()
    assert [each["resource"]["effectiveDateTime"] for each in found["entry"]] == [moment]


@pytest.mark.parametrize("digits", ["0.000000001", "1e5", "-0", "-0.0", "1E+400", "72.50", "12345678901234567890.123"])
def test_a_decimal_is_given_back_as_it_came(bench: Any, patient_id: str, digits: str) -> None:
    body = (
        f'{{"resourceType":"Observation","status":"final","code":{{"text":"x"}},"subject":{{"reference":"Patient/{patient_id}"}},'
        f'"valueQuantity":{{"value":{digits}}}}}'
    )
    made = bench.post("/fhir/Observation", body.encode())
    assert made.status_code == 201, made.content
    read = bench.get(f"/fhir/Observation/{made.json()['id']}").content
    assert f'"valueQuantity":{{"value":{digits}}}'.encode() in read
    xml = bench.get(f"/fhir/Observation/{made.json()['id']}?_format=xml").content
    assert f'<value value="{digits}"/>'.encode() in xml
    assert bench.get(f"/fhir/Observation?patient={patient_id}").content.count(digits.encode()) >= 1
