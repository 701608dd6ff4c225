"""A validator of somebody else (fhirkit-rs, PyPI), and other readers of FHIR, on the same resources as ours.

fhirkit checks the structure of R4 (elements, cardinalities, choices, formats, codes of required sets), no invariant. Where
the two disagree, one is wrong: ours was mended (see the tests of validation), or the case is in one of the tables here.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import fhirkit
import pytest
from hypothesis import HealthCheck, given, settings

from hygie.fhir.core import json
from hygie.fhir.core.definitions import load
from hygie.fhir.core.validation import validate
from hygie.lib.errors import HygieError
from tests.strategies.breaking import broken
from tests.strategies.fhir import RESOURCE_TYPES, resources

# What fhirkit lets pass: our rule, and why it is right to refuse. Found with 3,000 broken resources; nothing the other way.
FHIRKIT_ACCEPTS: dict[str, str] = {
    "binding": "a code that is not of the required set: it does not look at bindings",
    "format": "a control character in a text; white space in a uri or a code",
    "empty": "R4 2.6.2: a string, an array and an object are not empty",
    "code": "a code that is not of a code system of R4 itself",
    "system": "R4 says of Coding.system and Identifier.system that they are absolute",
    "xhtml": "the narrative is not well-formed XML",
    "narrative": "the narrative has an element or attribute that R4 does not allow",
    "extension-url": "R4 says of Extension.url that it is absolute",
    "extension-type": "an extension of HL7 with a value of another type than it defines",
    "extension-place": "an extension of HL7 where it is not defined",
    "reference-type": "`type` or a relative reference names no type of R4",
    "target": "a reference to a type that its element does not allow",
    "element-id": "R4 says of Element.id that it is unique within the resource",
    "contained-id": "a contained resource without an id, or two of one id",
    "attachment-size": "`size` is not the number of bytes of `data`",
    "sibling": "a list and its `_name` of different lengths",
    "concept-count": "CodeSystem.count of a complete code system is the number of its concepts",
    "property-type": "a standard property of a code system with another type",
    "property-twice": "a code system with one property twice",
    "expression": "an expression in FHIRPath that is not FHIRPath",
    "expression-base": "a search parameter on a type that it does not list",
    "element-path": "a profile on an element that the type has not",
    "full-url": "R4 2.36: fullUrl is an absolute URL",
}
_INVARIANT = re.compile(r"[a-z]{2,4}-[0-9]+[a-z]?").fullmatch


def _ours(resource: dict[str, Any]) -> list[Any]:
    return [each for each in validate(resource, invariants=True) if each.severity == "error"]


def _theirs(data: bytes) -> list[str]:
    try:
        return [f"{each.path}: {each.message}" for each in fhirkit.parse(data).issues if each.severity == "error"]
    except fhirkit.ParseError as error:
        return [f"not read: {error}"]


@pytest.mark.parametrize("kind", RESOURCE_TYPES)
def test_what_is_invented_is_right_for_both_and_given_back_unchanged(kind: str) -> None:
    @settings(max_examples=2, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(resources(kind))
    def law(resource: dict[str, Any]) -> None:
        data = json.write(resource)
        assert _theirs(data) == []
        assert json.read(fhirkit.parse(data).to_json().encode()) == resource

    law()


def test_both_ask_for_the_same_elements_of_a_resource() -> None:
    for kind in sorted(load().resource_types):
        theirs = {
            each.path.replace("[x]", "")
            for each in fhirkit.validate({"resourceType": kind})
            if "required" in each.message
        }
        ours = {
            f"{kind}.{found[1]}"
            for each in validate({"resourceType": kind})
            if each.rule == "missing" and (found := re.match(r"`(\w+)`", each.message))
        }
        assert ours == theirs, kind


def _disagreement(name: str, ours: list[Any], theirs: list[str]) -> list[str]:
    """What is told by one of the two, and in no table."""
    if theirs and not ours:
        return [f"{name}: only fhirkit refuses: {theirs[0]}"]
    if ours and not theirs and not any(_INVARIANT(each.rule) or each.rule in FHIRKIT_ACCEPTS for each in ours):
        return [f"{name}: only we refuse: {ours[0].rule} {ours[0].path} {ours[0].message}"]
    return []


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(broken())
def test_both_judge_broken_resources_alike(made: tuple[dict[str, Any], Any]) -> None:
    resource, path = made
    assert _disagreement(str(path), _ours(resource), _theirs(json.write(resource))) == []


def _samples(shared: Path) -> list[Path]:
    folders = ("r4-examples", "fhir-examples", "synthea-r4")
    return sorted(path for each in folders for path in (shared / "samples" / each).rglob("*.json"))


def test_both_judge_the_published_samples_alike(shared_path: Path) -> None:
    told: Counter[str] = Counter()
    disagreements: list[str] = []
    for path in _samples(shared_path):
        data = path.read_bytes()
        try:
            resource = json.read_object(data)
        except HygieError:
            continue
        if resource.get("resourceType") not in load().resource_types:
            continue
        ours, theirs = _ours(resource), _theirs(data)
        told["read"] += 1
        told["both right"] += not ours and not theirs
        told["both wrong"] += bool(ours and theirs)
        disagreements += _disagreement(path.name, ours, theirs)
    print(f"{told['read']} samples: {told['both right']} right for both, {told['both wrong']} wrong for both")
    assert disagreements == []
