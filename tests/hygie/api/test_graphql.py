"""GraphQL at the door: the rights, the trace and the limits of every other read. docs/reference/fhir/graphql.md"""

import json
import uuid
from urllib.parse import quote

import pytest

from hygie.fhir.core import graphql
from tests import factories
from tests.hygie.api.conftest import code_of, observation

NOBODY = "00000000-0000-4000-8000-00000000abcd"


def ask(software, text, path="/fhir/$graphql", **more):
    answer = software.post(path, {"query": text, **more}, "application/json")
    assert answer["Content-Type"] == "application/json", answer.content
    return answer.status_code, answer.json()


def data(software, text, path="/fhir/$graphql", **more):
    status, told = ask(software, text, path, **more)
    assert status == 200 and "errors" not in told, told
    return told["data"]


@pytest.fixture
def encounter(bench, patient_id):
    told = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": f"Patient/{patient_id}"},
    }
    return bench.post("/fhir/Encounter", told).json()["id"]


@pytest.fixture
def weights(bench, patient_id, encounter):
    """Three Observations, the newest first; the first two of the encounter."""
    found = []
    for day in (3, 2, 1):
        more = {"encounter": {"reference": f"Encounter/{encounter}"}} if day > 1 else {}
        told = observation(patient_id, effectiveDateTime=f"2026-03-0{day}T10:00:00+01:00", **more)
        found.append(bench.post("/fhir/Observation", told).json()["id"])
    return found


class TestInstance:
    def test_by_get_and_by_each_kind_of_post(self, bench, weights):
        path = f"/fhir/Observation/{weights[0]}/$graphql"
        text = "{ status valueQuantity { value unit } }"
        expected = {"data": {"status": "final", "valueQuantity": {"value": 72.5, "unit": "kg"}}}
        assert bench.get(f"{path}?query={quote(text)}").json() == expected
        assert bench.post(path, text.encode(), "application/graphql").json() == expected
        assert bench.post(path, {"query": text}, "application/json").json() == expected
        parameters = {"resourceType": "Parameters", "parameter": [{"name": "query", "valueString": text}]}
        assert bench.post(path, parameters).json() == expected

    def test_variables_and_operation_name(self, bench, weights):
        text = "query a { id } query b($no: Boolean!) { status @skip(if: $no) code { coding { code } } }"
        path = f"/fhir/Observation/{weights[0]}/$graphql"
        told = data(bench, text, path, variables={"no": True}, operationName="b")
        assert told == {"code": {"coding": [{"code": "29463-7"}]}}
        variables = quote(json.dumps({"no": False}))
        answer = bench.get(f"{path}?query={quote(text)}&variables={variables}&operationName=b")
        assert answer.json()["data"]["status"] == "final"

    def test_follows_references(self, bench, patient_id, weights):
        text = "{ subject { reference resource(type: Patient) { ... on Patient { id name { family } } } } }"
        assert data(bench, text, f"/fhir/Observation/{weights[0]}/$graphql") == {
            "subject": {
                "reference": f"Patient/{patient_id}",
                "resource": {"id": patient_id, "name": [{"family": "ESSAI"}]},
            }
        }
        other = "{ subject { resource(type: Group) { id } } }"
        assert data(bench, other, f"/fhir/Observation/{weights[0]}/$graphql") == {"subject": {}}

    def test_looks_backwards_within_the_space(self, bench, encounter, weights):
        text = "{ status ObservationList(_reference: encounter, _count: 5) { id } }"
        told = data(bench, text, f"/fhir/Encounter/{encounter}/$graphql")
        assert told == {"status": "finished", "ObservationList": [{"id": each} for each in weights[:2]]}

    def test_from_the_patient(self, bench, patient_id, weights):
        text = """{ birthDate
            ObservationList(_reference: subject, fhirpath: "encounter.exists()") { id }
            ObservationConnection(_reference: patient, _count: 1) { count pagesize edges { mode resource { id } } } }"""
        told = data(bench, text, f"/fhir/Patient/{patient_id}/$graphql")
        assert [each["id"] for each in told["ObservationList"]] == weights[:2]
        edges = [{"mode": "match", "resource": {"id": weights[0]}}]
        assert told["ObservationConnection"] == {"count": 3, "pagesize": 1, "edges": edges}

    @pytest.mark.parametrize(
        ("id", "status", "code"),
        [("nothing", 404, "not-found"), (f"{NOBODY}.aaaabbbbccccddddeeeeffff", 403, "default.refused")],
    )
    def test_of_what_is_not_here_answers_as_a_read(self, bench, id, status, code):
        answer = bench.post(f"/fhir/Observation/{id}/$graphql", {"query": "{ id }"}, "application/json")
        assert (answer.status_code, code_of(answer)) == (status, code)
        assert answer["Content-Type"] == "application/fhir+json"


class TestSystem:
    def test_reads_by_id(self, bench, patient_id, weights):
        text = f'{{ a: Patient(id: "{patient_id}") {{ birthDate }} Observation(id: "{weights[0]}") @flatten {{ status }} }}'
        assert data(bench, text) == {"a": {"birthDate": "1980-02-03"}, "status": "final"}

    def test_searches(self, bench, patient_id, weights):
        text = """query ($who: ID!) { ObservationList(patient: $who, code: "http://loinc.org|29463-7", _sort: date,
            status: [final, amended]) { id } EncounterList(patient: $who, class: EMER) { id } }"""
        told = data(bench, text, variables={"who": patient_id})
        assert told == {"ObservationList": [{"id": each} for each in reversed(weights)], "EncounterList": []}

    def test_a_hyphen_is_written_otherwise(self, bench, patient_id):
        text = f'{{ AllergyIntoleranceList(patient: "{patient_id}", clinical_status: active) {{ id }} }}'
        assert data(bench, text) == {"AllergyIntoleranceList": []}

    def test_connections_go_page_by_page(self, bench, patient_id, weights):
        seen, cursor = [], ""
        while True:
            more = f', _cursor: "{cursor}"' if cursor else ""
            below = "{ count next edges { resource { id } } }"
            text = f'{{ ObservationConnection(patient: "{patient_id}", _count: 2{more}) {below} }}'
            told = data(bench, text)["ObservationConnection"]
            assert told["count"] == 3
            seen += [each["resource"]["id"] for each in told["edges"]]
            cursor = told.get("next", "")
            if not cursor:
                break
        assert seen == weights

    def test_one_resource_is_read_once(self, bench, patient_id, weights, django_assert_max_num_queries):
        text = f'{{ ObservationList(patient: "{patient_id}") {{ subject {{ resource {{ ... on Patient {{ birthDate }} }} }} }} }}'
        told = data(bench, text)["ObservationList"]
        assert told == [{"subject": {"resource": {"birthDate": "1980-02-03"}}}] * 3


class TestFaults:
    def test_what_cannot_be_given_is_an_error_of_its_field(self, bench, patient_id):
        text = f'{{ Observation(id: "nothing") {{ id }} p: Patient(id: "{patient_id}") {{ id }} }}'
        status, told = ask(bench, text)
        assert (status, told["data"]) == (200, {"Observation": None, "p": {"id": patient_id}})
        (error,) = told["errors"]
        assert error["path"] == ["Observation"] and error["locations"] == [{"line": 1, "column": 3}]
        assert error["extensions"]["code"] == "not-found"
        assert error["extensions"]["resource"]["resourceType"] == "OperationOutcome"

    def test_a_reference_that_cannot_be_followed(self, bench, patient_id):
        told = observation(patient_id, performer=[{"reference": "Practitioner/nobody"}, {"display": "Dr X"}])
        made = bench.post("/fhir/Observation", told).json()["id"]
        path = f"/fhir/Observation/{made}/$graphql"
        text = "{ performer { display resource { ... on Practitioner { id } } } }"
        status, told = ask(bench, text, path)
        assert (status, told["data"]) == (200, {"performer": [{}, {"display": "Dr X"}]})
        assert [each["path"] for each in told["errors"]] == [["performer", 0, "resource"], ["performer", 1, "resource"]]
        optional = text.replace("resource {", "resource(optional: true) {")
        assert data(bench, optional, path) == {"performer": [{}, {"display": "Dr X"}]}

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("{ ObservationList { status } }", "patient-required"),
            ('{ ObservationList(patient: "%s", code_value_quantity: "x") { status } }', "search-value"),
        ],
    )
    def test_a_search_that_is_refused_is_an_error_of_its_field(self, bench, patient_id, text, code):
        status, told = ask(bench, text.replace("%s", patient_id))
        assert (status, told["errors"][0]["extensions"]["code"]) == (200, code)

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("{ ObservationList(colour: blue) { status } }", "graphql-argument"),
            ("{ PatientList(identifier: 1) { nom } }", "graphql-field"),
            ("{ Patient { id } }", "graphql-argument"),
            ("{ Patientlist { id } }", "graphql-field"),
            ("{ BundleList(type: batch) { id } }", "graphql-field"),
            ("{ Bundle(id: 1) { id } }", "graphql-field"),
            ("{ __schema { queryType { name } } }", "graphql-introspection"),
            ("{ ", "graphql-syntax"),
        ],
    )
    def test_a_query_that_is_wrong_is_refused_whole(self, bench, text, code):
        status, told = ask(bench, text)
        assert (status, set(told)) == (400, {"errors"})
        assert told["errors"][0]["extensions"]["code"] == code

    @pytest.mark.parametrize(
        ("body", "content_type", "status", "code"),
        [
            (b"{", "application/json", 400, "json-malformed"),
            (b"[]", "application/json", 400, "json-not-object"),
            (b"{}", "application/json", 422, "required"),
            (b'{"query": "{ id }", "variables": []}', "application/json", 422, "structure"),
            (b"{ id }", "text/plain", 415, "media-type"),
            (b"\xff", "application/graphql", 400, "body-length"),
            (b'{"query": "' + b"x" * 300_000 + b'"}', "application/json", 413, "body-too-large"),
        ],
    )
    def test_bodies_that_are_no_query(self, bench, body, content_type, status, code):
        answer = bench.post("/fhir/$graphql", body, content_type)
        assert (answer.status_code, code_of(answer)) == (status, code)

    def test_without_a_query(self, bench):
        assert bench.get("/fhir/$graphql").status_code == 422

    def test_without_a_token(self, software):
        assert software.post("/fhir/$graphql", {"query": "{ __typename }"}, "application/json").status_code == 401

    def test_searches_are_counted(self, bench, patient_id):
        one = f'ObservationList(patient: "{patient_id}", _id: "{patient_id}.%d") {{ id }}'
        text = "{" + " ".join(f"a{n}: {one % n}" for n in range(21)) + "}"
        status, told = ask(bench, text)
        assert (status, told["errors"][0]["extensions"]["code"]) == (400, "graphql-budget")


class TestRights:
    def test_a_stranger_learns_what_a_read_would_tell(self, doctor, world):
        stranger = doctor.acting_for(world.nurse, "user/Observation.rs")
        space = world.space_id
        text = f'{{ Patient(id: "{space}") {{ birthDate }} ConditionList(patient: "{space}") {{ id }} }}'
        status, told = ask(stranger, text)
        assert status == 200 and told["data"] == {"Patient": None, "ConditionList": None}
        assert [each["extensions"]["code"] for each in told["errors"]] == ["client.scope", "client.scope"]
        other = f'{{ ObservationList(patient: "{NOBODY}") {{ id }} }}'
        assert ask(doctor, other)[1]["errors"][0]["extensions"]["code"] == "professional.no-relation"

    def test_sees_what_a_search_sees(self, doctor, world):
        doctor.deposit(factories.cda(sections=factories.ALLERGY_SECTION))
        found = doctor.get(f"/fhir/AllergyIntolerance?patient={world.space_id}").json()
        text = f'{{ AllergyIntoleranceList(patient: "{world.space_id}") {{ id }} }}'
        ids = [each["id"] for each in data(doctor, text)["AllergyIntoleranceList"]]
        assert ids == [each["resource"]["id"] for each in found["entry"]]
        hidden = doctor.acting_for(world.nurse)
        text = f'{{ DocumentReferenceList(patient: "{world.space_id}") {{ id }} }}'
        seen = hidden.get(f"/fhir/DocumentReference?patient={world.space_id}").json().get("entry", [])
        told = data(hidden, text)["DocumentReferenceList"]
        assert [each["id"] for each in told] == [each["resource"]["id"] for each in seen]

    def test_each_read_is_in_the_journal(self, doctor, world):
        from hygie.trace.models import Entry

        before = Entry.objects.filter(space_id=world.space_id).count()
        text = f'{{ Patient(id: "{world.space_id}") {{ birthDate }} ObservationList(patient: "{world.space_id}") {{ id }} }}'
        data(doctor, text)
        entries = list(Entry.objects.filter(space_id=world.space_id).order_by("seq"))[before:]
        assert [each.event for each in entries] == ["identity.space.read", "record.entry.listed"]

    def test_each_refusal_is_in_the_journal_once(self, doctor, world):
        from hygie.trace.models import Entry

        text = f'{{ a: Condition(id: "{world.space_id}.x") {{ id }} b: Condition(id: "{world.space_id}.x") {{ id }} }}'
        before = Entry.objects.filter(space_id=world.space_id).count()
        assert len(ask(doctor, text)[1]["errors"]) == 2
        assert Entry.objects.filter(space_id=world.space_id).count() == before + 1


def test_the_limits_are_those_of_the_page():
    from hygie.fhir.core.graphql import answer, document
    from tests.conftest import REPOSITORY

    page = (REPOSITORY / "docs/reference/fhir/graphql.md").read_text()
    for each in (
        document.MAX_DEPTH,
        document.MAX_FIELDS,
        answer.MAX_READS,
        answer.MAX_SEARCHES,
        answer.MAX_EVALUATIONS,
    ):
        assert f"{each:,}" in page
    assert graphql.read("{ id }") and uuid.UUID(NOBODY)
