"""Whatever one element of a deposit becomes, the answer is a success or a refusal that says where: never a fault of ours."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hygie.api import pdsm

ODD = [
    *[None, "", " ", "x", "#x", "urn:uuid:x", "2026", "1.2.3^4", "\u2028", "a" * 5000],
    *[0, -1, 1.5, True, [], [None], [""], [[]], {}, {"a": 1}, [{}], [{"reference": "#author"}]],
    *[{"reference": "#source"}, {"coding": "x"}, {"coding": [None]}, {"coding": [{}]}],
]


def places(node, path=()):
    """Every place of a JSON value, as the steps that lead there."""
    yield path
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, inner in steps:
        yield from places(inner, (*path, step))


def changed(whole, path, value, how):
    result = copy.deepcopy(whole)
    if not path:
        return value
    node = result
    for step in path[:-1]:
        node = node[step]
    if how == "remove":
        del node[path[-1]]
    elif how == "rename" and isinstance(node, dict):
        node[f"{path[-1]}x"] = node.pop(path[-1])
    else:
        node[path[-1]] = value
    return result


@pytest.fixture
def wholes(world):
    document = pdsm.document(world, relatesTo=[{"code": "replaces", "target": {"reference": "urn:oid:1.2.3"}}])
    operation = {"name": "operation", "part": [{"name": "type", "valueCode": "replace"}]}
    patched = {
        "fullUrl": "urn:uuid:patch",
        "resource": {"resourceType": "Parameters", "parameter": [operation]},
        "request": {"method": "PATCH", "url": "DocumentReference?identifier=urn:ietf:rfc:3986|urn:oid:1.2.3"},
    }
    return [
        ("/fhir", pdsm.bundle(world, document)),
        ("/fhir", pdsm.bundle(world, document, patched)),
        ("/fhir/DocumentReference", pdsm.simplified(world)),
    ]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_change_of_a_deposit_is_a_fault(doctor, wholes, data):
    path, whole = data.draw(st.sampled_from(wholes))
    spots = list(places(whole))
    for _ in range(data.draw(st.integers(1, 2))):
        spot = data.draw(st.sampled_from(spots))
        how = data.draw(st.sampled_from(["replace", "replace", "remove", "rename"]))
        try:
            whole = changed(whole, spot, data.draw(st.sampled_from(ODD)), how)
        except (KeyError, IndexError, TypeError):
            continue  # the first change took the place of the second away
    answer = doctor.post(path, whole)
    assert answer.status_code in (200, 201, 400, 409, 413, 422), (whole, answer.content)
    if answer.status_code == 200:
        for entry in answer.json().get("entry", []):
            if location := entry["response"].get("location"):
                read = doctor.get("/fhir/" + location.partition("/_history")[0])
                assert read.status_code == 200
