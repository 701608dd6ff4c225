"""What a coded entry says, in plain rows: FHIR R4 resources in, words for templates out. Both portals use it.

`queries`-like entry points: `read_essentials(resources)` for a document or a summary. Nothing is computed that the
document does not say: a range is the document's own, an absent value is said absent.
"""

from hygie.portals.essentials.reading import read_essentials
from hygie.portals.essentials.rows import (
    Allergy,
    Essentials,
    Measure,
    Medicine,
    Problem,
    Result,
    ResultGroup,
    Vaccine,
)

__all__ = [
    "Allergy",
    "Essentials",
    "Measure",
    "Medicine",
    "Problem",
    "Result",
    "ResultGroup",
    "Vaccine",
    "read_essentials",
]
