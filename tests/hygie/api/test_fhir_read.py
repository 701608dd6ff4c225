"""read, vread, history, $meta, $everything: status, headers and issue of each case. docs/reference/fhir.md"""

import json
import uuid

import pytest

from tests.hygie.api.conftest import code_of, issue_of, observation

NOBODY = "00000000-0000-4000-8000-00000000abcd"


@pytest.fixture
def weight(bench, patient_id):
    """An Observation of two versions."""
    made = bench.post("/fhir/Observation", observation(patient_id)).json()
    body = json.dumps(made | {"status": "amended"}).encode()
    assert bench.call("PUT", f"/fhir/Observation/{made['id']}", body).status_code == 200
    return made["id"]


def delete(bench, weight):
    assert bench.call("DELETE", f"/fhir/Observation/{weight}").status_code == 204


class TestRead:
    def test_gives_the_current_version_with_its_etag_and_date(self, bench, weight):
        answer = bench.get(f"/fhir/Observation/{weight}")
        assert (answer.status_code, answer["ETag"], answer.json()["status"]) == (200, 'W/"2"', "amended")
        assert answer["Last-Modified"].endswith("GMT")
        assert answer["Content-Type"] == "application/fhir+json"

    @pytest.mark.parametrize(
        ("id", "status", "code"),
        [
            ("nothing", 404, "not-found"),
            (f"{NOBODY}.aaaabbbbccccddddeeeeffff", 403, "default.refused"),
            ("x" * 65, 404, "not-found"),
            ("a_b", 404, "not-found"),
            (NOBODY.upper() + ".aaaabbbbccccddddeeeeffff", 404, "not-found"),
        ],
    )
    def test_of_what_is_not_here(self, bench, id, status, code):
        answer = bench.get(f"/fhir/Observation/{id}")
        assert (answer.status_code, code_of(answer)) == (status, code)

    def test_of_another_type_is_not_found(self, bench, weight):
        assert bench.get(f"/fhir/Condition/{weight}").status_code == 404

    def test_of_what_was_deleted_is_gone(self, bench, weight):
        delete(bench, weight)
        answer = bench.get(f"/fhir/Observation/{weight}")
        assert (answer.status_code, issue_of(answer)["code"]) == (410, "deleted")

    @pytest.mark.parametrize(
        ("header", "value", "status"),
        [
            ("If-None-Match", 'W/"2"', 304),
            ("If-None-Match", '"2"', 304),
            ("If-None-Match", "*", 304),
            ("If-None-Match", 'W/"1"', 200),
            ("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT", 304),
            ("If-Modified-Since", "Fri, 01 Jan 2010 00:00:00 GMT", 200),
            ("If-Modified-Since", "yesterday", 200),
        ],
    )
    def test_is_not_repeated_to_who_has_it(self, bench, weight, header, value, status):
        answer = bench.get(f"/fhir/Observation/{weight}", **{header: value})
        assert (answer.status_code, answer["ETag"]) == (status, 'W/"2"')
        assert bool(answer.content) == (status == 200)

    def test_if_none_match_wins_over_the_date(self, bench, weight):
        told = {"If-None-Match": 'W/"1"', "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
        assert bench.get(f"/fhir/Observation/{weight}", **told).status_code == 200

    def test_head_says_the_length_and_gives_nothing(self, bench, weight):
        whole = bench.get(f"/fhir/Observation/{weight}")
        head = bench.call("HEAD", f"/fhir/Observation/{weight}")
        assert (head.status_code, head.content, head["ETag"]) == (200, b"", whole["ETag"])
        assert head["Content-Length"] == str(len(whole.content))

    @pytest.mark.parametrize(
        ("query", "present", "absent"),
        [
            ("_elements=status", {"status", "code", "meta", "id"}, {"valueQuantity", "effectiveDateTime"}),
            ("_elements=Observation.value", {"valueQuantity"}, {"effectiveDateTime"}),
            ("_summary=true", {"status", "code", "subject", "valueQuantity"}, {"note"}),
            ("_summary=text", {"text", "status", "code"}, {"valueQuantity", "note"}),
            ("_summary=data", {"valueQuantity", "note"}, {"text"}),
            ("_summary=false", {"valueQuantity", "note", "text"}, set()),
        ],
    )
    def test_of_a_part(self, bench, patient_id, query, present, absent):
        text = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">72,5 kg</div>'}
        sent = observation(patient_id, text=text, note=[{"text": "à jeun"}])
        id = bench.post("/fhir/Observation", sent).json()["id"]
        told = bench.get(f"/fhir/Observation/{id}?{query}").json()
        assert present <= told.keys()
        assert not absent & told.keys()
        tags = [each["code"] for each in told["meta"].get("tag", [])]
        assert tags == ([] if query == "_summary=false" else ["SUBSETTED"])

    def test_pretty_moves_white_space_only(self, bench, weight):
        plain = bench.get(f"/fhir/Observation/{weight}")
        pretty = bench.get(f"/fhir/Observation/{weight}?_pretty=true")
        assert b"\n" in pretty.content
        assert pretty.json() == plain.json()


class TestVersionRead:
    def test_gives_each_version_as_it_was(self, bench, weight):
        first = bench.get(f"/fhir/Observation/{weight}/_history/1")
        assert (first.status_code, first["ETag"], first.json()["status"]) == (200, 'W/"1"', "final")
        assert bench.get(f"/fhir/Observation/{weight}/_history/2").json()["status"] == "amended"

    @pytest.mark.parametrize("version", ["0", "3", "x", "1.0", "٢", "99999999999"])
    def test_of_a_version_that_is_not_here(self, bench, weight, version):
        assert bench.get(f"/fhir/Observation/{weight}/_history/{version}").status_code == 404

    def test_outlives_the_deletion_which_is_gone_itself(self, bench, weight):
        delete(bench, weight)
        assert bench.get(f"/fhir/Observation/{weight}/_history/2").status_code == 200
        assert bench.get(f"/fhir/Observation/{weight}/_history/3").status_code == 410


class TestHistory:
    def test_tells_every_version_newest_first_the_deletion_too(self, bench, weight):
        delete(bench, weight)
        told = bench.get(f"/fhir/Observation/{weight}/_history").json()
        assert (told["type"], told["total"]) == ("history", 3)
        assert [each["request"]["method"] for each in told["entry"]] == ["DELETE", "PUT", "POST"]
        assert [each["response"]["etag"] for each in told["entry"]] == ['W/"3"', 'W/"2"', 'W/"1"']
        assert "resource" not in told["entry"][0]
        assert told["entry"][2]["resource"]["meta"]["versionId"] == "1"

    def test_comes_by_pages(self, bench, weight):
        first = bench.get(f"/fhir/Observation/{weight}/_history?_count=1").json()
        following = next(link["url"] for link in first["link"] if link["relation"] == "next")
        second = bench.get(following[following.index("/fhir/") :]).json()
        assert [first["entry"][0]["response"]["etag"], second["entry"][0]["response"]["etag"]] == ['W/"2"', 'W/"1"']
        assert [link["relation"] for link in second["link"]] == ["self"]

    def test_since_an_instant(self, bench, weight):
        assert bench.get(f"/fhir/Observation/{weight}/_history?_since=2100-01-01").json()["total"] == 0
        assert bench.get(f"/fhir/Observation/{weight}/_history?_since=2020").json()["total"] == 2
        assert code_of(bench.get(f"/fhir/Observation/{weight}/_history?_since=soon")) == "search-value"

    def test_of_nothing_is_not_found(self, bench, patient_id):
        assert bench.get(f"/fhir/Observation/{patient_id}.aaaabbbbccccddddeeeeffff/_history").status_code == 404

    def test_of_a_type_is_that_of_one_person(self, bench, patient_id, weight):
        told = bench.get(f"/fhir/Observation/_history?patient={patient_id}").json()
        assert told["total"] == 2
        assert code_of(bench.get("/fhir/Observation/_history")) == "patient-required"
        assert bench.get(f"/fhir/Observation/_history?patient={NOBODY}").status_code == 403

    def test_of_a_cursor_of_nobody(self, bench, weight):
        answer = bench.get(f"/fhir/Observation/{weight}/_history?_cursor=zz")
        assert (answer.status_code, code_of(answer)) == (400, "cursor")


class TestEverything:
    @pytest.fixture(autouse=True)
    def _some(self, bench, patient_id):
        for day in ("2026-01-10", "2026-02-10", "2026-03-10"):
            bench.post("/fhir/Observation", observation(patient_id, effectiveDateTime=day))
        condition = {
            "resourceType": "Condition",
            "subject": {"reference": f"Patient/{patient_id}"},
            "code": {"text": "x"},
        }
        assert bench.post("/fhir/Condition", condition).status_code == 201

    def kinds(self, bench, patient_id, query=""):
        answer = bench.get(f"/fhir/Patient/{patient_id}/$everything{query}")
        assert answer.status_code == 200, answer.content
        return [each["resource"]["resourceType"] for each in answer.json().get("entry", [])]

    def test_is_the_whole_space_the_patient_included(self, bench, patient_id):
        assert sorted(self.kinds(bench, patient_id)) == ["Condition", *["Observation"] * 3, "Patient"]

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("?_type=Observation", 3),
            ("?_type=Observation,Condition", 4),
            ("?_type=Observation&start=2026-02-01", 2),
            ("?_type=Observation&start=2026-02-01&end=2026-02-28", 1),
            ("?_since=2100-01-01", 0),
        ],
    )
    def test_of_a_part(self, bench, patient_id, query, count):
        assert len(self.kinds(bench, patient_id, query)) == count

    def test_comes_by_pages_without_a_gap(self, bench, patient_id):
        seen, path = [], f"/fhir/Patient/{patient_id}/$everything?_count=2"
        while path:
            page = bench.get(path).json()
            seen += [each["resource"]["id"] for each in page["entry"]]
            following = [link["url"] for link in page["link"] if link["relation"] == "next"]
            path = following[0][following[0].index("/fhir/") :] if following else ""
        assert len(seen) == len(set(seen)) == 5

    def test_of_an_unknown_type(self, bench, patient_id):
        assert code_of(bench.get(f"/fhir/Patient/{patient_id}/$everything?_type=Dog")) == "search-value"

    def test_of_a_real_person_begins_with_the_identity(self, doctor, world):
        told = doctor.get(f"/fhir/Patient/{world.space_id}/$everything").json()
        assert told["entry"][0]["resource"]["id"] == str(world.space_id)

    def test_of_somebody_to_whom_one_has_no_relation(self, software, world):
        stranger = software.ask_token(world.stranger.idnps)
        assert stranger.status_code == 400  # works elsewhere
        assert software.get(f"/fhir/Patient/{world.space_id}/$everything").status_code == 401


def test_meta_gives_the_meta_only(bench, patient_id):
    tag = {"system": "urn:x", "code": "y"}
    id = bench.post("/fhir/Observation", observation(patient_id, meta={"tag": [tag]})).json()["id"]
    told = bench.get(f"/fhir/Observation/{id}/$meta").json()
    assert told["parameter"][0]["name"] == "return"
    assert told["parameter"][0]["valueMeta"]["tag"] == [tag]


def test_an_id_of_another_space_with_the_same_end_is_another_id(bench, weight):
    local = weight.partition(".")[2]
    assert bench.get(f"/fhir/Observation/{uuid.uuid4()}.{local}").status_code == 403
