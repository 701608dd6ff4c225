"""GET /fhir/metadata says what is done, and what it says is done: the same tables, asked at the door."""

import pytest

from hygie.api import discovery
from hygie.api.fhir.served import TYPES
from hygie.fhir.core.validation import validate
from hygie.fhir.http import defined
from hygie.fhir.http.operations import OPERATIONS
from tests.hygie.api.conftest import code_of, observation

NOBODY = "00000000-0000-4000-8000-00000000abcd"
# What a search by a token, a date… is asked with, to see that it is understood.
VALUES = {
    "token": "x",
    "string": "x",
    "date": "2026-03-16",
    "number": "1",
    "quantity": "1",
    "uri": "http://example.org",
    "reference": "Group/x",
}


@pytest.fixture(scope="module")
def statement():
    return discovery._MODES["full"].document


def _of(statement, kind):
    return next(each for each in statement["rest"][0]["resource"] if each["type"] == kind)


def _errors(resource):
    return [each for each in validate(resource, invariants=True) if each.severity == "error"]


@pytest.mark.parametrize("mode", ["full", "normative", "terminology"])
def test_each_mode_is_valid_r4_and_is_kept_by_its_etag(software, mode):
    answer = software.get(f"/fhir/metadata?mode={mode}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/fhir+json")
    assert _errors(answer.json()) == []
    again = software.get(f"/fhir/metadata?mode={mode}", **{"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
    xml = software.get(f"/fhir/metadata?mode={mode}", Accept="application/fhir+xml")
    assert (xml.status_code, xml["Content-Type"]) == (200, "application/fhir+xml")


def test_it_is_packed_for_who_unpacks(software):
    import gzip

    plain = software.get("/fhir/metadata")
    packed = software.get("/fhir/metadata", **{"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip" and len(packed.content) * 8 < len(plain.content)
    assert gzip.decompress(packed.content) == plain.content
    assert int(packed["Content-Length"]) == len(packed.content)
    assert b"\n" in software.get("/fhir/metadata?_pretty=true").content


def test_another_mode_is_refused(software):
    answer = software.get("/fhir/metadata?mode=all")
    assert (answer.status_code, code_of(answer)) == (400, "search-value")


def test_the_normative_part_is_a_part(statement):
    part = discovery._MODES["normative"].document["rest"][0]["resource"]
    assert {"Patient", "Observation", "ValueSet"} <= {each["type"] for each in part} < TYPES
    for each in part:
        assert "conditionalDelete" not in each
        assert set(each) <= set(_of(statement, each["type"]))


def test_every_served_type_is_told(statement):
    assert {each["type"] for each in statement["rest"][0]["resource"]} == TYPES
    told = _of(statement, "Observation")
    assert {each["code"] for each in told["interaction"]} == {
        "read", "vread", "update", "patch", "delete", "history-instance", "history-type", "create", "search-type",
    }  # fmt: skip
    assert told["conditionalCreate"] is told["conditionalUpdate"] is told["readHistory"] is True
    assert (told["conditionalDelete"], told["conditionalRead"], told["updateCreate"]) == (
        "single",
        "full-support",
        False,
    )
    patient = _of(statement, "Patient")
    assert "delete" not in {each["code"] for each in patient["interaction"]}
    assert patient["conditionalUpdate"] is patient["conditionalCreate"] is False


def test_every_operation_is_told_with_its_definition(statement):
    rest = statement["rest"][0]
    told = {each["definition"] for resource in rest["resource"] for each in resource.get("operation", ())}
    told |= {each["definition"] for each in rest["operation"]}
    assert told == {each.url for each in OPERATIONS}


def test_what_is_told_can_be_searched(bench, patient_id, statement):
    """Each parameter of each type, strictly: one that is not understood is refused."""
    refused = []
    for resource in statement["rest"][0]["resource"]:
        kind = resource["type"]
        if kind == "Patient":
            continue
        wanted = [each for each in resource["searchParam"] if each["type"] in VALUES]
        for start in range(0, len(wanted), 30):
            query = "&".join(f"{each['name']}={_value(each, patient_id)}" for each in wanted[start : start + 30])
            answer = bench.get(f"/fhir/{kind}?patient={patient_id}&_count=0&{query}", Prefer="handling=strict")
            if answer.status_code != 200:
                refused.append((kind, query, code_of(answer)))
    assert refused == []


def _value(parameter, patient_id):
    """The person is the same wherever one is named."""
    return f"Patient/{patient_id}" if parameter["name"] in ("patient", "subject") else VALUES[parameter["type"]]


@pytest.mark.parametrize("kind", ["Observation", "Encounter", "DocumentReference", "PractitionerRole"])
def test_what_is_told_can_come_with_a_search(bench, patient_id, statement, kind):
    told = _of(statement, kind)
    for name in ("searchInclude", "searchRevInclude"):
        parameter = "_include" if name == "searchInclude" else "_revinclude"
        for start in range(0, len(told[name]), 30):
            query = "&".join(f"{parameter}={each}" for each in told[name][start : start + 30])
            answer = bench.get(f"/fhir/{kind}?patient={patient_id}&{query}", Prefer="handling=strict")
            assert answer.status_code == 200, (kind, query, answer.content)


def test_the_definitions_can_be_read(bench, statement):
    for each in OPERATIONS:
        answer = bench.get(f"/fhir/OperationDefinition/{defined.id_of(each.url)}")
        assert answer.status_code == 200 and _errors(answer.json()) == []
        assert (answer.json()["base"], answer.json()["code"]) == (each.url, each.name)
    told = {each["definition"] for each in _of(statement, "Observation")["searchParam"]}
    for url in sorted(told)[:12]:
        answer = bench.get(f"/fhir/SearchParameter/{defined.id_of(url)}")
        assert answer.status_code == 200 and answer.json()["url"] == url
    assert bench.get("/fhir/SearchParameter/nothing").status_code == 404


def test_every_search_parameter_has_a_valid_definition(statement):
    urls = {each["definition"] for resource in statement["rest"][0]["resource"] for each in resource["searchParam"]}
    for url in urls:
        found = defined.find("SearchParameter", defined.id_of(url), base="http://localhost/fhir")
        assert found is not None and found["url"] == url
        assert _errors(found) == []


def test_a_definition_needs_the_scope(software, world):
    narrow = software.acting_for(world.doctor, "user/Observation.rs")
    answer = narrow.get("/fhir/SearchParameter/clinical-code")
    assert (answer.status_code, code_of(answer)) == (403, "client.scope")


def test_formats_of_patches_are_those_that_are_read(bench, patient_id, statement):
    made = bench.post("/fhir/Observation", observation(patient_id)).json()["id"]
    for each in statement["patchFormat"]:
        answer = bench.call("PATCH", f"/fhir/Observation/{made}", b"{", each)
        assert answer.status_code != 415, each
    assert bench.call("PATCH", f"/fhir/Observation/{made}", b"<a/>", "application/fhir+xml").status_code == 415


def test_the_compartment_is_told(statement):
    assert statement["rest"][0]["compartment"] == ["http://hl7.org/fhir/CompartmentDefinition/patient"]
