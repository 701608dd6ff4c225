"""A connection that the database closed costs at most one refusal to each thread that kept it; the next request opens another."""

import time
from random import Random

import pytest

from tests.hygie.api.conftest import observation
from tests.laws.server import Running

# Two web processes of four threads, each with a connection of its own (hygie.config.processes).
CONNECTIONS = 8
END_ALL = (
    "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)
SECONDS = 10  # PostgreSQL recovers within two


def requests(server: Running) -> dict[str, tuple[str, str, object]]:
    resource = observation(server.patient)
    transaction = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"request": {"method": "POST", "url": "Observation"}, "resource": resource}],
    }
    return {
        "read": ("GET", f"/fhir/Patient/{server.patient}", None),
        "search": ("GET", f"/fhir/Observation?patient={server.patient}&_count=1", None),
        "create": ("POST", "/fhir/Observation", resource),
        "transaction": ("POST", "/fhir", transaction),
        "page": ("GET", "/sante/", None),
    }


@pytest.mark.parametrize("kind", ["read", "search", "create", "transaction", "page"])
def test_a_closed_connection_is_replaced(server: Running, kind: str) -> None:
    ask = requests(server)[kind]
    assert [server.ask(*ask)[0] for _ in range(CONNECTIONS)][-1] in (200, 201)
    assert server.count(END_ALL) > 0
    told = [server.ask(*ask)[0] for _ in range(3 * CONNECTIONS)]
    assert set(told) <= {200, 201, 503}
    assert told.count(503) <= CONNECTIONS
    assert 503 not in told[-CONNECTIONS:]


def test_after_a_crash_of_the_database_everything_answers_again(server: Running) -> None:
    server.kill_backend(Random(1))
    deadline = time.monotonic() + SECONDS
    for ask in requests(server).values():
        while (status := server.ask(*ask)[0]) not in (200, 201):
            assert status == 503
            assert time.monotonic() < deadline
            time.sleep(0.05)
