"""Laws at the door, over resources that nobody wrote: what is right is kept as it is, and found by what it says."""

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hygie.fhir.core import json, references
from hygie.fhir.core.search import fields, index_values
from hygie.fhir.core.search.fields import Kind
from tests.strategies.fhir import RESOURCE_TYPES, resources

pytestmark = pytest.mark.django_db
# A Patient is a space, and a professional's documents are deposited: other tests are about them.
TYPES = tuple(each for each in RESOURCE_TYPES if each not in ("Binary", "OperationOutcome", "Patient"))
at_the_door = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)


def inside(patient_id: str) -> Any:
    """References that stay in one space: to its person where that is allowed, else by identifier or to somewhere else."""

    def refer(draw: Any, targets: tuple[str, ...]) -> dict[str, Any]:
        if not targets or {"Patient", "Resource"} & {*targets}:
            return {"reference": f"Patient/{patient_id}"}
        told = {"identifier": {"system": "urn:x", "value": draw(st.sampled_from(["1", "é"]))}, "display": "x"}
        return draw(st.sampled_from([told, {"reference": f"https://example.org/fhir/{targets[0]}/1"}]))

    return refer


def of(patient_id: str, resource: dict[str, Any]) -> dict[str, Any]:
    """The same, of this person where its type is always somebody's."""
    element = references.PERSON.get(resource["resourceType"])
    if element:
        former = resource.get(element, {}).get("reference", "")
        kept = [each for each in resource.pop("contained", []) if f"#{each['id']}" != former]
        resource |= {element: {"reference": f"Patient/{patient_id}"}} | ({"contained": kept} if kept else {})
    return resource


def _bare(told: dict[str, Any]) -> bytes:
    """The resource without what the server gives."""
    meta = {
        name: value
        for name, value in told.get("meta", {}).items()
        if name.lstrip("_") not in ("versionId", "lastUpdated")
    }
    kept = {name: value for name, value in told.items() if name not in ("id", "_id", "meta")}
    return json.write(dict(sorted((kept | ({"meta": meta} if meta else {})).items())))


def test_what_is_stored_is_read_in_json_and_in_xml(bench: Any, patient_id: str) -> None:
    @at_the_door
    @given(st.sampled_from(TYPES).flatmap(lambda kind: resources(kind, inside(patient_id))))
    def law(invented: dict[str, Any]) -> None:
        resource = of(patient_id, invented)
        kind = resource["resourceType"]
        made = bench.post(f"/fhir/{kind}", json.write(resource))
        assert made.status_code == 201, made.content
        read = bench.get(f"/fhir/{kind}/{json.read_object(made.content)['id']}")
        assert read.content == made.content
        assert _bare(json.read_object(read.content)) == _bare(resource)
        as_xml = bench.get(f"/fhir/{kind}/{json.read_object(made.content)['id']}", Accept="application/fhir+xml")
        again = bench.post(f"/fhir/{kind}", as_xml.content, "application/fhir+xml")
        assert again.status_code == 201, again.content
        assert json.read_object(again.content).keys() == json.read_object(made.content).keys()

    law()


def _escaped(text: str) -> str:
    return "".join("\\" + each if each in "\\,|$" else each for each in text)


def _asked(code: str, kind: Kind, row: Any) -> dict[str, str] | None:
    """The search that this row of the index answers; None when it is not asked so."""
    if kind is Kind.TOKEN and row.value:
        return {code: f"{_escaped(row.system)}|{_escaped(row.value)}"}
    if kind is Kind.STRING and row.text:
        return {f"{code}:exact": _escaped(row.text)}
    if kind is Kind.URI and row.value:
        return {code: _escaped(row.value)}
    return None


def test_what_is_stored_is_found_by_each_of_its_values(bench: Any, patient_id: str) -> None:
    @settings(at_the_door, max_examples=30)
    @given(st.sampled_from(TYPES).flatmap(lambda kind: resources(kind, inside(patient_id))))
    def law(invented: dict[str, Any]) -> None:
        resource = of(patient_id, invented)
        kind = resource["resourceType"]
        made = bench.post(f"/fhir/{kind}", json.write(resource))
        assert made.status_code == 201, made.content
        id = json.read_object(made.content)["id"]
        rows = index_values(resource, patient_id)
        for code, param in fields.params_of(kind).items():
            numbers = {branch.field.number for branch in param.branches}
            for row in [each for each in rows if each.field in numbers][:3]:
                if question := _asked(code, param.kind, row):
                    _find(bench, kind, id, question, patient_id)

    law()


def _find(bench: Any, kind: str, id: str, question: dict[str, str], patient_id: str) -> None:
    # Of a type that may be nobody's, the id names the space: its patient parameter may be about something else.
    owner = {"patient": patient_id} if kind in references.PERSON else {}
    answer = bench.get(f"/fhir/{kind}?" + urlencode(question | owner | {"_id": id}), Prefer="handling=strict")
    assert answer.status_code == 200, (question, answer.content)
    assert [each["resource"]["id"] for each in answer.json().get("entry", [])] == [id], question
