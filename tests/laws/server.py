"""The real server on a PostgreSQL of its own, to be killed: `with Running(folder) as server:`."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import psycopg

from bench.processes import tree
from hygie.config import processes
from tests.cluster import Cluster, free_port

_START_SECONDS = 120
_RECOVERY_SECONDS = 30
_KEPT = {"PATH", "HOME", "LANG"}


class Running:
    """`workers` web processes under one master; a client of kind `bench` has a test space, `patient`."""

    def __init__(self, folder: Path, *, workers: int = 2) -> None:
        self._folder, self._workers, self.port = folder, workers, free_port()
        # What is acknowledged must stay: without synchronous commits the death of one backend takes some away (seen).
        self._cluster = Cluster("synchronous_commit=on", "fsync=on", "full_page_writes=on")
        self._web: subprocess.Popen[bytes] | None = None
        self.token = self.patient = ""

    def __enter__(self) -> "Running":
        self._cluster.__enter__()
        try:
            made = ("--bench", "--people", "2", "--data", str(self._folder), "--port", str(self.port))
            self.hygie("demo", "--no-serve", *made)
            self.start()
            self.open_space()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._web is not None:
            self.kill()
        self._cluster.stop()

    @property
    def _environment(self) -> dict[str, str]:
        told = {"HYGIE_MODE": "demo", "HYGIE_DATA": str(self._folder), "HYGIE_DATABASE_URL": self._cluster.url}
        told |= {"HYGIE_BASE_URL": f"http://127.0.0.1:{self.port}", "HYGIE_SHARED": str(self._folder / "none")}
        return {name: value for name, value in os.environ.items() if name in _KEPT} | told

    def hygie(self, *arguments: str) -> str:
        """A command of `hygie`; fails when it does not give 0."""
        command = [sys.executable, "-m", "hygie.config.cli", *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        command = processes.web_command(host="127.0.0.1", port=self.port, workers=self._workers)
        with (self._folder / "web.log").open("ab") as log:
            self._web = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        self.wait()

    def wait(self) -> None:
        """Until it answers, database included. A master that ended is started again, as a service manager does: Granian ends
        when a worker dies within seconds of its start."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/sante/")[0] == 200:
                    return
            if self._web is not None and self._web.poll() is not None:
                self.start()
                return
            time.sleep(0.05)
        raise AssertionError((self._folder / "web.log").read_text(errors="replace")[-3000:])

    def ask(self, method: str, path: str, body: Any = None, kind: str = "application/fhir+json") -> tuple[int, bytes]:
        """(status, body). Raises OSError, HTTPException when the server is gone."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            told = {"Content-Type": kind} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
            connection.request(method, path, data, told)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def patiently(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """The same, again while nothing answers or the answer is 503: what a client does that was told to come back."""
        deadline = time.monotonic() + _RECOVERY_SECONDS
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, told = self.ask(method, path, body)
                if status != 503 or time.monotonic() > deadline:
                    return status, told
            assert time.monotonic() < deadline, f"{method} {path}: no answer in {_RECOVERY_SECONDS} s"
            time.sleep(0.05)

    def open_space(self) -> None:
        ready = json.loads((self._folder / "ready.json").read_text(encoding="utf-8"))
        client = next(each for each in ready["clients"] if each["kind"] == "bench")
        form = {"grant_type": "client_credentials", "scope": "user/*.cruds system/*.cruds"}
        form |= {name: client[name] for name in ("client_id", "client_secret")}
        status, body = self.ask("POST", "/oauth/token", urlencode(form).encode(), "application/x-www-form-urlencoded")
        assert status == 200, body
        self.token = json.loads(body)["access_token"]
        person = {"resourceType": "Patient", "name": [{"family": "ESSAI"}], "birthDate": "1980-02-03"}
        status, body = self.ask("POST", "/fhir/Patient", person)
        assert status == 201, body
        self.patient = json.loads(body)["id"]
        here = {"resourceType": "Observation", "status": "preliminary", "code": {"text": "for patches"}}
        status, body = self.ask(
            "POST", "/fhir/Observation", here | {"subject": {"reference": f"Patient/{self.patient}"}}
        )
        assert status == 201, body

    @property
    def web(self) -> int:
        """The master of the web processes."""
        assert self._web is not None
        return self._web.pid

    def workers(self) -> set[int]:
        return tree(self.web)

    # ---- faults

    def kill(self) -> None:
        """All web processes, at once and without warning."""
        assert self._web is not None
        for pid in sorted(tree(self._web.pid)) if self._web.poll() is None else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._web.wait()

    def kill_worker(self, rng: Random) -> None:
        """One web process; the master makes another."""
        assert self._web is not None
        workers = sorted(tree(self._web.pid) - {self._web.pid})
        with contextlib.suppress(ProcessLookupError):
            os.kill(rng.choice(workers), signal.SIGKILL)

    def kill_backend(self, rng: Random) -> None:
        """A process of PostgreSQL that works for the server: all of them end, and the database recovers."""
        statement = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        with psycopg.connect(self._cluster.url) as here:
            found = [pid for (pid,) in here.execute(statement)]
        mine = sorted(set(found) & tree(self._cluster.pid))
        if mine:
            with contextlib.suppress(ProcessLookupError):
                os.kill(rng.choice(mine), signal.SIGKILL)

    # ---- what is there

    def count(self, statement: str) -> int:
        deadline = time.monotonic() + _RECOVERY_SECONDS
        while True:
            try:
                with psycopg.connect(self._cluster.url) as here:
                    row = here.execute(statement).fetchone()  # type: ignore[call-overload]
                return int(row[0])
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
