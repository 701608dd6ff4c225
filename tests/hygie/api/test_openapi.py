"""GET /fhir/openapi.json: valid, made from the tables, and true of the live server: each path is called."""

import re
import uuid
from urllib.parse import urlencode

import pytest
import requests
from django.urls import get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator

from hygie.api import openapi
from hygie.fhir.core.definitions import load
from hygie.fhir.http.interactions import INTERACTIONS
from tests import factories
from tests.hygie.api.conftest import FORM, observation

TYPED = ("Composition", "Observation", "Patient", "ValueSet")
# Addresses that are not FHIR interactions: hygie/api/openapi.py writes them.
BESIDE = {"deposit", "token", "discovery", "discovery-root", "openapi", "export-status", "export-file"}


@pytest.fixture(scope="module", params=[(), TYPED], ids=["whole", "typed"])
def document(request):
    return openapi.published(request.param).document


def test_it_is_valid_openapi(document):
    assert [str(each)[:300] for each in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_its_size_is_reasonable():
    whole, typed = openapi.published(), openapi.published(("Observation",))
    assert len(whole.packed) < 100_000 and len(whole.plain) < 1_200_000
    assert len(typed.packed) < 20_000


def test_the_interactions_are_those_of_the_routes():
    routed = set()
    for each in get_resolver("hygie.api.urls").url_patterns:
        if "$" not in str(each.pattern) and each.name not in BESIDE:
            routed |= {(each.name, method) for method in set(each.callback.methods) - {"HEAD"}}
    assert routed == {(each.route, each.method) for each in INTERACTIONS}


def test_the_interactions_are_those_of_the_policies():
    for each in get_resolver("hygie.api.urls").url_patterns:
        for one in INTERACTIONS:
            if one.route == each.name:
                policy = each.callback.methods[one.method]
                assert policy.interaction == one.name
                assert (policy.audience == "public") == one.public


def test_every_route_has_its_path():
    paths = openapi.published().document["paths"]
    shapes = {(re.sub(r"\{[^}]+\}", "*", path), method.upper()) for path, told in paths.items() for method in told}
    routed = set()
    for each in get_resolver("hygie.api.urls").url_patterns:
        path = "/" + re.sub(r"<[^>]+>", "*", str(each.pattern))
        routed |= {(path, method) for method in set(each.callback.methods) - {"HEAD"}}
    assert shapes == routed


def test_every_type_has_its_schema():
    whole = openapi.published().document
    assert load().resource_types <= set(whole["components"]["schemas"])
    assert set(whole["components"]["schemas"]["Type"]["enum"]) == set(
        load().resource_types - {"Bundle", "OperationOutcome", "Parameters"}
    )


def test_schemas_tell_right_from_wrong(world):
    from jsonschema import Draft202012Validator

    document = openapi.published(("Observation",)).document
    schema = {"$ref": "#/components/schemas/Observation", "components": document["components"]}
    checked = Draft202012Validator(schema)
    right = observation(str(uuid.uuid4()))
    assert list(checked.iter_errors(right)) == []
    assert list(checked.iter_errors(right | {"_status": {"extension": [{"url": "http://x", "valueCode": "y"}]}})) == []
    for wrong in (
        {"status": "done"},
        {"colour": "red"},
        {"effectiveDateTime": "hier"},
        {"category": {}},
        {"resourceType": "X"},
    ):
        assert list(checked.iter_errors(right | wrong)) != [], wrong
    del right["code"]
    assert list(checked.iter_errors(right)) != []


def test_it_is_public_and_kept_by_its_etag(software):
    answer = software.get("/fhir/openapi.json", **{"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer["Content-Type"], answer["Content-Encoding"]) == (200, "application/json", "gzip")
    assert software.get("/fhir/openapi.json", **{"If-None-Match": answer["ETag"]}).status_code == 304
    typed = software.get("/fhir/openapi.json?type=Observation").json()
    assert "/fhir/Observation/{id}" in typed["paths"] and "/fhir/{type}" not in typed["paths"]
    names = {each.get("name") for each in typed["paths"]["/fhir/Observation"]["get"]["parameters"]}
    assert {"code", "component-value-quantity", "patient"} <= names
    assert software.get("/fhir/openapi.json?type=Bundle").status_code == 400


@pytest.fixture
def known(bench, patient_id):
    """Type → the id of one that is here."""
    who = {"reference": f"Patient/{patient_id}"}
    head = {"status": "final", "type": {"text": "CR"}, "date": "2026-03-16", "title": "CR", "author": [who]}
    made = bench.post("/fhir/Composition", {"resourceType": "Composition", "subject": who} | head)
    weight = bench.post("/fhir/Observation", observation(patient_id))
    return {"Patient": patient_id, "Composition": made.json()["id"], "Observation": weight.json()["id"]}


def _bodies(told):
    """(Content-Type, body): one that is wrong for each documented type."""
    for media_type in told.get("requestBody", {}).get("content", {"": None}):
        if media_type != "*/*":
            body = urlencode({"_count": "1"}).encode() if media_type == FORM else b"{}" if media_type else b""
            yield media_type, body


def _expected(document, told):
    """Status → the media types of its answer."""
    found = {}
    for status, answer in told["responses"].items():
        if "$ref" in answer:
            answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        found[int(status)] = set(answer.get("content", ()))
    return found


def _addresses(path, known):
    """The address of what is here, of what never was, and of what is nobody's."""
    kind = next((each for each in known if f"/{each}/" in path or path.endswith(f"/{each}")), "Observation")
    here = known["Patient" if "Patient/{id}" in path else kind]
    path = path.replace("{type}", "Observation" if "Patient/{id}" in path else kind)
    for id in (
        (here, "nothing", f"{known['Patient']}.nothing", f"{uuid.uuid4()}.aaaabbbbccccddddeeeeffff")
        if "{id}" in path
        else ("",)
    ):
        yield path.format(id=id, version="1", job="nothing", number="1")


def _documented(types):
    document = openapi.published(types).document
    for path, methods in document["paths"].items():
        for method, told in sorted(methods.items(), key=lambda each: each[0] == "delete"):
            yield path, method.upper(), told, _expected(document, told)


def _is_told(answer, expected):
    given = answer.headers.get("Content-Type", "").partition(";")[0]
    allowed = expected.get(answer.status_code)
    content = b"" if getattr(answer, "streaming", False) else answer.content
    return allowed is not None and (not content or given in allowed or "*/*" in allowed)


@pytest.mark.parametrize("types", [(), TYPED], ids=["whole", "typed"])
def test_the_door_answers_what_is_documented(bench, software, known, types):
    """Each path and method, with and without a token, with ids that are here and not, in JSON, XML and something else."""
    wrong, statuses = [], set()
    for path, method, told, expected in _documented(types):
        for address in _addresses(path, known):
            named = "?patient=" + known["Patient"] if method == "GET" and "$" not in path else ""
            for number, (media_type, body) in enumerate(_bodies(told)):
                answers = [bench.call(method, address + named, body, media_type, Accept="application/fhir+json")]
                if number == 0 and method != "DELETE":
                    answers += [
                        bench.call(method, address + named, body, media_type, Accept=accept)
                        for accept in ("application/fhir+xml", "*/*", "image/png")
                    ]
                    answers.append(software.call(method, address, body, media_type))
                for answer in answers:
                    statuses.add(answer.status_code)
                    if not _is_told(answer, expected):
                        wrong.append((method, address, media_type, answer.status_code, answer.get("Content-Type")))
    assert wrong == []
    assert statuses >= {200, 204, 400, 401, 403, 404, 406, 422}


def test_a_live_server_answers_what_is_documented(transactional_db, live_server, settings):
    """Each path and method once, over HTTP, by software that may do everything."""
    from hygie.identity import actions as identity

    settings.HYGIE_BASE_URL = live_server.url
    world = factories.world()
    scopes = ("user/*.cruds", "system/*.cruds")
    client_id, secret = identity.register_client(
        name="Logiciel d'essai", kind="bench", organization_id=world.cabinet, scopes=scopes
    )
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    with requests.Session() as session:
        token = session.post(f"{live_server.url}/oauth/token", data=form, timeout=20).json()["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        patient = session.post(f"{live_server.url}/fhir/Patient", json={"resourceType": "Patient"}, timeout=20).json()
        for path, method, told, expected in _documented(()):
            address = path.replace("{type}", "Observation").format(id=patient["id"], version="1", job="x", number="1")
            for media_type, body in _bodies(told):
                headers = {"Content-Type": media_type}
                answer = session.request(method, live_server.url + address, data=body, headers=headers, timeout=20)
                assert _is_told(answer, expected), (method, address, media_type, answer.status_code, answer.headers)
