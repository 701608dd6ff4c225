"""Many at the same instant: one effect, nothing lost, no file without its row nor row without its file."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from hygie.lib.errors import HygieError
from hygie.record import actions, queries
from hygie.record.models import Document
from hygie.trace import queries as trace
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Runs the acts in threads that start together; gives their results or errors."""
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


def files() -> set[Path]:
    return {path for path in (settings.HYGIE_DATA / "blobs").rglob("*") if path.is_file()}


def test_the_same_document_eight_times_at_once_is_one_deposit() -> None:
    world = factories.world()
    before = files()
    source = factories.cda()
    results = at_once([lambda: actions.deposit_cda(world.doctor, source, now=world.now)] * 8)
    assert sorted(receipt.created for receipt in results) == [False] * 7 + [True]
    assert len({receipt.receipt for receipt in results}) == 1
    assert Document.objects.count() == 1 and len(files() - before) == 1
    stored = queries.get_file(world.lea, world.space_id, results[0].document_id, now=world.now)
    assert stored.data == source
    assert trace.verify(world.space_id) is None


def test_two_contents_under_one_unique_id_at_once_keep_one_and_refuse_the_other() -> None:
    world = factories.world()
    before = files()
    sources = [factories.cda(text=text) for text in ("un", "deux", "un", "deux")]
    results = at_once(
        [lambda source=source: actions.deposit_cda(world.doctor, source, now=world.now) for source in sources]
    )
    receipts = [one for one in results if not isinstance(one, HygieError)]
    refused = [one for one in results if isinstance(one, HygieError)]
    assert len(receipts) == 2 and {error.code for error in refused} == {"unique-id-conflict"}
    assert len(files() - before) == 1
    queries.get_file(world.lea, world.space_id, receipts[0].document_id, now=world.now)


def test_two_replacements_of_one_document_at_once_leave_one() -> None:
    world = factories.world()
    actions.deposit_cda(world.doctor, factories.cda(unique_id="1.2.1"), now=world.now)
    sources = [factories.cda(unique_id=f"1.2.{n}", replaces="1.2.1") for n in (2, 3, 4)]
    results = at_once(
        [lambda source=source: actions.deposit_cda(world.doctor, source, now=world.now) for source in sources]
    )
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "Conflict", "Receipt"]


def test_hiding_and_showing_at_once_never_loses_a_version() -> None:
    world = factories.world()
    document_id = actions.deposit_cda(world.doctor, factories.cda(), now=world.now).document_id
    hide = lambda: actions.hide_document(world.lea, world.space_id, document_id, now=world.now)  # noqa: E731
    show = lambda: actions.show_document(world.lea, world.space_id, document_id, now=world.now)  # noqa: E731
    at_once([hide, show, hide, show])
    stored = queries.read_resource(world.lea, world.space_id, "DocumentReference", document_id, now=world.now)
    changes = [e for e in trace.list_entries(world.space_id) if e.event.endswith((".hidden", ".shown"))]
    assert stored.version == 1 + len(changes)
    assert trace.verify(world.space_id) is None
