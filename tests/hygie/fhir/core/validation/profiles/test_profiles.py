"""Profiles: what they narrow is checked where it is, slice by slice; what is not known here is not guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fhir.core.validation import Judge, Profiles, validate

URL = "http://example.org/StructureDefinition/our-patient"
INS = "urn:oid:1.2.250.1.213.1.4.8"
LOCAL = "urn:oid:1.2.3"
EXTENSION = "http://example.org/StructureDefinition/note"


def element(id, **rules):
    return {
        "id": id,
        "path": id.partition(":")[0] if ":" not in id else ".".join(p.partition(":")[0] for p in id.split(".")),
    } | rules


def profile(url, type, *elements):
    root = {"id": type, "path": type, "min": 0, "max": "*"}
    return {
        "resourceType": "StructureDefinition",
        "url": url,
        "type": type,
        "derivation": "constraint",
        "snapshot": {"element": [root, *elements]},
    }


PATIENT = profile(
    URL,
    "Patient",
    element("Patient.extension", slicing={"discriminator": [{"type": "value", "path": "url"}], "rules": "open"}),
    element("Patient.extension:note", min=0, max="1", type=[{"code": "Extension", "profile": [EXTENSION]}]),
    element(
        "Patient.identifier",
        min=1,
        slicing={
            "discriminator": [{"type": "value", "path": "system"}, {"type": "pattern", "path": "type"}],
            "rules": "closed",
        },
    ),
    element("Patient.identifier:INS", min=1, max="1"),
    element("Patient.identifier:INS.system", min=1, max="1", fixedUri=INS),
    element("Patient.identifier:INS.type", min=1, max="1", patternCodeableConcept={"coding": [{"code": "INS-NIR"}]}),
    element("Patient.identifier:INS.value", min=1, max="1", type=[{"code": "string"}]),
    element("Patient.identifier:local", min=0, max="1"),
    element("Patient.identifier:local.system", min=1, max="1", patternUri=LOCAL),
    element("Patient.identifier:local.type", min=1, max="1", patternCodeableConcept={"coding": [{"code": "PI"}]}),
    element("Patient.name", min=0, max="1"),
    element("Patient.name.family", min=1, max="1"),
    element("Patient.deceased[x]", min=0, max="1", type=[{"code": "dateTime"}]),
    element("Patient.gender", min=0, max="1", binding={"strength": "required", "valueSet": "http://example.org/vs|1"}),
    element("Patient.photo", min=0, max="0"),
    element(
        "Patient.contact",
        constraint=[
            {"key": "our-1", "severity": "error", "human": "A contact has a name", "expression": "name.exists()"}
        ],
    ),
)
NOTE = profile(
    EXTENSION,
    "Extension",
    element("Extension.url", min=1, max="1", fixedUri=EXTENSION),
    element("Extension.value[x]", min=1, max="1", type=[{"code": "string"}]),
)


def _codes(valueset, system, code):
    known = {("http://hl7.org/fhir/administrative-gender", "female")}
    if valueset != "http://example.org/vs":
        return None
    return (system, code) in known if system else any(each == code for _, each in known)


JUDGE = Judge(Profiles([PATIENT, NOTE]), _codes)
IDENTIFIER = {"system": INS, "type": {"coding": [{"system": "http://x.org", "code": "INS-NIR"}]}, "value": "1"}
RIGHT = {"resourceType": "Patient", "meta": {"profile": [URL + "|1.0"]}, "identifier": [IDENTIFIER]}


def found(resource, judge=JUDGE):
    return [(issue.rule, issue.path) for issue in validate(resource, profiles=judge)]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"name": [{"family": "x"}]},
        {"gender": "female"},
        {"deceasedDateTime": "2026"},
        {"identifier": [IDENTIFIER, {"system": LOCAL, "type": {"coding": [{"code": "PI"}]}}]},
        {"extension": [{"url": EXTENSION, "valueString": "x"}, {"url": "http://other.org", "valueInteger": 1}]},
        {"contact": [{"name": {"text": "x"}}]},
    ],
)
def test_what_conforms_has_no_issue(more):
    assert found(RIGHT | more) == []


@pytest.mark.parametrize(
    ("more", "rule", "path"),
    [
        ({"name": [{"text": "x"}]}, "profile-min", "Patient.name[0]"),
        ({"name": [{"family": "x"}, {"family": "y"}]}, "profile-max", "Patient.name"),
        ({"photo": [{"title": "x"}]}, "profile-max", "Patient.photo"),
        ({"gender": "male"}, "profile-binding", "Patient.gender"),
        ({"deceasedBoolean": True}, "profile-type", "Patient.deceased.ofType(boolean)"),
        ({"identifier": [IDENTIFIER, IDENTIFIER]}, "profile-max", "Patient.identifier"),
        ({"identifier": [IDENTIFIER, {"value": "x"}]}, "profile-closed", "Patient.identifier[1]"),
        (
            {"identifier": [{k: v for k, v in IDENTIFIER.items() if k != "value"}]},
            "profile-min",
            "Patient.identifier[0]",
        ),
        (
            {"extension": [{"url": EXTENSION, "valueInteger": 1}]},
            "profile-type",
            "Patient.extension[0].value.ofType(integer)",
        ),
        ({"contact": [{"telecom": [{"use": "home"}]}]}, "our-1", "Patient.contact[0]"),
    ],
)
def test_what_does_not_conform_is_told_with_its_place_and_the_profile(more, rule, path):
    assert found(RIGHT | more) == [(rule, path)]
    [issue] = validate(RIGHT | more, profiles=JUDGE)
    assert issue.message.endswith(f"(profile {URL})") or issue.message.endswith(f"(profile {EXTENSION})")


def test_a_slice_that_is_required_is_missed():
    local = {"system": LOCAL, "type": {"coding": [{"code": "PI"}]}}
    [issue] = validate(RIGHT | {"identifier": [local]}, profiles=JUDGE)
    assert issue.message.startswith("`identifier` is required in the slice INS: add it.")


def test_a_profile_is_only_checked_when_it_is_claimed_and_when_the_resource_is_right_r4():
    assert found({"resourceType": "Patient"}) == []
    assert found(RIGHT | {"gender": "x", "photo": [{"title": "x"}]}) == [("binding", "Patient.gender")]
    assert validate(RIGHT | {"photo": [{"title": "x"}]}) == []


def test_a_profile_that_is_not_loaded_is_told_once():
    other = {"resourceType": "Patient", "meta": {"profile": ["http://example.org/unknown"]}}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": other}, {"resource": other}]}
    [issue] = validate(bundle, profiles=JUDGE)
    assert (issue.severity, issue.rule, issue.path) == (
        "information",
        "profile-unknown",
        "Bundle.entry[0].resource.meta.profile[0]",
    )


def test_a_profile_of_another_type_is_refused():
    wrong = {"resourceType": "Organization", "name": "x", "meta": {"profile": [URL]}}
    assert found(wrong) == [("profile-type", "Organization.meta.profile[0]")]


def test_resources_inside_are_judged_by_what_they_claim():
    held = RIGHT | {"photo": [{"title": "x"}]}
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "x", "resource": held}]}
    assert found(parameters) == [("profile-max", "Parameters.parameter[0].resource.photo")]


BY_PROFILE = profile(
    "http://example.org/bundle",
    "Bundle",
    element("Bundle.entry", slicing={"discriminator": [{"type": "profile", "path": "resource"}], "rules": "open"}),
    element("Bundle.entry:patient", min=1, max="1"),
    element("Bundle.entry:patient.resource", min=1, max="1", type=[{"code": "Patient", "profile": [URL]}]),
)


def test_entries_are_told_apart_by_the_profile_of_their_resource():
    judge = Judge(Profiles([PATIENT, NOTE, BY_PROFILE]), _codes)
    bundle = {"resourceType": "Bundle", "type": "collection", "meta": {"profile": ["http://example.org/bundle"]}}
    right = {"resource": RIGHT}
    assert found(bundle | {"entry": [right, {"resource": {"resourceType": "Organization", "name": "x"}}]}, judge) == []
    assert found(bundle | {"entry": [{"resource": {"resourceType": "Patient"}}]}, judge) == [("profile-min", "Bundle")]
    assert found(bundle | {"entry": [right, right]}, judge) == [("profile-max", "Bundle.entry")]


def test_slices_that_cannot_be_told_apart_here_are_not_judged():
    unknown = profile(
        URL,
        "Patient",
        element(
            "Patient.contact", slicing={"discriminator": [{"type": "value", "path": "name.use"}], "rules": "closed"}
        ),
        element("Patient.contact:any", min=1, max="1"),
    )
    contact = {"contact": [{"name": {"text": "x"}}]}
    assert found(RIGHT | contact, Judge(Profiles([unknown]))) == []


_LEAVES = st.sampled_from([None, True, 5, "", "x", "female", INS, URL])
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["system", "value", "code", "coding", "type", "url", "extension", "family"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from(["identifier", "name", "gender", "extension", "contact", "photo", "deceasedBoolean"]), _VALUES
    )
)
def test_no_resource_crashes_the_judge(more):
    validate(RIGHT | more, profiles=JUDGE)
