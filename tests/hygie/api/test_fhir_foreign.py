"""T-03: an id of another space, in the address, the body, a reference or meta, changes nothing anywhere.

CVE-2026-25744, CVE-2026-102940: what a client writes never chooses whose data it touches.
"""

import json

import pytest
from django.db import connection

from hygie.record import actions
from tests import factories
from tests.hygie.api.conftest import code_of, observation


@pytest.fixture
def other(bench):
    """Another test space, with a resource in it."""
    patient = bench.post("/fhir/Patient", {"resourceType": "Patient", "name": [{"family": "AUTRE"}]}).json()["id"]
    return bench.post("/fhir/Observation", observation(patient)).json()


@pytest.fixture
def own(bench, patient_id):
    return bench.post("/fhir/Observation", observation(patient_id)).json()


def everything():
    """All current and former resources, as the database holds them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT space_id, type, id, version, deleted, body FROM fhir_resource ORDER BY 1, 2, 3")
        rows = cursor.fetchall()
        cursor.execute("SELECT space_id, type, id, version FROM fhir_version ORDER BY 1, 2, 3, 4")
        return [tuple(map(str, row)) for row in rows + cursor.fetchall()]


def changes(own, other):
    """Bodies that name somebody else, each in its own way."""
    foreign, patient = other["id"], other["subject"]["reference"]
    return {
        "subject": own | {"subject": {"reference": patient}},
        "absolute subject": own | {"subject": {"reference": f"http://127.0.0.1:8000/fhir/{patient}"}},
        "versioned subject": own | {"subject": {"reference": f"{patient}/_history/1"}},
        "reference": own | {"hasMember": [{"reference": f"Observation/{foreign}"}]},
        "performer": own | {"performer": [{"reference": patient}]},
        "contained": own
        | {"contained": [observation(patient.partition("/")[2], id="c")], "hasMember": [{"reference": "#c"}]},
        "extension": own | {"extension": [{"url": "urn:x", "valueReference": {"reference": patient}}]},
        "no subject": {name: value for name, value in own.items() if name != "subject"},
    }


NAMES = list(changes({}, {"id": "", "subject": {"reference": ""}}))


@pytest.mark.parametrize("name", NAMES)
def test_a_body_that_names_somebody_else_writes_nothing(bench, own, other, name):
    body = changes(own, other)[name]
    before = everything()
    path = f"/fhir/Observation/{own['id']}"
    patch = [{"op": "add", "path": f"/{key}", "value": value} for key, value in body.items() if own.get(key) != value]
    patch += [{"op": "remove", "path": f"/{key}"} for key in own.keys() - body.keys()]
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"request": {"method": "PUT", "url": f"Observation/{own['id']}"}, "resource": body}],
    }
    for answer in (
        bench.call("PUT", path, json.dumps(body).encode()),
        bench.call("PATCH", path, json.dumps(patch).encode(), "application/json-patch+json"),
        bench.post("/fhir", bundle),
    ):
        assert (answer.status_code, code_of(answer)) == (422, "patient-required"), name
    assert everything() == before


@pytest.mark.parametrize("name", ["reference", "performer", "contained", "extension", "no subject"])
def test_a_creation_that_points_to_somebody_else_is_refused(bench, own, other, name):
    body = changes(own, other)[name]
    before = everything()
    assert code_of(bench.post("/fhir/Observation", body)) == "patient-required"
    batch = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "POST", "url": "Observation"}, "resource": body}],
    }
    assert bench.post("/fhir", batch).json()["entry"][0]["response"]["status"] == "422"
    assert everything() == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_an_id_in_the_body_does_not_choose_the_row(bench, own, other, method):
    """The address is ours, the body says another's id; then the other way round."""
    before = everything()
    path = f"/fhir/Observation/{own['id']}"
    stolen = own | {"id": other["id"], "meta": other["meta"], "status": "amended"}
    if method == "PUT":
        assert code_of(bench.call("PUT", path, json.dumps(stolen).encode())) == "id-mismatch"
        moved = other | {"subject": own["subject"]}
        answer = bench.call("PUT", f"/fhir/Observation/{other['id']}", json.dumps(moved).encode())
        assert code_of(answer) == "patient-required"
    elif method == "PATCH":
        patch = [{"op": "replace", "path": "/id", "value": other["id"]}]
        answer = bench.call("PATCH", path, json.dumps(patch).encode(), "application/json-patch+json")
        assert code_of(answer) == "patch-identity"
    else:
        # Another type, or the local id under one's own space, is another resource: there is nothing to delete.
        local = other["id"].partition(".")[2]
        space = own["id"].partition(".")[0]
        assert bench.call("DELETE", f"/fhir/Observation/{space}.{local}").status_code == 204
        assert bench.call("DELETE", f"/fhir/Condition/{other['id']}").status_code == 204
    assert everything() == before


def test_a_real_record_is_closed_to_test_software_in_every_way(bench, doctor, world):
    """Whatever the id, absent or not: the same refusal."""
    document = doctor.deposit(factories.cda(sections=factories.ALLERGY_SECTION)).json()["document_id"]
    before = everything()
    for id in (document, f"{world.space_id}.aaaabbbbccccddddeeeeffff"):
        body = json.dumps(observation(str(world.space_id), id=id)).encode()
        answers = [
            bench.get(f"/fhir/DocumentReference/{id}"),
            bench.get(f"/fhir/DocumentReference/{id}/_history"),
            bench.get(f"/fhir/DocumentReference/{id}/_history/1"),
            bench.get(f"/fhir/Binary/{id}"),
            bench.call("PUT", f"/fhir/Observation/{id}", body),
            bench.call("DELETE", f"/fhir/DocumentReference/{id}"),
            bench.call("PATCH", f"/fhir/Observation/{id}", b"[]", "application/json-patch+json"),
            bench.post("/fhir/Observation", observation(str(world.space_id))),
            bench.get(f"/fhir/Patient/{world.space_id}/$everything"),
            bench.get(f"/fhir/Patient/{world.space_id}"),
        ]
        assert {(answer.status_code, code_of(answer)) for answer in answers} == {(403, "default.refused")}
    assert everything() == before


def test_a_document_its_file_and_its_entries_do_not_change(doctor, world):
    document = doctor.deposit(factories.cda(sections=factories.ALLERGY_SECTION)).json()["document_id"]
    allergy = doctor.get(f"/fhir/AllergyIntolerance?patient={world.space_id}").json()["entry"][0]["resource"]
    reference = doctor.get(f"/fhir/DocumentReference/{document}").json()
    before = everything()
    for resource in (allergy, reference):
        path = f"/fhir/{resource['resourceType']}/{resource['id']}"
        put = doctor.call("PUT", path, json.dumps(resource | {"language": "fr"}).encode())
        deleted = doctor.call("DELETE", path)
        assert {(each.status_code, code_of(each)) for each in (put, deleted)} == {(405, "document-immutable")}
    file = doctor.call("DELETE", f"/fhir/Binary/{document}")
    assert (file.status_code, code_of(file)) == (405, "document-immutable")
    assert everything() == before


def test_what_is_hidden_answers_as_what_never_was(doctor, software, world):
    """R-10: to who may not see a document, it, its file, its versions and its entries are absent, to the byte."""
    document = doctor.deposit(factories.cda(sections=factories.ALLERGY_SECTION)).json()["document_id"]
    allergy = doctor.get(f"/fhir/AllergyIntolerance?patient={world.space_id}").json()["entry"][0]["resource"]["id"]
    actions.hide_document(world.lea, world.space_id, document.partition(".")[2], now=world.now)
    nurse = software.acting_for(world.nurse)
    absent = f"{world.space_id}.aaaabbbbccccddddeeeeffff"

    def answers(document_id, allergy_id):
        for type, id in (
            ("DocumentReference", document_id),
            ("Binary", document_id),
            ("AllergyIntolerance", allergy_id),
        ):
            path = f"/fhir/{type}/{id}"
            body = json.dumps({"resourceType": type, "id": id}).encode()
            for answer in (
                nurse.get(path),
                nurse.get(f"{path}/_history"),
                nurse.get(f"{path}/_history/1"),
                nurse.get(f"{path}/$meta"),
                nurse.call("PUT", path, body),
                nurse.call("PATCH", path, b"[]", "application/json-patch+json"),
                nurse.call("DELETE", path),
                nurse.call("DELETE", path, **{"If-Match": 'W/"1"'}),
            ):
                yield answer.status_code, answer.content, answer.get("ETag")
        yield nurse.get(f"/fhir/Patient/{world.space_id}/$everything").content

    assert list(answers(document, allergy)) == list(answers(absent, absent))


class TestPatchOfADocument:
    """PDSm TD3.3: only status and securityLabel, only by its author."""

    def patch(self, software, id, *operations):
        body = json.dumps(operations).encode()
        return software.call("PATCH", f"/fhir/DocumentReference/{id}", body, "application/json-patch+json")

    @pytest.fixture
    def document(self, doctor, world):
        return doctor.deposit(factories.cda(author=world.doctor.idnps)).json()["document_id"]

    def test_its_author_says_that_it_was_an_error(self, doctor, document):
        answer = self.patch(doctor, document, {"op": "replace", "path": "/status", "value": "entered-in-error"})
        assert (answer.status_code, answer.json()["status"], answer["ETag"]) == (200, "entered-in-error", 'W/"2"')

    def test_nothing_else_of_it_changes(self, doctor, document):
        answer = self.patch(doctor, document, {"op": "add", "path": "/description", "value": "x"})
        assert (answer.status_code, code_of(answer)) == (405, "document-immutable")

    def test_somebody_else_does_not(self, doctor, document, software, world):
        nurse = software.acting_for(world.nurse)
        answer = self.patch(nurse, document, {"op": "replace", "path": "/status", "value": "entered-in-error"})
        assert (answer.status_code, code_of(answer)) in {(403, "patch-not-author"), (404, "not-found")}


class TestAProfessional:
    def test_of_the_team_writes_reads_changes_and_removes_its_own(self, doctor, world):
        made = doctor.post("/fhir/Observation", observation(str(world.space_id)))
        assert made.status_code == 201, made.content
        path = f"/fhir/Observation/{made.json()['id']}"
        assert doctor.get(path).status_code == 200
        assert doctor.call("PUT", path, json.dumps(made.json() | {"status": "amended"}).encode()).status_code == 200
        assert doctor.call("DELETE", path).status_code == 204

    def test_does_not_change_what_another_wrote(self, doctor, software, world):
        made = doctor.post("/fhir/Observation", observation(str(world.space_id))).json()
        nurse = software.acting_for(world.nurse)
        path = f"/fhir/Observation/{made['id']}"
        for answer in (nurse.call("PUT", path, json.dumps(made).encode()), nurse.call("DELETE", path)):
            assert (answer.status_code, code_of(answer)) in {
                (403, "professional.not-author"),
                (403, "professional.writes-nothing"),
            }

    def test_does_not_open_a_space(self, doctor):
        answer = doctor.post("/fhir/Patient", {"resourceType": "Patient"})
        assert (answer.status_code, code_of(answer)) == (403, "space-not-opened")

    def test_without_the_scope_writes_nothing(self, software, world):
        reader = software.acting_for(world.doctor, scope="user/Observation.rs")
        answer = reader.post("/fhir/Observation", observation(str(world.space_id)))
        assert (answer.status_code, code_of(answer)) == (403, "client.scope")
