"""FHIR JSON → XML → JSON gives back the same values; XML files read as their JSON twins."""

import time
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fhir.core import json
from hygie.fhir.core.xml import read, write
from hygie.lib.errors import Invalid

OBSERVATION = json.read_object(
    rb"""{"resourceType":"Observation","id":"f001","meta":{"lastUpdated":"2026-03-16T10:12:00+01:00",
    "profile":["http://hl7.org/fhir/StructureDefinition/vitalsigns"]},
    "text":{"status":"generated",
    "div":"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p class='a'>6.30 &#160;<br/> <!-- kept --><div>in</div></p></div>"},
    "contained":[{"resourceType":"Patient","id":"p","active":true,"multipleBirthInteger":2}],
    "extension":[{"url":"http://example.org/a","extension":[{"url":"b","valueDecimal":1.0E-7}]}],
    "identifier":[{"use":"official","system":"http://example.org/observations","value":"6323"}],
    "status":"final","category":[{"coding":[
    {"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],
    "code":{"coding":[
    {"system":"http://loinc.org","code":"15074-8","display":"Glucose [Moles/volume] in Blood"}],"text":"Glyc\u00e9mie"},
    "subject":{"reference":"#p"},"effectivePeriod":{"start":"2013-04-02T09:30:10+01:00","_end":{"extension":[{"url":"http://example.org/c","valueCode":"unknown"}]}},
    "_issued":{"id":"i"},"performer":[{"reference":"Practitioner/f005"},{"display":"A & \"B\" <C>\n\tD\r"}],
    "valueQuantity":{"value":6.30,"unit":"mmol/l","system":"http://unitsofmeasure.org","code":"mmol/L"},
    "referenceRange":[{"id":"r1","low":{"value":3},"high":{"value":6.2}}],
    "component":[{"code":{"text":"x"},
    "valueSampledData":{"origin":{"value":0.00},"period":10,"dimensions":1,"data":"1 2 E"}},
    {"code":{"text":"y"},"valueBoolean":false}]}"""
)
PATIENT = json.read_object(
    rb"""{"resourceType":"Patient","active":false,"name":[
    {"id":"n","family":"Durand","given":["A",null,"C"],
    "_given":[null,{"extension":[{"url":"http://example.org/d","valueString":" e "}]},{"id":"g"}]},
    {"_given":[{"id":"only"}]}],"birthDate":"1974-12",
    "_birthDate":{"id":"b","extension":[{"url":"http://example.org/t","valueDateTime":"1974-12-25T14:35:45-05:00"}]},
    "contact":[{"name":{"family":"X"},"telecom":[{"rank":1}]}],"link":[{"other":{"reference":"Patient/1"},"type":"seealso"}]}"""
)
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"fullUrl": "urn:a", "resource": OBSERVATION},
        {"resource": PATIENT},
        {"search": {"score": Decimal("0.50")}},
    ],
}
QUESTIONNAIRE = {
    "resourceType": "Questionnaire",
    "status": "draft",
    "item": [{"linkId": "1", "item": [{"linkId": "1.1", "item": [{"linkId": "1.1.1"}]}]}],
}
PARAMETERS = {
    "resourceType": "Parameters",
    "parameter": [{"name": "a", "part": [{"name": "b", "resource": PATIENT}, {"name": "c", "valueInteger": -1}]}],
}
SAMPLES = [OBSERVATION, PATIENT, BUNDLE, QUESTIONNAIRE, PARAMETERS]


def same(left: Any, right: Any) -> bool:
    """Value for value and type for type; decimals with the same digits; the order of members does not matter."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return str(left) == str(right) if isinstance(left, Decimal) else bool(left == right)


@pytest.mark.parametrize("resource", SAMPLES, ids=lambda each: each["resourceType"])
def test_a_resource_comes_back_value_for_value(resource: dict[str, Any]) -> None:
    assert same(read(write(resource)), resource)


def test_members_are_written_in_the_order_of_the_definitions() -> None:
    backwards = {"resourceType": "Patient", "birthDate": "1974", "name": [{"given": ["A"], "use": "usual"}], "id": "1"}
    assert write(backwards) == (
        b'<?xml version="1.0" encoding="UTF-8"?><Patient xmlns="http://hl7.org/fhir"><id value="1"/>'
        b'<name><use value="usual"/><given value="A"/></name><birthDate value="1974"/></Patient>'
    )


@pytest.mark.parametrize("digits", ["6.30", "0.00", "-1.0E-7", "3", "100000000000000000000.10", "1E+2"])
def test_decimals_keep_their_digits(digits: str) -> None:
    quantity = {"value": json.read(digits.encode())}
    found = read(write({"resourceType": "Observation", "valueQuantity": quantity}))["valueQuantity"]
    assert same(found, quantity) and str(found["value"]) == digits


def sample_files(shared: Path) -> list[Path]:
    samples = shared / "samples"
    synthea = sorted((samples / "synthea-r4").rglob("*.json"))[:3]
    return [
        *sorted((samples / "r4-examples").rglob("*.json")),
        *sorted((samples / "fhir-examples").rglob("*.json")),
        *synthea,
    ]


def test_every_official_sample_comes_back_value_for_value(shared_path: Path) -> None:
    tried, wrong = 0, []
    for path in sample_files(shared_path):
        resource = json.read_object(path.read_bytes())
        tried += 1
        if not same(read(write(resource)), resource):
            wrong.append(path.name)
    assert wrong == []
    assert tried >= 190


# What the published twins themselves do not have in common.
_UNLIKE = {
    "codesystem-example": {"description", "text"},  # line ends of the XML attribute are blanks; no narrative in XML
    "observation-example": {"extension", "text"},  # `&#39;` is written `'`; an extension is missing in the JSON
    "patient-example": set(),
    "questionnaire-example": set(),
}


@pytest.mark.parametrize("name", sorted(_UNLIKE))
def test_a_published_xml_file_reads_as_its_json_twin(shared_path: Path, name: str) -> None:
    folder = shared_path / "conformance" / "fhirpath-r4" / "input"
    found = read((folder / f"{name}.xml").read_bytes())
    twin = json.read_object((folder / f"{name}.json").read_bytes())
    for each in _UNLIKE[name]:
        found.pop(each, None)
        twin.pop(each, None)
    assert same(found, twin)


@pytest.mark.parametrize("name", ["patient-example-period", "parameters-example-types", "valueset-example-expansion"])
def test_a_published_xml_file_without_twin_comes_back(shared_path: Path, name: str) -> None:
    found = read((shared_path / "conformance" / "fhirpath-r4" / "input" / f"{name}.xml").read_bytes())
    assert same(read(write(found)), found)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """(container, key) of all that is inside."""
    found: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found.append((value, key))
        found += _places(item)
    return found


_LEAVES = st.one_of(
    st.text(max_size=8),
    st.text(alphabet=" \t\r\n&<>\"']]>\u0085\u2028é😀", max_size=6),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.decimals(allow_nan=False, allow_infinity=False).map(lambda each: json.read(json.write(each))),
    st.none(),
    st.sampled_from([[], {}, [None], {"id": "x"}, [{}], {"extension": [{"url": "u", "valueUri": "v"}]}]),
)


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    resource = json.read_object(json.write(draw(st.sampled_from(SAMPLES))))
    for _ in range(draw(st.integers(1, 3))):
        if not (places := _places(resource)):
            break
        container, key = places[draw(st.integers(0, len(places) - 1))]
        match draw(st.sampled_from(["leaf", "like", "drop", "twice", "beside", "name"])):
            case "leaf":
                container[key] = deepcopy(draw(_LEAVES))
            case "like" if isinstance(container[key], str):
                container[key] = draw(st.text(max_size=12))
            case "drop":
                del container[key]
            case "twice" if isinstance(container, list):
                container.append(container[key])
            case "beside" if isinstance(container, dict):
                container[f"_{key}"] = {"extension": [{"url": "u", "valueInteger": draw(st.integers(-9, 9))}]}
            case "name" if isinstance(container, dict):
                container[draw(st.text(max_size=6))] = container.pop(key)
    return resource


def _is_told(resource: dict[str, Any]) -> bool:
    """False when a list holds nulls only: it says nothing more than no list, and does not come back."""
    lists = [container[key] for container, key in _places(resource) if isinstance(container[key], list)]
    return all(any(item is not None for item in each) for each in lists)


@given(mutated())
def test_what_can_be_written_comes_back_and_the_rest_is_refused(resource: dict[str, Any]) -> None:
    written, code = _written_or_code(resource)
    if written is None:
        assert code.startswith("not-xml-")
    elif _is_told(resource):
        assert same(read(written), resource)


def _written_or_code(resource: dict[str, Any]) -> tuple[bytes | None, str]:
    try:
        return write(resource), ""
    except Invalid as refused:
        return None, refused.code


def test_an_observation_is_read_and_written_fast_enough() -> None:
    """150 µs each way on the reference machine; the bound here leaves room for a busy one."""
    data = write(OBSERVATION)

    def best(run: Any, value: Any) -> float:
        times = []
        for _ in range(100):
            before = time.perf_counter()
            run(value)
            times.append(time.perf_counter() - before)
        return min(times)

    writing, reading = best(write, OBSERVATION), best(read, data)
    print(f"write {writing * 1e6:.0f} µs, read {reading * 1e6:.0f} µs, {len(data)} bytes")
    assert writing < 300e-6 and reading < 300e-6
