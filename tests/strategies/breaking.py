"""Right resources with one value that is another one: most are wrong, all are answered."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from tests.strategies.fhir import Draw, resources

WRONG = st.sampled_from(
    [None, "", [], {}, "\x01", 2**40, -1, True, "x y z ", "2026-02-31", [None], {"zzz": 1}, [[]], "#nobody"]
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value, as the keys and indexes that lead to it."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


@st.composite
def broken(draw: Draw, type: str = "") -> tuple[dict[str, Any], tuple[Any, ...]]:
    """(resource, where it was changed)."""
    changed = copy.deepcopy(draw(resources(type)))
    path = draw(st.sampled_from([each for each in places(changed) if each and each[-1] != "resourceType"]))
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = draw(WRONG)
    return changed, path
