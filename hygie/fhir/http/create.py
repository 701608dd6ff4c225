"""POST [base]/[type], with If-None-Exist or without. https://hl7.org/fhir/R4/http.html#create"""

from typing import Any
from urllib.parse import urlencode

from hygie.fhir.http import written
from hygie.fhir.http.call import Answer, Call, Resources
from hygie.lib.errors import Invalid

_OF_THE_ANSWER = ("_format", "_pretty", "_summary", "_elements")


def create(call: Call, resources: Resources) -> Answer:
    """201; 200 when the criterion of If-None-Exist found the one that is here. Raises what the server raises."""
    resource = checked(call)
    made = resources.create(resource, criterion=call.if_none_exist.removeprefix("?") or asked(call))
    # The bytes of a file that was just sent are not sent back unless they are asked for; clients read its id in the body.
    default = "described" if call.type == "Binary" else "representation"
    return written.answer(call, made, status=201 if made.created else 200, default=default)


def checked(call: Call) -> dict[str, Any]:
    """The body, when it is of the type of the address. Raises Invalid(type-mismatch)."""
    resource = call.resource
    if resource is None or resource.get("resourceType") != call.type:
        raise Invalid("The type of the resource is not that of the address.", code="type-mismatch", path="resourceType")
    return resource


def asked(call: Call) -> str:
    """The query without what is about the answer. Of a POST it is a criterion too, as fhirpy sends it: making a second
    resource there would be worse than refusing."""
    return urlencode([pair for pair in call.query if pair[0] not in _OF_THE_ANSWER])
