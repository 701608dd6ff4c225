"""One search of one scope as its statements: a page, a count.

The plain order (newest or oldest first) with a code among the criteria is read from the index of that code, which keeps
each code's resources in this order: the page costs what it holds, whatever is in the space. Everything else is narrowed,
then sorted.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hygie.fhir.core.search.query import CodeTest, Rows, SearchQuery, Sort
from hygie.fhir.store import ordering
from hygie.fhir.store.row_tests import Sql, one_of, row_test
from hygie.fhir.store.rows import COLUMNS, key, told
from hygie.fhir.store.scope import Scope
from hygie.fhir.store.sql import Compiler
from hygie.lib.statements import fetch


@dataclass(frozen=True, slots=True)
class Within:
    """A further narrowing by ids of the same space, as a subquery of the caller's."""

    subquery: str
    params: tuple[Any, ...]


@dataclass(slots=True)
class Search:
    """A query of one type in one scope."""

    scope: Scope
    type: str
    query: SearchQuery
    within: Within | None = None
    columns: str = COLUMNS
    beside: Sql | None = None
    """What the statement of the page does too: parts that stand before it."""

    @property
    def space_id(self) -> uuid.UUID:
        return self.scope.space_id

    @property
    def counts(self) -> bool:
        """Whether the page tells the total: the first one does, in the same statement."""
        leader = self._leader()
        unique = leader is None or all(isinstance(test, CodeTest) and test.system is not None for test in leader.tests)
        return self.query.with_total and not self.query.after and unique and self.query.count > 0

    def page(self) -> list[tuple[Any, ...]]:
        """The rows of a page and one more, if there is one: the columns, the total or -1, the keys of the order."""
        if not self.query.count:
            return []
        if len(self.query.sort) == 1 and self.query.sort[0].column == "sort_at":
            leader = self._leader()
            statement, params = self._led(leader) if leader else self._plain()
        else:
            statement, params = self._sorted()
        if self.beside is not None:
            parts, values = self.beside
            statement, params = f"WITH {parts} {statement}", [*values, *params]
        return fetch(statement, params)

    def count(self) -> int:
        if leader := self._leader():
            table, where, params = self._joined(leader)
            [(found,)] = fetch(f"SELECT COUNT(DISTINCT r.id) FROM {table} WHERE {where}", params)
        else:
            where, params = self.where()
            [(found,)] = fetch(f"SELECT COUNT(*) FROM fhir_resource r WHERE {where}", params)
        return int(found)

    def place_after(self, row: tuple[Any, ...]) -> str:
        return ordering.seal(self.query.sort, row[self.width + 1 :], row[0], self.space_id)

    @property
    def width(self) -> int:
        """Where the total stands in a row of the page."""
        return self.columns.count(",") + 1

    @property
    def _mine(self) -> str:
        return told(self.columns, "r")

    @property
    def _total(self) -> str:
        return "COUNT(*) OVER ()" if self.counts else "-1"

    # ---- what is asked

    def where(self, *, without: Rows | None = None) -> Sql:
        """The conditions on fhir_resource `r`; `without` is met by the index that leads."""
        compiler = Compiler(self.scope, self.space_id)
        where, params = compiler.visible(self.type, "r", first=True)
        parts = [compiler.filter(term) for term in self.query.filters]
        parts += [compiler.clause(each, self.type, "r") for each in self.query.clauses if each is not without]
        if self.query.ids:
            parts.append(one_of("r.id", self.query.ids))
        if self.within is not None:
            parts.append((f"r.id IN ({self.within.subquery})", list(self.within.params)))
        return " AND ".join([where, *(sql for sql, _ in parts)]), [*params, *(v for _, values in parts for v in values)]

    def _leader(self) -> Rows | None:
        """The criterion whose index gives the order: one code of one field."""
        found = [each for each in self.query.clauses if isinstance(each, Rows) and each.single]
        return found[0] if found and not self.query.ids and self.within is None else None

    # ---- three ways to a page

    def _joined(self, leader: Rows) -> tuple[str, str, list[Any]]:
        [field], [test] = leader.fields, leader.tests
        passes, values = row_test(test, "d", "")
        where, params = self.where(without=leader)
        return (
            "fhir_index d JOIN fhir_resource r ON r.space_id = d.space_id AND r.type = d.type AND r.id = d.id",
            f"d.space_id = %s AND d.field = %s AND {passes} AND {where}",
            [key(self.space_id), field, *values, *params],
        )

    def _led(self, leader: Rows) -> Sql:
        """`d.low` is the date by which the resource is sorted."""
        table, where, params = self._joined(leader)
        order, sign = _direction(self.query.sort)
        if self.query.after:
            [at], last = ordering.unseal(self.query.after, self.query.sort, self.space_id)
            where, params = f"{where} AND (d.low, d.id) {sign} (%s, %s)", [*params, ordering.seconds(at), last]
        statement = (
            f"SELECT {self._mine}, {self._total}, r.sort_at FROM {table} WHERE {where} "
            f"ORDER BY d.low {order}, d.id {order} LIMIT %s"
        )
        return statement, [*params, self.query.count + 1]

    def _plain(self) -> Sql:
        where, params = self.where()
        order, sign = _direction(self.query.sort)
        # Counted apart: a window would carry the body of every match before it keeps twenty.
        total, counted = "-1", list[Any]()
        if self.counts:
            total, counted = f"(SELECT COUNT(*) FROM fhir_resource r WHERE {where})", params
        if self.query.after:
            values, last = ordering.unseal(self.query.after, self.query.sort, self.space_id)
            where, params = f"{where} AND (r.sort_at, r.id) {sign} (%s, %s)", [*params, *values, last]
        statement = (
            f"SELECT {self._mine}, {total}, r.sort_at FROM fhir_resource r WHERE {where} "
            f"ORDER BY r.sort_at {order}, r.id {order} LIMIT %s"
        )
        return statement, [*counted, *params, self.query.count + 1]

    def _sorted(self) -> Sql:
        where, params = self.where()
        keys, numbers = ordering.columns(self.query.sort, self.space_id)
        place, values = "", list[Any]()
        if self.query.after:
            after, last = ordering.unseal(self.query.after, self.query.sort, self.space_id)
            sql, values = ordering.following(self.query.sort, after, last)
            place = f" WHERE {sql}"
        statement = (
            f"SELECT * FROM (SELECT {self._mine}, {self._total}{keys} FROM fhir_resource r WHERE {where}) s{place} "
            f"ORDER BY {ordering.order_by(self.query.sort)} LIMIT %s"
        )
        return statement, [*numbers, *params, *values, self.query.count + 1]


def _direction(sorts: Sequence[Sort]) -> tuple[str, str]:
    return ("DESC", "<") if sorts[0].descending else ("ASC", ">")


def once(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Each resource once, by its id in front: a concept that tells one code twice is twice in the index."""
    return list({row[0]: row for row in rows}.values())
