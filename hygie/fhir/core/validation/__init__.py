"""Is this resource right FHIR R4, and if not, what must be mended where."""

from collections.abc import Collection, Sequence
from typing import Any

from hygie.fhir.core.validation.compile import check_resource
from hygie.fhir.core.validation.issues import Issue, Severity
from hygie.fhir.core.validation.profiles import Judge, Profiles
from hygie.fhir.core.validation.run import Run

__all__ = ["Issue", "Judge", "Profiles", "Severity", "validate"]


def validate(
    resource: Any,
    *,
    source: str = "",
    invariants: bool = False,
    profiles: Judge | None = None,
    also: Sequence[str] = (),
    ignore: Collection[str] = (),
) -> list[Issue]:
    """What is wrong, in the order of the resource; nothing when it is right.

    `resource` is decoded by hygie.fhir.core.json. `source` begins the paths in place of the resource type. `invariants`: the
    FHIRPath ones too, each where its element is otherwise right; the most common are always checked, by hand. `profiles`:
    when the resource is right R4, the profiles that it claims are checked too, and those that `also` names. `ignore` names
    rules that the caller does not want to hear of.
    """
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    root = source or (kind if isinstance(kind, str) and kind.isalpha() else "Resource")
    found = check_resource(resource, Run(resource, deep=invariants)) or ()
    issues = [each.told_from(root) for each in found]
    if profiles is not None and not any(each.severity == "error" for each in issues):
        issues += profiles.claimed(resource, root, also=also)
    return [each for each in issues if each.rule not in ignore]
