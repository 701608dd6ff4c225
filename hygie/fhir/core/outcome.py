"""OperationOutcome: how a fault is told. https://hl7.org/fhir/R4/operationoutcome.html"""

from typing import Any, Literal

from hygie.fhir.core import json

CODE_SYSTEM = "urn:hygie:error"
Severity = Literal["fatal", "error", "warning", "information"]


def issue(severity: Severity, kind: str, *, code: str, diagnostics: str, path: str = "") -> dict[str, Any]:
    """One issue: `kind` is of http://hl7.org/fhir/issue-type, `code` our own stable one.

    `path` is a FHIRPath, hence `expression`; an XPath of a document (it begins with /) and the name of a parameter
    (`http.name`) go to `location`, as R4 says.
    """
    told: dict[str, Any] = {
        "severity": severity,
        "code": kind,
        "details": {"coding": [{"system": CODE_SYSTEM, "code": code}]},
        "diagnostics": diagnostics,
    }
    if path:
        told["location" if path.startswith(("/", "http.")) else "expression"] = [path]
    return told


def resource(*issues: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def body(*issues: dict[str, Any]) -> bytes:
    return json.write(resource(*issues))


def ignored(names: tuple[str, ...], *, cut: bool = False) -> dict[str, Any] | None:
    """Search parameters that were left aside, said; the names are the client's own. `cut`: more would be included than an
    answer holds. None when there is nothing to say."""
    told = "This parameter is not supported for this type; it was left aside."
    found = [
        issue("warning", "not-supported", code="search-parameter", diagnostics=told, path=f"http.{name}")
        for name in names
    ]
    if cut:
        more = "More resources would be included than an answer holds; some are left out."
        found.append(issue("warning", "incomplete", code="search-cut", diagnostics=more, path="http._include"))
    return resource(*found) if found else None
