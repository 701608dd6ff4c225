"""GraphQL as FHIR R4 describes it: fields of resources, references, reverse look-ups, searches; reading only.

    query = document.read('{ name @flatten { given family @singleton } }')
    told = run(query, source, focus=patient)

A query is bounded before it runs (length, depth, fields) and while it runs (reads, searches, values, steps of FHIRPath).
The engine reads nothing by itself: `Source` does, with the rights and the trace of every other read.
https://hl7.org/fhir/R4/graphql.html
"""

from hygie.fhir.core.graphql.document import Query, read
from hygie.fhir.core.graphql.faults import Fault
from hygie.fhir.core.graphql.run import run
from hygie.fhir.core.graphql.source import Page, Source

__all__ = ["Fault", "Page", "Query", "Source", "read", "run"]
