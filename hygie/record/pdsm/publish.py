"""ITI-105 of PDSm: one DocumentReference that carries its file.

https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition-pdsm-simplified-publish.html
"""

from typing import Any

from hygie.lib.errors import Invalid
from hygie.record.pdsm import document
from hygie.record.pdsm.references import Found
from hygie.record.types import Submission


def read(resource: dict[str, Any]) -> Submission:
    """Raises Invalid with the FHIRPath of the fault, TooLarge."""
    if resource.get("resourceType") != "DocumentReference":
        raise Invalid("A DocumentReference is expected here.", code="resource-type", path="resourceType")
    return document.read(Found(resource, "DocumentReference"), {})
