"""Bulk export with a worker of its own process, which may be killed."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection

from hygie.record.export.models import File, Job
from hygie.trace.models import Entry
from hygie.trace.types import Event
from tests.hygie.api.conftest import observation

BASE = "http://127.0.0.1:8000"
SECONDS = 60


@pytest.fixture
def world(transactional_db):
    from tests import factories

    return factories.world()


def _environment(folder):
    told = {**os.environ, "HYGIE_DATA": str(folder), "HYGIE_MASTER_KEY": django_settings.HYGIE_MASTER_KEY}
    if connection.vendor == "postgresql":
        known = connection.settings_dict
        told["HYGIE_DATABASE_URL"] = (
            f"postgresql://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"
        )
    else:
        (folder / "hygie.sqlite3").symlink_to(connection.settings_dict["NAME"])
    return told


@contextmanager
def worker(environment):
    process = subprocess.Popen([sys.executable, "-m", "hygie.config.cli", "worker"], env=environment)
    try:
        yield process
    finally:
        # A job may be done before this worker has begun: it can be asked to stop once it listens.
        until(lambda: process.poll() is not None or _listens(process.pid))
        process.terminate()
        assert process.wait(20) in (0, -signal.SIGKILL)


def _listens(pid):
    """Whether a process catches SIGTERM: man 5 proc_pid_status, SigCgt."""
    (caught,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigCgt")]
    return int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1


def until(what):
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError("nothing came in time")


def test_a_worker_makes_an_export_and_another_ends_what_a_killed_one_began(bench, settings, tmp_path):
    settings.HYGIE_DATA = tmp_path
    environment = _environment(tmp_path)
    people = []
    for number in range(40):
        patient = {"resourceType": "Patient", "name": [{"family": f"N{number}"}], "birthDate": "1990-01-01"}
        people.append(bench.post("/fhir/Patient", patient).json()["id"])
        for _ in range(5):
            assert bench.post("/fhir/Observation", observation(people[-1])).status_code == 201

    answer = bench.get("/fhir/$export", Prefer="respond-async")
    place = answer["Content-Location"].removeprefix(BASE)
    with worker(environment) as process:
        until(lambda: Job.objects.get().told > 0)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert Job.objects.get().state in ("running", "done")
    assert not File.objects.exists() or Job.objects.get().state == "done"
    # As if the lease had run out.
    Job.objects.filter(state="running").update(lease_until=Job.objects.get().transaction_time)
    with worker(environment):
        told = until(lambda: (found := bench.get(place)).status_code == 200 and found.json())
    found = {}
    for each in told["output"]:
        packed = bench.get(each["url"].removeprefix(BASE), **{"Accept-Encoding": "gzip"})
        lines = gzip.decompress(b"".join(packed.streaming_content)).splitlines()
        found.setdefault(each["type"], []).extend(json.loads(line)["id"] for line in lines)
    assert sorted(found["Patient"]) == sorted(people)
    assert len(found["Observation"]) == len(set(found["Observation"])) == 200
    entries = Entry.objects.filter(event=Event.RESOURCE_EXPORTED).values_list("space_id", flat=True)
    assert sorted(map(str, entries)) == sorted(people)
