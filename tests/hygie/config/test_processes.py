import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from hygie.config.processes import CannotServe, Group, check_port, stay, stop_asked, wait_until_healthy
from tests.cluster import free_port

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
FAIL = [sys.executable, "-c", "raise SystemExit('the reason')"]


def _never() -> bool:
    return False


def test_a_free_port_passes():
    check_port(free_port())


def test_a_port_in_use_is_said_in_a_sentence():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotServe, match=rf"port {port} of 127\.0\.0\.1 cannot be used .*; choose another one"):
            check_port(port)


def test_a_group_ends_its_processes(tmp_path):
    group = Group(tmp_path)
    group.start("one", SLEEP)
    group.start("two", SLEEP)
    assert group.find_dead() == ""
    group.stop()
    assert group.find_dead() == "one"


def test_the_end_of_one_process_ends_the_wait_and_tells_why(tmp_path):
    group = Group(tmp_path)
    group.start("web", FAIL)
    try:
        with pytest.raises(CannotServe, match=r"web has stopped(.|\n)*the reason"):
            wait_until_healthy(group, free_port(), _never)
        with pytest.raises(CannotServe, match="the reason"):
            stay(group, _never)
    finally:
        group.stop()


def test_a_process_ends_when_its_parent_is_killed(tmp_path):
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom hygie.config.processes import Group\n"
        f"group = Group(Path({str(tmp_path)!r}))\n"
        "shout = 'import os, time; print(os.getpid(), flush=True); time.sleep(60)'\n"
        "group.start('child', [sys.executable, '-c', shout])\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    log = tmp_path / "child.log"
    child = int(_wait_for(lambda: log.exists() and log.read_text().strip()))
    parent.kill()
    parent.wait()
    assert _wait_for(lambda: not _lives(child))


def _wait_for(condition):
    for _ in range(100):
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def _lives(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as status:
            return status.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_for_the_stop_and_raises_nothing(number):
    with stop_asked() as asked:
        assert not asked()
        os.kill(os.getpid(), number)
        assert _wait_for(asked)
