"""The shape of what software sends, before anything looks into it: known elements, right JSON types, right cardinality.

Not yet R4 validation, which is driven by the definitions (a later issue): the types below are those that a deposit is
made of, written by hand from https://hl7.org/fhir/R4/documentreference.html and https://hl7.org/fhir/R4/datatypes.html.
"""

import re
from typing import Any

from hygie.lib.errors import Invalid

# element → type, `*` in front for a list; "any" is not looked into.
_DATATYPES: dict[str, dict[str, str]] = {
    "Identifier": {
        "use": "string", "type": "CodeableConcept", "system": "string", "value": "string", "period": "Period",
        "assigner": "Reference",
    },
    "CodeableConcept": {"coding": "*Coding", "text": "string"},
    "Coding": {
        "system": "string", "version": "string", "code": "string", "display": "string", "userSelected": "boolean",
    },
    "Reference": {"reference": "string", "type": "string", "identifier": "Identifier", "display": "string"},
    "Period": {"start": "string", "end": "string"},
    "Attachment": {
        "contentType": "string", "language": "string", "data": "string", "url": "string", "size": "integer",
        "hash": "string", "title": "string", "creation": "string",
    },
    "Meta": {
        "versionId": "string", "lastUpdated": "string", "source": "string", "profile": "*string", "security": "*Coding",
        "tag": "*Coding",
    },
    "Extension": {"url": "string"},
}  # fmt: skip
_RESOURCES: dict[str, dict[str, str]] = {
    "DocumentReference": {
        "resourceType": "string", "id": "string", "meta": "Meta", "language": "string", "text": "any", "contained": "*any",
        "masterIdentifier": "Identifier", "identifier": "*Identifier", "status": "string", "docStatus": "string",
        "type": "CodeableConcept", "category": "*CodeableConcept", "subject": "Reference", "date": "string",
        "author": "*Reference", "authenticator": "Reference", "custodian": "Reference", "relatesTo": "*_relatesTo",
        "description": "string", "securityLabel": "*CodeableConcept", "content": "*_content", "context": "_context",
    },
    "_relatesTo": {"code": "string", "target": "Reference"},
    "_content": {"attachment": "Attachment", "format": "Coding"},
    "_context": {
        "encounter": "*Reference", "event": "*CodeableConcept", "period": "Period", "facilityType": "CodeableConcept",
        "practiceSetting": "CodeableConcept", "sourcePatientInfo": "Reference", "related": "*Reference",
    },
    "Binary": {
        "resourceType": "string", "id": "string", "meta": "Meta", "language": "string", "contentType": "string",
        "securityContext": "Reference", "data": "string",
    },
}  # fmt: skip
# Only these elements are read of them; the others are kept as they are.
_OPEN: dict[str, dict[str, str]] = {
    "_party": {"resourceType": "string", "id": "string", "identifier": "*Identifier"},
    "HumanName": {
        "use": "string", "family": "string", "given": "*string", "prefix": "*string", "suffix": "*string",
        "extension": "*Extension",
    },
    "List": {
        "resourceType": "string", "id": "string", "status": "string", "code": "CodeableConcept", "subject": "Reference",
        "entry": "*_listEntry", "contained": "*any",
    },
    "_listEntry": {"item": "Reference"},
    "_patient": {"name": "*HumanName", "gender": "string", "birthDate": "string", "extension": "*Extension"},
    "_practitioner": {"name": "*HumanName", "qualification": "*_qualification"},
    "_qualification": {"code": "CodeableConcept"},
    "_role": {
        "practitioner": "Reference", "organization": "Reference", "code": "*CodeableConcept", "specialty": "*CodeableConcept",
    },
    "_named": {"name": "string"},
    "_device": {"deviceName": "*_named"},
}  # fmt: skip
_SHAPES = _DATATYPES | _RESOURCES | _OPEN
_PARTIES = {
    "Patient": "_patient", "RelatedPerson": "_patient", "Practitioner": "_practitioner", "PractitionerRole": "_role",
    "Organization": "_named", "Device": "_device",
}  # fmt: skip
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def check(resource: Any, shape: str, path: str) -> None:
    """Raises Invalid(structure) with the FHIRPath of the first element that is not of its type, or not known."""
    if not isinstance(resource, dict):
        raise Invalid("An object is expected here.", code="structure", path=path)
    elements = _SHAPES[shape]
    for name, value in resource.items():
        here = f"{path}.{name}"
        if name in ("modifierExtension", "implicitRules"):
            raise Invalid("An element that changes the meaning is not understood.", code="modifier", path=here)
        if kind := elements.get(name):
            _check_element(value, kind, here)
        elif shape not in _OPEN and shape != "Extension" and not _is_allowed_everywhere(name, value):
            raise Invalid("This element is not known here.", code="structure", path=here)


def check_party(resource: Any, path: str) -> None:
    """A contained or bundled person, role, organisation or device: what is read of it has the right types."""
    check(resource, "_party", path)
    if shape := _PARTIES.get(resource.get("resourceType", "")):
        check(resource, shape, path)


def _is_allowed_everywhere(name: str, value: Any) -> bool:
    """`id`, `extension`, and the `_name` object beside a primitive."""
    if name == "id":
        return isinstance(value, str)
    if name == "extension":
        return isinstance(value, list) and all(isinstance(each, dict) for each in value)
    return name.startswith("_") and isinstance(value, dict)


def _check_element(value: Any, kind: str, path: str) -> None:
    if kind == "any":
        return
    if not kind.startswith("*"):
        _check_value(value, kind, path)
        return
    if not isinstance(value, list) or not value:
        raise Invalid("A list that is not empty is expected here.", code="structure", path=path)
    if kind != "*any":
        for index, each in enumerate(value):
            _check_value(each, kind[1:], f"{path}[{index}]")


def _check_value(value: Any, kind: str, path: str) -> None:
    match kind:
        case "string":
            right = isinstance(value, str) and value != ""
        case "boolean":
            right = isinstance(value, bool)
        case "integer":
            right = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        case _:
            check(value, kind, path)
            return
    if not right:
        raise Invalid(f"A FHIR {kind} is expected here.", code="structure", path=path)
