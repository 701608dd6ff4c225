"""POST [base]/[type]/$validate: what is wrong with a resource, and how to mend it; nothing is kept.

https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from typing import Any

from hygie.fhir.core import outcome
from hygie.fhir.core.validation import Issue
from hygie.fhir.core.validation import validate as find_faults
from hygie.fhir.http.call import Answer, Call
from hygie.lib.errors import Invalid


def validate(call: Call) -> Answer:
    """200 with an OperationOutcome, whether the resource is right or not. The body is the resource, or Parameters with it."""
    resource = _asked(call)
    issues = [told(each) for each in find_faults(resource, invariants=True)]
    if resource.get("resourceType") != call.type:
        message = "The resource is not of the type of the address."
        issues.append(outcome.issue("error", "invalid", code="type-mismatch", diagnostics=message, path="resourceType"))
    if not issues:
        issues = [outcome.issue("information", "informational", code="valid", diagnostics="Nothing is wrong.")]
    return Answer(200, outcome.body(*issues))


def _asked(call: Call) -> dict[str, Any]:
    resource = call.resource
    if resource is not None and resource.get("resourceType") == "Parameters" and call.type != "Parameters":
        given = resource.get("parameter")
        named = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
        resource = next((each.get("resource") for each in named if each.get("name") == "resource"), None)
    if not isinstance(resource, dict):
        raise Invalid("The body is a resource, or Parameters with a `resource`.", code="required", path="resource")
    return resource


def told(issue: Issue) -> dict[str, Any]:
    """One issue of the validator; `rule` is its stable code."""
    return outcome.issue(issue.severity, issue.code, code=issue.rule, diagnostics=issue.message, path=issue.path)
