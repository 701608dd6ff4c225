"""Production mode for real: PostgreSQL, the checks, the web server behind a proxy that ends TLS, the worker."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import Cluster, NoPostgreSQL, free_port

HOST = "sante.example.org"
KEPT = {"PATH", "HOME", "LANG"}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("production")
    (folder / "master").write_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
    try:
        cluster = Cluster().__enter__()
    except NoPostgreSQL as error:
        pytest.skip(f"NOT RUN: {error}")
    values = {
        "HYGIE_MODE": "production",
        "HYGIE_DATA": str(folder / "data"),
        "HYGIE_DATABASE_URL": cluster.url,
        "HYGIE_SECRET_KEY": "k3Jd9sLq0Zx8Vb7Nm6Qw5Er4Ty3Ui2Op1As0Df9Gh8Jk7Lz6Xc5",
        "HYGIE_MASTER_KEY": f"file:{folder / 'master'}",
        "HYGIE_BASE_URL": f"https://{HOST}",
    }
    yield {name: value for name, value in os.environ.items() if name in KEPT} | values
    cluster.stop()


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "hygie.config.cli", *arguments]


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        _command(*arguments), env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def port(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    _run(environment, "migrate")
    chosen = free_port()
    log = tmp_path_factory.mktemp("log") / "serve.log"
    with log.open("wb") as file:
        server = subprocess.Popen(_command("serve", "--port", str(chosen)), env=environment, stdout=file, stderr=file)
    try:
        _wait_for(chosen, server, log)
        yield chosen
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            if _get(port, "/sante/").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text()[-3000:]}")


def _get(port: int, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": HOST} | {name.replace("_", "-"): v for name, v in headers.items()})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_the_checks_pass(environment):
    assert "0 to correct before serving people" in _run(environment, "check").stdout


def test_a_supervisor_is_answered_from_inside(port):
    assert _get(port, "/sante/").status == 200


def test_plain_http_is_sent_to_https(port):
    answer = _get(port, "/connexion/")
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/connexion/")


def test_a_page_behind_the_proxy_is_strict(port):
    answer = _get(port, "/connexion/", X_Forwarded_Proto="https")
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    cookies = [
        cookie for cookie in answer.headers.get_all("Set-Cookie") or [] if cookie.startswith("__Host-hygie-csrf=")
    ]
    assert len(cookies) == 1
    assert "Secure" in cookies[0]
    assert "HttpOnly" in cookies[0]


def test_another_host_name_is_refused(port):
    assert _get(port, "/connexion/", Host="evil.example.org", X_Forwarded_Proto="https").status == 400


def test_the_worker_and_the_log_check_run_on_postgresql(environment, port):
    _run(environment, "worker", "--once")
    assert _run(environment, "trace", "verify").stdout.endswith("the log is whole.\n")
