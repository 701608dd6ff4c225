"""create, update, patch, delete and their conditional forms: status, headers and issue. docs/reference/fhir.md"""

import json

import pytest

from tests.hygie.api.conftest import code_of, observation

JSON_PATCH = "application/json-patch+json"
PRACTITIONER = {"resourceType": "Practitioner", "name": [{"family": "ESSAI"}]}


def put(bench, resource, **headers):
    return bench.call(
        "PUT", f"/fhir/{resource['resourceType']}/{resource['id']}", json.dumps(resource).encode(), **headers
    )


def patched(bench, id, *operations, **headers):
    return bench.call("PATCH", f"/fhir/Observation/{id}", json.dumps(operations).encode(), JSON_PATCH, **headers)


@pytest.fixture
def weight(bench, patient_id):
    return bench.post("/fhir/Observation", observation(patient_id)).json()


class TestCreate:
    def test_answers_with_the_address_the_version_and_the_resource(self, bench, patient_id):
        answer = bench.post("/fhir/Observation", observation(patient_id, id="mine", meta={"versionId": "7"}))
        told = answer.json()
        assert (answer.status_code, answer["ETag"], told["meta"]["versionId"]) == (201, 'W/"1"', "1")
        assert answer["Location"].endswith(f"/fhir/Observation/{told['id']}/_history/1")
        assert told["id"].startswith(f"{patient_id}.")
        assert bench.get(f"/fhir/Observation/{told['id']}").content == answer.content

    def test_keeps_every_digit(self, bench, patient_id):
        body = json.dumps(observation(patient_id)).replace("72.5", "72.500").encode()
        answer = bench.post("/fhir/Observation", body)
        assert b'"value":72.500' in bench.get(f"/fhir/Observation/{answer.json()['id']}").content

    @pytest.mark.parametrize(
        ("prefer", "kind"),
        [
            ("return=minimal", None),
            ("return=representation", "Observation"),
            ("return=OperationOutcome", "OperationOutcome"),
        ],
    )
    def test_gives_what_is_preferred(self, bench, patient_id, prefer, kind):
        answer = bench.post("/fhir/Observation", observation(patient_id), Prefer=prefer)
        assert answer.status_code == 201
        assert (answer.json()["resourceType"] if answer.content else None) == kind

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"status": None}, 422, None),
            ({"status": "invented"}, 422, None),
            ({"dog": True}, 422, None),
            ({"subject": None}, 422, "patient-required"),
            ({"subject": {"reference": "Group/1"}}, 422, "patient-required"),
            ({"subject": {"display": "somebody"}}, 422, "patient-required"),
            ({"resourceType": "Condition"}, 400, "type-mismatch"),
        ],
    )
    def test_refuses_what_is_not_right(self, bench, patient_id, change, status, code):
        body = {name: value for name, value in (observation(patient_id) | change).items() if value is not None}
        answer = bench.post("/fhir/Observation", body)
        assert answer.status_code == status
        assert code is None or code_of(answer) == code
        assert answer.json()["issue"][0]["severity"] == "error"

    @pytest.mark.parametrize(
        ("body", "content_type", "status"),
        [
            (b"{", "application/fhir+json", 400),
            (b"[]", "application/fhir+json", 400),
            (b'{"resourceType":"Observation","resourceType":"Observation"}', "application/fhir+json", 400),
            (b"{}", "application/fhir+json", 400),
            (b"<a/>", "application/fhir+xml", 400),
            (b"{}", "text/plain", 415),
        ],
    )
    def test_refuses_what_cannot_be_read(self, bench, body, content_type, status):
        assert bench.post("/fhir/Observation", body, content_type).status_code == status

    @pytest.mark.parametrize("type", ["Bundle", "Parameters", "OperationOutcome", "Dog"])
    def test_of_a_type_that_is_not_kept(self, bench, type):
        assert code_of(bench.post(f"/fhir/{type}", {"resourceType": type})) == "route-unknown"

    def test_all_faults_are_told_together(self, bench, patient_id):
        answer = bench.post("/fhir/Observation", {"resourceType": "Observation", "dog": 1})
        assert len(answer.json()["issue"]) >= 3


class TestConditionalCreate:
    def once(self, bench, patient_id, value="1"):
        sent = observation(patient_id, identifier=[{"system": "urn:x", "value": value}])
        return bench.post("/fhir/Observation", sent, **{"If-None-Exist": f"identifier=urn:x|{value}"})

    def test_creates_once_and_finds_it_again(self, bench, patient_id):
        first, second = self.once(bench, patient_id), self.once(bench, patient_id)
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json()["id"] == second.json()["id"]
        assert self.once(bench, patient_id, "2").status_code == 201

    def test_of_several_matches_fails(self, bench, patient_id):
        for _ in range(2):
            bench.post("/fhir/Observation", observation(patient_id, identifier=[{"system": "urn:x", "value": "1"}]))
        answer = self.once(bench, patient_id)
        assert (answer.status_code, code_of(answer)) == (412, "several-matches")

    @pytest.mark.parametrize("criterion", ["?", "_count=1", "dog=1"])
    def test_of_a_criterion_that_names_nothing(self, bench, patient_id, criterion):
        answer = bench.post("/fhir/Observation", observation(patient_id), **{"If-None-Exist": criterion})
        assert answer.status_code in (201, 400) and (answer.status_code == 400) == (criterion != "?")


class TestUpdate:
    def test_makes_the_next_version(self, bench, weight):
        answer = put(bench, weight | {"status": "amended"}, **{"If-Match": 'W/"1"'})
        assert (answer.status_code, answer["ETag"], answer.json()["meta"]["versionId"]) == (200, 'W/"2"', "2")

    def test_of_the_same_content_changes_nothing(self, bench, weight):
        for _ in range(2):
            answer = put(bench, weight)
            assert (answer.status_code, answer["ETag"]) == (200, 'W/"1"')

    @pytest.mark.parametrize("if_match", ['W/"2"', '"0"', "W/1", "x"])
    def test_of_another_version_fails(self, bench, weight, if_match):
        answer = put(bench, weight | {"status": "amended"}, **{"If-Match": if_match})
        assert (answer.status_code, code_of(answer)) == (412, "version")

    def test_as_create_is_off(self, bench, patient_id, weight):
        answer = put(bench, weight | {"id": f"{patient_id}.aaaabbbbccccddddeeeeffff"})
        assert (answer.status_code, code_of(answer), answer["Allow"]) == (405, "update-as-create", "GET, HEAD")

    def test_of_what_was_deleted_is_gone(self, bench, weight):
        bench.call("DELETE", f"/fhir/Observation/{weight['id']}")
        assert put(bench, weight).status_code == 410

    def test_of_another_id_in_the_body(self, bench, weight):
        body = json.dumps(weight | {"id": "other"}).encode()
        answer = bench.call("PUT", f"/fhir/Observation/{weight['id']}", body)
        assert (answer.status_code, code_of(answer)) == (400, "id-mismatch")

    def test_of_the_patient_of_a_test_space(self, bench, patient_id):
        patient = bench.get(f"/fhir/Patient/{patient_id}").json()
        assert put(bench, patient | {"gender": "female"}).status_code == 200
        assert bench.get(f"/fhir/Patient/{patient_id}").json()["gender"] == "female"

    def test_of_a_real_person_is_refused(self, doctor, world):
        body = json.dumps({"resourceType": "Patient", "id": str(world.space_id)}).encode()
        assert doctor.call("PUT", f"/fhir/Patient/{world.space_id}", body).status_code == 405


class TestConditionalUpdate:
    def sent(self, bench, patient_id, value="1", **elements):
        body = observation(patient_id, identifier=[{"system": "urn:x", "value": value}], **elements)
        return bench.call("PUT", f"/fhir/Observation?identifier=urn:x|{value}", json.dumps(body).encode())

    def test_creates_then_updates(self, bench, patient_id):
        assert self.sent(bench, patient_id).status_code == 201
        again = self.sent(bench, patient_id, status="amended")
        assert (again.status_code, again["ETag"]) == (200, 'W/"2"')

    def test_without_a_match_but_with_an_id(self, bench, patient_id):
        assert code_of(self.sent(bench, patient_id, id="x")) == "no-match"

    def test_without_a_criterion(self, bench, patient_id):
        answer = bench.call("PUT", "/fhir/Observation", json.dumps(observation(patient_id)).encode())
        assert (answer.status_code, code_of(answer)) == (400, "criterion")


class TestPatch:
    def test_by_json_patch(self, bench, weight):
        answer = patched(bench, weight["id"], {"op": "replace", "path": "/status", "value": "amended"})
        assert (answer.status_code, answer["ETag"], answer.json()["status"]) == (200, 'W/"2"', "amended")

    def test_by_fhirpath_patch(self, bench, weight):
        parts = [
            {"name": "type", "valueCode": "replace"},
            {"name": "path", "valueString": "Observation.status"},
            {"name": "value", "valueCode": "amended"},
        ]
        body = {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": parts}]}
        answer = bench.call("PATCH", f"/fhir/Observation/{weight['id']}", json.dumps(body).encode())
        assert (answer.status_code, answer.json()["status"]) == (200, "amended")

    @pytest.mark.parametrize(
        ("operation", "code"),
        [
            ({"op": "test", "path": "/status", "value": "draft"}, "patch-test"),
            ({"op": "remove", "path": "/nothing"}, "patch-path"),
            ({"op": "jump", "path": "/status"}, "patch"),
            ({"op": "replace", "path": "/id", "value": "x"}, "patch-identity"),
            ({"op": "replace", "path": "/resourceType", "value": "Condition"}, "patch-identity"),
            ({"op": "remove", "path": "/subject"}, "patient-required"),
        ],
    )
    def test_that_cannot_be_done(self, bench, weight, operation, code):
        answer = patched(bench, weight["id"], operation)
        assert (answer.status_code, code_of(answer)) == (422, code)
        assert bench.get(f"/fhir/Observation/{weight['id']}")["ETag"] == 'W/"1"'

    def test_that_leaves_a_resource_that_is_not_right(self, bench, weight):
        assert patched(bench, weight["id"], {"op": "remove", "path": "/code"}).status_code == 422

    def test_of_what_is_not_here(self, bench, patient_id):
        assert patched(bench, f"{patient_id}.aaaabbbbccccddddeeeeffff").status_code == 404

    def test_of_another_version(self, bench, weight):
        assert patched(bench, weight["id"], **{"If-Match": 'W/"9"'}).status_code == 412

    def test_on_a_condition(self, bench, patient_id):
        made = bench.post("/fhir/Observation", observation(patient_id, identifier=[{"system": "urn:x", "value": "1"}]))
        body = json.dumps([{"op": "replace", "path": "/status", "value": "amended"}]).encode()
        path = f"/fhir/Observation?patient={patient_id}&identifier=urn:x|"
        assert bench.call("PATCH", f"{path}1", body, JSON_PATCH).json()["id"] == made.json()["id"]
        assert bench.call("PATCH", f"{path}2", body, JSON_PATCH).status_code == 404
        assert (
            code_of(bench.call("PATCH", "/fhir/Observation?identifier=urn:x|1", body, JSON_PATCH)) == "patient-required"
        )


class TestDelete:
    def test_is_logical_and_said_once(self, bench, weight):
        path = f"/fhir/Observation/{weight['id']}"
        first, second = bench.call("DELETE", path), bench.call("DELETE", path)
        assert (first.status_code, first["ETag"], second.status_code) == (204, 'W/"2"', 204)
        assert bench.get(path).status_code == 410
        assert bench.get(f"{path}/_history").json()["total"] == 2

    def test_of_what_never_was(self, bench, patient_id):
        assert bench.call("DELETE", f"/fhir/Observation/{patient_id}.aaaabbbbccccddddeeeeffff").status_code == 204

    def test_of_another_version(self, bench, weight):
        assert bench.call("DELETE", f"/fhir/Observation/{weight['id']}", **{"If-Match": 'W/"5"'}).status_code == 412

    def test_of_a_person_is_refused(self, bench, patient_id):
        assert bench.call("DELETE", f"/fhir/Patient/{patient_id}").status_code == 405

    def test_on_a_condition(self, bench, patient_id):
        for value in ("1", "2", "2"):
            bench.post("/fhir/Observation", observation(patient_id, identifier=[{"system": "urn:x", "value": value}]))
        path = f"/fhir/Observation?patient={patient_id}&identifier=urn:x|"
        assert [bench.call("DELETE", path + value).status_code for value in ("1", "2", "3")] == [204, 412, 204]
        assert code_of(bench.call("DELETE", "/fhir/Observation?identifier=urn:x|1")) == "patient-required"


class TestBinary:
    def test_is_given_back_byte_for_byte(self, bench):
        answer = bench.post("/fhir/Binary", b"%PDF-1.4 \x00\xff", "application/pdf")
        told = answer.json()
        assert (answer.status_code, told["contentType"]) == (201, "application/pdf")
        assert "data" not in told and told["meta"]["tag"][0]["code"] == "SUBSETTED"
        path = answer["Location"].partition("/fhir/")[2].partition("/_history")[0]
        raw = bench.get(f"/fhir/{path}", Accept="application/pdf")
        assert (raw.content, raw["Content-Type"]) == (b"%PDF-1.4 \x00\xff", "application/pdf")
        told = bench.get(f"/fhir/{path}", Accept="application/fhir+json").json()
        assert (told["data"], told["contentType"]) == ("JVBERi0xLjQgAP8=", "application/pdf")

    def test_as_a_resource_of_a_person(self, bench, patient_id):
        sent = {
            "resourceType": "Binary",
            "contentType": "text/plain",
            "securityContext": {"reference": f"Patient/{patient_id}"},
            "data": "Ym9uam91cg==",
        }
        answer = bench.post("/fhir/Binary", sent, Prefer="return=minimal")
        id = answer["Location"].partition("/Binary/")[2].partition("/")[0]
        assert id.startswith(patient_id)
        assert bench.get(f"/fhir/Binary/{id}").content == b"bonjour"
        assert bench.get(f"/fhir/Binary/{id}/_history/1").json()["data"] == "Ym9uam91cg=="

    def test_that_is_no_base64(self, bench):
        answer = bench.post("/fhir/Binary", {"resourceType": "Binary", "contentType": "text/plain", "data": "?"})
        assert (answer.status_code, code_of(answer)) == (422, "file-encoding")


class TestRegisters:
    def test_are_written_by_who_is_declared_for_it(self, bench, doctor):
        id = bench.post("/fhir/Practitioner", PRACTITIONER).json()["id"]
        assert "." not in id
        assert bench.get(f"/fhir/Practitioner/{id}").status_code == 200
        refused = doctor.post("/fhir/Practitioner", PRACTITIONER)
        assert (refused.status_code, code_of(refused)) == (403, "registers.closed")

    def test_do_not_show_what_test_software_wrote(self, bench, doctor):
        id = bench.post("/fhir/Location", {"resourceType": "Location", "name": "Salle"}).json()["id"]
        assert doctor.get(f"/fhir/Location/{id}").status_code == 404


def test_validate_says_what_is_wrong_and_keeps_nothing(bench, patient_id):
    wrong = bench.post("/fhir/Observation/$validate", {"resourceType": "Observation"})
    assert wrong.status_code == 200
    assert "error" in {each["severity"] for each in wrong.json()["issue"]}
    right = bench.post("/fhir/Observation/$validate", observation(patient_id))
    assert "error" not in {each["severity"] for each in right.json()["issue"]}
    inside = {
        "resourceType": "Parameters",
        "parameter": [{"name": "resource", "resource": {"resourceType": "Condition"}}],
    }
    assert bench.post("/fhir/Condition/$validate", inside).json()["issue"][0]["severity"] == "error"
