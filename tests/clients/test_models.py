"""fhir.resources (pydantic models of R4B), fhirkit-rs and fhirpathpy read what the server answers."""

from collections.abc import Iterator
from typing import Any

import fhirkit
import fhirpathpy
import pytest
import requests
from fhir.resources.R4B import get_fhir_model_class
from fhirpathpy.models import models

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@pytest.fixture(scope="module")
def ask(target: dict[str, Any], token: str) -> Iterator[Any]:
    with requests.Session() as session:
        session.headers.update(
            {"Authorization": f"Bearer {token}", "Accept": "application/fhir+json, application/json, */*"}
        )

        def send(method: str, path: str, body: Any = None) -> Any:
            answer = session.request(method, f"{target['base_url']}/fhir{path}", json=body, timeout=20)
            assert answer.headers["Content-Type"].startswith("application/fhir+json"), answer.headers
            return answer

        yield send


@pytest.fixture(scope="module")
def patient(ask: Any) -> str:
    told = {"resourceType": "Patient", "name": [{"family": "MODELE", "given": ["Zoé"]}], "birthDate": "1980-02-03"}
    id = str(ask("POST", "/Patient", told).json()["id"])
    for value in (1.5, 2.25, 3):
        quantity = {"value": value, "unit": "kg"}
        told = {"resourceType": "Observation", "status": "final", "code": {"text": "poids"}, "valueQuantity": quantity}
        assert ask("POST", "/Observation", told | {"subject": {"reference": f"Patient/{id}"}}).status_code == 201
    return id


ANSWERS = {
    "a capability statement": ("GET", "/metadata", None),
    "what terminology is here": ("GET", "/metadata?mode=terminology", None),
    "a patient": ("GET", "/Patient/{patient}", None),
    "a search": ("GET", "/Observation?patient={patient}&_count=2&_include=Observation:subject", None),
    "a search with a warning": ("GET", "/Observation?patient={patient}&nonsense=1", None),
    "a part": ("GET", "/Observation?patient={patient}&_summary=true", None),
    "a count": ("GET", "/Observation?patient={patient}&_summary=count", None),
    "a history": ("GET", "/Patient/{patient}/_history", None),
    "everything": ("GET", "/Patient/{patient}/$everything", None),
    "an outcome": ("GET", "/Practitioner/none", None),
    "a refusal": ("POST", "/Observation", {"resourceType": "Observation", "status": "done", "x": 1}),
    "a judgement": ("POST", "/Observation/$validate", {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}),
    "a batch": ("POST", "", {"resourceType": "Bundle", "type": "batch",
                             "entry": [{"request": {"method": "GET", "url": "Patient/{patient}"}},
                                       {"request": {"method": "GET", "url": "Practitioner/none"}}]}),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_right_for_the_models_of_others(ask: Any, patient: str, name: str) -> None:
    method, path, body = ANSWERS[name]
    answer = ask(method, path.replace("{patient}", patient), body)
    resource = answer.json()
    assert [str(each) for each in fhirkit.validate(answer.content) if each.severity == "error"] == []
    if resource["resourceType"] != "TerminologyCapabilities":  # R4B's model asks for more than R4.
        get_fhir_model_class(resource["resourceType"]).model_validate_json(answer.content)


def test_fhirpath_of_another_finds_what_is_in_the_bundle(ask: Any, patient: str) -> None:
    bundle = ask("GET", f"/Observation?patient={patient}&_sort=_id").json()
    found = fhirpathpy.evaluate(bundle, "Bundle.entry.resource.where(status = 'final').value.value", {}, models["r4"])
    assert sorted(map(float, found)) == [1.5, 2.25, 3.0]
    assert fhirpathpy.evaluate(bundle, "Bundle.link.where(relation = 'self').url.count()", {}) == [1]
