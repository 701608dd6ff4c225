"""What a compose means, on a small code system; and what hostile ones cost."""

import contextlib
import time
from typing import Any

import pytest

from hygie.fhir.core.terminology import reading
from hygie.fhir.core.terminology.errors import NotSupported, TooCostly
from hygie.fhir.core.terminology.library import Library, Source
from hygie.fhir.core.terminology.members import Members, Unresolved
from hygie.fhir.core.terminology.model import Head
from hygie.lib.errors import Invalid

BIRDS = "http://example.org/birds"
COLOURS = "http://example.org/colours"


class Shelf(Source):
    """A source of plain resources."""

    def __init__(self, *told: dict[str, Any]) -> None:
        self.told = {each["url"]: each for each in told}

    def heads(self):
        return [reading.head(each, each["resourceType"]) for each in self.told.values()]

    def code_system(self, head):
        return reading.code_system(self.told[head.url])

    def value_set(self, head):
        return reading.value_set(self.told[head.url])

    def concept_map(self, head):
        return reading.concept_map(self.told[head.url])

    def original(self, head):
        return self.told[head.url]


def concept(code, *below, **more):
    return {"code": code, "display": f"the {code}", "concept": list(below), **more}


BIRD_SYSTEM = {
    "resourceType": "CodeSystem",
    "url": BIRDS,
    "version": "2",
    "status": "active",
    "content": "complete",
    "caseSensitive": False,
    "concept": [
        concept(
            "bird",
            concept("duck", concept("mallard", property=[{"code": "weight", "valueInteger": 1}])),
            concept("dodo", property=[{"code": "status", "valueCode": "retired"}]),
            concept("gull", property=[{"code": "sea", "valueBoolean": True}, {"code": "weight", "valueInteger": 2}]),
            property=[{"code": "notSelectable", "valueBoolean": True}],
        ),
    ],
}
COLOUR_SYSTEM = {
    "resourceType": "CodeSystem",
    "url": COLOURS,
    "status": "active",
    "content": "fragment",
    "concept": [concept("red"), concept("blue")],
}


def named(url, **compose):
    return {"resourceType": "ValueSet", "url": url, "status": "active", "compose": compose}


def members(*more):
    return Members(Library([Shelf(BIRD_SYSTEM, COLOUR_SYSTEM, *more)]))


def given(told):
    return reading.value_set(told, own_head=Head("ValueSet", "", ""))


def codes_of(compose, *more):
    found = members(*more).codes(given({"compose": compose}))
    return [code for _, code in found]


def by(name, op, value):
    return {"include": [{"system": BIRDS, "filter": [{"property": name, "op": op, "value": value}]}]}


ALL = ["bird", "duck", "mallard", "dodo", "gull"]


@pytest.mark.parametrize(
    ("compose", "expected"),
    [
        ({"include": [{"system": BIRDS}]}, ALL),
        ({"include": [{"system": BIRDS}], "inactive": False}, ["bird", "duck", "mallard", "gull"]),
        (by("concept", "is-a", "duck"), ["duck", "mallard"]),
        (by("concept", "descendent-of", "duck"), ["mallard"]),
        (by("concept", "is-not-a", "duck"), ["bird", "dodo", "gull"]),
        (by("concept", "generalizes", "mallard"), ["bird", "duck", "mallard"]),
        (by("concept", "is-a", "nothing"), ["nothing"][1:]),
        (by("code", "regex", "d.*"), ["duck", "dodo"]),
        (by("code", "regex", "d"), []),
        (by("display", "regex", "the (gull|duck)"), ["duck", "gull"]),
        (by("code", "in", "duck, gull"), ["duck", "gull"]),
        (by("code", "not-in", "duck,gull"), ["bird", "mallard", "dodo"]),
        (by("code", "=", "gull"), ["gull"]),
        (by("weight", "=", "2"), ["gull"]),
        (by("sea", "=", "true"), ["gull"]),
        (by("weight", "exists", "true"), ["mallard", "gull"]),
        (by("weight", "exists", "false"), ["bird", "duck", "dodo"]),
        (by("parent", "=", "duck"), ["mallard"]),
        (by("child", "exists", "false"), ["mallard", "dodo", "gull"]),
        (by("inactive", "=", "true"), ["dodo"]),
        ({"include": [{"system": COLOURS, "concept": [{"code": "green"}, {"code": "red"}]}]}, ["green", "red"]),
        (
            {"include": [{"system": BIRDS}], "exclude": by("code", "regex", "d.*")["include"]},
            ["bird", "mallard", "gull"],
        ),
        ({"include": [{"valueSet": ["urn:ducks"]}]}, ["duck", "mallard"]),
        ({"include": [{"valueSet": ["urn:ducks", "urn:wild"]}]}, ["mallard"]),
        ({"include": [{"system": BIRDS, "valueSet": ["urn:wild"]}]}, ["mallard", "gull"]),
        ({"include": [{"valueSet": ["urn:ducks"]}, {"valueSet": ["urn:wild"]}]}, ["duck", "mallard", "gull"]),
    ],
)
def test_a_compose_has_its_codes(compose, expected):
    ducks = named("urn:ducks", **by("concept", "is-a", "duck"))
    wild = named("urn:wild", include=[{"system": BIRDS, "concept": [{"code": "gull"}, {"code": "mallard"}]}])
    assert codes_of(compose, ducks, wild) == expected
    # One code is judged in the same way, without listing them.
    service = members(ducks, wild)
    told = given({"compose": compose})
    for system, code in [(BIRDS, each) for each in ALL] + [(COLOURS, "green"), (COLOURS, "blue")]:
        assert (service.find(told, system, code) is not None) is (code in expected)


@pytest.mark.parametrize(
    ("compose", "kind", "code"),
    [
        ({"include": [{"system": COLOURS}]}, Unresolved, "not-loaded"),
        ({"include": [{"system": "urn:unknown"}]}, Unresolved, "not-loaded"),
        ({"include": [{"system": BIRDS, "version": "1"}]}, Unresolved, "not-loaded"),
        ({"include": [{"valueSet": ["urn:unknown"]}]}, Unresolved, "not-loaded"),
        ({"include": [{}]}, NotSupported, "not-supported"),
        ({"include": [{"system": 3}]}, NotSupported, "not-supported"),
        (by("wings", "=", "2"), NotSupported, "not-supported"),
        (by("code", "child-of", "duck"), NotSupported, "not-supported"),
        (by("code", "regex", "(a"), NotSupported, "filter-regex"),
        (by("code", "regex", r"(a)\1"), NotSupported, "filter-regex"),
        (by("code", "regex", "a" * 201), NotSupported, "filter-regex"),
        ({"include": [{"valueSet": ["urn:self"]}]}, Invalid, "valueset-cycle"),
        ({"include": [{"valueSet": ["urn:one"]}]}, Invalid, "valueset-cycle"),
    ],
)
def test_what_cannot_be_listed_is_said(compose, kind, code):
    more = (
        named("urn:self", include=[{"valueSet": ["urn:self"]}]),
        named("urn:one", include=[{"valueSet": ["urn:two"]}]),
        named("urn:two", exclude=[{"valueSet": ["urn:one"]}], include=[{"system": BIRDS}]),
    )
    with pytest.raises(kind) as caught:
        codes_of(compose, *more)
    assert caught.value.code == code


def test_a_code_of_a_set_that_cannot_be_listed_is_judged_when_it_can_be():
    service = members()
    told = given({"compose": {"include": [{"system": "urn:unknown"}, {"system": COLOURS}, {"system": BIRDS}]}})
    assert service.find(told, BIRDS, "duck") is not None
    assert service.find(told, COLOURS, "red") is not None
    for system, code in ((COLOURS, "green"), ("urn:unknown", "x")):
        with pytest.raises(Unresolved):
            service.find(told, system, code)


def test_a_code_of_a_set_that_is_too_large_to_be_listed_is_judged():
    many = [{"code": "duck"}, *({"code": str(each)} for each in range(100_001))]
    told = given({"compose": {"include": [{"system": BIRDS, "concept": many}]}})
    with pytest.raises(TooCostly):
        members().codes(told)
    assert members().find(told, BIRDS, "duck") is not None
    assert members().find(told, BIRDS, "gull") is None


def test_a_name_that_has_a_use_is_told_after_those_that_have_none():
    abbreviated = {"code": "900000000000013009", "system": "http://snomed.info/sct"}
    named_twice = [{"value": "Dk", "use": abbreviated}, {"value": "canard", "language": "fr"}] * 2
    told = {"system": BIRDS, "concept": [{"code": "duck", "display": "a duck", "designation": named_twice}]}
    entry = members().find(given({"compose": {"include": [told]}}), BIRDS, "duck")
    assert [name.value for name in entry.names()] == ["a duck", "canard", "Dk"]


def test_a_filter_of_too_many_values_is_refused_and_loses_none():
    with pytest.raises(TooCostly):
        codes_of(by("code", "in", "duck," * 1_500 + "gull"))
    assert codes_of(by("code", "in", "duck," * 900 + "gull")) == ["duck", "gull"]


def test_a_system_that_does_not_mind_case_finds_a_code_written_otherwise():
    service = members()
    found = service.find(given({"compose": {"include": [{"system": BIRDS}]}}), BIRDS, "DUCK")
    assert found is not None and found.code == "duck"


def test_a_published_expansion_stands_for_a_missing_compose():
    nested = {"system": BIRDS, "code": "bird", "abstract": True, "contains": [{"system": BIRDS, "code": "duck"}]}
    found = members().codes(given({"expansion": {"contains": [nested, {"code": "lost"}]}}))
    assert [code for _, code in found] == ["duck"]


HOSTILE = {
    "many parts": {"include": [{"system": BIRDS}] * 501},
    "many filters": {"include": [{"system": BIRDS, "filter": [{"property": "code", "op": "=", "value": "x"}] * 17}]},
    "many values": by("code", "in", ",".join(map(str, range(2_000)))),
    "a regex that backtracks": by("display", "regex", "(((t|h|e| )+)+)+x"),
    "a regex that grows": by("display", "regex", "((.{1,50}){1,50}){1,50}"),
    "many codes": {"include": [{"system": BIRDS, "concept": [{"code": str(each)} for each in range(100_001)]}]},
    "many sets": {"include": [{"system": BIRDS, "valueSet": ["urn:deep0"] * 5_000}] * 400},
    "deep sets": {"include": [{"valueSet": ["urn:deep0"]}]},
    "no lists": {"include": {"system": BIRDS}, "exclude": "x"},
    "no objects": {"include": [1, None, "x", []], "exclude": [3]},
}


def test_many_filters_on_one_code_cost_little():
    flat = {**BIRD_SYSTEM, "url": "urn:many", "concept": [concept(str(each)) for each in range(5_000)]}
    part = {"system": "urn:many", "filter": [{"property": "concept", "op": "is-not-a", "value": "1"}] * 16}
    told = given({"compose": {"include": [part] * 499 + [{"system": "urn:unknown"}], "exclude": [part] * 500}})
    began = time.process_time()
    with pytest.raises(TooCostly):
        members(flat).find(told, "urn:many", "2")
    assert time.process_time() - began < 2


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_definition_costs_little(name):
    deep = [named(f"urn:deep{n}", include=[{"valueSet": [f"urn:deep{n + 1}"]}]) for n in range(30)]
    end = named("urn:deep30", include=[{"system": BIRDS}])
    began = time.process_time()
    with contextlib.suppress(TooCostly, NotSupported):
        assert codes_of(HOSTILE[name], *deep, end) == []
    assert time.process_time() - began < 2


def test_wide_sets_inside_each_other_are_not_walked_again_and_again():
    wide = [named(f"urn:w{n}", include=[{"valueSet": [f"urn:w{n + 1}"]}] * 50) for n in range(10)]
    service = members(*wide, named("urn:w10", include=[{"system": BIRDS}]))
    began = time.process_time()
    assert len(service.codes(given({"compose": {"include": [{"valueSet": ["urn:w0"]}]}}))) == 5
    told = given({"compose": {"include": [{"valueSet": ["urn:w0"]}, {"system": "urn:unknown"}]}})
    with pytest.raises((TooCostly, Unresolved)):
        service.find(told, BIRDS, "nothing")
    assert time.process_time() - began < 2
