"""Which assurance level each act asks for: data, read once. Pages and API obey the same table, through the rules."""

import csv
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from hygie.access.types import Permission
from hygie.identity.types import Level
from hygie.lib.errors import Invalid

MODEL = Path(__file__).parent / "data" / "levels.csv"
_COLUMNS = ["item", "level", "source"]
_OTHERS = "*"


def parse(lines: Iterable[str]) -> dict[Permission, Level]:
    """Every permission with its level. Raises Invalid(levels) with the row at fault: nothing is guessed about levels."""
    reader = csv.reader(line for line in lines if not line.startswith("#"))
    if next(reader, None) != _COLUMNS:
        raise Invalid(f"The header must be: {','.join(_COLUMNS)}.", code="levels", path="line 1")
    named: dict[str, Level] = {}
    for number, cells in enumerate(reader, start=2):
        if cells:
            named |= _row(cells, path=f"row {number}")
    missing = [each for each in Permission if each not in named and _OTHERS not in named]
    if missing:
        raise Invalid(f"No level for {missing[0]}, and no row for the others.", code="levels")
    return {each: named.get(each, named.get(_OTHERS, Level.HIGH)) for each in Permission}


def _row(cells: list[str], *, path: str) -> dict[str, Level]:
    if len(cells) != len(_COLUMNS):
        raise Invalid(f"A row has {len(_COLUMNS)} columns.", code="levels", path=path)
    item, level, _ = (cell.strip() for cell in cells)
    if item != _OTHERS and item not in set(Permission):
        raise Invalid("Unknown permission.", code="levels", path=path)
    if level not in {each.word for each in Level}:
        raise Invalid(f"level is one of {', '.join(each.word for each in Level)}.", code="levels", path=path)
    return {item: Level[level.upper()]}


@lru_cache(maxsize=4)
def _load(path: str) -> dict[Permission, Level]:
    with open(path, encoding="utf-8", newline="") as file:
        return parse(file)


def required(act: Permission) -> Level:
    return _load(settings.HYGIE_LEVELS or str(MODEL))[act]


def acts_at_least(level: Level) -> frozenset[Permission]:
    """The acts that ask for this level, or a higher one."""
    return frozenset(act for act in Permission if required(act) >= level)
