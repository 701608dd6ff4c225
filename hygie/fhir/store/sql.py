"""Search clauses to SQL. Every part names its space: no statement ranges over two spaces of persons.

A clause is a condition on a row of fhir_resource (alias `r`, or `t` where a chain goes on); what it asks of the index is a
subquery that does not depend on that row, so that the database may begin with whichever finds the least. What a chain or
`_has` goes through is narrowed as what is given back is: hidden resources lead nowhere.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hygie.fhir.core.search import fields
from hygie.fhir.core.search.query import (
    OWNER,
    AllOf,
    AnyOf,
    Chain,
    Clause,
    DateFilter,
    Filter,
    Has,
    IdIn,
    ListedIn,
    Not,
    Own,
    OwnOr,
    Pairs,
    Prefix,
    ReferenceTest,
    Rows,
    StatusIn,
    TokenFilter,
    Updated,
)
from hygie.fhir.store.condition import NEVER
from hygie.fhir.store.row_tests import NO, Sql, any_of, compared, one_of, row_test
from hygie.fhir.store.rows import key, written
from hygie.fhir.store.scope import Scope
from hygie.lib.ids import REGISTERS
from hygie.lib.statements import vendor

# `_category` and `_origin` are the house's own: the main code and the access column, without a system.
_PROMOTED = {"status": "status", "_category": "category", "_origin": "origin"}
# A promoted date is an instant.
_INSTANTS: dict[Prefix, tuple[str, str]] = {
    Prefix.EQ: ("{l} >= %s AND {l} < %s", "lh"),
    Prefix.NE: ("NOT ({l} >= %s AND {l} < %s)", "lh"),
    Prefix.GT: ("{l} >= %s", "h"),
    Prefix.LT: ("{l} < %s", "l"),
    Prefix.GE: ("{l} >= %s", "l"),
    Prefix.LE: ("{l} < %s", "h"),
    Prefix.SA: ("{l} >= %s", "h"),
    Prefix.EB: ("{l} < %s", "l"),
}


@dataclass(frozen=True, slots=True)
class Compiler:
    """Clauses of one scope. `place`: the partition that is being searched, the scope's own or the registers'."""

    scope: Scope
    place: uuid.UUID

    @property
    def space(self) -> str:
        """The partition as references write it; the registers' ids carry none."""
        return "" if self.place == REGISTERS else str(self.place)

    def visible(self, kind: str, r: str, *, first: bool = False) -> Sql:
        """The rows of a type that may be seen; `first`: of the type that is searched, by the scope's own condition.

        The condition's columns stand alone: they are those of the nearest fhir_resource.
        """
        condition = self.scope.condition if first else self.scope.by_type(kind)
        if self.place != self.scope.space_id and condition is not NEVER:
            condition = self.scope.registers()
        sql, params = condition.sql(vendor())
        return (
            f"{r}.space_id = %s AND {r}.type = %s AND NOT {r}.deleted AND {r}.current AND {sql}",
            [key(self.place), kind, *params],
        )

    def filter(self, term: Filter) -> Sql:
        """The house's own filters, on promoted columns."""
        if isinstance(term, DateFilter):
            return compared(_INSTANTS, term.prefix, ("sort_at", ""), written(term.low), written(term.high))
        sql, params = one_of(_column(term), [code for _, code in term.values])
        return (f"NOT ({sql})" if term.negated else sql), params

    def clause(self, clause: Clause, kind: str, r: str) -> Sql:
        match clause:
            case Rows(numbers, tests):
                return self._has_row(r, numbers, any_of([row_test(test, "i", self.space) for test in tests]))
            case Own():
                return f"{r}.own", []
            case OwnOr(tests, otherwise):
                return self._owned(tests, otherwise, kind, r)
            case StatusIn(codes):
                return one_of(f"{r}.status", codes)
            case Pairs():
                return self._pairs(clause, r)
            case AnyOf(clauses):
                return any_of([self.clause(each, kind, r) for each in clauses])
            case AllOf(clauses):
                return _all([self.clause(each, kind, r) for each in clauses])
            case Not(inner):
                sql, params = self.clause(inner, kind, r)
                return f"NOT ({sql})", params
            case Chain():
                return self._chain(clause, r)
            case Has():
                return self._referred(clause, r)
        return self._by_column(clause, r)

    def _by_column(self, clause: IdIn | Updated | ListedIn, r: str) -> Sql:
        match clause:
            case IdIn(ids):
                found = [local for each in ids if (local := self._local_id(each))]
                return one_of(f"{r}.id", found) if found else NO
            case Updated(prefix, low, high):
                return compared(_INSTANTS, prefix, (f"{r}.updated_at", ""), written(low), written(high))
            case ListedIn(list_id):
                return self._listed(list_id, r)

    def _local_id(self, logical_id: str) -> str:
        """The local id of one of this partition, "" for another's."""
        if not self.space:
            return logical_id
        return (
            logical_id.removeprefix(f"{self.space}.")
            if logical_id.startswith(f"{self.space}.")
            else (logical_id if logical_id == self.space else "")
        )

    def _names_owner(self, text: str, type: str) -> bool:
        return type in ("", "Patient") and text in (OWNER, self.space, f"Patient/{self.space}")

    # ---- subqueries of the index

    def _owned(self, tests: tuple[ReferenceTest, ...], otherwise: Clause, kind: str, r: str) -> Sql:
        """The space's own Patient is in the column, and in no row."""
        owners = [self.space != "" and self._names_owner(each.written, each.type) for each in tests]
        if all(owners):
            return f"{r}.own", []
        sql, params = self.clause(otherwise, kind, r)
        return (f"({r}.own OR {sql})", params) if any(owners) else (sql, params)

    def _has_row(self, r: str, numbers: Sequence[int], test: Sql) -> Sql:
        sql, params = self._rows("i.id", numbers, test)
        return self._among(f"{r}.id", sql), params

    def _among(self, column: str, subquery: str) -> str:
        """In a person's space the subquery is run once and kept as a hash (`IS TRUE` keeps PostgreSQL from joining it, which
        it does badly when it guesses wrong how much one space holds); the registers are large, and joined."""
        return f"{column} IN ({subquery})" if not self.space else f"({column} IN ({subquery})) IS TRUE"

    def _rows(self, column: str, numbers: Sequence[int], test: Sql) -> Sql:
        """Rows of fields that pass a test; a field is of one type, so the type need not be named."""
        which, params = one_of("i.field", tuple(numbers))
        return (
            f"SELECT {column} FROM fhir_index i WHERE i.space_id = %s AND {which} AND {test[0]}",
            [key(self.place), *params, *test[1]],
        )

    def _pairs(self, clause: Pairs, r: str) -> Sql:
        """One alias a part, of the same resource and the same element."""
        tables, wheres, params = [], [], list[Any]()
        for at, part in enumerate(clause.parts):
            i = f"i{at}"
            tables.append(f"fhir_index {i}")
            which, numbers = one_of(f"{i}.field", part.fields)
            test, values = row_test(part.test, i, self.space)
            wheres.append(f"{i}.space_id = %s AND {which} AND {test}")
            params += [key(self.place), *numbers, *values]
            if at:
                wheres.append(f"{i}.type = i0.type AND {i}.id = i0.id AND {i}.element = i0.element")
        pairs = f"SELECT i0.id FROM {', '.join(tables)} WHERE {' AND '.join(wheres)}"
        return self._among(f"{r}.id", pairs), params

    # ---- other resources

    def _chain(self, clause: Chain, r: str) -> Sql:
        found = [self._own_target(clause, r)]
        if not self.space:
            return found[0]
        if clause.own and clause.target == "Patient":
            seen, params = self._matching("t.id", "Patient", clause.clause)
            found.append((f"({r}.own AND EXISTS ({seen} AND t.id = %s))", [*params, self.space]))
        registers = Compiler(self.scope, REGISTERS)
        seen, params = registers._matching(f"'{clause.target}/' || t.id", clause.target, clause.clause)
        found.append(self._has_row(r, clause.fields, (f"i.value IN ({seen})", params)))
        return any_of(found)

    def _own_target(self, clause: Chain, r: str) -> Sql:
        column = "t.id" if self.space else f"'{clause.target}/' || t.id"
        seen, params = self._matching(column, clause.target, clause.clause)
        return self._has_row(r, clause.fields, (f"i.system = %s AND i.value IN ({seen})", [clause.target, *params]))

    def _referred(self, clause: Has, r: str) -> Sql:
        """`_has`: from the resources that refer, back to those that they name."""
        seen, params = self._matching("t.id", clause.type, clause.clause)
        value = "i.value" if self.space else f"substr(i.value, {len(clause.referred) + 2})"
        sql, values = self._rows(
            value, clause.fields, (f"i.system = %s AND i.id IN ({seen})", [clause.referred, *params])
        )
        found: list[Sql] = [(self._among(f"{r}.id", sql), values)]
        if clause.own and self.space:
            found.append((f"({r}.id = %s AND EXISTS ({seen} AND t.own))", [self.space, *params]))
        return any_of(found)

    def _matching(self, column: str, kind: str, clause: Clause) -> Sql:
        """The visible resources of a type that meet a clause."""
        where, params = self.visible(kind, "t")
        sql, values = self.clause(clause, kind, "t")
        return f"SELECT {column} FROM fhir_resource t WHERE {where} AND {sql}", [*params, *values]

    def _listed(self, list_id: str, r: str) -> Sql:
        local = self._local_id(list_id)
        param = fields.find_param("List", "item")
        if not local or param is None:
            return NO
        where, params = self.visible("List", "t")
        seen = f"SELECT t.id FROM fhir_resource t WHERE {where} AND t.id = %s"
        value = "i.value" if self.space else "substr(i.value, length(i.system) + 2)"
        test = (f"i.system = {r}.type AND i.id IN ({seen})", [*params, local])
        sql, values = self._rows(value, [branch.field.number for branch in param.branches], test)
        return f"{r}.id IN ({sql})", values


def _column(term: TokenFilter) -> str:
    return _PROMOTED[term.param]


def _all(parts: list[Sql]) -> Sql:
    return "(" + " AND ".join(sql for sql, _ in parts) + ")", [value for _, values in parts for value in values]
