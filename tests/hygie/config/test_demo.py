"""`hygie demo` as a person runs it, on a country of a few people."""

import contextlib
import http.client
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import free_port

PEOPLE = "6"
KEPT = {"PATH", "HOME", "LANG"}
STATE = {"identity_providers", "letterbox_url"}
ADDRESSES = {"fhir_base": "/fhir", "token_url": "/oauth/token", "deposit_url": "/dmp/documents"}


def _start(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    clean = {name: value for name, value in os.environ.items() if name in KEPT} | {"HYGIE_SHARED": str(folder / "none")}
    command = [sys.executable, "-m", "hygie.config.cli", "demo", "--data", str(folder), *arguments]
    return subprocess.Popen(command, env=clean, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    process = _start(folder, *arguments)
    out, error = process.communicate(timeout=240)
    return process.returncode, out, error


def _read(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "ready.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("country") / "demo"
    code, _, error = _run(folder, "--no-serve", "--port", "8123", "--people", PEOPLE)
    assert code == 0, error
    return folder


def test_ready_json_follows_its_contract(country):
    ready = _read(country)
    assert set(ready) == {"base_url", *ADDRESSES, "clients", "professionals", "people", *STATE}
    assert ready["base_url"] == "http://127.0.0.1:8123"
    assert {name: ready[name] for name in ADDRESSES} == {n: ready["base_url"] + path for n, path in ADDRESSES.items()}
    assert set(ready["clients"][0]) == {"client_id", "client_secret", "kind", "organization", "professionals"}
    assert set(ready["professionals"][0]) == {
        *("idnps", "profession", "username", "password", "totp_secret", "organization")
    }
    assert set(ready["people"][0]) == {
        "space_id",
        "ins",
        "family",
        "given",
        "birth_date",
        "username",
        "password",
        "totp_secret",
    }
    assert 0 < len(ready["people"]) <= int(PEOPLE)
    citizens, professionals = ready["identity_providers"]
    assert (citizens["name"], citizens["issuer"]) == ("franceconnect", "http://127.0.0.1:8124/franceconnect")
    assert set(citizens) == {"name", "issuer", "client_id", "identities"}
    assert citizens["identities"][0]["space_id"] == ready["people"][0]["space_id"]
    assert {each["level"] for each in citizens["identities"]} <= {"low", "substantial", "high"}
    assert professionals["identities"][0]["idnps"] in {each["idnps"] for each in ready["professionals"]}
    assert ready["letterbox_url"] == "http://127.0.0.1:8124/boite/"


def test_bench_adds_a_client_that_acts_for_nobody_the_same_one_each_time(country):
    found = []
    for _ in range(2):
        code, _, error = _run(country, "--no-serve", "--port", "8123", "--bench")
        assert code == 0, error
        found.append(_read(country)["clients"][-1])
    assert found[0] == found[1]
    assert (found[0]["kind"], found[0]["professionals"]) == ("bench", [])
    _run(country, "--no-serve", "--port", "8123")
    assert "bench" not in {client["kind"] for client in _read(country)["clients"]}


def test_what_holds_secrets_is_read_by_its_owner_only(country):
    for name in (
        "ready.json",
        "country.json",
        "demo-master-key",
        "demo-secret-key",
        "state.json",
        "state-secrets.json",
    ):
        assert stat.S_IMODE((country / name).stat().st_mode) == 0o600, name


def test_the_log_of_a_fresh_country_is_whole(country):
    clean = {name: value for name, value in os.environ.items() if name in KEPT}
    command = [sys.executable, "-m", "hygie.config.cli", "trace", "verify", "--data", str(country)]
    done = subprocess.run(command, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("the log is whole.\n")


def test_a_loaded_country_is_not_loaded_again_and_may_change_its_port(country):
    before = (country / "country.json").read_bytes()
    assert _run(country, "--no-serve", "--port", "8999")[0] == 0
    assert (country / "country.json").read_bytes() == before
    assert _read(country)["token_url"] == "http://127.0.0.1:8999/oauth/token"


def test_it_serves_until_it_is_interrupted(country):
    port = free_port()
    process = _start(country, "--port", str(port))
    try:
        _wait_for(
            lambda: (country / "ready.json").exists() and _read(country)["base_url"].endswith(f":{port}"), process
        )
        assert _status(port, "/connexion/") == 200
        second = _run(country, "--no-serve")
        assert second[0] == 2
        assert "another demonstration runs" in second[2]
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, error) == (0, "")
    assert f"http://127.0.0.1:{port}" in out
    assert _read(country)["people"][0]["username"] in out
    with pytest.raises(ConnectionRefusedError):
        _status(port, "/")


def _status(port: int, path: str) -> int:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        with connection.getresponse() as response:
            return response.status


def test_an_interrupted_load_is_started_again_in_a_clean_folder(tmp_path):
    process = _start(tmp_path, "--no-serve", "--people", PEOPLE)
    _wait_for(lambda: (tmp_path / "blobs").exists(), process)
    process.kill()
    process.communicate()
    assert not (tmp_path / "ready.json").exists()
    (tmp_path / "mine.txt").write_text("kept")
    code, out, error = _run(tmp_path, "--no-serve", "--people", PEOPLE)
    assert code == 0, error
    assert "starting again in a clean folder" in out
    assert _read(tmp_path)["people"]
    assert (tmp_path / "mine.txt").read_text() == "kept"


def _wait_for(condition, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 120
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail("".join(process.communicate()))
        time.sleep(0.05)
