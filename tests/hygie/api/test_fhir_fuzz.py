"""No input is a fault of ours: whatever is sent to the FHIR door, the answer is below 500 and an OperationOutcome or better."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hygie.api.conftest import observation

TEXTS = [
    None,
    True,
    0,
    -1,
    1.5,
    "",
    " ",
    "x",
    "#",
    "urn:uuid:1",
    "Patient/",
    "Patient/x",
    "é" * 300,
    "9999-99-99",
    "\u0001",
    "$",
]
SHAPES = [
    [],
    {},
    [[]],
    [{}],
    {"reference": 1},
    {"reference": []},
    {"coding": 1},
    {"coding": [1]},
    {"system": []},
    [None],
]
NASTY = st.sampled_from([*TEXTS, *SHAPES, "_history", {"x": {"y": []}}])
SPACE = "00000000-0000-4000-8000-000000000001"
STEPS = [
    "Observation",
    "Patient",
    "Binary",
    "Practitioner",
    "_history",
    "$everything",
    "$meta",
    "$validate",
    "_search",
    "x",
    "1",
]
NAMES = ["_count", "_since", "_cursor", "_elements", "_summary", "_type", "start", "patient", "identifier", "_id"]
VALUES = [
    "",
    "1",
    "-1",
    "x",
    "true",
    "text",
    "2020",
    "9999-12-31",
    "0001",
    "Observation",
    "YQ",
    "MjAyMCBhIDE",
    "9" * 20,
    "\x00",
    "a,b",
    "%",
]
HEADERS = [
    {},
    {"If-Match": "x"},
    {"If-None-Match": "*"},
    {"If-Modified-Since": "x"},
    {"If-None-Exist": "a=b"},
    {"Prefer": "return=x;;="},
]


def paths(node, here=()):
    yield here
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in members:
        yield from paths(value, (*here, key))


def changed(body, path, value):
    body = copy.deepcopy(body)
    if not path:
        return value
    node = body
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return body


def bundle(kind, patient_id):
    uuid = "urn:uuid:00000000-0000-4000-8000-000000000001"
    return {
        "resourceType": "Bundle",
        "type": kind,
        "entry": [
            {
                "fullUrl": uuid,
                "request": {"method": "POST", "url": "Observation", "ifNoneExist": "identifier=a|b"},
                "resource": observation(
                    patient_id, meta={"security": [{"system": "a", "code": "b"}], "tag": [{"code": "c"}]}
                ),
            },
            {"request": {"method": "GET", "url": f"Observation?patient={patient_id}&_elements=status"}},
            {
                "request": {"method": "PUT", "url": "Observation/x.y", "ifMatch": 'W/"1"'},
                "resource": observation(patient_id),
            },
            {"request": {"method": "DELETE", "url": f"Observation?patient={patient_id}&identifier=x"}},
        ],
    }


PARAMETERS = {
    "resourceType": "Parameters",
    "parameter": [
        {
            "name": "operation",
            "part": [
                {"name": "type", "valueCode": "add"},
                {"name": "path", "valueString": "Observation"},
                {"name": "name", "valueString": "note"},
                {"name": "value", "valueAnnotation": {"text": "x"}},
            ],
        }
    ],
}
JSON_PATCH = [
    {"op": "add", "path": "/note", "value": [{"text": "x"}]},
    {"op": "move", "from": "/note/0", "path": "/note/-"},
]


@pytest.mark.parametrize(
    "what", ["create", "update", "batch", "transaction", "parameters", "json-patch", "validate", "patient"]
)
def test_no_body_is_a_fault(bench, patient_id, what):
    made = bench.post("/fhir/Observation", observation(patient_id)).json()
    one = f"/fhir/Observation/{made['id']}"
    body, method, path, kind = {
        "create": (observation(patient_id, meta={"security": [{"code": "x"}]}), "POST", "/fhir/Observation", None),
        "update": (made | {"category": [{"coding": [{"code": "x"}]}]}, "PUT", one, None),
        "batch": (bundle("batch", patient_id), "POST", "/fhir", None),
        "transaction": (bundle("transaction", patient_id), "POST", "/fhir", None),
        "parameters": (PARAMETERS, "PATCH", one, None),
        "json-patch": (JSON_PATCH, "PATCH", one, "application/json-patch+json"),
        "validate": (observation(patient_id), "POST", "/fhir/Observation/$validate", None),
        "patient": (
            {
                "resourceType": "Patient",
                "name": [{"given": ["a"], "family": "b"}],
                "identifier": [{"system": "a", "value": "b"}],
            },
            "POST",
            "/fhir/Patient",
            None,
        ),
    }[what]
    places = list(paths(body))

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.tuples(st.sampled_from(places), NASTY), min_size=1, max_size=2))
    def run(changes):
        sent = body
        for place, value in changes:
            try:
                sent = changed(sent, place, value)
            except (TypeError, KeyError, IndexError):
                continue
        content = json.dumps(sent).encode()
        answer = bench.call(method, path, content, kind or "application/fhir+json")
        assert answer.status_code < 500, (answer.content, sent)

    run()


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]),
    steps=st.lists(st.sampled_from([*STEPS, SPACE, f"{SPACE}.x", "%00", "é"]), max_size=4),
    query=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), max_size=3),
    header=st.sampled_from(HEADERS),
)
def test_no_address_is_a_fault(bench, patient_id, method, steps, query, header):
    address = "/fhir/" + "/".join(steps) + "?" + "&".join(f"{key}={value}" for key, value in query)
    body = json.dumps(observation(patient_id)).encode() if method in ("POST", "PUT", "PATCH") else b""
    answer = bench.call(method, address, body, **header)
    assert answer.status_code < 500, (method, address, answer.content)
