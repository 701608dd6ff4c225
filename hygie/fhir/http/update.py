"""PUT [base]/[type]/[id] and PUT [base]/[type]?criterion. https://hl7.org/fhir/R4/http.html#update

Update as create is off: ids are given by the server.
"""

from hygie.fhir.http import written
from hygie.fhir.http.call import Answer, Call, Resources
from hygie.fhir.http.create import asked, checked
from hygie.lib.errors import Invalid


def update(call: Call, resources: Resources) -> Answer:
    """200, also when nothing had to change."""
    resource = checked(call)
    return written.answer(call, resources.update(call.id, resource, if_match=call.if_match), status=200)


def update_matching(call: Call, resources: Resources) -> Answer:
    """201 when nothing matched and it was created, 200 when the one that matches was updated."""
    made = resources.update_matching(checked(call), criterion(call), if_match=call.if_match)
    return written.answer(call, made, status=201 if made.created else 200)


def criterion(call: Call) -> str:
    """The query without what is about the answer. Raises Invalid(criterion) when nothing is left."""
    told = asked(call)
    if not told:
        raise Invalid("Name the resource by its id, or by a search.", code="criterion", path="http.criterion")
    return told
