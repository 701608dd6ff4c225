"""The chain: anything altered, removed, inserted or moved is found and named."""

import datetime as dt
import hashlib
import json
import re
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.models import F

from hygie.lib.errors import Unavailable
from hygie.trace import actions, chain, queries
from hygie.trace.models import Entry, Head
from hygie.trace.types import Act, Event, Outcome
from tests.factories import NOW

FORMAT = Path(__file__).parents[3] / "docs" / "reference" / "trace-format.md"


def act(space_id: uuid.UUID, n: int = 0) -> Act:
    return Act(
        space_id=space_id,
        event=Event.DOCUMENT_READ,
        actor_kind="professional",
        actor_id=str(uuid.UUID(int=7)),
        channel="web",
        at=NOW + dt.timedelta(seconds=n, microseconds=n),
        ground="professional.team",
        object=f"document{n}",
        profession="10",
    )


@pytest.fixture
def space_id(transactional_db: None) -> uuid.UUID:
    space_id = uuid.uuid4()
    for n in range(6):
        with transaction.atomic():
            actions.append(act(space_id, n))
    return space_id


def test_entries_are_numbered_without_gap_and_whole(space_id: uuid.UUID) -> None:
    assert [entry.seq for entry in queries.list_entries(space_id)] == [6, 5, 4, 3, 2, 1]
    assert queries.verify(space_id) is None


def test_the_documented_example_is_what_the_code_writes() -> None:
    """An outside verifier follows the page: it must be true to the byte."""
    text = FORMAT.read_text(encoding="utf-8")
    written = dict(re.findall(r"^(hash\(\d\)|payload\(1\))\s+= (.+)$", text, re.MULTILINE))
    space_id = uuid.UUID("00000000-0000-4000-8000-000000000001")
    example = Act(
        space_id=space_id,
        event=Event.DOCUMENT_READ,
        actor_kind="professional",
        actor_id="00000000-0000-4000-8000-000000000002",
        organization_id="00000000-0000-4000-8000-000000000003",
        profession="10",
        channel="web",
        at=dt.datetime(2026, 11, 24, 5, 0, 0, 123456, tzinfo=dt.UTC),
        ground="professional.team",
        object="aaaabbbbccccddddeeeeffff",
    )
    assert chain.genesis(space_id).hex() == written["hash(0)"]
    assert chain.payload(example).decode() == written["payload(1)"]
    assert chain.link(chain.genesis(space_id), 1, chain.payload(example)).hex() == written["hash(1)"]


def test_a_verifier_of_ten_lines_that_shares_no_code_agrees(space_id: uuid.UUID) -> None:
    previous = hashlib.sha256(b"hygie.trace.v1\x00" + space_id.bytes).digest()
    for entry in Entry.objects.filter(space_id=space_id).order_by("seq"):
        body = bytes(entry.payload)
        assert body == json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        previous = hashlib.sha256(b"hygie.trace.v1\x00" + previous + entry.seq.to_bytes(8, "big") + body).digest()
        assert previous == bytes(entry.hash)


def alter_payload(space_id: uuid.UUID) -> None:
    entry = Entry.objects.get(space_id=space_id, seq=3)
    Entry.objects.filter(space_id=space_id, seq=3).update(
        payload=bytes(entry.payload).replace(b"document2", b"document9")
    )


def alter_column(space_id: uuid.UUID) -> None:
    Entry.objects.filter(space_id=space_id, seq=3).update(outcome=Outcome.REFUSED.value)


def alter_kind(space_id: uuid.UUID) -> None:
    Entry.objects.filter(space_id=space_id, seq=3).update(actor_kind="citizen")


def remove(space_id: uuid.UUID) -> None:
    Entry.objects.filter(space_id=space_id, seq=3).delete()


def insert(space_id: uuid.UUID) -> None:
    entry = Entry.objects.get(space_id=space_id, seq=3)
    for seq in (6, 5, 4, 3):
        Entry.objects.filter(space_id=space_id, seq=seq).update(seq=F("seq") + 1)
    entry.seq = 3
    entry.save(force_insert=True)


def swap(space_id: uuid.UUID) -> None:
    for before, after in ((3, 99), (4, 3), (99, 4)):
        Entry.objects.filter(space_id=space_id, seq=before).update(seq=after)


def recompute_one(space_id: uuid.UUID) -> None:
    entry = Entry.objects.get(space_id=space_id, seq=3)
    former = Entry.objects.get(space_id=space_id, seq=2)
    body = bytes(entry.payload).replace(b"document2", b"document9")
    digest = chain.link(bytes(former.hash), 3, body)
    Entry.objects.filter(space_id=space_id, seq=3).update(payload=body, hash=digest, object="document9")


@pytest.mark.parametrize(
    ("tamper", "seq"),
    [
        (alter_payload, 3),
        (alter_column, 3),
        (alter_kind, 3),
        (remove, 3),
        (insert, 4),
        (swap, 3),
        (recompute_one, 4),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_tampering_is_found_and_the_first_bad_entry_named(
    space_id: uuid.UUID, tamper: Callable[[uuid.UUID], None], seq: int
) -> None:
    tamper(space_id)
    fault = queries.verify(space_id)
    assert fault is not None and fault.seq == seq


def test_a_tail_cut_off_is_found_by_the_head(space_id: uuid.UUID) -> None:
    Entry.objects.filter(space_id=space_id, seq__gt=4).delete()
    fault = queries.verify(space_id)
    assert fault is not None and (fault.kind, fault.seq) == ("removed", 5)


def test_a_lost_head_is_found(space_id: uuid.UUID) -> None:
    Head.objects.filter(space_id=space_id).delete()
    fault = queries.verify(space_id)
    assert fault is not None and fault.kind == "head"


def test_each_byte_of_a_payload_counts(space_id: uuid.UUID) -> None:
    entry = Entry.objects.get(space_id=space_id, seq=4)
    body = bytes(entry.payload)
    for place in range(0, len(body), 7):
        flipped = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        Entry.objects.filter(space_id=space_id, seq=4).update(payload=flipped)
        fault = queries.verify(space_id)
        assert fault is not None and fault.seq == 4


def test_one_space_does_not_hold_the_numbers_of_another(space_id: uuid.UUID) -> None:
    other = uuid.uuid4()
    with transaction.atomic():
        actions.append(act(other))
    assert queries.list_entries(other)[0].seq == 1
    assert {fault for _, _, fault in queries.verify_all()} == {None}


def test_an_entry_outside_the_transaction_of_an_act_is_refused(transactional_db: None) -> None:
    with pytest.raises(Unavailable):
        actions.append(act(uuid.uuid4()))


def test_an_act_that_fails_takes_its_entry_with_it(space_id: uuid.UUID) -> None:

    def fail() -> None:
        with transaction.atomic():
            actions.append(act(space_id, 9))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert len(queries.list_entries(space_id)) == 6 and queries.verify(space_id) is None


def test_writers_at_the_same_time_make_one_chain(transactional_db: None) -> None:
    space_id = uuid.uuid4()

    def write(n: int) -> None:
        try:
            for k in range(5):
                with transaction.atomic():
                    actions.append(act(space_id, n * 10 + k))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(queries.list_entries(space_id, limit=100)) == 20
    assert queries.verify(space_id) is None
