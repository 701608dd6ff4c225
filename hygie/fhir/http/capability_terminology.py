"""The TerminologyCapabilities: what is loaded, and what `$expand` and the others read of a request.

https://hl7.org/fhir/R4/terminologycapabilities.html
"""

from collections.abc import Iterable
from typing import Any

from hygie.fhir.http import operations
from hygie.fhir.http.capability import DATE


def terminology(*, base: str, version: str, systems: Iterable[tuple[str, str, bool]]) -> dict[str, Any]:
    """`systems`: URI, version ("" when none is known), whether all its codes are here."""
    known = sorted(systems)
    part = [url for url, _, complete in known if not complete]
    told: dict[str, Any] = {
        "resourceType": "TerminologyCapabilities",
        "id": "hygie",
        "url": f"{base}/metadata?mode=terminology",
        "version": version,
        "name": "HygieTerminology",
        "title": "Hygie, terminologies",
        "status": "active",
        "date": DATE,
        "kind": "instance",
        "software": {"name": "Hygie", "version": version},
        "implementation": {"description": "Hygie, espace numérique de santé", "url": base},
        "codeSystem": [_system(url, version) for url, version, _ in known],
    }
    if part:  # R4 has no element for it
        told["description"] = f"Only the codes that value sets name: {', '.join(part)}."
    rows = {each.name: each for each in operations.OPERATIONS}
    if "expand" in rows:
        read = [each for each in rows["expand"].parameters if each.use == "in"]
        told["expansion"] = {
            "hierarchical": False,
            "paging": {"offset", "count"} <= {each.name for each in read},
            "incomplete": False,
            "parameter": [{"name": each.name, "documentation": each.documentation or each.name} for each in read],
        }
        told["codeSearch"] = "explicit"
    if "validate-code" in rows:
        told["validateCode"] = {"translations": False}
    if "translate" in rows:
        told["translation"] = {"needsMap": True}
    return told


def _system(url: str, version: str) -> dict[str, Any]:
    told: dict[str, Any] = {"uri": url}
    if version:
        told["version"] = [{"code": version}]
    return told
