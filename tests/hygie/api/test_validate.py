"""$validate, its modes and profiles; and profiles on writes. docs/reference/fhir-validation.md"""

import json

import pytest

from tests.hygie.api.conftest import code_of, observation

WEIGHT = "http://hl7.org/fhir/StructureDefinition/bodyweight"
AS_PERSON = "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-dr-person"
CATEGORY = [
    {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}]}
]
TEXT = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">72,5 kg</div>'}


def asked(bench, body, query="", *, path="/fhir/Observation/$validate", kind="application/fhir+json"):
    answer = bench.post(path + query, body, kind)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["resourceType"] == "OperationOutcome"
    return [
        (each["severity"], each["details"]["coding"][0]["code"], each.get("expression", [""])[0])
        for each in told["issue"]
    ]


def parameters(**named):
    return {"resourceType": "Parameters", "parameter": [{"name": name} | value for name, value in named.items()]}


@pytest.fixture
def right(patient_id):
    return observation(patient_id, category=CATEGORY, text=TEXT)


def serious(found):
    return [each for each in found if each[0] in ("error", "warning")]


class TestOperation:
    def test_what_is_right_is_told_so(self, bench, right):
        found = asked(bench, right)
        assert found[0] == ("information", "valid", "")
        assert {severity for severity, _, _ in found} == {"information"}

    def test_a_profile_may_be_named_in_the_address_or_in_parameters(self, bench, right):
        wrong = {name: each for name, each in right.items() if name != "category"}
        at = [("error", "profile-min", "Observation")]
        assert serious(asked(bench, right, f"?profile={WEIGHT}")) == []
        assert set(at) <= set(asked(bench, wrong, f"?profile={WEIGHT}"))
        told = parameters(resource={"resource": wrong}, profile={"valueUri": WEIGHT}, mode={"valueCode": "profile"})
        assert set(at) <= set(asked(bench, told))

    def test_a_vital_sign_follows_its_profile_whatever_it_claims(self, bench, right):
        wrong = {name: each for name, each in right.items() if name != "category"}
        assert serious(asked(bench, wrong))[0] == ("warning", "profile-min", "Observation")

    def test_a_claimed_profile_is_checked_and_an_unknown_one_is_a_warning(self, bench, right):
        assert serious(asked(bench, right | {"meta": {"profile": [WEIGHT]}})) == []
        unknown = right | {"meta": {"profile": ["http://example.org/unknown"]}}
        assert serious(asked(bench, unknown)) == [("warning", "profile-unknown", "Observation.meta.profile[0]")]

    def test_a_profile_asked_for_that_is_not_here_is_an_error(self, bench, right):
        assert ("error", "profile-unknown", "Observation") in asked(bench, right, "?profile=http://example.org/unknown")

    def test_a_profile_of_another_type_is_an_error(self, bench, right):
        assert ("error", "profile-type", "Observation") in asked(bench, right, f"?profile={AS_PERSON}")
        patient = "http://hl7.org/fhir/StructureDefinition/Patient"
        assert ("error", "profile-type", "Observation") in asked(bench, right, f"?profile={patient}")
        own = "http://hl7.org/fhir/StructureDefinition/Observation"
        assert serious(asked(bench, right, f"?profile={own}")) == []

    def test_r4_comes_before_profiles(self, bench, right):
        found = asked(bench, right | {"status": "invented"}, f"?profile={WEIGHT}")
        assert [each for each in found if each[0] == "error"] == [("error", "binding", "Observation.status")]
        assert ("information", "profile-later", "") in found

    def test_xml_is_judged_as_json_is(self, bench):
        xml = b'<Observation xmlns="http://hl7.org/fhir"><code><text value="x"/></code></Observation>'
        answer = bench.post("/fhir/Observation/$validate", xml, "application/fhir+xml", Accept="application/fhir+json")
        assert answer.status_code == 200
        assert "Observation.status" in json.dumps(answer.json()) or "status" in json.dumps(answer.json())


class TestModes:
    def test_create_says_that_the_id_is_not_kept(self, bench, right):
        assert ("information", "id-given", "Observation.id") in asked(bench, right | {"id": "mine"}, "?mode=create")

    def test_update_wants_the_id_of_the_address(self, bench, right):
        path = "/fhir/Observation/mine/$validate"
        assert serious(asked(bench, right | {"id": "mine"}, "?mode=update", path=path)) == []
        found = serious(asked(bench, right | {"id": "other"}, "?mode=update", path=path))
        assert found == [("error", "id-mismatch", "Observation.id")]

    def test_delete_needs_no_resource(self, bench):
        told = parameters(mode={"valueCode": "delete"})
        assert asked(bench, told, path="/fhir/Observation/mine/$validate") == [("information", "valid", "")]

    @pytest.mark.parametrize(
        ("query", "path"),
        [
            ("?mode=invented", "/fhir/Observation/$validate"),
            ("?mode=update", "/fhir/Observation/$validate"),
            ("?mode=delete", "/fhir/Observation/$validate"),
            ("?mode=create", "/fhir/Observation/mine/$validate"),
            ("?mode=profile", "/fhir/Observation/$validate"),
            ("?mode=create&mode=profile", "/fhir/Observation/$validate"),
        ],
    )
    def test_without_meaning_are_a_fault_of_the_request(self, bench, right, query, path):
        answer = bench.post(path + query, right)
        assert (answer.status_code, code_of(answer)) in ((400, "mode"), (400, "required"))

    @pytest.mark.parametrize("named", [{"mode": {"valueCode": ""}}, {"profile": {"valueInteger": 1}}])
    def test_parameters_of_another_kind_are_a_fault_of_the_request(self, bench, right, named):
        answer = bench.post("/fhir/Observation/$validate", parameters(resource={"resource": right}, **named))
        assert (answer.status_code, code_of(answer)) == (400, "value")


class TestWrites:
    def test_a_claimed_profile_that_does_not_hold_refuses(self, bench, right):
        claims = {"meta": {"profile": [WEIGHT]}}
        assert bench.post("/fhir/Observation", right | claims).status_code == 201
        wrong = {name: each for name, each in right.items() if name != "category"}
        answer = bench.post("/fhir/Observation", wrong | claims)
        assert answer.status_code == 422
        assert "profile-min" in [each["details"]["coding"][0]["code"] for each in answer.json()["issue"]]
        assert bench.post("/fhir/Observation", wrong).status_code == 201

    def test_a_profile_that_is_not_here_refuses_nothing(self, bench, right):
        unknown = right | {"meta": {"profile": ["http://example.org/unknown"]}}
        assert bench.post("/fhir/Observation", unknown).status_code == 201

    def test_an_update_is_judged_too(self, bench, right):
        kept = bench.post("/fhir/Observation", right | {"meta": {"profile": [WEIGHT]}}).json()
        kept.pop("category")
        answer = bench.call("PUT", f"/fhir/Observation/{kept['id']}", json.dumps(kept).encode())
        assert answer.status_code == 422

    def test_codes_are_those_of_the_terminology(self, bench, right):
        """The vital signs profile binds the units of its components to a set of R4."""
        bmi = "http://hl7.org/fhir/StructureDefinition/bmi"
        wrong = right | {
            "code": {"coding": [{"system": "http://loinc.org", "code": "39156-5"}]},
            "meta": {"profile": [bmi]},
        }
        answer = bench.post("/fhir/Observation", wrong)
        assert answer.status_code == 422
        assert "profile-fixed" in [each["details"]["coding"][0]["code"] for each in answer.json()["issue"]]
