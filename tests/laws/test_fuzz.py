"""No input is a fault of ours: no 5xx, no more than 2 s of CPU, no more than 256 MB, and the server goes on."""

import contextlib
import dataclasses
import http.server
import multiprocessing
import socket
import time
from pathlib import Path
from random import Random

import pytest

from bench.processes import cpu_seconds
from tests.laws import requests
from tests.laws.conftest import Law
from tests.laws.requests import Request
from tests.laws.server import Running

CPU_SECONDS = 2.0
MEMORY_MB = 256


def answer(server: Running, request: Request) -> int:
    """The status; 0 when the connection is closed or kept waiting without one, which costs the server nothing."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=1 if request.raw is not None else 30) as line:
        with contextlib.suppress(OSError):
            line.sendall(request.wire(server.token))
        head = b""
        with contextlib.suppress(OSError):
            while b"\r\n" not in head and (more := line.recv(4096)):
                head += more
    words = head.split(b" ", 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def peak_mb(pid: int) -> float:
    told = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    return next((int(line.split()[1]) / 1024 for line in told.splitlines() if line.startswith("VmHWM")), 0.0)


@dataclasses.dataclass
class Watch:
    """What one request costs the web processes."""

    server: Running

    def faults(self, request: Request) -> list[str]:
        before, memory = cpu_seconds(self.server.web), {pid: peak_mb(pid) for pid in self.server.workers()}
        status = answer(self.server, request)
        spent = cpu_seconds(self.server.web) - before
        grown = max((peak_mb(pid) - memory.get(pid, 0) for pid in self.server.workers()), default=0)
        told = [f"status {status}"] if status >= 500 else []
        told += [f"{spent:.1f} s of CPU"] if spent > CPU_SECONDS else []
        return told + ([f"{grown:.0f} MB more"] if grown > MEMORY_MB else [])


@pytest.mark.parametrize("kind", requests.KINDS, ids=lambda kind: kind.__name__)
def test_no_request_is_a_fault(server: Running, law: Law, kind: requests.Callable[[Random, str], Request]) -> None:
    watch = Watch(server)
    for rng in law.rounds(short=40):
        request = kind(rng, server.patient)
        faults = watch.faults(request)
        assert not faults, (faults, law.seed, request.wire("…")[:1500])
        law.tried()
    assert server.ask("GET", "/sante/")[0] == 200


class Faulty(http.server.BaseHTTPRequestHandler):
    """The planted defects: a server that fails, that works too long, that takes too much."""

    def do_GET(self) -> None:
        if self.path == "/slow":
            end = time.thread_time() + 1.1 * CPU_SECONDS
            while time.thread_time() < end:
                pass
        if self.path == "/large":
            self.close_connection = bool(bytearray(b"x" * (2 * MEMORY_MB * 1024 * 1024)))
        self.send_response(500 if self.path == "/fault" else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


@dataclasses.dataclass
class Planted:
    port: int
    web: int
    token: str = ""

    def workers(self) -> set[int]:
        return {self.web}


@pytest.mark.parametrize("path", ["/fault", "/slow", "/large"])
def test_a_planted_fault_is_seen(path: str) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), Faulty) as faulty:
        # A process of its own, whose CPU and peak of memory are its own.
        child = multiprocessing.get_context("fork").Process(target=faulty.serve_forever)
        child.start()
        try:
            watch = Watch(Planted(faulty.server_port, child.pid or 0))  # type: ignore[arg-type]
            assert watch.faults(Request("GET", "/")) == []
            assert watch.faults(Request("GET", path)) != []
        finally:
            child.kill()
            child.join()
