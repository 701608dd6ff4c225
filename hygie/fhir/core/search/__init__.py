"""Search: which fields of a resource are indexed, and what a query asks of them. Plain Python; `store.sql` writes the SQL."""

from hygie.fhir.core.search.extraction import Promoted, dated_param, index_values, promote
from hygie.fhir.core.search.grammar import Reading, find_clause, owner_clause
from hygie.fhir.core.search.query import SearchQuery
from hygie.fhir.core.search.values import NOT_OWN, IndexValue

__all__ = [
    "NOT_OWN",
    "IndexValue",
    "Promoted",
    "Reading",
    "SearchQuery",
    "dated_param",
    "find_clause",
    "index_values",
    "owner_clause",
    "promote",
]
