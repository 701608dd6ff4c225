"""Differentials: the rules of the base, narrowed; and what a StructureDefinition says beyond R4, nothing else."""

import pytest

from hygie.fhir.core.validation import Judge, Profiles, validate
from hygie.fhir.core.validation.profiles.facts import Fact, read
from tests.hygie.fhir.core.validation.profiles.build import R4, element, profile, sliced

BASE = "http://example.org/base"
DERIVED = "http://example.org/derived"
IDENTIFIERS = (
    element("Patient.identifier", min=1, slicing=sliced(("value", "system"))),
    element("Patient.identifier:ins", sliceName="ins", min=0, max="1"),
    element("Patient.identifier:ins.system", min=1, fixedUri="urn:oid:1.2"),
)


def found(judge, resource, *claims):
    told = validate({"resourceType": "Patient", "meta": {"profile": list(claims)}} | resource, profiles=judge)
    return [(issue.rule, issue.path) for issue in told if issue.severity == "error"]


@pytest.fixture
def judge():
    narrowed = (
        element("Patient.identifier:ins", sliceName="ins", min=1),
        element("Patient.identifier:ins.value", min=1),
        element("Patient.birthDate", min=1),
    )
    return Judge(
        Profiles(
            [
                profile(BASE, "Patient", *IDENTIFIERS, partial=True),
                profile(DERIVED, "Patient", *narrowed, base=BASE, partial=True),
            ]
        )
    )


def test_a_derived_profile_keeps_what_its_base_says_and_narrows_it(judge):
    right = {"identifier": [{"system": "urn:oid:1.2", "value": "1"}], "birthDate": "1980"}
    assert found(judge, right, DERIVED) == []
    assert found(judge, {"birthDate": "1980"}, DERIVED) == [("profile-min", "Patient"), ("profile-min", "Patient")]
    other = {"identifier": [{"system": "urn:other", "value": "1"}]}
    assert found(judge, other, BASE) == []
    assert found(judge, other, DERIVED) == [("profile-min", "Patient"), ("profile-min", "Patient")]
    twice = {"identifier": [{"system": "urn:oid:1.2", "value": "1"}] * 2, "birthDate": "1980"}
    assert found(judge, twice, DERIVED) == [("profile-max", "Patient.identifier")]


def test_the_base_stays_as_it_was(judge):
    found(judge, {}, DERIVED)
    assert found(judge, {"identifier": [{"system": "urn:oid:1.2"}]}, BASE) == []


def test_a_differential_without_its_base_is_not_the_profile():
    judge = Judge(Profiles([profile(DERIVED, "Patient", element("Patient.birthDate", min=1), base=BASE, partial=True)]))
    assert [each.rule for each in judge.claimed({"resourceType": "Patient", "meta": {"profile": [DERIVED]}}, "")] == [
        "profile-unknown"
    ]


def test_profiles_that_build_on_each_other_end():
    told = [profile(BASE, "Patient", base=DERIVED, partial=True), profile(DERIVED, "Patient", base=BASE, partial=True)]
    assert Profiles(told).find(BASE) is None


def test_ids_that_are_left_out_are_made_of_paths_and_slice_names():
    told = profile(BASE, "Patient", partial=True)
    told["differential"]["element"] += [
        {"path": "Patient.identifier", "slicing": sliced(("value", "system"))},
        {"path": "Patient.identifier", "sliceName": "ins", "min": 1},
        {"path": "Patient.identifier.system", "fixedUri": "urn:oid:1.2"},
        {"path": "Patient.name", "min": 1},
    ]
    facts = read(told)
    assert [each.id for each in facts.facts] == [
        "Patient.identifier",
        "Patient.identifier:ins",
        "Patient.identifier:ins.system",
        "Patient.name",
    ]


def test_what_r4_says_itself_is_left_out():
    usual = profile(
        BASE,
        "Patient",
        element("Patient.id", min=0, max="1", type=[{"code": "http://hl7.org/fhirpath/System.String"}]),
        element("Patient.name", min=0, max="*", type=[{"code": "HumanName"}]),
        element("Patient.gender", max="1", binding={"strength": "required", "valueSet": "http://hl7.org/fhir/ValueSet/administrative-gender"}),
        element("Patient.contact", constraint=[{"key": "pat-1", "severity": "error", "expression": "false"}]),
        element("Patient.extension", slicing=sliced(("value", "url"))),
        element("Patient.managingOrganization", type=[{"code": "Reference", "targetProfile": [R4 + "Organization"]}]),
    )  # fmt: skip
    assert read(usual).facts == ()


@pytest.mark.parametrize(
    ("told", "fact"),
    [
        (element("Patient.name", min=1), Fact("Patient.name", min=1)),
        (element("Patient.name", max="1"), Fact("Patient.name", max=1)),
        (element("Patient.name", mustSupport=True), Fact("Patient.name", is_must_support=True)),
        (element("Patient.gender", patternCode="male"), Fact("Patient.gender", pattern="male")),
        (element("Patient.birthDate", maxLength=4), Fact("Patient.birthDate", max_length=4)),
        (
            element("Patient.deceased[x]", type=[{"code": "boolean"}]),
            Fact("Patient.deceased[x]", types=(("boolean", (), ()),)),
        ),
        (
            element("Patient.maritalStatus", binding={"strength": "extensible", "valueSet": "http://x.org/vs|2"}),
            Fact("Patient.maritalStatus", binding=("extensible", "http://x.org/vs")),
        ),
    ],
)
def test_what_narrows_is_kept(told, fact):
    assert read(profile(BASE, "Patient", told)).facts == (fact,)


@pytest.mark.parametrize(
    "told",
    [
        {"resourceType": "ValueSet"},
        profile(BASE, "Patient") | {"derivation": "specialization"},
        profile(BASE, "Patient") | {"type": "http://x.org/OurModel"},
    ],
)
def test_what_is_no_profile_is_none(told):
    assert read(told) is None
