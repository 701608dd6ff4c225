"""A plain HTTP client on one kept connection, and the measure of one workload."""

import base64
import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlencode, urlsplit


class Client:
    """`get`/`post` answer (status, headers, body); anything but the status expected is an error, never a measure."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port)
        self.headers: dict[str, str] = {}

    def request(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, expect: int = 200
    ) -> tuple[http.client.HTTPMessage, bytes]:
        sent = {**self.headers, **(headers or {})}
        try:
            answer = self._send(method, path, body, sent)
        except ConnectionError:  # kept too long for the server: nothing was sent
            self._connection.close()
            answer = self._send(method, path, body, sent)
        content = answer.read()
        if answer.status != expect:
            raise RuntimeError(f"{method} {path}: {answer.status} instead of {expect}: {content[:300]!r}")
        return answer.headers, content

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> http.client.HTTPResponse:
        self._connection.request(method, path, body or None, headers)
        return self._connection.getresponse()

    def authorize(self, ready: Mapping[str, Any], scope: str = "user/*.cruds") -> None:
        """A token for the first client of ready.json and its first professional."""
        client = ready["clients"][0]
        basic = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
        form = {
            "grant_type": "client_credentials",
            "scope": scope,
            "requested_subject": client["professionals"][0],
        }
        headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"}
        path = urlsplit(str(ready["token_url"])).path
        _, content = self.request("POST", path, urlencode(form).encode(), headers)
        self.headers["Authorization"] = f"Bearer {json.loads(content)['access_token']}"


@dataclass(frozen=True)
class Measure:
    """CPU milliseconds of the whole server side (application and database) per unit, and what a client waits."""

    name: str
    cpu_ms: list[float]
    app_ms: list[float]
    wait_ms: list[float]
    target_ms: float

    def __str__(self) -> str:
        low, mid, high = min(self.cpu_ms), median(self.cpu_ms), max(self.cpu_ms)
        verdict = "ok" if mid <= self.target_ms else "over"
        return (
            f"{self.name:<44} {low:6.2f} {mid:6.2f} {high:6.2f}   {median(self.app_ms):6.2f}   {median(self.wait_ms):7.2f}"
            f"   {self.target_ms:5.1f} {verdict}"
        )


HEADER = (
    f"{'one connection, server on one core':<44} {'CPU ms per unit':^20}   {'app':>6}   {'wait ms':>7}   target\n"
    f"{'':<44} {'min':>6} {'median':>6} {'max':>6}   {'median':>6}   {'median':>7}"
)


def measure(
    name: str,
    unit: Callable[[int], None],
    *,
    cpu: Callable[[], tuple[float, float]],
    units: int,
    repetitions: int,
    target_ms: float,
) -> Measure:
    """Runs `unit(n)` with numbers that never come back; one uncounted repetition first."""
    total, app, wait = [], [], []
    number = 0
    for repetition in range(repetitions + 1):
        before, start = cpu(), time.perf_counter()
        for _ in range(units):
            unit(number)
            number += 1
        waited, after = time.perf_counter() - start, cpu()
        if repetition:
            app.append((after[0] - before[0]) / units * 1000)
            total.append((sum(after) - sum(before)) / units * 1000)
            wait.append(waited / units * 1000)
    return Measure(name, total, app, wait, target_ms)
