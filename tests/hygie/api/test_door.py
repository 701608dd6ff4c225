import json
import logging

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import get_resolver

from hygie.api import errors, middleware
from hygie.lib.errors import Conflict, Gone, HygieError, Invalid, NotFound, TooLarge, Unavailable
from hygie.record import queries as record
from hygie.record.export.jobs import ExportFailed
from tests import factories
from tests.hygie.api.conftest import code_of, issue_of

# https://hl7.org/fhir/R4/valueset-issue-type.html
ISSUE_TYPES = set(
    "invalid structure required value invariant security login unknown expired forbidden suppressed processing not-supported "
    "duplicate multiple-matches not-found deleted too-long code-invalid extension too-costly business-rule conflict transient "
    "lock-error no-store exception timeout incomplete throttled informational".split()
)


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic eDp4", "Token abc"])
def test_without_a_token_nothing_opens(software, world, authorization):
    headers = {"Authorization": authorization} if authorization else {}
    answer = software.get(f"/fhir/DocumentReference?patient={world.space_id}", **headers)
    assert (answer.status_code, issue_of(answer)["code"], code_of(answer)) == (401, "login", "token-missing")
    assert answer["WWW-Authenticate"] == 'Bearer realm="hygie"'


@pytest.mark.parametrize("token", ["nonsense", "x" * 5000, "é", "a b", "' OR 1=1 --"])
def test_a_token_that_is_none_of_ours_is_refused(software, world, token):
    answer = software.deposit(factories.cda(), Authorization=f"Bearer {token}")
    assert (answer.status_code, code_of(answer)) == (401, "token-refused")
    assert answer["WWW-Authenticate"] == 'Bearer realm="hygie", error="invalid_token"'


def test_every_address_but_the_public_ones_asks_for_a_token(software):
    public = set()
    for pattern in get_resolver("hygie.api.urls").url_patterns:
        path = "/" + str(pattern.pattern).replace("<str:logical_id>", "x").replace("<str:version>", "1")
        path = path.replace("<fhir_type:resource_type>", "Observation")
        path = path.replace("<str:job_id>", "x").replace("<int:number>", "1")
        for method, policy in pattern.callback.methods.items():
            if policy.audience == "public":
                public.add((method, path))
            else:
                assert software.call(method, path).status_code == 401, (method, path)
    assert {path for _, path in public} == {
        "/oauth/token",
        "/fhir/metadata",
        "/fhir/openapi.json",
        "/fhir/.well-known/smart-configuration",
        "/.well-known/smart-configuration",
    }


def test_no_session_no_cookie_and_nothing_is_cached(doctor, world):
    doctor.client.cookies["hygie"] = "somebody"
    for answer in (doctor.deposit(factories.cda()), doctor.get("/fhir/metadata"), doctor.get("/fhir/Nothing")):
        assert not answer.cookies
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert len(answer["X-Request-Id"]) == 16
        assert "Content-Language" not in answer


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/dmp/documents", "POST"),
        ("PUT", "/fhir/DocumentReference/_search", "POST"),
        ("DELETE", "/fhir/DocumentReference/x/_history/1", "GET, HEAD"),
        ("PATCH", "/fhir/DocumentReference/x/_history", "GET, HEAD"),
        ("POST", "/fhir/Binary/x", "DELETE, GET, HEAD, PATCH, PUT"),
        ("GET", "/fhir", "POST"),
        ("GET", "/oauth/token", "POST"),
        ("OPTIONS", "/fhir/Patient", "DELETE, GET, HEAD, PATCH, POST, PUT"),
        ("TRACE", "/fhir/metadata", "GET, HEAD"),
    ],
)
def test_another_method_is_told_which_are_allowed(doctor, method, path, allow):
    answer = doctor.call(method, path)
    assert (answer.status_code, code_of(answer), answer["Allow"]) == (405, "method", allow)


@pytest.mark.parametrize(
    "path", ["/fhir/Nothing/1", "/fhir/patient", "/dmp", "/dmp/", "/oauth/authorize", "/fhir/../x", "/oauth/"]
)
def test_an_unknown_address_is_an_outcome(doctor, path):
    answer = doctor.get(path)
    assert (answer.status_code, code_of(answer)) == (404, "route-unknown")


def test_pages_are_not_the_machines_business(software):
    assert middleware.MachineDoor(lambda request: "page")(_request("/fhirstore")) == "page"
    assert middleware.MachineDoor(lambda request: "page")(_request("/")) == "page"
    assert middleware.MachineDoor(lambda request: "page")(_request("/.well-known/other")) == "page"


def _request(path):
    return RequestFactory().get(path)


@pytest.mark.parametrize(
    ("accept", "query", "status"),
    [
        ("application/fhir+json", "", 200),
        ("application/json;q=0.9, text/html", "", 200),
        ("*/*", "", 200),
        ("", "", 200),
        ("application/fhir+xml", "", 200),
        ("text/html", "", 406),
        ("application/fhir+xml", "_format=json", 200),
        ("application/fhir+xml", "_format=application/fhir%2Bjson", 200),
        ("application/fhir+xml", "_format=application/fhir+json", 200),
        ("*/*", "_format=xml", 200),
        ("*/*", "_format=ttl", 406),
        ("application/fhir+json;q=0", "", 200),
    ],
)
def test_json_and_xml_are_what_is_spoken(doctor, accept, query, status):
    assert doctor.get(f"/fhir/metadata?{query}", Accept=accept).status_code == status


def test_metadata_says_what_is_served_and_nothing_else(software):
    told = software.get("/fhir/metadata").json()
    assert (told["resourceType"], told["fhirVersion"], told["kind"]) == ("CapabilityStatement", "4.0.1", "instance")
    rest = told["rest"][0]
    assert rest["interaction"] == [{"code": "batch"}, {"code": "transaction"}]
    served = {each["type"]: {code["code"] for code in each["interaction"]} for each in rest["resource"]}
    whole = {"read", "vread", "create", "update", "patch", "delete", "history-instance", "history-type", "search-type"}
    assert served["DocumentReference"] == served["Observation"] == whole
    assert served["Patient"] == whole - {"delete", "history-type"}
    assert not {"Bundle", "Parameters", "OperationOutcome"} & served.keys()
    names = {each["type"]: {param["name"] for param in each.get("searchParam", [])} for each in rest["resource"]}
    assert {"patient", "status", "type", "category", "date", "author"} <= names["DocumentReference"]


ALL_KINDS = [Invalid, NotFound, Gone, Conflict, TooLarge, Unavailable, errors.NotSignedIn, errors.TokenRefused,
             errors.NotAcceptable, errors.UnsupportedMediaType]  # fmt: skip


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_kind_of_error_is_one_outcome(kind):
    answer = errors.answer(kind("A sentence.", code="some-code", path="Bundle.entry[0]"))
    issue = json.loads(answer.content)["issue"][0]
    assert issue["code"] in ISSUE_TYPES
    assert issue["details"]["coding"] == [{"system": "urn:hygie:error", "code": "some-code"}]
    assert issue["expression"] == ["Bundle.entry[0]"]
    assert 400 <= answer.status_code < 600 and answer.status_code != 500


def test_every_kind_has_a_status():
    kinds = {kind for kind in _subclasses(HygieError) if kind.__module__.startswith("hygie.")}
    # A bulk export that failed answers 500, as its specification asks.
    for kind in kinds - {errors.MethodNotAllowed, ExportFailed}:
        assert errors.status_of(kind())[0] != 500, kind


def _subclasses(kind):
    return {each for sub in kind.__subclasses__() for each in (sub, *_subclasses(sub))}


def test_a_fault_of_ours_says_nothing(doctor, world, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise RuntimeError("DURAND LEA 284039900000145")

    monkeypatch.setattr(record, "search_resources", fail)
    with caplog.at_level(logging.ERROR, logger="hygie.api"):
        answer = doctor.get(f"/fhir/DocumentReference?patient={world.space_id}")
    assert (answer.status_code, issue_of(answer)["code"], code_of(answer)) == (500, "exception", "unexpected")
    assert b"DURAND" not in answer.content
    assert answer["X-Request-Id"] in caplog.text.partition("Traceback")[0]
    assert all("DURAND" not in each.getMessage() for each in caplog.records)


def test_a_database_that_does_not_answer_is_unavailable(doctor, world, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("connection refused to 198.51.100.7")

    monkeypatch.setattr(record, "search_resources", fail)
    answer = doctor.get(f"/fhir/DocumentReference?patient={world.space_id}")
    assert (answer.status_code, code_of(answer), answer["Retry-After"]) == (503, "database", "5")
    assert b"198.51.100.7" not in answer.content


def test_a_refusal_that_cannot_be_written_is_not_told_as_one(doctor, world, monkeypatch):
    def fail(error):
        raise Unavailable("no journal", code="trace-outside-transaction")

    monkeypatch.setattr(middleware, "journal_refusal", fail)
    answer = doctor.get(f"/fhir/DocumentReference/{world.space_id}.{'a' * 24}")
    assert (answer.status_code, code_of(answer)) == (503, "trace-outside-transaction")


def test_a_compressed_body_is_refused(doctor):
    answer = doctor.deposit(b"\x1f\x8b", **{"Content-Encoding": "gzip"})
    assert (answer.status_code, code_of(answer)) == (415, "content-encoding")


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "9" * 20])
def test_a_length_that_is_not_a_number_is_refused(doctor, length):
    answer = doctor.client.generic(
        "POST", "/dmp/documents", b"<a/>", content_type="text/xml",
        headers={"Authorization": f"Bearer {doctor.token}"}, CONTENT_LENGTH=length,
    )  # fmt: skip
    assert answer.status_code in (400, 422)


def test_a_form_has_its_own_limit(software):
    answer = software.post("/oauth/token", b"x" * 70_000, "application/x-www-form-urlencoded")
    assert (answer.status_code, code_of(answer)) == (413, "body-too-large")


def test_the_door_needs_no_csrf_token(world, software):
    assert isinstance(software.client, Client) and software.client.handler.enforce_csrf_checks
    assert software.acting_for(world.doctor).deposit(factories.cda()).status_code == 201
