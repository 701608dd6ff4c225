"""Laws over resources that nobody wrote: of every type, made from the definitions (tests/strategies)."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hygie.fhir.core import fhirpath, json, xml
from hygie.fhir.core.definitions import load
from hygie.fhir.core.search import index_values, promote
from hygie.fhir.core.validation import validate
from tests.strategies.breaking import broken
from tests.strategies.fhir import RESOURCE_TYPES, resources

# Making a resource is most of the work: a few of each type, all types.
few = settings(max_examples=3, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
many = settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def _errors(resource):
    return [issue for issue in validate(resource, invariants=True) if issue.severity == "error"]


@pytest.mark.parametrize("kind", RESOURCE_TYPES)
def test_a_right_resource_is_right_and_stays_itself_in_json_and_in_xml(kind):
    @few
    @given(resources(kind))
    def law(resource):
        assert _errors(resource) == []
        written = json.write(resource)
        assert json.write(json.read_object(written)) == written
        again = xml.read(xml.write(resource))
        # XML has the elements in the order of R4: the members may stand otherwise, each with its own digits.
        assert again == resource
        assert _sorted(again) == _sorted(resource)

    law()


def _sorted(value):
    if isinstance(value, dict):
        return b"{" + b",".join(json.write(key) + b":" + _sorted(value[key]) for key in sorted(value)) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(_sorted, value)) + b"]"
    return json.write(value)


@many
@given(resources(), st.uuids())
def test_whatever_is_right_can_be_indexed(resource, space):
    told = promote(resource)
    assert told.dated is None or told.dated.tzinfo is not None
    for row in index_values(resource, str(space)):
        assert "\0" not in row.system + row.value + row.text
        assert row.low is None or row.high is None or row.low <= row.high


@many
@given(broken())
def test_what_was_broken_is_told_at_a_place_that_exists(made):
    resource, _ = made
    for issue in validate(resource, invariants=True):
        assert issue.message
        found = _seek(resource, issue.path)
        assert found, issue


def _seek(resource, path):
    """The path leads to an element, or to the place where one is missing: the parent is there."""
    head, *steps = re.split(r"\.(?![^()]*\))", path)
    if head != resource["resourceType"]:
        return False
    nodes = [resource]
    for number, step in enumerate(steps):
        nodes = [found for node in nodes for found in _step(node, step)]
        if not nodes:
            return number == len(steps) - 1
    return True


def _step(node, step):
    """What a step may mean: an element, its `_name`, the member of a choice."""
    name, index = re.fullmatch(r"(.*?)((?:\[\d+\])?)", step).groups()
    if name.startswith("ofType("):
        return [node]
    if not isinstance(node, dict):
        return []
    found = [value for key, value in node.items() if re.fullmatch(rf"_?{name}(?:[A-Z][A-Za-z0-9]*)?", key)]
    if not index:
        return found
    at = int(index[1:-1])
    return [each[at] for each in found if isinstance(each, list) and at < len(each)]


@many
@given(resources(), st.data())
def test_fhirpath_finds_what_the_json_says(resource, data):
    """Each value is what its path gives."""
    kind = resource["resourceType"]
    name = data.draw(st.sampled_from([each for each in resource if each not in ("resourceType",) and each[0] != "_"]))
    element, _ = load().element_of(kind, name)
    node = fhirpath.node(resource, kind, definitions=load())
    found = fhirpath.compile(f"{kind}.{element.name}.count()").evaluate(node, definitions=load())
    value = resource[name]
    beside = resource.get(f"_{name}")
    assert found == [max(len(value), len(beside or ())) if isinstance(value, list) else 1]
