"""The short way to the rows of a statement, for the statements that every request runs."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import Format

Params = Sequence[Any] | Mapping[str, Any]


@cache
def vendor() -> str:
    """`postgresql` or `sqlite`: one for the life of a process."""
    return connection.vendor


def fetch(statement: str, params: Params) -> list[tuple[Any, ...]]:
    """All rows of a statement, in binary: as text, PostgreSQL would write each byte of a body as two letters.

    Between a statement and PostgreSQL's driver, Django keeps a log and lets wrappers in: as long as nobody asks for these,
    the statement goes to the driver. Its errors are Django's, and a transaction that is broken takes no statement.
    """
    here = connections[DEFAULT_DB_ALIAS]  # found once: it belongs to the thread, and each look at it costs
    if _is_watched(here):
        with here.cursor() as cursor:
            if vendor() == "postgresql":
                cursor.cursor.format = Format.BINARY
            cursor.execute(statement, params)
            return list(cursor.fetchall())
    _make_ready(here)
    with here.wrap_database_errors:
        driver = here.connection.cursor(binary=True)
        driver.execute(statement, params)
        return list(driver.fetchall())


def run(statement: str, params: Params) -> None:
    """A statement that gives no rows, by the same way."""
    here = connections[DEFAULT_DB_ALIAS]
    if _is_watched(here):
        with here.cursor() as cursor:
            cursor.execute(statement, params)
        return
    _make_ready(here)
    with here.wrap_database_errors:
        here.connection.execute(statement, params)


def _is_watched(here: BaseDatabaseWrapper) -> bool:
    return vendor() != "postgresql" or here.queries_logged or bool(here.execute_wrappers)


def _make_ready(here: BaseDatabaseWrapper) -> None:
    here.ensure_connection()
    here.validate_no_broken_transaction()
