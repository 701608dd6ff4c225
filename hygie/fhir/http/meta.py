"""GET [base]/[type]/[id]/$meta. https://hl7.org/fhir/R4/resource-operation-meta.html"""

from hygie.fhir.core import json
from hygie.fhir.http.call import Answer, Call, Resources


def meta(call: Call, resources: Resources) -> Answer:
    """200 with Parameters: profiles, tags and labels of the resource."""
    told = json.read_object(resources.read(call.type, call.id).body).get("meta", {})
    return Answer(200, json.write({"resourceType": "Parameters", "parameter": [{"name": "return", "valueMeta": told}]}))
