"""POST [base]/[type]/$validate and [base]/[type]/[id]/$validate: what is wrong with a resource, and how to mend it.

https://hl7.org/fhir/R4/resource-operation-validate.html. Nothing is read of a record, nothing is kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hygie.fhir.core import outcome
from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.core.validation import Issue
from hygie.fhir.core.validation import validate as find_faults
from hygie.fhir.core.validation.profiles import library
from hygie.fhir.http.call import Answer, Call
from hygie.lib.errors import Invalid

MODES = ("create", "update", "delete", "profile")
Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    resource: Object | None
    mode: str
    profiles: tuple[str, ...]


def validate(call: Call) -> Answer:
    """200 with an OperationOutcome, whether the resource is right or not. The body is the resource, or Parameters with it.

    `mode` and `profile` come in Parameters or in the address. Raises Invalid(required) without a resource,
    BadQuery for a question that has no meaning.
    """
    asked = _asked(call)
    if asked.resource is None:
        return Answer(200, outcome.body(_deletion()))
    issues = [told(each) for each in _found(asked)]
    issues += list(_of_address(call, asked))
    if not any(each["severity"] in ("error", "warning") for each in issues):
        issues.insert(0, outcome.issue("information", "informational", code="valid", diagnostics="Nothing is wrong."))
    return Answer(200, outcome.body(*issues))


def _found(asked: Asked) -> Iterator[Issue]:
    found = find_faults(asked.resource, invariants=True, profiles=library.judge(advice=True), also=asked.profiles)
    yield from found
    is_wrong = any(each.severity == "error" and not each.rule.startswith("profile-") for each in found)
    if asked.profiles and is_wrong and not any("(profile " in each.message for each in found):
        message = "The profiles are checked once what R4 itself asks for is right: mend that first."
        yield Issue("information", "informational", "", "profile-later", message)


def _of_address(call: Call, asked: Asked) -> Iterator[Object]:
    """What an interaction would say of the resource at this address."""
    resource = asked.resource or {}
    if resource.get("resourceType") != call.type:
        message = "The resource is not of the type of the address."
        yield outcome.issue("error", "invalid", code="type-mismatch", diagnostics=message, path="resourceType")
    if asked.mode == "update" and resource.get("id") != call.id:
        message = "An update holds the id of the address: give `id` that value."
        yield outcome.issue("error", "invalid", code="id-mismatch", diagnostics=message, path=f"{call.type}.id")
    if asked.mode == "create" and "id" in resource:
        message = "A creation gives the resource another id: this one is not kept."
        yield outcome.issue(
            "information", "informational", code="id-given", diagnostics=message, path=f"{call.type}.id"
        )


def _deletion() -> Object:
    message = (
        "A deletion needs no content. Whether it is allowed is told by the deletion itself, which looks at the record."
    )
    return outcome.issue("information", "informational", code="valid", diagnostics=message)


def _asked(call: Call) -> Asked:
    resource = call.resource
    modes = [value for name, value in call.query if name == "mode"]
    profiles = [value for name, value in call.query if name == "profile" and value]
    if resource is not None and resource.get("resourceType") == "Parameters" and call.type != "Parameters":
        given = resource.get("parameter")
        named = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
        resource = next((each.get("resource") for each in named if each.get("name") == "resource"), None)
        modes += _values(named, "mode", ("valueCode", "valueString"))
        profiles += _values(named, "profile", ("valueUri", "valueCanonical", "valueUrl", "valueString"))
    mode = _mode(call, modes, has_profile=bool(profiles))
    if not isinstance(resource, dict):
        if mode == "delete":
            return Asked(None, mode, ())
        raise Invalid("The body is a resource, or Parameters with a `resource`.", code="required", path="resource")
    return Asked(resource, mode, tuple(dict.fromkeys(profiles)))


def _mode(call: Call, modes: list[str], *, has_profile: bool) -> str:
    mode = modes[0] if modes else ""
    if len(set(modes)) > 1 or mode not in ("", *MODES):
        raise BadQuery("The mode is one of: create, update, delete, profile.", code="mode", path="mode")
    if mode in ("update", "delete") and not call.id:
        raise BadQuery("This mode is asked of an instance: [type]/[id]/$validate.", code="mode", path="mode")
    if mode == "create" and call.id:
        raise BadQuery("This mode is asked of a type: [type]/$validate.", code="mode", path="mode")
    if mode == "profile" and not has_profile:
        raise BadQuery("This mode needs a `profile`: the canonical of one.", code="required", path="profile")
    return mode


def _values(given: list[Object], name: str, kinds: tuple[str, ...]) -> list[str]:
    found = (next((each[kind] for kind in kinds if kind in each), None) for each in given if each.get("name") == name)
    told = list(found)
    if not all(isinstance(each, str) and each for each in told):
        raise BadQuery(f"`{name}` holds a {kinds[0]}.", code="value", path=name)
    return [str(each) for each in told]


def told(issue: Issue) -> Object:
    """One issue of the validator; `rule` is its stable code."""
    return outcome.issue(issue.severity, issue.code, code=issue.rule, diagnostics=issue.message, path=issue.path)
