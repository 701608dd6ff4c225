"""What a search asks of the store, for the product: the words of `hygie.fhir.core.search.query`."""

from hygie.fhir.core.search.query import DateFilter, Filter, Prefix, SearchQuery, Sort, TokenFilter

__all__ = ["DateFilter", "Filter", "Prefix", "SearchQuery", "Sort", "TokenFilter"]
