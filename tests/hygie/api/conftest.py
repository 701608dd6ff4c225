"""Software at the machines' door: real addresses, real tokens, Django's test client."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

FORM = "application/x-www-form-urlencoded"
FHIR = "application/fhir+json"


@dataclass
class Software:
    """A client of the API that acts for one professional."""

    client: Client
    world: Any
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def ask_token(self, idnps: str = "", scope: str = "user/*.cruds", **form: str) -> Any:
        """The answer of the token endpoint."""
        asked = {
            "grant_type": "client_credentials",
            "client_id": self.world.client_id,
            "client_secret": self.world.client_secret,
        }
        if scope:
            asked["scope"] = scope
        if idnps:
            asked["requested_subject"] = idnps
        return self.client.post("/oauth/token", urlencode(asked | form), content_type=FORM)

    def acting_for(self, actor: Any, scope: str = "user/*.cruds") -> "Software":
        answer = self.ask_token(actor.idnps, scope)
        assert answer.status_code == 200, answer.content
        return Software(self.client, self.world, answer.json()["access_token"])

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        return {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **self.headers, **headers}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=self._with(headers))

    def call(self, method: str, path: str, body: bytes = b"", content_type: str = FHIR, **headers: str) -> Any:
        # Django's client leaves the type of an empty body out.
        return self.client.generic(
            method, path, body, content_type=content_type, headers=self._with(headers), CONTENT_TYPE=content_type
        )

    def post(self, path: str, body: Any, content_type: str = FHIR, **headers: str) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.call("POST", path, data, content_type, **headers)

    def deposit(self, cda: bytes, content_type: str = "text/xml", **headers: str) -> Any:
        return self.post("/dmp/documents", cda, content_type, **headers)


@pytest.fixture
def world(db: None) -> Any:
    from tests import factories  # not before Django is set up

    return factories.world()


@pytest.fixture(scope="session", autouse=True)
def collected_files() -> None:
    """The whole chain of middleware runs: the folder of collected files exists, as on a machine that is set up."""
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(exist_ok=True)


@pytest.fixture
def software(world: Any) -> Software:
    return Software(Client(enforce_csrf_checks=True), world)


@pytest.fixture
def doctor(software: Software) -> Software:
    """The software of the practice, acting for Léa's doctor."""
    return software.acting_for(software.world.doctor)


def issue_of(answer: Any) -> dict[str, Any]:
    """The one issue of an OperationOutcome."""
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome", outcome
    assert len(outcome["issue"]) == 1
    return dict(outcome["issue"][0])


def code_of(answer: Any) -> str:
    return str(issue_of(answer)["details"]["coding"][0]["code"])


@pytest.fixture
def bench(world: Any) -> Software:
    """Test software, which acts for nobody."""
    from hygie.identity import actions as identity

    client_id, secret = identity.register_client(
        name="Logiciel d'essai", kind="bench", organization_id=world.cabinet, scopes=("user/*.cruds", "system/*.cruds")
    )
    alone = Software(Client(enforce_csrf_checks=True), world)
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    answer = alone.client.post("/oauth/token", urlencode(form), content_type=FORM)
    assert answer.status_code == 200, answer.content
    return Software(alone.client, world, answer.json()["access_token"])


@pytest.fixture
def patient_id(bench: Software) -> str:
    """The id of a test space."""
    patient = {"resourceType": "Patient", "name": [{"family": "ESSAI", "given": ["Zoé"]}], "birthDate": "1980-02-03"}
    return str(bench.post("/fhir/Patient", patient).json()["id"])


def observation(patient_id: str, **elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "effectiveDateTime": "2026-03-16T10:00:00+01:00",
        "valueQuantity": {"value": 72.5, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
    } | elements
