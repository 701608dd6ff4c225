"""@medplum/core and fhir-kit-client (npm), unpatched. What each step gives is what its script in npm/ returns."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.django_db
Steps = dict[str, dict[str, Any]]

MEDPLUM = {
    "create": ["1", "1", True],
    "read": 60,
    "read reference": "MEDPLUM",
    "search with paging": [3, [60, 61, 62, 63, 64, 65, 66, 67]],
    "search one": 67,
    "conditional create": [True, 70],
    "update": ["2", "amended"],
    "upsert": [True, "2", 73],
    "patch": ["3", 61.5],
    "history": ["history", ["3", "2", "1"], "final"],
    "validate": False,
    "transaction": ["transaction-response", ["201", "201"], True],
    "batch": ["200", "404"],
    "everything": ["searchset", True, ["Encounter", "Observation", "Patient"]],
    "expand": ["final"],
    "graphql": "MEDPLUM",
    "binary": ["text/plain", "bonjour"],
}
MEDPLUM_REFUSED = {"update of a former version": "version", "delete": "deleted", "not valid": "binding"}
KIT = {
    "smart configuration": "/oauth/token",
    "capability": ["CapabilityStatement", "4.0.1", True],
    "create": ["Patient", "1"],
    "read": 60,
    "search with paging": [3, [60, 61, 62, 63, 64, 65]],
    "search by post": ["searchset", 6],
    "conditional create": True,
    "update": ["2", "amended"],
    "conditional update": 71,
    "patch": ["3", "au repos"],
    "vread": "final",
    "history": ["history", ["3", "2", "1"]],
    "transaction": ["transaction-response", ["201", "201"]],
    "batch": ["batch-response", "searchset"],
    "compartment search": "searchset",
    "everything": ["searchset", True],
    "validate": [["error", "Observation.status"]],
    "resolve": "KIT",
}
KIT_REFUSED = {"update of a former version": (412, "version"), "delete": (410, "deleted")}


@pytest.fixture(scope="module")
def medplum(run_script: Callable[[str], Steps]) -> Steps:
    return run_script("medplum")


@pytest.fixture(scope="module")
def kit(run_script: Callable[[str], Steps]) -> Steps:
    return run_script("kit")


@pytest.mark.parametrize("step", MEDPLUM)
def test_medplum(medplum: Steps, step: str) -> None:
    assert medplum[step].get("gives", medplum[step]) == MEDPLUM[step]


@pytest.mark.parametrize("step", MEDPLUM_REFUSED)
def test_medplum_is_refused(medplum: Steps, step: str) -> None:
    assert medplum[step].get("outcome") == MEDPLUM_REFUSED[step], medplum[step]


def test_medplum_exports(medplum: Steps) -> None:
    assert medplum["export"].get("gives") == [["Observation"], True], medplum["export"]


@pytest.mark.parametrize("step", KIT)
def test_fhir_kit_client(kit: Steps, step: str) -> None:
    assert kit[step].get("gives", kit[step]) == KIT[step]


@pytest.mark.parametrize("step", KIT_REFUSED)
def test_fhir_kit_client_is_refused(kit: Steps, step: str) -> None:
    assert (kit[step]["status"], kit[step]["outcome"]) == KIT_REFUSED[step]
