"""References inside what was sent: contained resources, and the other entries of the Bundle.

Nothing is fetched, and nothing is left dangling: a reference that leads nowhere inside refuses the deposit.
https://hl7.org/fhir/R4/bundle.html#references
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from hygie.lib.errors import Invalid

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A resource and where it stands in what was sent."""

    resource: Resource
    path: str


@dataclass(frozen=True, slots=True)
class Resolver:
    """Looks in the `contained` of one resource, then among the entries: by fullUrl, then by Type/id."""

    contained: Mapping[str, Found]
    entries: Mapping[str, Found]

    def find(self, reference: str) -> Found | None:
        if reference.startswith("#"):
            return self.contained.get(reference[1:])
        return self.entries.get(reference)

    def get(self, reference: str, path: str) -> Found:
        """Raises Invalid(reference-unresolved)."""
        found = self.find(reference)
        if found is None:
            raise Invalid("This reference leads to nothing in what was sent.", code="reference-unresolved", path=path)
        return found


def contained_of(resource: Resource, path: str) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for index, each in enumerate(resource.get("contained", [])):
        here = f"{path}.contained[{index}]"
        if not isinstance(each, dict) or not isinstance(each.get("id"), str):
            raise Invalid("A contained resource has an id.", code="structure", path=here)
        if each["id"] in found:
            raise Invalid("Two contained resources have the same id.", code="structure", path=f"{here}.id")
        found[each["id"]] = Found(each, here)
    return found


def conditional(reference: str, resource_type: str) -> tuple[str, str] | None:
    """(system, value) of `Type?identifier=system|value`, the reference by identifier that the French guides use."""
    head, mark, query = reference.partition("?")
    if not mark or head != resource_type:
        return None
    for part in query.split("&"):
        key, _, value = part.partition("=")
        if key == "identifier":
            system, _, code = unquote(value).partition("|")
            return system, code
    return None
