"""POST [base]/[type], with If-None-Exist or without. https://hl7.org/fhir/R4/http.html#create"""

from typing import Any

from hygie.fhir.http import written
from hygie.fhir.http.call import Answer, Call, Resources
from hygie.lib.errors import Invalid


def create(call: Call, resources: Resources) -> Answer:
    """201; 200 when the criterion of If-None-Exist found the one that is here. Raises what the server raises."""
    resource = checked(call)
    made = resources.create(resource, criterion=call.if_none_exist.removeprefix("?"))
    # The bytes of a file that was just sent are not sent back unless they are asked for.
    default = "minimal" if call.type == "Binary" else "representation"
    return written.answer(call, made, status=201 if made.created else 200, default=default)


def checked(call: Call) -> dict[str, Any]:
    """The body, when it is of the type of the address. Raises Invalid(type-mismatch)."""
    resource = call.resource
    if resource is None or resource.get("resourceType") != call.type:
        raise Invalid("The type of the resource is not that of the address.", code="type-mismatch", path="resourceType")
    return resource
