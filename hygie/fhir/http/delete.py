"""DELETE [base]/[type]/[id] and DELETE [base]/[type]?criterion. https://hl7.org/fhir/R4/http.html#delete"""

from hygie.fhir.http import headers
from hygie.fhir.http.call import Answer, Call, Resources
from hygie.fhir.http.update import criterion


def delete(call: Call, resources: Resources) -> Answer:
    """204, also when nothing was there."""
    return _answer(resources.delete(call.type, call.id, if_match=call.if_match))


def delete_matching(call: Call, resources: Resources) -> Answer:
    """The one that matches; several are refused with 412."""
    return _answer(resources.delete_matching(call.type, criterion(call), if_match=call.if_match))


def _answer(version: int | None) -> Answer:
    return Answer(204, b"", {"ETag": headers.etag(version)} if version else {})
