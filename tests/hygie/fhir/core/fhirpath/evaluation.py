"""What the tests of FHIRPath share: one fixed clock, one patient, and `ask`."""

import datetime as dt
from decimal import Decimal
from typing import Any

from hygie.fhir.core.fhirpath import Environment, Node, compile

NOW = dt.datetime(2026, 3, 16, 10, 12, 30, 500_000, tzinfo=dt.UTC)
ENVIRONMENT = Environment(now=NOW)

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "contained": [{"resourceType": "Organization", "id": "o1", "name": "Clinique"}],
    "name": [
        {"use": "official", "family": "Durand", "given": ["Anne", "Marie"]},
        {
            "use": "usual",
            "given": [None, "Nanou"],
            "_given": [{"extension": [{"url": "http://x", "valueCode": "a"}]}, None],
        },
    ],
    "gender": "female",
    "birthDate": "1974-12-25",
    "_birthDate": {"extension": [{"url": "http://time", "valueDateTime": "1974-12-25T14:35:00+01:00"}]},
    "deceasedBoolean": False,
    "managingOrganization": {"reference": "#o1"},
    "generalPractitioner": [{"reference": "Practitioner/1"}, {"reference": "Organization/2"}],
}
OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "effectiveDateTime": "2016-03-28",
    "valueQuantity": {"value": Decimal("72.50"), "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
}


def ask(expression: str, focus: Any = None, **arguments: Any) -> list[Any]:
    """The output, FHIR elements as their JSON, System values as they are."""
    arguments.setdefault("environment", ENVIRONMENT)
    items = compile(expression).evaluate(focus, **arguments)
    return [item.value if isinstance(item, Node) else item for item in items]


def said(expression: str, focus: Any = None, **arguments: Any) -> list[str]:
    return [str(each) for each in ask(expression, focus, **arguments)]
