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
