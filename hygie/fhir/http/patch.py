"""PATCH [base]/[type]/[id] and PATCH [base]/[type]?criterion: JSON Patch, FHIRPath Patch as Parameters, JSON Merge Patch.

https://hl7.org/fhir/R4/http.html#patch
"""

import base64
import binascii
from typing import Any

from hygie.fhir.core import fhirpath_patch, json, json_patch, merge_patch
from hygie.fhir.core.json_patch import PatchFailed
from hygie.fhir.http import headers, written
from hygie.fhir.http.call import Answer, Call, Change, Resources
from hygie.fhir.http.update import criterion

JSON_PATCH = "application/json-patch+json"
_PLAIN = "application/json"
ACCEPTED = (JSON_PATCH, headers.JSON, merge_patch.MEDIA_TYPE, _PLAIN)


def patch(call: Call, resources: Resources, change: Change) -> Answer:
    """200 with the next version."""
    done = resources.patch(call.type, call.id, change, if_match=call.if_match)
    return written.answer(call, done, status=200)


def patch_matching(call: Call, resources: Resources, change: Change) -> Answer:
    done = resources.patch_matching(call.type, criterion(call), change, if_match=call.if_match)
    return written.answer(call, done, status=200)


def read(body: bytes, media_type: str) -> Change:
    """What the body asks for. Raises Malformed, PatchFailed."""
    told = json.read(body)
    is_merge = isinstance(told, dict) and "resourceType" not in told and media_type == _PLAIN
    if media_type == merge_patch.MEDIA_TYPE or is_merge:
        return _merge(told)
    return change_of(told, is_json_patch=media_type == JSON_PATCH)


def _merge(told: Any) -> Change:
    """Plain JSON that names no resource type is what fhirpy sends: the members to change."""
    if not isinstance(told, dict):
        raise PatchFailed("A JSON Merge Patch is an object: the members to change, null for those to take out.")
    return lambda resource: merge_patch.apply(resource, told)


def change_of(told: Any, *, is_json_patch: bool = False) -> Change:
    """A JSON Patch (a list), Parameters (FHIRPath Patch), or, in a Bundle, a Binary that carries a JSON Patch."""
    if is_json_patch or isinstance(told, list):
        return lambda resource: json_patch.apply(resource, told)
    if not isinstance(told, dict):
        raise PatchFailed("A patch is a JSON Patch or Parameters.")
    if told.get("resourceType") == "Binary" and told.get("contentType") == JSON_PATCH:
        try:
            operations = json.read(base64.b64decode(told.get("data", ""), validate=True))
        except (binascii.Error, TypeError, ValueError) as error:
            raise PatchFailed("The Binary holds no JSON Patch.", path="Binary.data") from error
        return lambda resource: json_patch.apply(resource, operations)
    if told.get("resourceType") == "Parameters":
        return lambda resource: fhirpath_patch.apply(resource, told)
    raise PatchFailed("A patch is a JSON Patch or Parameters.")
