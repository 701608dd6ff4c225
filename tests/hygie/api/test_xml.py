"""FHIR XML in and out: by Content-Type, by Accept and by `_format`. Behind the door it is the same resource."""

import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from hygie.api import formats
from hygie.fhir.core import json as fhir_json
from hygie.fhir.core import xml
from tests import factories
from tests.hygie.api import pdsm
from tests.hygie.api.conftest import code_of, observation

XML = "application/fhir+xml"


def read(answer):
    assert answer["Content-Type"] == XML, answer.content
    assert answer["Content-Length"] == str(len(answer.content))
    return xml.read(answer.content)


def as_xml(resource):
    return xml.write(fhir_json.read_object(json.dumps(resource).encode()))


@pytest.fixture
def weight(bench, patient_id):
    return bench.post("/fhir/Observation", observation(patient_id)).json()


@pytest.mark.parametrize(
    ("accept", "query"),
    [
        (XML, ""),
        ("application/xml", ""),
        ("text/xml", ""),
        ("application/fhir+json;q=0.5, application/fhir+xml", ""),
        ("*/*", "_format=xml"),
        ("application/fhir+json", "_format=application/fhir%2Bxml"),
        ("", "_format=text/xml"),
        ("", "_format=application/fhir+xml"),
    ],
)
def test_a_resource_is_given_in_xml(bench, weight, accept, query):
    answer = bench.get(f"/fhir/Observation/{weight['id']}?{query}", Accept=accept)
    plain = bench.get(f"/fhir/Observation/{weight['id']}")
    assert read(answer) == fhir_json.read_object(plain.content)
    assert (answer["ETag"], answer["Last-Modified"]) == (plain["ETag"], plain["Last-Modified"])


@pytest.mark.parametrize("accept", ["", "*/*", "application/fhir+json, application/fhir+xml;q=0.9", f"{XML};q=0"])
def test_json_is_given_otherwise(bench, weight, accept):
    answer = bench.get(f"/fhir/Observation/{weight['id']}", Accept=accept)
    assert answer["Content-Type"] == "application/fhir+json"


def test_head_has_the_length_of_the_xml(bench, weight):
    address = f"/fhir/Observation/{weight['id']}"
    told = bench.call("HEAD", address, Accept=XML)
    assert (told["Content-Type"], told.content) == (XML, b"")
    assert told["Content-Length"] == str(len(bench.get(address, Accept=XML).content))


def test_searches_histories_and_the_statement_are_given_in_xml(bench, weight, patient_id):
    found = read(bench.get(f"/fhir/Observation?patient={patient_id}", Accept=XML))
    assert [each["resource"]["id"] for each in found["entry"]] == [weight["id"]]
    assert read(bench.get(f"/fhir/Observation/{weight['id']}/_history", Accept=XML))["type"] == "history"
    assert read(bench.get(f"/fhir/Patient/{patient_id}/$everything", Accept=XML))["resourceType"] == "Bundle"
    assert {"application/fhir+xml", "xml"} <= set(read(bench.get("/fhir/metadata?_format=xml"))["format"])


def test_a_resource_is_created_and_updated_from_xml(bench, patient_id):
    created = bench.post(
        "/fhir/Observation", as_xml(observation(patient_id)).replace(b"72.5", b"72.500"), XML, Accept=XML
    )
    assert created.status_code == 201
    told = read(created)
    address = f"/fhir/Observation/{told['id']}"
    assert b'"value":72.500' in bench.get(address).content
    told["status"] = "amended"
    updated = bench.call("PUT", address, xml.write(told), f"{XML}; charset=utf-8")
    assert (updated.status_code, updated["ETag"], updated.json()["status"]) == (200, 'W/"2"', "amended")


def test_a_batch_is_read_and_answered_in_xml(bench, patient_id):
    request = {"method": "POST", "url": "Observation"}
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"resource": observation(patient_id), "request": request}],
    }
    told = read(bench.post("/fhir", as_xml(bundle), XML, Accept=XML))
    assert (told["type"], told["entry"][0]["response"]["status"][:3]) == ("batch-response", "201")


def test_xml_is_validated_as_json_is(bench, patient_id):
    wrong = bench.post("/fhir/Observation", as_xml(observation(patient_id, status="invented")), XML)
    assert wrong.status_code == 422
    checked = bench.post("/fhir/Observation/$validate", as_xml(observation(patient_id)), XML, Accept=XML)
    assert read(checked)["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<a/>", "xml-root"),
        (b"{}", "xml-not-wellformed"),
        (b"", "xml-not-wellformed"),
        (b'<Observation xmlns="http://hl7.org/fhir"><dog/></Observation>', "xml-element"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><Observation xmlns="http://hl7.org/fhir"/>', "xml-doctype"),
    ],
)
def test_what_is_no_fhir_xml_is_a_bad_request(bench, body, code):
    answer = bench.post("/fhir/Observation", body, XML)
    assert (answer.status_code, code_of(answer)) == (400, code)


def test_faults_are_told_in_xml(bench):
    answer = bench.get("/fhir/Observation/nobody.nothing", Accept=XML)
    assert answer.status_code == 404
    assert read(answer)["issue"][0]["code"] == "not-found"
    assert bench.get("/fhir/Observation?%ff=1", Accept=XML).status_code == 400


def test_a_binary_is_a_resource_in_fhir_xml_and_itself_in_its_own(doctor):
    source = factories.cda()
    address = f"/fhir/Binary/{doctor.deposit(source).json()['document_id']}"
    told = read(doctor.get(address, Accept=XML))
    assert (told["resourceType"], told["contentType"]) == ("Binary", "text/xml")
    assert doctor.get(address, Accept="application/xml").content == source
    assert read(doctor.get(f"{address}?_format=xml")) == told


def test_tokens_and_deposits_keep_their_own_form(software, world):
    answer = software.client.get("/.well-known/smart-configuration", headers={"Accept": XML})
    assert answer["Content-Type"] == "application/json"


def test_documents_are_deposited_in_xml(doctor, world):
    answer = doctor.post("/fhir", as_xml(pdsm.bundle(world)), XML, Accept=XML)
    assert answer.status_code == 200
    assert answer["Hygie-Receipt"]
    assert read(answer)["type"] == "transaction-response"


def test_what_xml_cannot_hold_is_given_in_json():
    body = b'{"resourceType":"Patient","gender":"\\u0001"}'
    request = RequestFactory().get("/fhir/Patient/1", headers={"Accept": XML})
    answer = formats.spoken(request, HttpResponse(body, content_type="application/fhir+json"))
    assert (answer["Content-Type"], answer.content) == ("application/fhir+json", body)


def test_the_receipt_of_a_cda_has_no_xml(doctor):
    assert doctor.deposit(factories.cda(), Accept="application/xml").status_code == 406
