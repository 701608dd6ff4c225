"""The life of resources under the hands of many: nothing lost, nothing twice, versions without a gap, all of it told."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from hygie.fhir.core import json
from hygie.fhir.core.bundle import read as read_bundle
from hygie.fhir.store.asked import HistoryQuery
from hygie.identity.types import Actor, ActorKind, Channel, Level
from hygie.lib.errors import AccessRefused, Gone, HygieError, Invalid, NotAllowed, PreconditionFailed
from hygie.record import resources
from hygie.trace import queries as trace
from tests import factories

NOW = factories.NOW
CLIENTS = 6


def bench() -> Actor:
    return Actor(
        ActorKind.SOFTWARE,
        Channel.API,
        organization_id=factories.organization(),
        client_id="bench-client",
        client_kind="bench",
        scopes=frozenset({"system/*.cruds"}),
        level=Level.SUBSTANTIAL,
    )


def open_space(actor: Actor) -> uuid.UUID:
    return resources.open_space(actor, {"resourceType": "Patient", "name": [{"family": "ESSAI"}]}, now=NOW).space_id


def observation(space_id: uuid.UUID, **elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "poids"},
        "subject": {"reference": f"Patient/{space_id}"},
    } | elements


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    results: list[Any] = [None] * len(acts)
    barrier = threading.Barrier(len(acts))

    def run(n: int) -> None:
        barrier.wait()
        try:
            results[n] = acts[n]()
        except HygieError as error:
            results[n] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def versions(actor: Actor, space_id: uuid.UUID, local_id: str) -> list[int]:
    found = resources.history(actor, space_id, "Observation", local_id, HistoryQuery(100), now=NOW)
    return [each.version for each in found.versions]


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_many_changes_of_one_version_one_is_made(self) -> None:
        actor = bench()
        space_id = open_space(actor)
        made = resources.create(actor, space_id, observation(space_id), now=NOW)
        changed = json.read_object(made.body)

        def change(n: int) -> Any:
            body = changed | {"note": [{"text": f"n° {n}"}]}
            return resources.update(actor, space_id, made.local_id, body, now=NOW, if_match='W/"1"')

        results = at_once([lambda n=n: change(n) for n in range(CLIENTS)])
        assert sum(isinstance(each, resources.Written) for each in results) == 1
        assert sum(isinstance(each, PreconditionFailed) for each in results) == CLIENTS - 1
        assert versions(actor, space_id, made.local_id) == [2, 1]
        assert trace.verify(space_id) is None

    def test_changes_without_a_condition_follow_each_other_and_none_is_lost(self) -> None:
        actor = bench()
        space_id = open_space(actor)
        made = resources.create(actor, space_id, observation(space_id), now=NOW)
        changed = json.read_object(made.body)

        def change(n: int) -> Any:
            return resources.update(actor, space_id, made.local_id, changed | {"note": [{"text": f"n° {n}"}]}, now=NOW)

        results = at_once([lambda n=n: change(n) for n in range(CLIENTS)])
        assert sorted(each.version for each in results) == list(range(2, CLIENTS + 2))
        found = resources.history(actor, space_id, "Observation", made.local_id, HistoryQuery(100), now=NOW)
        notes = {json.read_object(each.body)["note"][0]["text"] for each in found.versions[:-1]}
        assert notes == {f"n° {n}" for n in range(CLIENTS)}

    def test_the_same_conditional_creation_is_one_resource(self) -> None:
        actor = bench()
        space_id = open_space(actor)
        sent = observation(space_id, identifier=[{"system": "urn:x", "value": "1"}])
        results = at_once(
            [lambda: resources.create_unless(actor, space_id, sent, "identifier=urn:x|1", now=NOW)] * CLIENTS
        )
        assert sorted(each.created for each in results) == [False] * (CLIENTS - 1) + [True]
        assert len({each.local_id for each in results}) == 1

    def test_creations_in_one_space_are_all_there_and_all_told(self) -> None:
        actor = bench()
        space_id = open_space(actor)
        results = at_once([lambda: resources.create(actor, space_id, observation(space_id), now=NOW)] * CLIENTS)
        found = resources.history(actor, space_id, "Observation", "", HistoryQuery(100), now=NOW)
        assert {each.local_id for each in results} == {each.id.partition(".")[2] for each in found.versions}
        assert trace.verify(space_id) is None

    def test_transactions_over_the_same_spaces_do_not_wait_for_each_other_for_ever(self) -> None:
        actor = bench()
        spaces = [open_space(actor) for _ in range(3)]

        def together(n: int) -> Any:
            mixed = spaces[n % 3 :] + spaces[: n % 3]
            bundle = {
                "resourceType": "Bundle",
                "type": "transaction",
                "entry": [
                    {"request": {"method": "POST", "url": "Observation"}, "resource": observation(each)}
                    for each in mixed * 3
                ],
            }
            return resources.together(actor, read_bundle(bundle, base="")[1], lambda entry: None, now=NOW)

        results = at_once([lambda n=n: together(n) for n in range(CLIENTS)])
        assert [len(each) for each in results] == [9] * CLIENTS
        assert all(trace.verify(space_id) is None for space_id in spaces)


STEPS = st.lists(st.sampled_from(["update", "same", "stale", "patch", "delete"]), max_size=8)


@pytest.mark.django_db
@settings(max_examples=40)
@given(steps=STEPS)
def test_versions_have_no_gap_whatever_happens(steps: list[str]) -> None:
    with transaction.atomic():
        actor = bench()
        space_id = open_space(actor)
        made = resources.create(actor, space_id, observation(space_id), now=NOW)
        expected, alive = 1, True
        for n, step in enumerate(steps):
            now = NOW + dt.timedelta(seconds=n + 1)
            changed = _step(actor, space_id, made, step, n, expected, now)
            assert changed == (alive and step not in ("same", "stale"))
            expected += changed
            alive = alive and step != "delete"
        assert versions(actor, space_id, made.local_id) == list(range(expected, 0, -1))
        assert trace.verify(space_id) is None
        transaction.set_rollback(True)


def _step(actor: Actor, space_id: uuid.UUID, made: Any, step: str, n: int, current: int, now: dt.datetime) -> bool:
    """Whether the step made a version."""
    id = made.local_id
    try:
        if step == "delete":
            return resources.delete(actor, space_id, "Observation", id, now=now) is not None
        if step == "patch":
            note = {"note": [{"text": f"p{n}"}]}
            done = resources.patch(actor, space_id, "Observation", id, lambda told: told | note, now=now)
            return done.changed
        body = json.read_object(resources.vread(actor, space_id, "Observation", id, current, now=now).body)
        body |= {} if step == "same" else {"note": [{"text": f"u{n}"}]}
        if_match = 'W/"999"' if step == "stale" else ""
        return resources.update(actor, space_id, id, body, now=now, if_match=if_match).changed
    except (Gone, PreconditionFailed):
        return False


@pytest.mark.django_db
class TestRights:
    @pytest.mark.parametrize("who", ["lea", "stranger"])
    def test_the_person_and_a_stranger_write_nothing_by_this_door(self, who: str) -> None:
        world = factories.world()
        with pytest.raises(AccessRefused):
            resources.create(getattr(world, who), world.space_id, observation(world.space_id), now=world.now)

    def test_a_professional_does_not_create_a_document_without_a_deposit(self) -> None:
        world = factories.world()
        document = {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": {}}]}
        with pytest.raises(NotAllowed) as refused:
            resources.create(world.doctor, world.space_id, document, now=world.now)
        assert refused.value.code == "deposit-required"

    def test_test_software_opens_nothing_in_production(self, settings: Any) -> None:
        settings.HYGIE_DEMO = False
        with pytest.raises(AccessRefused) as refused:
            open_space(bench())
        assert refused.value.code == "space-not-opened"

    def test_a_test_space_never_carries_a_real_matricule(self) -> None:
        number = factories.ins()
        real = {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": number.value}
        with pytest.raises(Invalid) as refused:
            resources.open_space(bench(), {"resourceType": "Patient", "identifier": [real]}, now=NOW)
        assert refused.value.code == "ins-real"

    def test_every_write_is_told_with_its_version(self) -> None:
        actor = bench()
        space_id = open_space(actor)
        made = resources.create(actor, space_id, observation(space_id), now=NOW)
        resources.patch(
            actor, space_id, "Observation", made.local_id, lambda told: told | {"status": "amended"}, now=NOW
        )
        resources.delete(actor, space_id, "Observation", made.local_id, now=NOW)
        told = [each.event for each in trace.list_entries(space_id)]
        assert told == [
            "record.resource.deleted",
            "record.resource.updated",
            "record.resource.created",
            "identity.space.created",
        ]
        assert trace.verify(space_id) is None

    def test_a_label_that_hides_is_not_lost_by_an_update(self) -> None:
        actor = bench()
        space_id = open_space(actor)
        label = {"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": "MASQUE_PS"}
        made = resources.create(actor, space_id, observation(space_id, meta={"security": [label]}), now=NOW)
        body = json.read_object(made.body)
        body["meta"].pop("security")
        with pytest.raises(Invalid) as refused:
            resources.update(actor, space_id, made.local_id, body, now=NOW)
        assert refused.value.code == "label-lost"


@pytest.mark.django_db
def test_a_transaction_that_fails_late_leaves_nothing() -> None:
    actor = bench()
    space_id = open_space(actor)
    entries = [
        {"request": {"method": "POST", "url": "Observation"}, "resource": observation(space_id)},
        {"request": {"method": "GET", "url": "Observation/x"}},
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}

    def fail(entry: Any) -> Any:
        raise Invalid("late", code="late")

    before = len(trace.list_entries(space_id))
    with pytest.raises(Invalid):
        resources.together(actor, read_bundle(bundle, base="")[1], fail, now=NOW)
    assert resources.history(actor, space_id, "Observation", "", HistoryQuery(10), now=NOW).total == 0
    assert len(trace.list_entries(space_id)) == before + 1  # the history just read
    assert trace.verify(space_id) is None
