"""Where references point: to allowed types, and when they begin with `#`, to a contained resource that exists.

https://hl7.org/fhir/R4/references.html
"""

import re
from typing import Any

from hygie.fhir.core.definitions import load
from hygie.fhir.core.validation.issues import Found, fault
from hygie.fhir.core.validation.primitives import Check
from hygie.fhir.core.validation.run import Run

# A relative reference to a resource, perhaps of one version.
_RELATIVE = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?(?:#.+)?")


def check_reference(value: dict[str, Any], run: Run) -> Found:
    """ref-1, and the types named by a Reference agree with each other and are of R4."""
    reference = value.get("reference", "")
    kind = value.get("type", "")
    if kind and ":" not in kind and kind not in load().resource_types:
        return fault("reference-type", "`type` is the name of an R4 resource type, or a URL.", "type", code="value")
    if reference.startswith("#"):
        return _check_local(reference[1:], kind, run)
    found = _RELATIVE.fullmatch(reference)
    if found is None:
        return None
    if found[1] not in load().resource_types:
        return fault(
            "reference-type", "A relative reference begins with a resource type of R4.", "reference", code="value"
        )
    if kind and ":" not in kind and kind != found[1]:
        return fault("reference-type", "`type` and `reference` name different resource types.", "type", code="value")
    return None


def _check_local(local: str, kind: str, run: Run) -> Found:
    if not local:
        if run.is_contained:
            return None
        return fault("ref-1", "`#` alone means the container: only a contained resource may say so.", code="invariant")
    found = run.contained.get(local)
    if found is None:
        return fault(
            "ref-1", "No contained resource has this id: add it to `contained` of the resource.", code="invariant"
        )
    if kind and ":" not in kind and kind != found:
        return fault("reference-type", "`type` is not that of the contained resource.", "type", code="value")
    return None


def target_check(targets: tuple[str, ...]) -> Check:
    """Of a Reference whose own structure is right: the type that it names, if any, is one of `targets`."""
    allowed = frozenset(targets)
    shown = ", ".join(targets[:8]) + (", …" if len(targets) > 8 else "")

    def check(value: dict[str, Any], run: Run) -> Found:
        kind = _type_of(value, run)
        if not kind or kind in allowed or kind not in load().resource_types:
            return None
        return fault("target", f"This reference may only point to: {shown}.", "reference", code="value")

    return check


def _type_of(value: dict[str, Any], run: Run) -> str:
    reference = value.get("reference", "")
    if reference.startswith("#"):
        return run.contained.get(reference[1:], "")
    if found := _RELATIVE.fullmatch(reference):
        return found[1]
    kind: str = value.get("type", "")
    return kind


def check_contained(value: dict[str, Any], run: Run) -> Found:
    """dom-3 to dom-5 of a resource with `contained`; its elements are already right. `run.root` is the resource."""
    seen: set[str] = set()
    faults = []
    used: set[str] | None = None
    for index, each in enumerate(value.get("contained", ())):
        here = ("contained", f"[{index}]")
        meta = each.get("meta", {})
        for name in ("versionId", "lastUpdated", "security"):
            if name in meta:
                rule = "dom-5" if name == "security" else "dom-4"
                faults += fault(rule, f"A contained resource has no `meta.{name}`.", *here, code="invariant")
        local = each.get("id", "")
        if not local:
            faults += fault(
                "contained-id", "A contained resource needs an id, for references to it.", *here, code="required"
            )
            continue
        if local in seen:
            faults += fault("contained-id", "Two contained resources have the same id.", *here, code="duplicate")
        seen.add(local)
        used = _local_links(value) if used is None else used
        if local not in used and "" not in _local_links(each):
            faults += fault(
                "dom-3", "Nothing refers to this contained resource: refer to it with `#` and its id, or take it out.", *here,
                code="invariant",
            )  # fmt: skip
    return faults or None


def _local_links(value: Any) -> set[str]:
    """What follows `#` in every string that begins with it: references, canonicals and URIs of the resource."""
    found: set[str] = set()
    pending = [value]
    while pending:
        item = pending.pop()
        if type(item) is dict:
            pending += item.values()
        elif type(item) is list:
            pending += item
        elif type(item) is str and item[:1] == "#":
            found.add(item[1:])
    return found
