"""Writes docs/reference/fhir-search.md from `search_page.md` and the definitions; a test compares.

`python -m hygie.fhir.http.search_page > docs/reference/fhir-search.md`
"""

import sys
from importlib.resources import files

from hygie.fhir.core.search import fields
from hygie.fhir.http.search import TYPES


def page() -> str:
    head = files("hygie.fhir.http").joinpath("search_page.md").read_text(encoding="utf-8")
    lines = [head, "| type | own date | parameters |", "|---|---|---|"]
    for name, told in TYPES.items():
        found = sorted(name for name in told.parameters if name != "_lastUpdated")
        person = [code for code in ("patient", "subject") if fields.find_param(name, code)]
        lines.append(f"| {name} | {told.sort} | {' '.join(f'`{code}`' for code in [*person, *found])} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
