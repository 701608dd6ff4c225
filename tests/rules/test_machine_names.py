"""Nothing of one machine, one network or one mirror is in the repository: it must work anywhere."""

import re

import pytest

from tests.rules import source

# The lock file names the public index, as every lock file does.
EXEMPT = {"uv.lock", "tests/rules/test_machine_names.py"}
_PATTERNS = {
    "a home folder": re.compile(r"(?<![\w.])/(?:home/(?!hygie\b)\w+|root|Users/\w+)/[\w.]"),
    "a work folder of one machine": re.compile(r"(?<![\w.])/(?:work|workspace|mnt|builds)/[\w.]"),
    "a package registry": re.compile(
        r"https?://[\w.-]*(?:pypi|pythonhosted|npmjs|crates|deb\.debian|security\.debian|artifactory|nexus|devpi)[\w.-]*",
        re.IGNORECASE,
    ),
    "an index option": re.compile(r"--(?:extra-)?index-url|--find-links|--registry[ =]"),
    "a private network": re.compile(r"(?<![\w.])(?:10\.\d+|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d+\.\d+(?![\w.])"),
}


def _faults(text: str) -> list[str]:
    return [fault for fault, pattern in _PATTERNS.items() if pattern.search(text)]


def test_no_file_names_a_machine():
    found = {}
    for path in source.tracked_files():
        data = path.read_bytes()
        if source.shown(path) in EXEMPT or b"\0" in data[:4096]:
            continue
        faults = _faults(data.decode("utf-8", errors="replace"))
        if faults:
            found[source.shown(path)] = faults
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "/home/camille/hygie/x.py",
        "/root/x",
        "/work/main/x",
        "https://pypi.example.org/simple",
        "pip install --index-url x",
        "host = 192.168.1.10",
    ],
)
def test_the_rule_finds_its_planted_fault(text):
    assert _faults(text)
