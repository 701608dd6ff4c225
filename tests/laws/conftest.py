"""A law is tried on random cases: a few in each run of the suite, as many as its minutes allow under `make campaign`.

HYGIE_CAMPAIGN_MINUTES shares its minutes between the laws; HYGIE_CAMPAIGN_SEED begins with the round of a seed that failed.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random, SystemRandom

import pytest

from tests.cluster import NoPostgreSQL, find_programs
from tests.conftest import on_postgresql
from tests.laws.server import Running

_MINUTES = float(os.environ.get("HYGIE_CAMPAIGN_MINUTES") or 0)
_SEED = int(os.environ.get("HYGIE_CAMPAIGN_SEED") or (SystemRandom().randrange(10**9) if _MINUTES else 1))
_tried: list["Law"] = []


@dataclass
class Law:
    """`count` cases were tried so far; `seed` is that of the last round, which is the one that failed if one did."""

    name: str
    seconds: float
    count: int = 0
    seed: int = _SEED
    began: float = 0

    def rounds(self, short: int) -> Iterator[Random]:
        """Random numbers of one round after the other: `short` rounds in the suite, until the time is over in a campaign."""
        number = 0
        while number < short or (self.seconds and time.monotonic() < self.began + self.seconds):
            self.seed = _SEED + number
            yield Random(self.seed)
            number += 1

    def tried(self, cases: int = 1) -> None:
        self.count += cases


@pytest.fixture
def law(request: pytest.FixtureRequest) -> Iterator[Law]:
    laws = sum("law" in getattr(item, "fixturenames", ()) for item in request.session.items)
    one = Law(
        request.node.name.removeprefix("test_").replace("_", " "), _MINUTES * 60 / max(1, laws), began=time.monotonic()
    )
    _tried.append(one)
    yield one
    one.began = time.monotonic() - one.began


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    if on_postgresql():
        pytest.skip("it has a PostgreSQL of its own: once is enough")
    try:
        find_programs()
    except NoPostgreSQL as error:
        pytest.skip(f"NOT RUN: {error}")
    with Running(tmp_path_factory.mktemp("killed")) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _MINUTES or not _tried:
        return
    terminalreporter.section("laws")
    broken = {
        report.location[2].removeprefix("test_").replace("_", " ")
        for report in terminalreporter.stats.get("failed", ())
    }
    for one in _tried:
        verdict = "BROKEN" if one.name in broken else "held"
        terminalreporter.line(f"{verdict:6} {one.count:9,} cases {one.began:6.0f} s  seed {one.seed}  {one.name}")
