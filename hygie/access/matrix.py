"""The habilitation matrix: which profession reads and deposits which document type. Data, not code.

Ships as a model table (`data/matrix.csv` says so); `HYGIE_MATRIX` names the official one, in the same form.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from hygie.lib.errors import Invalid
from hygie.terminology import queries as terminology

MODEL = Path(__file__).parent / "data" / "matrix.csv"
_COLUMNS = ["profession", "type_code", "read", "write", "status", "source"]
_STATUSES = {"known-fact", "model", "official"}


@dataclass(frozen=True, slots=True)
class Row:
    profession: str
    type_code: str
    read: bool
    write: bool
    status: str
    source: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """(profession → readable types), (profession → types that it deposits); a profession that is absent has none."""

    read: dict[str, frozenset[str]]
    write: dict[str, frozenset[str]]


def parse(lines: Iterable[str]) -> list[Row]:
    """Rows of a matrix file. Raises Invalid(matrix) with the line at fault: nothing is guessed about rights."""
    reader = csv.reader(line for line in lines if not line.startswith("#"))
    if next(reader, None) != _COLUMNS:
        raise Invalid(f"The header must be: {','.join(_COLUMNS)}.", code="matrix", path="line 1")
    return [_row(number, cells) for number, cells in enumerate(reader, start=2) if cells]


def _row(number: int, cells: list[str]) -> Row:
    path = f"row {number}"
    if len(cells) != len(_COLUMNS):
        raise Invalid(f"A row has {len(_COLUMNS)} columns.", code="matrix", path=path)
    profession, type_code, read, write, status, source = (cell.strip() for cell in cells)
    if not terminology.is_profession(profession):
        raise Invalid("Unknown profession.", code="matrix", path=path)
    if {read, write} - {"0", "1"}:
        raise Invalid("read and write are 0 or 1.", code="matrix", path=path)
    if status not in _STATUSES:
        raise Invalid(f"status is one of {', '.join(sorted(_STATUSES))}.", code="matrix", path=path)
    if not _types(type_code):
        raise Invalid("Unknown document type or class.", code="matrix", path=path)
    return Row(profession, type_code, read == "1", write == "1", status, source)


def _types(type_code: str) -> frozenset[str]:
    if type_code == "*":
        return frozenset(kind.code for kind in terminology.list_document_types())
    if type_code.startswith("class:"):
        return terminology.types_of_class(type_code.removeprefix("class:"))
    return frozenset({type_code}) if terminology.document_type(type_code) else frozenset()


def build(rows: Iterable[Row]) -> Matrix:
    read: dict[str, set[str]] = {}
    write: dict[str, set[str]] = {}
    for row in rows:
        for right, table in ((row.read, read), (row.write, write)):
            types = table.setdefault(row.profession, set())
            (types.update if right else types.difference_update)(_types(row.type_code))
    return Matrix(_frozen(read), _frozen(write))


def _frozen(table: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {profession: frozenset(types) for profession, types in table.items()}


def read_file(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return parse(lines)


@lru_cache(maxsize=4)
def _matrix(path: str) -> Matrix:
    return build(read_file(Path(path)))


def current() -> Matrix:
    return _matrix(settings.HYGIE_MATRIX or str(MODEL))


def readable_types(profession: str) -> frozenset[str]:
    return current().read.get(profession, frozenset())


def writable_types(profession: str) -> frozenset[str]:
    return current().write.get(profession, frozenset())
