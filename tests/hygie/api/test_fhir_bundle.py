"""batch and transaction: order, references, all or nothing. docs/reference/fhir.md"""

import json

import pytest

from tests.hygie.api.conftest import code_of, observation

UUID = "urn:uuid:00000000-0000-4000-8000-00000000000"


def entry(method, url, resource=None, full_url="", **request):
    told = {"request": {"method": method, "url": url, **request}}
    if resource is not None:
        told["resource"] = resource
    return told | ({"fullUrl": full_url} if full_url else {})


def posted(resource, number=0, **request):
    return entry("POST", resource["resourceType"], resource, f"{UUID}{number}" if number else "", **request)


def send(bench, kind, *entries, **headers):
    return bench.post("/fhir", {"resourceType": "Bundle", "type": kind, "entry": list(entries)}, **headers)


def statuses(answer):
    return [each["response"]["status"].split()[0] for each in answer.json()["entry"]]


def places(answer):
    return [
        each["response"]["location"].partition("/fhir/")[2].partition("/_history")[0] for each in answer.json()["entry"]
    ]


def count(bench, patient_id):
    return bench.get(f"/fhir/Observation/_history?patient={patient_id}").json()["total"]


class TestTransaction:
    def test_resolves_what_its_entries_say_of_each_other(self, bench):
        patient = {"resourceType": "Patient", "name": [{"family": "ESSAI"}]}
        doctor = {"resourceType": "Practitioner", "name": [{"family": "ESSAI"}]}
        report = {
            "resourceType": "DiagnosticReport",
            "status": "final",
            "code": {"text": "bilan"},
            "subject": {"reference": f"{UUID}1"},
            "result": [{"reference": f"{UUID}3"}],
        }
        weight = observation("") | {"subject": {"reference": f"{UUID}1"}, "performer": [{"reference": f"{UUID}2"}]}
        # Whoever points comes first: the order sent does not matter.
        answer = send(bench, "transaction", posted(report, 4), posted(weight, 3), posted(doctor, 2), posted(patient, 1))
        assert (answer.status_code, statuses(answer)) == (200, ["201"] * 4)
        where = places(answer)
        read = bench.get(f"/fhir/{where[0]}").json()
        assert (read["subject"]["reference"], read["result"][0]["reference"]) == (where[3], where[1])
        assert bench.get(f"/fhir/{where[1]}").json()["performer"][0]["reference"] == where[2]
        space = where[3].partition("/")[2]
        assert all(place.partition("/")[2].startswith(space) for place in where[:2])

    @pytest.mark.parametrize(
        ("wrong", "status", "code"),
        [
            (lambda p: posted(observation(p, status="invented")), 422, None),
            (lambda p: posted(observation("00000000-0000-4000-8000-000000000009")), 403, "default.refused"),
            (lambda p: posted(observation(p, performer=[{"reference": f"{UUID}9"}])), 422, "reference-unresolved"),
            (
                lambda p: entry("PUT", f"Observation/{p}.aaaabbbbccccddddeeeeffff", observation(p, id="x")),
                400,
                "id-mismatch",
            ),
            (lambda p: entry("GET", f"Observation/{p}.aaaabbbbccccddddeeeeffff"), 404, "not-found"),
            (lambda p: entry("POST", "Condition", observation(p)), 400, "type-mismatch"),
            (lambda p: entry("POST", "Observation/_search"), 422, "request-unsupported"),
            (lambda p: posted(observation(p, performer=[{"reference": "Practitioner?identifier=x|y"}])), 412, None),
        ],
    )
    def test_is_all_or_nothing(self, bench, patient_id, wrong, status, code):
        answer = send(bench, "transaction", posted(observation(patient_id)), wrong(patient_id))
        assert answer.status_code == status, answer.content
        assert code is None or code_of(answer) == code
        assert count(bench, patient_id) == 0

    def test_says_in_which_entry_the_fault_is(self, bench, patient_id):
        wrong = observation(patient_id, status="invented")
        answer = send(bench, "transaction", posted(observation(patient_id)), posted(wrong))
        assert answer.json()["issue"][0]["expression"][0].startswith("Bundle.entry[1].resource")

    def test_deletes_then_creates_then_updates_then_reads(self, bench, patient_id):
        old, kept = (bench.post("/fhir/Observation", observation(patient_id)).json() for _ in range(2))
        answer = send(
            bench,
            "transaction",
            entry("GET", f"Observation/{kept['id']}"),
            entry("PUT", f"Observation/{kept['id']}", kept | {"status": "amended"}, ifMatch='W/"1"'),
            posted(observation(patient_id)),
            entry("DELETE", f"Observation/{old['id']}"),
        )
        assert statuses(answer) == ["200", "200", "201", "204"]
        assert answer.json()["entry"][0]["resource"]["status"] == "amended"

    def test_of_a_version_that_went_changes_nothing(self, bench, patient_id):
        kept = bench.post("/fhir/Observation", observation(patient_id)).json()
        put = entry("PUT", f"Observation/{kept['id']}", kept | {"status": "amended"}, ifMatch='W/"4"')
        answer = send(bench, "transaction", posted(observation(patient_id)), put)
        assert (answer.status_code, code_of(answer)) == (412, "version")
        assert count(bench, patient_id) == 1

    def test_creates_what_is_not_here_once(self, bench, patient_id):
        sent = observation(patient_id, identifier=[{"system": "urn:x", "value": "1"}])
        report = {
            "resourceType": "DiagnosticReport",
            "status": "final",
            "code": {"text": "bilan"},
            "subject": {"reference": f"Patient/{patient_id}"},
            "result": [{"reference": f"{UUID}1"}],
        }
        found = []
        for expected in ("201", "200"):
            answer = send(bench, "transaction", posted(sent, 1, ifNoneExist="identifier=urn:x|1"), posted(report, 2))
            assert statuses(answer) == [expected, "201"]
            found.append(bench.get(f"/fhir/{places_of(answer, 1)}").json()["result"][0]["reference"])
        assert found[0] == found[1]

    def test_patches(self, bench, patient_id):
        kept = bench.post("/fhir/Observation", observation(patient_id)).json()
        parts = [
            {"name": "type", "valueCode": "replace"},
            {"name": "path", "valueString": "Observation.status"},
            {"name": "value", "valueCode": "amended"},
        ]
        patch = {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": parts}]}
        assert statuses(send(bench, "transaction", entry("PATCH", f"Observation/{kept['id']}", patch))) == ["200"]
        assert bench.get(f"/fhir/Observation/{kept['id']}").json()["status"] == "amended"

    @pytest.mark.parametrize(
        "pair",
        [
            lambda i, r: (entry("DELETE", f"Observation/{i}"), entry("DELETE", f"Observation/{i}")),
            lambda i, r: (entry("PUT", f"Observation/{i}", r), entry("DELETE", f"Observation/{i}")),
            lambda i, r: (posted(r, 1), posted(r, 1)),
        ],
    )
    def test_is_about_a_resource_once(self, bench, patient_id, pair):
        kept = bench.post("/fhir/Observation", observation(patient_id)).json()
        assert code_of(send(bench, "transaction", *pair(kept["id"], kept))) == "duplicate-entry"

    def test_refers_to_the_person_by_ins(self, doctor, world):
        sent = observation("") | {"subject": {"reference": f"Patient?identifier={world.ins.system}|{world.ins.value}"}}
        answer = send(doctor, "transaction", posted(sent, 1))
        assert statuses(answer) == ["201"]
        assert places(answer)[0].startswith(f"Observation/{world.space_id}.")


def places_of(answer, number):
    return answer.json()["entry"][number]["response"]["location"].partition("/fhir/")[2].partition("/_history")[0]


class TestBatch:
    def test_is_each_for_itself(self, bench, patient_id):
        answer = send(
            bench,
            "batch",
            posted(observation(patient_id)),
            posted(observation(patient_id, status="invented")),
            entry("GET", "Observation/nothing"),
            entry("GET", f"Observation?patient={patient_id}"),
            entry("DELETE", f"Patient/{patient_id}"),
        )
        assert (answer.status_code, statuses(answer)) == (200, ["201", "422", "404", "200", "405"])
        assert answer.json()["entry"][1]["response"]["outcome"]["resourceType"] == "OperationOutcome"
        assert answer.json()["entry"][3]["resource"]["total"] == 1

    def test_gives_the_resources_when_asked(self, bench, patient_id):
        answer = send(bench, "batch", posted(observation(patient_id)), Prefer="return=representation")
        assert answer.json()["entry"][0]["resource"]["resourceType"] == "Observation"

    def test_of_nothing_is_an_empty_answer(self, bench):
        assert send(bench, "batch").json() == {"resourceType": "Bundle", "type": "batch-response"}

    @pytest.mark.parametrize(
        "body",
        [
            {"entry": "x"},
            {"entry": [1]},
            {"entry": [{}]},
            {"entry": [{"request": {"method": "GET"}}]},
            {"entry": [{"request": {"method": "BREW", "url": "x"}}]},
            {"entry": [{"request": {"method": "POST", "url": "Observation"}, "resource": {}}]},
            {"entry": [{"request": {"method": "POST", "url": "Observation", "ifMatch": 1}}]},
            {"entry": [{"fullUrl": 1, "request": {"method": "GET", "url": "x"}}]},
        ],
    )
    def test_that_has_no_shape(self, bench, body):
        answer = bench.post("/fhir", {"resourceType": "Bundle", "type": "batch"} | body)
        assert answer.status_code == 422

    def test_hides_a_refusal_of_one_from_nobody(self, bench, patient_id, world):
        answer = send(bench, "batch", posted(observation(str(world.space_id))), posted(observation(patient_id)))
        assert statuses(answer) == ["403", "201"]


def test_a_hundred_creations_are_few_statements(bench, patient_id, django_assert_max_num_queries):
    entries = [posted(observation(patient_id)) for _ in range(100)]
    with django_assert_max_num_queries(320):
        assert statuses(send(bench, "batch", *entries)) == ["201"] * 100
    told = bench.get(f"/fhir/Observation/_history?patient={patient_id}&_count=100").json()
    assert len({each["resource"]["id"] for each in told["entry"]}) == 100


def test_decimals_go_through_a_bundle(bench, patient_id):
    body = {"resourceType": "Bundle", "type": "transaction", "entry": [posted(observation(patient_id))]}
    answer = bench.post("/fhir", json.dumps(body).replace("72.5", "72.500").encode())
    assert b'"value":72.500' in bench.get(f"/fhir/{places(answer)[0]}").content
