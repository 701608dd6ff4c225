"""FHIR XML in and out, as the dict that `hygie.fhir.core.json` gives of the same resource.

https://hl7.org/fhir/R4/xml.html
"""

from hygie.fhir.core.xml.read import read
from hygie.fhir.core.xml.write import write

__all__ = ["read", "write"]
