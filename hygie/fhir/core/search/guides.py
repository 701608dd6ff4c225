"""The search parameters of guides beyond R4, as data: `guides.csv`, facts with their canonical urls.

Where a guide defines again a parameter of R4 (`Slot.start`), R4's stays; the file keeps it for the CapabilityStatement.
"""

import csv
from functools import cache
from importlib.resources import files

import msgspec

from hygie.fhir.core.definitions import SearchParameter


@cache
def parameters_of(type_name: str) -> tuple[SearchParameter, ...]:
    return tuple(each for base, each in _all() if base == type_name)


@cache
def _all() -> tuple[tuple[str, SearchParameter], ...]:
    text = files("hygie.fhir.core.search").joinpath("guides.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return tuple((row["base"], _parameter(row)) for row in csv.DictReader(lines))


def _parameter(row: dict[str, str]) -> SearchParameter:
    # The published expressions are alternatives of one type already.
    told = [row["code"], row["type"], row["expression"], row["url"], row["target"].split()]
    return msgspec.convert(told, SearchParameter)
