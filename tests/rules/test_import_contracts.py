"""A contract that is written wrongly reports KEPT: each one is seen to break on a planted breach."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

CONTRACTS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

# contract → breaches, each one line added at the end of one file (made when absent)
BREACHES = {
    "floors": [
        ("hygie/lib/clock.py", "import hygie.identity.types"),
        ("hygie/terminology/queries.py", "import hygie.identity.types"),
        ("hygie/identity/types.py", "import hygie.access.types"),
        ("hygie/access/types.py", "import hygie.record.types"),
        ("hygie/record/types.py", "import hygie.portals.policy"),
        ("hygie/api/apps.py", "import hygie.portals.policy"),
        ("hygie/portals/policy.py", "import hygie.config.env"),
        ("hygie/newcomer/__init__.py", "import hygie.lib.clock"),
    ],
    "engine-core-is-plain": [("hygie/fhir/core/__init__.py", "import django.db")],
    "engine-knows-no-product": [("hygie/fhir/store/scope.py", "import hygie.trace.types")],
    "trace-knows-lib-only": [("hygie/trace/types.py", "import hygie.fhir.store.scope")],
    "doors-see-no-models": [
        ("hygie/portals/citizen/apps.py", "from hygie.record.models import Document"),
        ("hygie/portals/policy.py", "import hygie.lib.outbox.models"),
        ("hygie/api/apps.py", "import hygie.fhir.store.models"),
    ],
    "one-gate-to-the-store": [
        ("hygie/access/types.py", "import hygie.fhir.store.models"),
        ("hygie/portals/policy.py", "from hygie.fhir.store.repository import Repository"),
        ("hygie/fhir/http/search.py", "from hygie.fhir.store import write"),
    ],
    "simulators-are-optional": [("hygie/portals/policy.py", "import hygie.simulators.country")],
}
CASES = [(contract, path, line) for contract, breaches in BREACHES.items() for path, line in breaches]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the package's source, with its contracts."""
    ignored = shutil.ignore_patterns("__pycache__", "static", "templates", "locale", "*.csv")
    shutil.copytree(REPOSITORY / "hygie", tmp_path / "hygie", ignore=ignored)
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def _lint(house: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache", *arguments]
    return subprocess.run(command, cwd=house, capture_output=True, text=True, check=False)


def test_every_contract_has_a_breach():
    assert {contract["id"] for contract in CONTRACTS} == set(BREACHES)


def test_the_house_keeps_its_contracts(house):
    outcome = _lint(house)
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in outcome.stdout, outcome.stdout + outcome.stderr


@pytest.mark.parametrize(("contract", "path", "line"), CASES, ids=[f"{case[0]}: {case[1]}" for case in CASES])
def test_a_planted_breach_is_found(house, contract, path, line):
    breach = house / path
    breach.parent.mkdir(parents=True, exist_ok=True)
    with breach.open("a") as file:
        file.write(f"\n\ndef planted() -> None:\n    {line}\n")
    outcome = _lint(house, "--contract", contract)
    assert outcome.returncode == 1, outcome.stdout
    assert "0 kept, 1 broken" in outcome.stdout, outcome.stdout + outcome.stderr
