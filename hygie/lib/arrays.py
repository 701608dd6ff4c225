"""Columns of many rows as PostgreSQL arrays, for `unnest`: a text is read faster than it is sent value by value."""

import re
from collections.abc import Sequence
from typing import Any

_SPECIAL = re.compile(r'["\\]')


def array(kind: str, values: Sequence[Any]) -> Any:
    """The text of an array of this type; bytes go as they are. No value is None.

    https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO: quoted, with a backslash before a quote and a backslash.
    """
    if kind == "bytea":
        return list(values)
    if kind == "text" and values:
        plain = "".join(values)
        if '"' in plain or "\\" in plain:
            values = [_SPECIAL.sub(r"\\\g<0>", value) for value in values]
        return '{"' + '","'.join(values) + '"}'
    return "{" + ",".join(map(str, values)) + "}"
