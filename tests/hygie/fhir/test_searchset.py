import json

import pytest

from hygie.fhir.core import outcome, structure
from hygie.fhir.http import searchset
from hygie.lib.errors import Invalid


def write(bodies, **changes):
    values = {
        "base": "http://x/fhir",
        "type": "Observation",
        "bodies": bodies,
        "total": 2,
        "self_link": "http://x/fhir/s",
    }
    return searchset.write(searchset.Searchset(**(values | changes)))


def test_bodies_are_sent_as_they_are():
    body = b'{"resourceType":"Observation","id":"s.1","valueQuantity":{"value":72.50}}'
    other = b'{"id":"s.2", "resourceType":"Observation"}'
    told = write([body, other], next_link="http://x/fhir/n")
    assert body in told and other in told
    bundle = json.loads(told)
    assert [each["fullUrl"] for each in bundle["entry"]] == [
        "http://x/fhir/Observation/s.1",
        "http://x/fhir/Observation/s.2",
    ]
    assert [each["relation"] for each in bundle["link"]] == ["self", "next"]


def test_nothing_found_has_no_entry():
    assert "entry" not in json.loads(write([], total=0))
    assert "total" not in json.loads(write([], total=None))


def test_warnings_come_last_and_are_not_matches():
    warning = outcome.resource(outcome.issue("warning", "not-supported", code="x", diagnostics="y", path="http.z"))
    bundle = json.loads(write([b'{"resourceType":"Observation","id":"s.1"}'], outcome=warning))
    assert [each["search"]["mode"] for each in bundle["entry"]] == ["match", "outcome"]


def test_a_link_is_escaped():
    assert (
        searchset.link("http://x/fhir", "T", [("a", "u:x|y&z é"), ("b", "1,2")])
        == "http://x/fhir/T?a=u:x|y%26z%20%C3%A9&b=1,2"
    )
    assert searchset.link("http://x/fhir", "T", []) == "http://x/fhir/T"


def test_a_path_of_a_document_is_a_location_and_a_fhirpath_an_expression():
    assert "location" in outcome.issue("error", "invalid", code="c", diagnostics="d", path="/ClinicalDocument/id")
    assert "location" in outcome.issue("error", "invalid", code="c", diagnostics="d", path="http.patient")
    assert "expression" in outcome.issue("error", "invalid", code="c", diagnostics="d", path="Bundle.entry[0]")


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        ([], "R"),
        ({"status": ""}, "R.status"),
        ({"status": 1}, "R.status"),
        ({"author": []}, "R.author"),
        ({"author": [{"reference": 1}]}, "R.author[0].reference"),
        ({"content": [{"attachment": {"size": -1}}]}, "R.content[0].attachment.size"),
        ({"content": [{"attachment": {"size": True}}]}, "R.content[0].attachment.size"),
        ({"type": {"coding": [{"code": None}]}}, "R.type.coding[0].code"),
        ({"extension": {}}, "R.extension"),
        ({"unheard": 1}, "R.unheard"),
        ({"_status": 1}, "R._status"),
    ],
)
def test_the_first_element_that_has_not_its_type_is_named(resource, path):
    with pytest.raises(Invalid) as caught:
        structure.check(resource, "DocumentReference", "R")
    assert (caught.value.code, caught.value.path) == ("structure", path)


def test_what_may_stand_anywhere_may():
    structure.check(
        {"id": "a", "extension": [{"url": "x", "valueString": "y"}], "_date": {"id": "z"}}, "DocumentReference", "R"
    )
