"""Clients that we did not write, unpatched, against a live server: the real command, a client of kind `bench`.

The tests ask for a database only so that they run on both: the server is another process, with data of its own.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.cluster import free_port
from tests.conftest import REPOSITORY

PACKAGES = REPOSITORY / ".venv" / "npm"
_SCRIPTS = Path(__file__).parent / "npm"
_START_SECONDS = 120
_SCRIPT_SECONDS = 60


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """`base_url`, `client_id` and `client_secret` of a demonstration that runs during these tests."""
    folder = tmp_path_factory.mktemp("clients")
    command = [sys.executable, "-m", "hygie.config.cli", "demo", "--bench", "--people", "1", "--data", str(folder)]
    environment = {**os.environ, "HYGIE_SHARED": str(folder / "none")}
    output = (folder / "out").open("w+")
    process = subprocess.Popen([*command, "--port", str(free_port())], env=environment, stdout=output, stderr=output)
    try:
        ready = folder / "ready.json"
        deadline = time.monotonic() + _START_SECONDS
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the demonstration did not start:\n{(folder / 'out').read_text()[-3000:]}")
            time.sleep(0.1)
        told = json.loads(ready.read_text())
        yield {"base_url": told["base_url"], **told["clients"][-1]}
    finally:
        process.terminate()
        process.wait(timeout=30)
        output.close()


@pytest.fixture(scope="session")
def token(target: dict[str, Any]) -> str:
    """By client credentials, as any OAuth 2 library asks."""
    basic = (target["client_id"], target["client_secret"])
    form = {"grant_type": "client_credentials"}
    answer = requests.post(f"{target['base_url']}/oauth/token", data=form, auth=basic, timeout=20)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def _find_node() -> str:
    """The machine's Node.js when it is recent enough, else the one that scripts/clients brought."""
    brought = PACKAGES / "node" / "node_modules" / "node" / "bin" / "node"
    if brought.exists():
        return str(brought)
    found = shutil.which("node")
    version = subprocess.run([found, "--version"], capture_output=True, text=True).stdout if found else ""
    if not version or int(version.lstrip("v").partition(".")[0]) < 24:
        pytest.skip(
            f"NOT RUN: Node.js 24 is needed, {version.strip() or 'none'} is here: run scripts/clients (with npm)"
        )
    return str(found)


@pytest.fixture(scope="session")
def run_script(
    target: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], dict[str, dict[str, Any]]]:
    """`run_script(name)`: what each step of a script of npm/ gave, or the error that its client raised."""
    if not (PACKAGES / "installed").exists():
        pytest.skip("NOT RUN: the npm packages of tests/clients/npm are not installed: run scripts/clients (with npm)")
    node = _find_node()
    folder = tmp_path_factory.mktemp("scripts")
    for each in _SCRIPTS.glob("*.mjs"):
        shutil.copy(each, folder)
    (folder / "node_modules").symlink_to(PACKAGES / "node_modules")

    def run(name: str) -> dict[str, dict[str, Any]]:
        command = [node, str(folder / f"{name}.mjs"), json.dumps(target)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SCRIPT_SECONDS)
        assert done.returncode == 0, done.stderr[-3000:]
        return {line["step"]: line for line in map(json.loads, done.stdout.splitlines())}

    return run
