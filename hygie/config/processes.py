"""Starting the web server and the worker, waiting until they answer, and ending them together."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_START_SECONDS = 90
_STOP_SECONDS = 10
_BLOCKING_THREADS = 4


class CannotServe(Exception):
    """The message says why, for the person who typed the command."""


def check_port(port: int, host: str = "127.0.0.1") -> None:
    """Raises CannotServe when something else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotServe(f"port {port} of {host} cannot be used ({error.strerror}); choose another one") from error


def web_command(*, host: str, port: int, workers: int = 0) -> list[str]:
    """Granian with Hygie's WSGI application. Its access log is off: ours knows routes, not addresses."""
    options = ["--interface", "wsgi", "--http", "1", "--no-ws", "--log-level", "warning", "--no-access-log"]
    options += ["--host", host, "--port", str(port), "--workers", str(workers or min(2, os.cpu_count() or 1))]
    options += ["--blocking-threads", str(_BLOCKING_THREADS), "--respawn-failed-workers"]
    return [sys.executable, "-m", "granian", *options, "hygie.config.wsgi:application"]


def worker_command() -> list[str]:
    return [sys.executable, "-m", "hygie.config.cli", "worker"]


class Group:
    """Processes that live and end together, each with its own log file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._members: dict[str, subprocess.Popen[bytes]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: Sequence[str]) -> None:
        # They end with us even when we are killed, and Ctrl-C reaches them through us only.
        guard = ["setpriv", "--pdeathsig=TERM"] if shutil.which("setpriv") else []
        with self.log(name).open("wb") as log:
            self._members[name] = subprocess.Popen(
                [*guard, *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def find_dead(self) -> str:
        """The name of a member that has ended, or nothing."""
        return next((name for name, process in self._members.items() if process.poll() is not None), "")

    def explain(self, name: str) -> str:
        lines = self.log(name).read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        return "\n".join([f"{name} has stopped; the end of {self.log(name)}:", *lines])

    def stop(self) -> None:
        for process in self._members.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for process in self._members.values():
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_healthy(group: Group, port: int, stop_asked: Callable[[], bool]) -> None:
    """Raises CannotServe when a process ends, or when the health address does not answer in time."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and not stop_asked():
        dead = group.find_dead()
        if dead:
            raise CannotServe(group.explain(dead))
        if _is_healthy(port):
            return
        time.sleep(0.1)
    if not stop_asked():
        raise CannotServe(f"no answer after {_START_SECONDS} seconds; see {group.log('web')}")


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/sante/")
        with connection.getresponse() as response:
            return response.status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def stop_asked() -> Iterator[Callable[[], bool]]:
    """Inside, Ctrl-C and SIGTERM do not raise: the function given says whether one of them came."""
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stay(group: Group, stop_asked: Callable[[], bool]) -> None:
    """Until a stop is asked; raises CannotServe when one of the processes ends by itself."""
    while not stop_asked():
        dead = group.find_dead()
        if dead:
            raise CannotServe(group.explain(dead))
        time.sleep(0.2)
