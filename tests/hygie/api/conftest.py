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
