import datetime as dt
import uuid

import pytest
from django.db import connection, transaction

from hygie.config.verify import verify_trace
from hygie.trace import actions
from hygie.trace.models import Entry
from hygie.trace.types import Act, Event

SPACE = uuid.UUID(int=7)
NOW = dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC)
# verify_trace opens its own snapshot, so the entries must be committed.
pytestmark = pytest.mark.django_db(transaction=True)


def _write(count: int) -> None:
    for _ in range(count):
        act = Act(SPACE, Event.DOCUMENT_READ, "citizen", "a", "web", NOW)
        with transaction.atomic():
            actions.append(act)


def _change(statement: str, *values: object) -> None:
    """As somebody who holds the database would, past every guard of the program."""
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("entries", Entry._meta.db_table), values)


def test_a_whole_log_is_said_whole(capsys):
    _write(3)
    assert verify_trace() == 0
    assert capsys.readouterr().out == "1 spaces, 3 entries: the log is whole.\n"


def test_no_entry_at_all_is_whole(capsys):
    assert verify_trace() == 0


@pytest.mark.parametrize(
    ("statement", "values", "seq"),
    [
        ("UPDATE entries SET payload = %s WHERE seq = 2", (b"{}",), 2),
        ("UPDATE entries SET event = %s WHERE seq = 2", ("record.document.listed",), 2),
        ("UPDATE entries SET hash = %s WHERE seq = 1", (b"\0" * 32,), 1),
        ("DELETE FROM entries WHERE seq = %s", (2,), 2),
        ("DELETE FROM entries WHERE seq = %s", (3,), 3),
    ],
)
def test_the_first_bad_entry_is_named(capsys, statement, values, seq):
    _write(3)
    _change(statement, *values)
    assert verify_trace() == 1
    said = capsys.readouterr().out
    assert said.startswith(f"space {SPACE}, entry {seq}: ")
    assert said.endswith("the log is NOT whole in 1 of them.\n")


def test_text_in_place_of_bytes_is_a_fault_too(capsys):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite takes a text where bytes belong")
    _write(2)
    _change("UPDATE entries SET payload = 'x' WHERE seq = %s", 1)
    assert verify_trace() == 1
    assert f"space {SPACE}, entry 1: " in capsys.readouterr().out
