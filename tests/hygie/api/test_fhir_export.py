"""Bulk export, from the kick-off to the files, with the worker's own code."""

import datetime as dt
import gzip
import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from hygie.access import actions as access
from hygie.config import worker
from hygie.fhir.store import exporting
from hygie.identity import actions as identity
from hygie.lib import clock
from hygie.record import actions as record
from hygie.record.export import jobs, running
from hygie.record.export.models import File, Job
from hygie.trace.models import Entry
from hygie.trace.types import Event
from tests import factories
from tests.hygie.api.conftest import FHIR, FORM, Software, code_of, observation

ASYNC = {"Prefer": "respond-async"}
BASE = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def at_once(settings, tmp_path, monkeypatch):
    settings.HYGIE_DATA = tmp_path
    monkeypatch.setattr(jobs, "SETTLE", dt.timedelta(0))


def start(software, path="/fhir/$export", **headers):
    answer = software.get(path, **(ASYNC | headers))
    assert answer.status_code == 202, answer.content
    return answer["Content-Location"].removeprefix(BASE)


def work():
    worker.run(once=True, stop_asked=lambda: False)


def manifest_of(software, place):
    answer = software.get(place)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/json"
    return answer.json()


def lines_of(software, url, **headers):
    answer = software.get(url.removeprefix(BASE), **headers)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/fhir+ndjson"
    body = b"".join(answer.streaming_content)
    assert len(body) == int(answer["Content-Length"])
    if answer.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    assert not body or body.endswith(b"\n")
    return [json.loads(line) for line in body.splitlines()]


def exported(software, path="/fhir/$export", kind="output", **headers):
    place = start(software, path, **headers)
    work()
    found = []
    for each in manifest_of(software, place).get(kind, []):
        lines = lines_of(software, each["url"])
        assert len(lines) == each["count"]
        assert {line["resourceType"] for line in lines} == {each["type"]}
        found += lines
    return found


def ids_of(resources):
    return {f"{each['resourceType']}/{each['id']}" for each in resources}


def weigh(bench, patient_id, **elements):
    answer = bench.post("/fhir/Observation", observation(patient_id, **elements))
    assert answer.status_code == 201, answer.content
    return answer.json()


def another_bench(world):
    client_id, secret = identity.register_client(
        name="Autre logiciel d'essai", kind="bench", organization_id=world.cabinet, scopes=("user/*.cruds",)
    )
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    client = Client(enforce_csrf_checks=True)
    token = client.post("/oauth/token", urlencode(form), content_type=FORM).json()["access_token"]
    return Software(client, world, token)


# ---- a whole cycle


def test_an_export_goes_from_the_question_to_the_files(bench, patient_id):
    written = weigh(bench, patient_id)
    place = start(bench)
    waiting = bench.get(place)
    assert waiting.status_code == 202
    assert waiting["X-Progress"] == "waiting"
    assert int(waiting["Retry-After"]) >= 1
    work()
    answer = bench.get(place)
    told = answer.json()
    assert told["request"] == f"{BASE}/fhir/$export"
    assert told["requiresAccessToken"] is True
    assert told["error"] == []
    assert "deleted" not in told
    assert dt.datetime.fromisoformat(told["transactionTime"]) <= clock.now()
    assert answer["Expires"]
    assert {each["type"]: each["count"] for each in told["output"]} == {"Observation": 1, "Patient": 1}
    by_type = {each["type"]: each["url"] for each in told["output"]}
    assert lines_of(bench, by_type["Observation"]) == [written]
    assert lines_of(bench, by_type["Patient"])[0]["id"] == patient_id
    assert lines_of(bench, by_type["Observation"], **{"Accept-Encoding": "gzip"}) == [written]


def test_the_files_are_sealed_and_go_with_the_job(bench, patient_id, settings):
    weigh(bench, patient_id)
    place = start(bench)
    work()
    files = [path for path in (settings.HYGIE_DATA / "exports").rglob("*") if path.is_file()]
    assert len(files) == 2
    for path in files:
        content = path.read_bytes()
        assert b"Observation" not in content and b"\x1f\x8b" != content[:2]
        assert path.stat().st_mode & 0o077 == 0
    url = manifest_of(bench, place)["output"][0]["url"].removeprefix(BASE)
    answer = bench.call("DELETE", place)
    assert answer.status_code == 202
    assert not any(path.is_file() for path in (settings.HYGIE_DATA / "exports").rglob("*"))
    assert bench.get(place).status_code == bench.get(url).status_code == bench.call("DELETE", place).status_code == 404
    assert not Job.objects.exists() and not File.objects.exists()


def test_a_file_that_was_touched_is_not_served(bench, patient_id, settings):
    place = start(bench)
    work()
    [path] = [path for path in (settings.HYGIE_DATA / "exports").rglob("*") if path.is_file()]
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    url = manifest_of(bench, place)["output"][0]["url"].removeprefix(BASE)
    assert bench.get(url).status_code == 503


def test_an_export_expires(bench, patient_id, settings):
    place = start(bench)
    work()
    url = manifest_of(bench, place)["output"][0]["url"].removeprefix(BASE)
    Job.objects.update(expires_at=clock.now() - dt.timedelta(seconds=1))
    assert bench.get(place).status_code == bench.get(url).status_code == 404
    assert jobs.sweep(now=clock.now()) == 1
    assert not list((settings.HYGIE_DATA / "exports").iterdir())


def test_what_was_written_after_the_question_does_not_come(bench, patient_id):
    before = weigh(bench, patient_id)
    place = start(bench)
    weigh(bench, patient_id, status="preliminary")
    bench.post("/fhir/Patient", {"resourceType": "Patient", "name": [{"family": "TARD"}], "birthDate": "1990-01-01"})
    work()
    files = {each["type"]: each for each in manifest_of(bench, place)["output"]}
    assert lines_of(bench, files["Observation"]["url"]) == [before]
    assert files["Patient"]["count"] == 1


def test_since_gives_what_changed_and_what_went(bench, patient_id):
    old, gone = weigh(bench, patient_id), weigh(bench, patient_id)
    place = start(bench)
    work()
    since = manifest_of(bench, place)["transactionTime"]
    new = weigh(bench, patient_id)
    assert bench.call("DELETE", f"/fhir/Observation/{gone['id']}").status_code in (200, 204)
    place = start(bench, f"/fhir/$export?_since={since}")
    work()
    told = manifest_of(bench, place)
    [output] = told["output"]
    assert ids_of(lines_of(bench, output["url"])) == {f"Observation/{new['id']}"}
    [deleted] = told["deleted"]
    assert deleted["type"] == "Bundle"
    [bundle] = lines_of(bench, deleted["url"])
    assert bundle["type"] == "transaction"
    assert bundle["entry"] == [{"request": {"method": "DELETE", "url": f"Observation/{gone['id']}"}}]
    assert old["id"] not in str(told)


# ---- narrowing


def test_types_elements_and_filters_narrow(bench, patient_id):
    weight = weigh(bench, patient_id)
    draft = weigh(bench, patient_id, status="preliminary")
    pulse = weigh(bench, patient_id, code={"coding": [{"system": "http://loinc.org", "code": "8867-4"}]})
    assert {each["resourceType"] for each in exported(bench, "/fhir/$export?_type=Patient")} == {"Patient"}
    path = "/fhir/$export?_type=Observation&_typeFilter=Observation%3Fcode%3D8867-4"
    assert ids_of(exported(bench, path)) == {f"Observation/{pulse['id']}"}
    path = "/fhir/$export?_typeFilter=Observation%3Fcode%3D8867-4,Observation%3Fstatus%3Dpreliminary"
    assert ids_of(exported(bench, path)) == {
        f"Observation/{pulse['id']}",
        f"Observation/{draft['id']}",
        f"Patient/{patient_id}",
    }
    path = f"/fhir/$export?_type=Observation&_typeFilter=Observation%3F_id%3D{weight['id']}%26status%3Dfinal"
    assert ids_of(exported(bench, path)) == {f"Observation/{weight['id']}"}
    path = "/fhir/$export?_type=Observation&_typeFilter=Observation%3Fpatient.birthdate%3Dlt1970"
    assert exported(bench, path) == []
    found = exported(bench, "/fhir/$export?_elements=Observation.status")
    [one, *_] = [each for each in found if each["resourceType"] == "Observation"]
    assert set(one) == {"resourceType", "id", "meta", "status", "code"}
    assert any("birthDate" in each for each in found if each["resourceType"] == "Patient")


def test_a_filter_is_the_search_of_the_same_words(bench, patient_id):
    for value in (60, 70, 80):
        weigh(bench, patient_id, valueQuantity={"value": value, "system": "http://unitsofmeasure.org", "code": "kg"})
    for words in (
        f"patient={patient_id}",
        "",
        "value-quantity=gt65",
        "date=2026-03-16",
        "code:missing=true",
        "status:not=final",
        "subject=Patient/x",
    ):
        searched = bench.get(f"/fhir/Observation?patient={patient_id}&{words}").json().get("entry", [])
        if words.startswith("subject"):
            searched = []
        path = "/fhir/$export?" + urlencode({"_type": "Observation", "_typeFilter": f"Observation?{words}"})
        assert ids_of(exported(bench, path)) == ids_of(each["resource"] for each in searched), words


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("_outputFormat=text/csv", "export-value"),
        ("_since=hier", "export-value"),
        ("_since=2026-01-01", "export-value"),
        ("_type=Patient,Licorne", "export-value"),
        ("_typeFilter=Observation", "export-value"),
        ("_typeFilter=Observation%3Flicorne%3D1", "search-parameter"),
        ("_typeFilter=Observation%3F_sort%3Ddate", "export-value"),
        ("_type=Patient&_typeFilter=Observation%3Fstatus%3Dfinal", "export-value"),
        ("_elements=a.b.c", "export-value"),
        ("includeAssociatedData=LatestProvenanceResources", "export-parameter"),
        ("patient=Patient/1", "export-parameter"),
        ("licorne=1", "export-parameter"),
    ],
)
def test_what_cannot_be_done_is_said_at_once(bench, query, code):
    answer = bench.get(f"/fhir/$export?{query}", **ASYNC)
    assert answer.status_code == 400
    assert code_of(answer) == code
    assert not Job.objects.exists()


def test_lenient_leaves_aside_and_says_so(bench, patient_id):
    path = "/fhir/$export?includeAssociatedData=LatestProvenanceResources&_type=Patient,Licorne"
    headers = {"Prefer": "respond-async, handling=lenient"}
    place = start(bench, path, **headers)
    work()
    told = manifest_of(bench, place)
    assert [each["type"] for each in told["output"]] == ["Patient"]
    [error] = told["error"]
    paths = [each["issue"][0]["location"] for each in lines_of(bench, error["url"])]
    assert paths == [["http.includeAssociatedData"], ["http._type"]]


def test_the_header_is_required(bench):
    answer = bench.get("/fhir/$export")
    assert answer.status_code == 400
    assert code_of(answer) == "prefer-async"


def test_a_question_may_be_a_parameters_resource(bench, patient_id):
    other = bench.post(
        "/fhir/Patient", {"resourceType": "Patient", "name": [{"family": "AUTRE"}], "birthDate": "1990-01-01"}
    ).json()["id"]
    weigh(bench, other)
    told = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "_type", "valueString": "Patient"},
            {"name": "_outputFormat", "valueString": "application/fhir+ndjson"},
            {"name": "patient", "valueReference": {"reference": f"Patient/{other}"}},
            {"name": "patient", "valueReference": {"reference": "Patient/nobody"}},
        ],
    }
    answer = bench.post("/fhir/Patient/$export", told, **ASYNC)
    assert answer.status_code == 202, answer.content
    work()
    found = manifest_of(bench, answer["Content-Location"].removeprefix(BASE))
    assert [(each["type"], each["count"]) for each in found["output"]] == [("Patient", 1)]
    [error] = lines_of(bench, found["error"][0]["url"])
    assert "1 of the patients" in error["issue"][0]["diagnostics"]
    for bad in ({"resourceType": "Patient"}, {"resourceType": "Parameters", "parameter": [{"name": "_type"}]}):
        assert bench.post("/fhir/$export", bad, **ASYNC).status_code == 400


def test_a_space_is_read_by_pieces(bench, patient_id, monkeypatch):
    monkeypatch.setattr(exporting, "_FETCH", 2)
    written = [weigh(bench, patient_id) for _ in range(5)]
    assert ids_of(exported(bench, "/fhir/$export?_type=Observation")) == ids_of(written)


# ---- Group


def test_a_group_exports_its_members(bench, patient_id):
    def open_one(name):
        patient = {"resourceType": "Patient", "name": [{"family": name}], "birthDate": "1990-01-01"}
        return bench.post("/fhir/Patient", patient).json()["id"]

    members, outside = [patient_id, open_one("DEUX")], open_one("TROIS")
    group = {
        "resourceType": "Group",
        "type": "person",
        "actual": True,
        "member": [{"entity": {"reference": f"Patient/{each}"}} for each in members]
        + [{"entity": {"reference": f"Patient/{outside}"}, "inactive": True}],
    }
    answer = bench.post("/fhir/Group", group)
    assert answer.status_code == 201, answer.content
    found = exported(bench, f"/fhir/Group/{answer.json()['id']}/$export")
    assert ids_of(found) == {f"Patient/{each}" for each in members}
    assert bench.get("/fhir/Group/nothing/$export", **ASYNC).status_code == 404


def test_a_group_never_names_real_people_together(bench, patient_id, world):
    group = {
        "resourceType": "Group",
        "type": "person",
        "actual": True,
        "member": [{"entity": {"reference": f"Patient/{each}"}} for each in (patient_id, world.space_id)],
    }
    answer = bench.post("/fhir/Group", group)
    assert answer.status_code == 422
    assert code_of(answer) == "patient-required"


# ---- who may


def test_a_professional_exports_the_patients_who_are_open(doctor, world):
    doctor.deposit(factories.cda(sections=factories.ALLERGY_SECTION))
    factories.space(2, who=factories.traits("AUTRE"))
    found = exported(doctor, "/fhir/Patient/$export")
    assert {each["resourceType"] for each in found} == {"Patient", "DocumentReference", "AllergyIntolerance"}
    assert {each["id"] for each in found if each["resourceType"] == "Patient"} == {str(world.space_id)}
    entries = Entry.objects.filter(space_id=world.space_id, event=Event.RESOURCE_EXPORTED)
    assert [(each.outcome, each.actor) for each in entries] == [("allowed", str(world.doctor.professional_id))]
    assert Job.objects.get().id == entries[0].object
    assert code_of(doctor.get("/fhir/$export", **ASYNC)) == "export-level"


def test_a_hidden_document_is_not_in_an_export(software, doctor, world):
    # The nurse's software: the attending doctor sees what is masked.
    receipt = doctor.deposit(factories.cda(sections=factories.ALLERGY_SECTION)).json()
    nurse = software.acting_for(world.nurse)
    path = "/fhir/Patient/$export"
    seen = ids_of(exported(nurse, path))
    assert f"DocumentReference/{receipt['document_id']}" in seen
    record.hide_document(world.lea, world.space_id, receipt["document_id"].partition(".")[2], now=clock.now())
    for query in ("", "?_since=2020-01-01T00:00:00Z", "?_typeFilter=DocumentReference%3Fstatus%3Dcurrent"):
        left = exported(nurse, path + query)
        assert ids_of(left) == {f"Patient/{world.space_id}"}, query
        assert receipt["document_id"] not in json.dumps(left)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?_since=2020-01-01T00:00:00Z",
        "?_elements=id",
        "?_typeFilter=AllergyIntolerance%3Fcode:missing%3Dfalse,DocumentReference%3Fstatus%3Dcurrent",
        "?_typeFilter=Patient%3F_has:AllergyIntolerance:patient:code:missing%3Dfalse",
    ],
)
def test_an_export_is_that_of_a_store_without_what_is_hidden(software, doctor, world, query):
    doctor.deposit(factories.cda())
    nurse = software.acting_for(world.nurse)
    path = f"/fhir/Patient/$export{query}"
    before = exported(nurse, path), exported(nurse, path, kind="deleted")
    receipt = doctor.deposit(factories.cda(unique_id="1.2.250.1.999.7", sections=factories.ALLERGY_SECTION)).json()
    record.hide_document(world.lea, world.space_id, receipt["document_id"].partition(".")[2], now=clock.now())
    assert (exported(nurse, path), exported(nurse, path, kind="deleted")) == before


def test_a_blocked_professional_exports_nothing(doctor, world):
    doctor.deposit(factories.cda())
    place = start(doctor, "/fhir/Patient/$export")
    access.block(world.lea, world.space_id, professional_id=world.doctor.professional_id, now=clock.now())
    work()
    assert manifest_of(doctor, place)["output"] == []
    asked = {
        "resourceType": "Parameters",
        "parameter": [{"name": "patient", "valueReference": {"reference": f"Patient/{world.space_id}"}}],
    }
    place = doctor.post("/fhir/Patient/$export", asked, **ASYNC)["Content-Location"].removeprefix(BASE)
    work()
    told = manifest_of(doctor, place)
    assert told["output"] == [] and len(told["error"]) == 1
    entries = Entry.objects.filter(space_id=world.space_id, event=Event.RESOURCE_EXPORTED)
    assert [each.outcome for each in entries] == ["refused"]


def test_a_stranger_gets_the_same_for_a_closed_record_and_for_nobody(software, world):
    stranger = software.acting_for(world.doctor)
    found = []
    for who in (factories.space(7, who=factories.traits("CLOS")), "9b2d1c3e-0000-4000-8000-000000000000"):
        asked = {
            "resourceType": "Parameters",
            "parameter": [{"name": "patient", "valueReference": {"reference": f"Patient/{who}"}}],
        }
        place = stranger.post("/fhir/Patient/$export", asked, **ASYNC)["Content-Location"].removeprefix(BASE)
        work()
        told = manifest_of(stranger, place)
        assert told["output"] == []
        found.append(lines_of(stranger, told["error"][0]["url"]))
    assert found[0] == found[1]


def test_a_professional_who_left_gets_nothing(doctor, world):
    place = start(doctor, "/fhir/Patient/$export")
    identity.save_professional(
        idnps=world.doctor.idnps,
        rpps=world.doctor.idnps[1:],
        family="MARTIN",
        given="Antoine",
        title="DR",
        profession="10",
        organization_ids=(world.elsewhere,),
    )
    work()
    assert Job.objects.get().state == "failed"
    assert doctor.get(place).status_code == 401


def test_scopes_narrow_an_export(software, doctor, world):
    doctor.deposit(factories.cda(sections=factories.ALLERGY_SECTION))
    narrow = software.acting_for(world.doctor, "user/AllergyIntolerance.rs")
    assert {each["resourceType"] for each in exported(narrow, "/fhir/Patient/$export")} == {"AllergyIntolerance"}
    assert code_of(narrow.get("/fhir/Patient/$export?_type=DocumentReference", **ASYNC)) == "client.scope"


def test_nobody_sees_the_job_of_another(bench, patient_id, world, software):
    weigh(bench, patient_id)
    place = start(bench)
    work()
    url = manifest_of(bench, place)["output"][0]["url"].removeprefix(BASE)
    other = another_bench(world)
    for path in (place, url):
        assert other.get(path).status_code == 404
        assert software.acting_for(world.doctor).get(path).status_code == 404
        assert software.get(path).status_code == 401
    assert other.call("DELETE", place).status_code == 404
    assert exported(other) == []
    assert bench.get(place).status_code == 200


def test_two_professionals_of_one_client_do_not_share(software, doctor, world):
    place = start(doctor, "/fhir/Patient/$export")
    assert software.acting_for(world.nurse).get(place).status_code == 404


# ---- limits


def test_a_client_has_few_exports_under_way(bench, patient_id, settings):
    settings.HYGIE_EXPORT_JOBS = 2
    places = [start(bench), start(bench)]
    answer = bench.get("/fhir/$export", **ASYNC)
    assert answer.status_code == 429
    assert code_of(answer) == "export-jobs"
    assert int(answer["Retry-After"]) > 0
    bench.call("DELETE", places[0])
    start(bench)


def test_who_asks_too_often_is_told_when(bench, monkeypatch):
    monkeypatch.setattr(jobs, "_POLLS", 3)
    place = start(bench)
    for _ in range(3):
        assert bench.get(place).status_code == 202
    answer = bench.get(place)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 61


# ---- a worker that is cut


def test_a_worker_that_is_cut_is_followed_by_another(bench, world, monkeypatch):
    people = []
    for number in range(4):
        patient = {"resourceType": "Patient", "name": [{"family": f"N{number}"}], "birthDate": "1990-01-01"}
        people.append(bench.post("/fhir/Patient", patient).json()["id"])
        weigh(bench, people[-1])
    monkeypatch.setattr(running, "_SLICE_SECONDS", 0.0)
    monkeypatch.setattr(running, "_SAFE_SECONDS", -1.0)
    place = start(bench)
    cut = running.Exports(worker.patient, clock.now)
    cut.step()
    cut.step()
    cut._run._writer("output", "Observation").write(b'{"never":"served"}')
    Job.objects.update(lease_until=clock.now() - dt.timedelta(seconds=1))
    work()
    told = manifest_of(bench, place)
    found = [line for each in told["output"] for line in lines_of(bench, each["url"])]
    assert len(found) == len(ids_of(found)) == 8
    entries = Entry.objects.filter(event=Event.RESOURCE_EXPORTED)
    assert sorted(str(each.space_id) for each in entries) == sorted(people)
    # The first one was only slow: it finds out, and touches nothing.
    cut.step()
    assert all(bench.get(each["url"].removeprefix(BASE)).status_code == 200 for each in told["output"])


def test_a_worker_that_stops_gives_its_job_back(bench, patient_id, monkeypatch):
    weigh(bench, patient_id)
    monkeypatch.setattr(running, "_SLICE_SECONDS", 0.0)
    place = start(bench)
    exports = running.Exports(worker.patient, clock.now)
    exports.step()
    exports.stop()
    assert Job.objects.get().state == "waiting"
    work()
    assert {each["type"] for each in manifest_of(bench, place)["output"]} == {"Patient", "Observation"}
    assert Entry.objects.filter(event=Event.RESOURCE_EXPORTED).count() == 1


def test_a_cancelled_job_stops_at_the_next_space(bench, patient_id, monkeypatch, settings):
    monkeypatch.setattr(running, "_SLICE_SECONDS", 0.0)
    place = start(bench)
    exports = running.Exports(worker.patient, clock.now)
    exports.step()
    bench.call("DELETE", place)
    exports.step()
    assert not exports.step()
    assert not any(path.is_file() for path in (settings.HYGIE_DATA / "exports").rglob("*"))


def test_what_fails_is_given_up_and_said(bench, patient_id, monkeypatch):
    def fail(*_):
        raise RuntimeError

    place = start(bench)
    monkeypatch.setattr(running.reading, "read", fail)
    for _ in range(6):
        Job.objects.update(due_at=clock.now() - dt.timedelta(seconds=1))
        work()
    answer = bench.get(place)
    assert answer.status_code == 500
    assert code_of(answer) == "export-failed"
    assert not Entry.objects.filter(event=Event.RESOURCE_EXPORTED).exists()


def test_the_content_type_of_a_question_is_checked(bench):
    assert bench.post("/fhir/$export", b"x", "text/plain", **ASYNC).status_code == 415
    assert bench.post("/fhir/$export", b"{", FHIR, **ASYNC).status_code == 400
