"""R-04, R-05: many clients at the same instant lose nothing, and what is sent again has one effect.

Through the machines' door, with threads and real connections; on either database.
"""

import json
import threading
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from hygie.fhir.http import headers
from hygie.fhir.store import ordering
from hygie.fhir.store import write as store
from hygie.record.models import Document
from hygie.trace import queries as trace
from tests.hygie.api.conftest import Software, observation
from tests.laws.conftest import Law

pytestmark = pytest.mark.django_db(transaction=True)
PATCH = "application/json-patch+json"


@pytest.fixture
def door() -> "Door":
    from tests import factories

    world = factories.world()
    doctor = Software(Client(), world).acting_for(world.doctor)
    return Door(doctor.token, world, str(world.space_id))


class Door:
    """A test client a thread; one person's space, one doctor."""

    def __init__(self, token: str, world: Any, patient: str) -> None:
        self.token, self.world, self.patient = token, world, patient

    def __call__(
        self, method: str, path: str, body: Any = None, kind: str = "application/fhir+json", **told: str
    ) -> Any:
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return Software(Client(), self.world, self.token).call(method, path, data, kind, **told)

    def create(self, **elements: Any) -> str:
        made = self("POST", "/fhir/Observation", observation(self.patient, **elements))
        assert made.status_code == 201, made.content
        return f"/fhir/Observation/{made.json()['id']}"

    def creating(self, value: str) -> Callable[[], Any]:
        """A creation unless an observation of this identifier is here."""
        told = {"If-None-Exist": f"identifier=urn:race|{value}"}
        return partial(self, "POST", "/fhir/Observation", by_identifier(self, value), **told)

    def count(self, criterion: str = "") -> int:
        path = f"/fhir/Observation?patient={self.patient}&_summary=count&{criterion}"
        return int(self("GET", path).json()["total"])


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each thread gave; one that raises fails the test."""
    results: list[Any] = [None] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(n: int) -> None:
        try:
            barrier.wait(timeout=10)
            results[n] = acts[n]()
        except BaseException as error:  # noqa: BLE001 - told to the test below
            results[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=60)
    faults = [each for each in results if isinstance(each, BaseException)]
    assert not faults, faults
    return results


def statuses(answers: list[Any]) -> list[int]:
    return sorted(each.status_code for each in answers)


# ---- edits


def counter(door: Door, path: str, clients: int, edits: int, *, checked: bool = True) -> int:
    """Each client adds one, `edits` times, by a version that it has read; gives what the counter then says."""

    def add() -> None:
        for _ in range(edits):
            while True:
                here = door("GET", path)
                more = [
                    {
                        "op": "replace",
                        "path": "/valueQuantity/value",
                        "value": here.json()["valueQuantity"]["value"] + 1,
                    }
                ]
                told = {"If-Match": here.headers["ETag"]} if checked else {}
                answer = door("PATCH", path, more, PATCH, **told)
                assert answer.status_code in (200, 409, 412), answer.content
                if answer.status_code == 200:
                    break

    at_once([add] * clients)
    return int(door("GET", path).json()["valueQuantity"]["value"])


def test_a_counter_that_many_raise_by_if_match_loses_nothing(door: Door, law: Law) -> None:
    for rng in law.rounds(short=3):
        path, clients, edits = door.create(valueQuantity={"value": 0}), rng.randint(3, 5), 4
        assert counter(door, path, clients, edits) == clients * edits
        history = door("GET", f"{path}/_history?_count=100").json()
        versions = [int(each["response"]["etag"][3:-1]) for each in history["entry"]]
        assert versions == list(range(clients * edits + 1, 0, -1))
        law.tried(clients * edits)
    assert trace.verify(door.world.space_id) is None


def test_a_counter_without_a_check_loses_some(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: If-Match that always agrees."""
    monkeypatch.setattr(headers, "matches", lambda asked, version: True)
    path = door.create(valueQuantity={"value": 0})
    assert any(counter(door, path, 4, 6) < 24 * tried for tried in range(1, 4))


def test_an_update_by_each_of_many_with_one_version_is_done_once(door: Door, law: Law) -> None:
    for rng in law.rounds(short=3):
        path = door.create()
        body = door("GET", path).json()
        writers = rng.randint(3, 6)
        update = partial(door, "PUT", path, body | {"status": "amended"}, **{"If-Match": 'W/"1"'})
        told = at_once([update] * writers)
        assert statuses(told) == [200, *[412] * (writers - 1)]
        law.tried(writers)


# ---- conditional writes


def by_identifier(door: Door, value: str, **elements: Any) -> dict[str, Any]:
    return observation(door.patient, identifier=[{"system": "urn:race", "value": value}], **elements)


def test_a_conditional_creation_by_many_makes_one(door: Door, law: Law) -> None:
    for rng in law.rounds(short=4):
        value, writers = str(rng.random()), rng.randint(3, 6)
        create = door.creating(value)
        assert statuses(at_once([create] * writers)) == [*[200] * (writers - 1), 201]
        assert door.count(f"identifier=urn:race|{value}") == 1
        law.tried(writers)


def test_a_conditional_update_by_many_makes_one_and_changes_it(door: Door, law: Law) -> None:
    for rng in law.rounds(short=4):
        value, writers = str(rng.random()), rng.randint(3, 6)
        path = f"/fhir/Observation?patient={door.patient}&identifier=urn:race|{value}"
        acts = [partial(door, "PUT", path, by_identifier(door, value, note=[{"text": str(n)}])) for n in range(writers)]
        assert statuses(at_once(acts)) == [*[200] * (writers - 1), 201]
        [entry] = door("GET", path).json()["entry"]
        assert entry["resource"]["meta"]["versionId"] == str(writers)
        law.tried(writers)


def test_a_transaction_sent_by_many_creates_once(door: Door, law: Law) -> None:
    for rng in law.rounds(short=3):
        value = str(rng.random())
        one = {
            "resource": by_identifier(door, value),
            "request": {"method": "POST", "url": "Observation", "ifNoneExist": f"identifier=urn:race|{value}"},
        }
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [one]}
        assert statuses(at_once([partial(door, "POST", "/fhir", bundle)] * 4)) == [200] * 4
        assert door.count(f"identifier=urn:race|{value}") == 1
        law.tried(4)


def test_a_document_sent_by_many_is_one_deposit(door: Door, law: Law) -> None:
    from tests import factories

    for rng in law.rounds(short=3):
        source = factories.cda(unique_id=f"1.2.250.1.999.{rng.randrange(10**9)}")
        before = Document.objects.count()
        sent = at_once([partial(door, "POST", "/dmp/documents", source, "text/xml")] * 4)
        assert statuses(sent) == [200, 200, 200, 201]
        assert Document.objects.count() == before + 1
        law.tried(4)


def test_a_race_without_the_hold_makes_several(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: the space is not held. SQLite holds the whole database anyway."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer")
    monkeypatch.setattr(store, "lock_space", lambda space_id: None)
    made = 0
    for n in range(6):
        made += statuses(at_once([door.creating(str(n))] * 6)).count(201)
    assert made > 6


# ---- paging while others write


def walked(door: Door, order: str, count: int, meanwhile: Callable[[], None]) -> list[str]:
    """The ids of all pages, while `meanwhile` goes on between two of them."""
    seen: list[str] = []
    path = f"/fhir/Observation?patient={door.patient}&status=final&_sort={order}&_count={count}"
    while path:
        page = door("GET", path).json()
        seen += [each["resource"]["id"] for each in page.get("entry", ()) if each["search"]["mode"] == "match"]
        following = next((link["url"] for link in page["link"] if link["relation"] == "next"), "")
        path = "/fhir/" + following.partition("/fhir/")[2] if following else ""
        meanwhile()
    return seen


def paging(door: Door, rng: Random) -> tuple[list[str], list[str]]:
    """(ids that stay throughout, ids that the pages gave) while a thread creates and deletes others."""
    days = [f"2026-03-{rng.randint(1, 5):02}" for _ in range(12)]
    stay = [door.create(effectiveDateTime=day).rpartition("/")[2] for day in days]
    stop, others = threading.Event(), list[str]()

    def write() -> None:
        while not stop.is_set():
            others.append(door.create(effectiveDateTime=f"2026-03-{rng.randint(1, 5):02}"))
            if len(others) > 3:
                assert door("DELETE", others.pop(0)).status_code == 204

    def read() -> list[str]:
        try:
            order = rng.choice(("date", "-date", "_id", "-_id", "_lastUpdated", "-_lastUpdated", "code,-date"))
            return walked(door, order, rng.randint(1, 4), lambda: None)
        finally:
            stop.set()

    _, seen = at_once([write, read])
    for path in others:
        door("DELETE", path)
    return stay, seen


def test_pages_neither_lose_nor_repeat_while_others_write(door: Door, law: Law) -> None:
    for rng in law.rounds(short=4):
        stay, seen = paging(door, rng)
        assert len(seen) == len(set(seen)) and set(stay) <= set(seen)
        for each in stay:
            door("DELETE", f"/fhir/Observation/{each}")
        law.tried(len(seen))


def test_a_page_that_begins_where_the_last_one_ended_repeats(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: the place after a row is taken for the row."""
    seal = ordering.seal
    monkeypatch.setattr(ordering, "seal", lambda sorts, values, last, space: seal(sorts, values, f"{last[:-1]}", space))
    stay, seen = paging(door, Random(1))
    assert len(seen) != len(set(seen)) or not set(stay) <= set(seen)
