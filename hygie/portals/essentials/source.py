"""Where an entry comes from: the local id of its document, for a link beside each datum."""

from typing import Any

from hygie.lib.ids import split_logical_id


def source_of(resource: dict[str, Any]) -> str:
    """Local id of the source document, or "" when the entry is read inside its own document."""
    source = str((resource.get("meta") or {}).get("source", ""))
    reference = source.partition("#")[0].rpartition("DocumentReference/")[2]
    found = split_logical_id(reference)
    return found[1] if found else ""
