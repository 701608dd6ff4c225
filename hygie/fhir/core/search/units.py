"""Units of one dimension compared with each other: a quantity asked for in `mg/dL` finds one that was written in `g/L`.

What a code is worth comes from the table of FHIRPath. UCUM counts a mole as a number of particles; here an amount of
substance is a dimension of its own, or every count of cells would be less than 5 mmol/L.
"""

import re
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from hygie.fhir.core.fhirpath import ucum

UCUM = "http://unitsofmeasure.org"
_SUBSTANCE = re.compile(r"mol|osm|eq(?![a-z])|kat|(?<![A-Za-z'\[])[kmunp]?U(?![A-Za-z])")


class Canonical(NamedTuple):
    """value × factor + offset is the value in `unit`."""

    unit: str
    factor: Fraction
    offset: Fraction = Fraction(0)


@lru_cache(maxsize=1024)
def canonical(code: str) -> Canonical | None:
    """How a UCUM code is told in the unit of its dimension; None when it is not in the table: it is compared as written."""
    found = ucum.find_unit(code)
    if found is None:
        return None
    told = ".".join(name if power == 1 else f"{name}{power}" for name, power in found.dimension) or "1"
    return Canonical(f"{told} of substance" if _SUBSTANCE.search(code) else told, found.factor, found.offset)
