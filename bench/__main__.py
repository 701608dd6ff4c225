"""The speed of the way through: deposit, list and read, with rights, decryption and trace on, on a real PostgreSQL.

`make bench` starts its own PostgreSQL (durable settings) and one web process, pins them to core 0 and the client to core 1, and
prints CPU milliseconds per unit: application and database together, from the kernel's accounting. Targets: issue « Walk », §11.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pyotp

from bench.client import HEADER, Client, measure
from bench.processes import cpu_seconds, pin
from tests.cluster import Cluster, free_port

_DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=512MB")
_REPOSITORY = Path(__file__).parent.parent
_DOCUMENT_BYTES = 50 * 1024


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--units", type=int, default=150, help="requests in a repetition")
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()
    data = Path(tempfile.mkdtemp(prefix="hygie-bench-"))
    try:
        with Cluster(*_DURABLE) as cluster:
            os.environ |= {"HYGIE_DATABASE_URL": cluster.url, "HYGIE_DATA": str(data), "HYGIE_LOG_LEVEL": "WARNING"}
            port = free_port()
            os.environ["HYGIE_BASE_URL"] = f"http://127.0.0.1:{port}"
            command = [sys.executable, "-m", "hygie.config.cli"]
            load = [*command, "demo", "--no-serve", "--people", "30", "--data", str(data), "--port", str(port)]
            subprocess.run(load, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            server = subprocess.Popen([*command, "serve", "--port", str(port), "--workers", "1"])
            try:
                run(data, server.pid, cluster, units=options.units, repetitions=options.repetitions)
            finally:
                server.terminate()
                server.wait()
    finally:
        shutil.rmtree(data, ignore_errors=True)


def run(data: Path, web: int, cluster: Cluster, *, units: int, repetitions: int) -> None:
    ready = json.loads((data / "ready.json").read_text(encoding="utf-8"))
    wait_for(f"{ready['base_url']}/sante/")
    pin(web, 0)
    pin(cluster.pid, 0)
    os.sched_setaffinity(0, {1 if (os.cpu_count() or 1) > 1 else 0})
    api = Client(ready["base_url"])
    api.authorize(ready)
    person = ready["people"][0]
    deposit = Deposit(api, "biologie.xml")
    note = Deposit(api, "vaccination.xml")
    while listed(api, person)["total"] < 200:
        deposit(-deposit.sent - 1)
    settle(cluster.url)
    page = Client(ready["base_url"])
    sign_in(page, person)
    document = listed(api, person)["entry"][5]["resource"]["id"]
    local = document.rpartition(".")[2]

    def cpu() -> tuple[float, float]:
        return cpu_seconds(web), cpu_seconds(cluster.pid)

    workloads = (
        ("API: first 20 documents of a space with 200", lambda _: listed(api, person), 2.5),
        ("API: read of a DocumentReference", lambda _: api.request("GET", f"/fhir/DocumentReference/{document}"), 2.0),
        ("API: read of a document (ITI-68)", lambda _: api.request("GET", f"/fhir/Binary/{document}"), 2.0),
        ("page: first 20 documents of a space with 200", lambda _: page.request("GET", "/dossier/documents/"), 12.0),
        ("page: a document", lambda _: page.request("GET", f"/dossier/documents/{local}/"), 20.0),
        # Last: it fills the space that the others read.
        ("deposit of a 50 KB CDA, one coded entry", note, 8.0),
        ("deposit of a 50 KB CDA, 17 coded results", deposit, 8.0),
    )
    print(HEADER)
    for name, unit, target in workloads:
        api.authorize(ready)
        told = measure(name, unit, cpu=cpu, units=units, repetitions=repetitions, target_ms=target)  # type: ignore[arg-type]
        print(told, flush=True)


def settle(url: str) -> None:
    """What autovacuum does within minutes: without statistics the planner guesses, and badly."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def wait_for(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server does not answer")


def listed(api: Client, person: dict[str, Any]) -> Any:
    path = f"/fhir/DocumentReference?patient={person['space_id']}&status=current&_count=20"
    return json.loads(api.request("GET", path)[1])


class Deposit:
    """Each call sends a new document of 50 KB: an example of our own writer, its narrative made longer."""

    def __init__(self, api: Client, example: str) -> None:
        text = (_REPOSITORY / "examples" / example).read_text(encoding="utf-8")
        self._unique_id = re.search(r'<id root="([0-9.]+)"', text)[1]  # type: ignore[index]
        row = "<paragraph>Ligne fictive de commentaire, pour la mesure de vitesse.</paragraph>"
        missing = max(0, _DOCUMENT_BYTES - len(text.encode()))
        self._text = text.replace("</text>", row * (missing // len(row)) + "</text>", 1)
        self._api = api
        self.sent = 0

    def __call__(self, number: int) -> None:
        self.sent += 1
        other = f"{self._unique_id}.{'9' if number < 0 else '8'}.{abs(number)}"
        body = self._text.replace(f'<id root="{self._unique_id}"', f'<id root="{other}"', 1).encode()
        self._api.request("POST", "/dmp/documents", body, {"Content-Type": "application/xml"}, expect=201)


def sign_in(page: Client, person: dict[str, Any]) -> None:
    """The password, then a code of the application: once, since each code serves once."""
    cookies: dict[str, str] = {}
    answer = page.request("GET", "/connexion/")
    password = {"username": person["username"], "password": person["password"]}
    _send_form(page, "/connexion/", answer, password, cookies)
    answer = page.request("GET", "/connexion/etape-2/", headers={"Cookie": _header(cookies)})
    code = {"moyen": "totp", "code": pyotp.TOTP(person["totp_secret"]).now()}
    _send_form(page, "/connexion/etape-2/", answer, code, cookies)
    page.headers |= {"Cookie": _header(cookies), "Accept-Language": "fr"}


def _send_form(page: Client, path: str, shown: Any, fields: dict[str, str], cookies: dict[str, str]) -> None:
    headers, content = shown
    _keep(headers, cookies)
    token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', content)
    body = urlencode({"csrfmiddlewaretoken": token[1].decode() if token else "", **fields}).encode()
    sent = {"Cookie": _header(cookies), "Content-Type": "application/x-www-form-urlencoded"}
    headers, _ = page.request("POST", path, body, sent, expect=302)
    _keep(headers, cookies)


def _keep(headers: Any, cookies: dict[str, str]) -> None:
    cookies |= dict(value.partition(";")[0].split("=", 1) for value in headers.get_all("Set-Cookie") or [])


def _header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


if __name__ == "__main__":
    main()
