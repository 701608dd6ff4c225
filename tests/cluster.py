"""A PostgreSQL of the run's own: made in a temporary folder, on a free port, thrown away with the run.

It is never the machine's PostgreSQL, and needs neither a service nor rights: as root it runs as the user `postgres`
(PostgreSQL refuses to run as root). `setpriv --pdeathsig` ends it even when the run is killed.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

_INSTALLED = Path("/usr/lib/postgresql")
# The data are thrown away: nothing needs to survive a power cut.
_SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=60",
    "shared_buffers=128MB",
    "listen_addresses=127.0.0.1",
    "logging_collector=off",
    "log_min_messages=fatal",
    "timezone=UTC",
)
_START_SECONDS = 30


class NoPostgreSQL(Exception):
    """PostgreSQL's server programs are not on this machine; the message says how to bring them."""


def find_programs() -> Path:
    """The folder of `initdb` and `postgres`: the newest version that Debian installed, else the one on PATH."""
    versions = sorted(
        (path for path in _INSTALLED.glob("*/bin") if (path / "initdb").exists()),
        key=lambda path: float(path.parent.name),
    )
    if versions:
        return versions[-1]
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    raise NoPostgreSQL("PostgreSQL is missing: apt-get install postgresql")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """Started by `with Cluster() as cluster:`; `cluster.url` is for HYGIE_DATABASE_URL."""

    def __init__(self, *settings: str) -> None:
        self._programs = find_programs()
        self._settings = (*_SETTINGS, *settings)
        self._home = Path(tempfile.mkdtemp(prefix="hygie-pg-"))
        self._password = secrets.token_hex(16)
        self._port = free_port()
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://hygie:{self._password}@127.0.0.1:{self._port}/postgres"

    @property
    def pid(self) -> int:
        """The server's process, while it runs."""
        assert self._server is not None
        return self._server.pid

    @property
    def _as_user(self) -> list[str]:
        if os.geteuid() != 0:
            return []
        owner = pwd.getpwnam("postgres")
        return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]

    def __enter__(self) -> "Cluster":
        try:
            self._make()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _make(self) -> None:
        secret = self._home / "password"
        secret.touch(mode=0o600)
        secret.write_text(self._password, encoding="ascii")
        if os.geteuid() == 0:
            shutil.chown(self._home, "postgres")
            shutil.chown(secret, "postgres")
        command = [str(self._programs / "initdb"), "--no-sync", "--pgdata", str(self._home / "data")]
        command += [
            "--username=hygie",
            "--auth=scram-sha-256",
            f"--pwfile={secret}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]
        subprocess.run([*self._as_user, *command], check=True, cwd="/", stdout=subprocess.DEVNULL)
        secret.unlink()

    def _start(self) -> None:
        command = [
            str(self._programs / "postgres"),
            "-D",
            str(self._home / "data"),
            "-p",
            str(self._port),
            "-k",
            str(self._home),
        ]
        for setting in self._settings:
            command += ["-c", setting]
        end_with_us = [*(self._as_user or ["setpriv"]), "--pdeathsig=INT"]
        log = (self._home.parent / f"{self._home.name}.log").open("wb")
        with log:
            self._server = subprocess.Popen([*end_with_us, *command], cwd="/", stdout=log, stderr=log)
        deadline = time.monotonic() + _START_SECONDS
        ready = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        while subprocess.run(ready, check=False).returncode != 0:
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {Path(log.name).read_text(errors='replace')[-500:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        if self._server is not None and self._server.poll() is None:
            self._server.terminate()  # by setpriv's exec, this is the server itself; TERM waits for clients…
            try:
                self._server.wait(timeout=3)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        shutil.rmtree(self._home, ignore_errors=True)
        (self._home.parent / f"{self._home.name}.log").unlink(missing_ok=True)
