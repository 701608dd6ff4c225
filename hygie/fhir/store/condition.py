"""A small algebra over the access columns of a stored resource.

The product's rules are written with it once, then used twice: `matches` decides on one resource in memory, `sql`
narrows a statement before it runs. The engine gives the columns no meaning: it stores and compares them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

_PLAIN_CODE = re.compile(r"[A-Za-z0-9_.-]+")


class Item(Protocol):
    """The access columns of one resource."""

    @property
    def labels(self) -> int: ...
    @property
    def type_code(self) -> str: ...
    @property
    def origin(self) -> str: ...
    @property
    def authors(self) -> str: ...


@dataclass(frozen=True, slots=True)
class AccessColumns:
    """labels: bit set; type_code: the code that governs the resource; origin: who brought it; authors: ` id id `."""

    labels: int = 0
    type_code: str = ""
    origin: str = ""
    authors: str = " "


@dataclass(frozen=True, slots=True)
class Condition:
    """Base of the terms below; combine with `&`, `|` and `~`."""

    def __and__(self, other: "Condition") -> "Condition":
        if self is NEVER or other is NEVER:
            return NEVER
        if self is ALWAYS:
            return other
        return self if other is ALWAYS else _And(self, other)

    def __or__(self, other: "Condition") -> "Condition":
        if self is ALWAYS or other is ALWAYS:
            return ALWAYS
        if self is NEVER:
            return other
        return self if other is NEVER else _Or(self, other)

    def __invert__(self) -> "Condition":
        if self is ALWAYS:
            return NEVER
        return ALWAYS if self is NEVER else _Not(self)

    def matches(self, item: Item) -> bool:
        raise NotImplementedError

    def sql(self, vendor: str) -> tuple[str, list[Any]]:
        """(SQL over the table's own columns, parameters); `vendor` is Django's (`sqlite`, `postgresql`)."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class _Constant(Condition):
    value: bool

    def matches(self, item: Item) -> bool:
        return self.value

    def sql(self, vendor: str) -> tuple[str, list[Any]]:
        return ("1=1" if self.value else "1=0"), []


ALWAYS: Condition = _Constant(True)
NEVER: Condition = _Constant(False)


def fact(value: bool) -> Condition:
    """A truth that does not depend on the resource."""
    return ALWAYS if value else NEVER


@dataclass(frozen=True, slots=True)
class _And(Condition):
    left: Condition
    right: Condition

    def matches(self, item: Item) -> bool:
        return self.left.matches(item) and self.right.matches(item)

    def sql(self, vendor: str) -> tuple[str, list[Any]]:
        return _join("AND", self.left, self.right, vendor)


@dataclass(frozen=True, slots=True)
class _Or(Condition):
    left: Condition
    right: Condition

    def matches(self, item: Item) -> bool:
        return self.left.matches(item) or self.right.matches(item)

    def sql(self, vendor: str) -> tuple[str, list[Any]]:
        return _join("OR", self.left, self.right, vendor)


def _join(word: str, left: Condition, right: Condition, vendor: str) -> tuple[str, list[Any]]:
    left_sql, left_params = left.sql(vendor)
    right_sql, right_params = right.sql(vendor)
    return f"({left_sql} {word} {right_sql})", left_params + right_params


@dataclass(frozen=True, slots=True)
class _Not(Condition):
    term: Condition

    def matches(self, item: Item) -> bool:
        return not self.term.matches(item)

    def sql(self, vendor: str) -> tuple[str, list[Any]]:
        sql, params = self.term.sql(vendor)
        return f"NOT ({sql})", params


@dataclass(frozen=True, slots=True)
class HasLabel(Condition):
    """At least one of these bits is set."""

    bits: int

    def matches(self, item: Item) -> bool:
        return bool(item.labels & self.bits)

    def sql(self, vendor: str) -> tuple[str, list[Any]]:
        return "(labels & %s) <> 0", [self.bits]


@dataclass(frozen=True, slots=True)
class TypeIn(Condition):
    codes: frozenset[str]

    def matches(self, item: Item) -> bool:
        return item.type_code in self.codes

    def sql(self, vendor: str) -> tuple[str, list[Any]]:
        if not self.codes:
            return "1=0", []
        if vendor == "postgresql":
            return _any_of(self.codes)
        return f"type_code IN ({', '.join(['%s'] * len(self.codes))})", sorted(self.codes)


@lru_cache(maxsize=256)
def _any_of(codes: frozenset[str]) -> tuple[str, list[Any]]:
    """Plain codes stand in the statement itself: a hundred values need not travel, nor be planned, each time."""
    if all(_PLAIN_CODE.fullmatch(code) for code in codes):
        return f"type_code = ANY('{{{','.join(sorted(codes))}}}'::text[])", []
    return "type_code = ANY(%s)", [sorted(codes)]


@dataclass(frozen=True, slots=True)
class OriginIs(Condition):
    origin: str

    def matches(self, item: Item) -> bool:
        return item.origin == self.origin

    def sql(self, vendor: str) -> tuple[str, list[Any]]:
        return "origin = %s", [self.origin]


def is_word(author: str) -> bool:
    """Whether an author id can stand in the column: no space, no wildcard."""
    return bool(author) and not any(c in author for c in " %_\\")


@dataclass(frozen=True, slots=True)
class AuthoredBy(Condition):
    """One of the resource's authors is this one; ids hold no space and no wildcard."""

    author: str

    def __post_init__(self) -> None:
        if not is_word(self.author):
            raise ValueError("an author id is one word without wildcards")

    def matches(self, item: Item) -> bool:
        return f" {self.author} " in item.authors

    def sql(self, vendor: str) -> tuple[str, list[Any]]:
        # instr/strpos compare bytes; LIKE would fold case on SQLite only, and the two databases would disagree.
        function = "strpos" if vendor == "postgresql" else "instr"
        return f"{function}(authors, %s) > 0", [f" {self.author} "]


def authors_column(authors: list[str]) -> str:
    """` id id `: spaces at both ends so that a word is found whole."""
    return " " + "".join(f"{author} " for author in sorted(set(authors)))


def columns(row: Mapping[str, Any]) -> AccessColumns:
    return AccessColumns(row["labels"], row["type_code"], row["origin"], row["authors"])
