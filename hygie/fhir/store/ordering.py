"""The order of results, and the opaque place after one of them.

A cursor names values and not positions, so that what is written between two pages moves nothing. It is sealed (AES-SIV,
deterministic: the same question has the same bytes as its answer): values of health data do not stand in an address.
"""

import base64
import binascii
import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

from hygie.fhir.core import json
from hygie.fhir.core.search.query import Sort
from hygie.fhir.store.row_tests import Sql, any_of, one_of
from hygie.fhir.store.rows import instant, key, written
from hygie.lib.errors import Invalid
from hygie.lib.statements import vendor

_INSTANTS = frozenset({"sort_at", "updated_at"})


def columns(sorts: Sequence[Sort], space_id: uuid.UUID) -> tuple[str, list[Any]]:
    """`, <expression> AS k0, …`: the value of each key, NULL where the resource has none."""
    told, params = [], list[Any]()
    for at, sort in enumerate(sorts):
        if sort.column:
            told.append(f", r.{sort.column} AS k{at}")
            continue
        # Among several values: the least when it goes up, the greatest when it goes down (R4, _sort).
        pick = ("MAX" if sort.descending else "MIN") + f"(i.{_by(sort)})"
        which, numbers = one_of("i.field", sort.fields)
        told.append(
            f", (SELECT {pick} FROM fhir_index i WHERE i.space_id = %s AND i.type = r.type AND i.id = r.id AND {which}) AS k{at}"
        )
        params += [key(space_id), *numbers]
    return "".join(told), params


def _by(sort: Sort) -> str:
    if sort.by == "value":
        return "value"
    return "high" if sort.descending else "low"


def order_by(sorts: Sequence[Sort]) -> str:
    """Resources without a value come last, whatever the direction; the id settles what is equal."""
    told = []
    for at, sort in enumerate(sorts):
        direction = "DESC" if sort.descending else "ASC"
        told += [f"k{at} {direction}"] if sort.column else [f"(k{at} IS NULL)", f"k{at} {direction}"]
    return ", ".join([*told, f"id {_last(sorts)}"])


def _last(sorts: Sequence[Sort]) -> str:
    return "DESC" if sorts[0].descending else "ASC"


def following(sorts: Sequence[Sort], values: Sequence[Any], last: str) -> Sql:
    """What stands after a place: greater in the first key that differs."""
    same: list[str] = []
    params: list[Any] = []
    found: list[Sql] = []
    for at, (sort, value) in enumerate(zip(sorts, values, strict=True)):
        sign = "<" if sort.descending else ">"
        if value is not None:
            beyond = f"k{at} {sign} %s" if sort.column else f"(k{at} {sign} %s OR k{at} IS NULL)"
            found.append((" AND ".join([*same, beyond]), [*params, value]))
        same.append(f"k{at} IS NULL" if value is None else f"k{at} = %s")
        params += [] if value is None else [value]
    sign = "<" if sorts[0].descending else ">"
    found.append((" AND ".join([*same, f"id {sign} %s"]), [*params, last]))
    return any_of([(f"({sql})", values) for sql, values in found])


def seconds(at: Any) -> float:
    """An instant of the database as the index keeps it."""
    return instant(at).timestamp()


# ---- cursors


def seal(sorts: Sequence[Sort], values: Sequence[Any], last: str, space_id: uuid.UUID) -> str:
    """`values`: those of the keys, as the database gave them."""
    told = [_told(sort, value) for sort, value in zip(sorts, values, strict=True)]
    plain = json.write([*told, last])
    return base64.urlsafe_b64encode(_siv().encrypt(plain, [_context(sorts, space_id)])).decode("ascii").rstrip("=")


def unseal(text: str, sorts: Sequence[Sort], space_id: uuid.UUID) -> tuple[list[Any], str]:
    """(values of the keys as the database compares them, id). Raises Invalid(cursor) for another search's, or nobody's."""
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        *told, last = json.read(_siv().decrypt(sealed, [_context(sorts, space_id)]))
    except (ValueError, binascii.Error, UnicodeError, InvalidTag) as error:
        raise Invalid("This page link is not one of ours.", code="cursor") from error
    return [_read(sort, value) for sort, value in zip(sorts, told, strict=True)], str(last)


def _told(sort: Sort, value: Any) -> Any:
    if sort.column in _INSTANTS:
        return instant(value).isoformat()
    return repr(value) if isinstance(value, float) else value


def _read(sort: Sort, value: Any) -> Any:
    if sort.column in _INSTANTS:
        return written(dt.datetime.fromisoformat(value))
    return float(value) if sort.by == "low" and not sort.column and value is not None else value


def _context(sorts: Sequence[Sort], space_id: uuid.UUID) -> bytes:
    """A cursor is of one order and of one space."""
    return f"{space_id} {vendor()} {sorts!r}".encode()


@lru_cache(maxsize=1)
def _siv() -> AESSIV:
    return AESSIV(hashlib.sha512(b"hygie search cursor\0" + settings.SECRET_KEY.encode()).digest())
