"""JSON Merge Patch (RFC 7396): the members to be put, null for those to be taken out. R4 has it not; many clients do."""

from typing import Any

MEDIA_TYPE = "application/merge-patch+json"


def apply(resource: Any, told: Any) -> Any:
    """The changed copy; what is not told is shared with `resource`, which stays as it is."""
    if not isinstance(told, dict):
        return told
    changed = dict(resource) if isinstance(resource, dict) else {}
    for name, value in told.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = apply(changed.get(name), value)
    return changed
