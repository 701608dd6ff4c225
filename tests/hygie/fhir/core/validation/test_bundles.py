"""The rules of a Bundle as a whole, by its type."""

import pytest

from hygie.fhir.core.validation import validate

URN = "urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a3"
PATIENT = {"resourceType": "Patient", "id": "1"}
POST = {"method": "POST", "url": "Patient"}


def found(kind, entries, **more):
    bundle = {"resourceType": "Bundle", "type": kind} | ({"entry": entries} if entries else {}) | more
    return [(issue.rule, issue.path) for issue in validate(bundle)]


@pytest.mark.parametrize(
    ("kind", "entries"),
    [
        ("collection", []),
        ("collection", [{"fullUrl": "https://example.org/fhir/Patient/1", "resource": PATIENT}]),
        (
            "searchset",
            [{"fullUrl": "https://example.org/fhir/Patient/1", "resource": PATIENT, "search": {"mode": "match"}}],
        ),
        ("transaction", [{"fullUrl": URN, "resource": {"resourceType": "Patient"}, "request": POST}]),
        ("batch", [{"request": {"method": "GET", "url": "Patient/1"}}]),
        ("transaction-response", [{"response": {"status": "201 Created"}}]),
        (
            "history",
            [{"fullUrl": "https://example.org/fhir/Patient/1", "request": POST, "response": {"status": "201"}}],
        ),
    ],
)
def test_right_bundles_are_let_in(kind, entries):
    assert found(kind, entries) == []


@pytest.mark.parametrize(
    ("kind", "entry", "rule", "path"),
    [
        ("transaction", {"resource": PATIENT}, "bdl-3", "Bundle.entry[0]"),
        ("collection", {"resource": PATIENT, "request": POST}, "bdl-3", "Bundle.entry[0]"),
        ("batch-response", {"resource": PATIENT}, "bdl-4", "Bundle.entry[0]"),
        ("collection", {"fullUrl": URN}, "bdl-5", "Bundle.entry[0]"),
        ("collection", {"fullUrl": "Patient/1", "resource": PATIENT}, "full-url", "Bundle.entry[0].fullUrl"),
        (
            "collection",
            {"fullUrl": "http://x.org/Patient/2", "resource": PATIENT},
            "full-url",
            "Bundle.entry[0].fullUrl",
        ),
        (
            "collection",
            {"fullUrl": "http://x.org/Patient/1/_history/1", "resource": PATIENT},
            "bdl-8",
            "Bundle.entry[0]",
        ),
        ("collection", {"resource": PATIENT, "search": {"mode": "match"}}, "bdl-2", "Bundle.entry[0]"),
        ("searchset", {"resource": {"resourceType": "Patient"}}, "search-id", "Bundle.entry[0].resource"),
        (
            "searchset",
            {"resource": PATIENT, "search": {"mode": "outcome"}},
            "search-outcome",
            "Bundle.entry[0].resource",
        ),
        ("collection", {"resource": PATIENT | {"gender": "x"}}, "binding", "Bundle.entry[0].resource.gender"),
        ("transaction", {"resource": PATIENT, "request": {"method": "POST"}}, "missing", "Bundle.entry[0].request"),
        ("collection", {"resource": {"resourceType": "Cat"}}, "resource-type", "Bundle.entry[0].resource"),
        ("collection", {}, "empty", "Bundle.entry[0]"),
    ],
)
def test_an_entry_that_its_type_does_not_allow_is_refused(kind, entry, rule, path):
    assert found(kind, [entry]) == [(rule, path)]


def test_a_full_url_is_there_once_a_version():
    entry = {"fullUrl": "https://example.org/fhir/Patient/1", "resource": PATIENT}
    assert found("collection", [entry, entry]) == [("bdl-7", "Bundle.entry[1].fullUrl")]
    versions = [entry | {"resource": PATIENT | {"meta": {"versionId": each}}} for each in "12"]
    assert found("collection", versions) == []


def test_only_a_searchset_and_a_history_have_a_total():
    assert found("searchset", [], total=0) == []
    assert found("collection", [], total=0) == [("bdl-1", "Bundle")]


def test_references_are_read_inside_each_resource():
    """`#p` of one entry is not the contained resource of another."""
    holder = {"resourceType": "Group", "type": "person", "actual": True, "contained": [PATIENT | {"id": "p"}]}
    holder["member"] = [{"entity": {"reference": "#p"}}]
    other = {"resourceType": "Group", "type": "person", "actual": True, "managingEntity": {"reference": "#p"}}
    assert found("collection", [{"resource": holder}]) == []
    assert found("collection", [{"resource": holder}, {"resource": other}]) == [
        ("ref-1", "Bundle.entry[1].resource.managingEntity")
    ]


COMPOSITION = {
    "resourceType": "Composition",
    "id": "c",
    "status": "final",
    "type": {"text": "x"},
    "date": "2026-01-01",
    "title": "x",
    "author": [{"reference": "Patient/1"}],
}
DOCUMENT = {"identifier": {"system": "urn:ietf:rfc:3986", "value": URN}, "timestamp": "2026-01-01T00:00:00Z"}
BASE = "https://example.org/fhir"


def test_a_document_begins_with_its_composition_and_holds_what_it_refers_to():
    first = {"fullUrl": f"{BASE}/Composition/c", "resource": COMPOSITION}
    second = {"fullUrl": f"{BASE}/Patient/1", "resource": PATIENT}
    assert found("document", [first, second], **DOCUMENT) == []
    assert found("document", [second, first], **DOCUMENT) == [("bdl-11", "Bundle")]
    assert found("document", [first, second]) == [("bdl-9", "Bundle"), ("bdl-10", "Bundle")]
    assert found("document", [first], **DOCUMENT) == [("bundle-reference", "Bundle.entry[0].resource.author[0]")]


def test_a_relative_reference_is_not_found_from_a_urn():
    first = {"fullUrl": URN, "resource": COMPOSITION}
    second = {"fullUrl": f"{BASE}/Patient/1", "resource": PATIENT}
    assert found("document", [first, second], **DOCUMENT) == [
        ("bundle-reference", "Bundle.entry[0].resource.author[0]")
    ]


def test_a_message_begins_with_its_header():
    assert found("message", [{"fullUrl": URN, "resource": PATIENT}]) == [("bdl-12", "Bundle")]
