"""How a write is answered: its version, its address, and as much of it as Prefer asks for.

https://hl7.org/fhir/R4/http.html#ops
"""

from hygie.fhir.core import json, narrowing, outcome
from hygie.fhir.http import headers
from hygie.fhir.http.call import Answer, Call, Written


def answer(call: Call, written: Written, *, status: int, default: str = "representation") -> Answer:
    told = {"ETag": headers.etag(written.version), "Last-Modified": headers.http_date(written.updated_at)}
    if written.created:
        told["Location"] = f"{call.base}/{written.type}/{written.id}/_history/{written.version}"
    return Answer(status, body(call, written, default), told)


def body(call: Call, written: Written, default: str = "representation") -> bytes:
    """`described`: of a Binary, all but its bytes, marked as a part."""
    match headers.preferred_return(call.prefer) or default:
        case "minimal":
            return b""
        case "OperationOutcome":
            return outcome.body(outcome.issue("information", "informational", code="done", diagnostics="Done."))
        case "described":
            return json.write(narrowing.without(json.read_object(written.body), "data"))
    return written.whole()
