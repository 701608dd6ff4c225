"""Reading of our own CSV tables (hygie/terminology/data): `#` lines name the source, then a header row, then values."""

import csv
from importlib import resources


def read_table(name: str) -> list[dict[str, str]]:
    """All rows of `data/<name>.csv`. Raises FileNotFoundError for a table that the house does not have."""
    text = (resources.files("hygie.terminology") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
