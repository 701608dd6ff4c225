"""JSON Patch (RFC 6902) and FHIRPath Patch on resources."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fhir.core import fhirpath_patch, json_patch
from hygie.fhir.core.json_patch import PatchFailed

# RFC 6902, appendix A: (document, patch, result); None: an error.
RFC = [
    ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"foo": "bar", "baz": "qux"}),
    ({"foo": ["bar", "baz"]}, [{"op": "add", "path": "/foo/1", "value": "qux"}], {"foo": ["bar", "qux", "baz"]}),
    ({"baz": "qux", "foo": "bar"}, [{"op": "remove", "path": "/baz"}], {"foo": "bar"}),
    ({"foo": ["bar", "qux", "baz"]}, [{"op": "remove", "path": "/foo/1"}], {"foo": ["bar", "baz"]}),
    ({"baz": "qux", "foo": "bar"}, [{"op": "replace", "path": "/baz", "value": "boo"}], {"baz": "boo", "foo": "bar"}),
    (
        {"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}},
        [{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}],
        {"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}},
    ),
    (
        {"foo": ["all", "grass", "cows", "eat"]},
        [{"op": "move", "from": "/foo/1", "path": "/foo/3"}],
        {"foo": ["all", "cows", "eat", "grass"]},
    ),
    (
        {"baz": "qux", "foo": ["a", 2, "c"]},
        [{"op": "test", "path": "/baz", "value": "qux"}, {"op": "test", "path": "/foo/1", "value": 2}],
        {"baz": "qux", "foo": ["a", 2, "c"]},
    ),
    ({"baz": "qux"}, [{"op": "test", "path": "/baz", "value": "bar"}], None),
    (
        {"foo": "bar"},
        [{"op": "add", "path": "/child", "value": {"grandchild": {}}}],
        {"foo": "bar", "child": {"grandchild": {}}},
    ),
    ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux", "xyz": 123}], {"foo": "bar", "baz": "qux"}),
    ({"foo": "bar"}, [{"op": "add", "path": "/baz/bat", "value": "qux"}], None),
    ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": 10}], {"/": 9, "~1": 10}),
    ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": "10"}], None),
    ({"foo": ["bar"]}, [{"op": "add", "path": "/foo/-", "value": ["abc"]}], {"foo": ["bar", ["abc"]]}),
    ({"foo": [1]}, [{"op": "add", "path": "/foo/2", "value": 0}], None),
    ({"foo": [1]}, [{"op": "remove", "path": "/foo/01"}], None),
    ({"foo": [1]}, [{"op": "remove", "path": "/foo/-"}], None),
    ({"foo": 1}, [{"op": "test", "path": "/foo", "value": True}], None),
    ({"foo": 1}, [{"op": "test", "path": "/foo", "value": 1.0}], {"foo": 1}),
    ({"foo": {"a": 1}}, [{"op": "move", "from": "/foo", "path": "/foo/b"}], None),
    ({"foo": {"a": 1}}, [{"op": "copy", "from": "/foo", "path": "/bar"}], {"foo": {"a": 1}, "bar": {"a": 1}}),
    ({"foo": 1}, [{"op": "add", "path": "foo", "value": 1}], None),
    ({"foo": 1}, [{"op": "add", "path": "/~2", "value": 1}], None),
    ({"foo": 1}, [{"op": "replace", "path": "/bar", "value": 1}], None),
    ({"foo": 1}, [{"op": "add", "path": "/bar"}], None),
    ({"foo": 1}, [{"op": "remove", "path": ""}], None),
    ({"foo": 1}, {"op": "remove"}, None),
    ({"foo": 1}, [1], None),
]


@pytest.mark.parametrize(("document", "patch", "result"), RFC)
def test_json_patch_does_what_the_rfc_says(document, patch, result):
    before = repr(document)
    if result is None:
        with pytest.raises(PatchFailed):
            json_patch.apply(document, patch)
    else:
        assert json_patch.apply(document, patch) == result
    assert repr(document) == before


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
paths = st.lists(st.text(max_size=3) | st.integers(0, 3).map(str) | st.just("-"), max_size=3).map(
    lambda steps: "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)
)


operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]), "path": paths},
    optional={"from": paths, "value": values},
)


@given(st.dictionaries(st.text(max_size=3), values, max_size=4), st.lists(operations, max_size=5))
def test_json_patch_fails_cleanly_or_changes_a_copy(document, patch):
    before = repr(document)
    try:
        json_patch.apply(document, patch)
    except PatchFailed:
        pass
    assert repr(document) == before


PATIENT = {
    "resourceType": "Patient",
    "active": True,
    "name": [{"use": "official", "given": ["A", "B"]}, {"use": "usual", "given": ["C"]}],
}


def operation(**parts):
    names = {"value": "valueString", "index": "valueInteger", "source": "valueInteger", "destination": "valueInteger"}
    told = []
    for name, value in parts.items():
        key, content = value if isinstance(value, tuple) else (names.get(name, "valueString"), value)
        told.append({"name": name, key: content})
    return {"name": "operation", "part": told}


FIRST, SECOND = PATIENT["name"]
FHIRPATH = [
    (operation(type="replace", path="Patient.active", value=("valueBoolean", False)), {"active": False}),
    (
        operation(type="replace", path="Patient.name[1].given[0]", value="D"),
        {"name": [FIRST, {"use": "usual", "given": ["D"]}]},
    ),
    (
        operation(type="replace", path="Patient.name.where(use = 'usual').use", value="old"),
        {"name": [FIRST, {"use": "old", "given": ["C"]}]},
    ),
    (operation(type="delete", path="Patient.name[0]"), {"name": [SECOND]}),
    (operation(type="delete", path="Patient.birthDate"), {}),
    (
        operation(type="add", path="Patient", name="birthDate", value=("valueDate", "2020-01-01")),
        {"birthDate": "2020-01-01"},
    ),
    (operation(type="add", path="Patient", name="deceased", value=("valueBoolean", True)), {"deceasedBoolean": True}),
    (
        operation(type="add", path="Patient.name.first()", name="given", value="Z"),
        {"name": [{"use": "official", "given": ["A", "B", "Z"]}, SECOND]},
    ),
    (
        operation(type="add", path="Patient", name="telecom", value=("valueContactPoint", {"value": "1"})),
        {"telecom": [{"value": "1"}]},
    ),
    (
        operation(type="insert", path="Patient.name", index=1, value=("valueHumanName", {"text": "X"})),
        {"name": [FIRST, {"text": "X"}, SECOND]},
    ),
    (operation(type="move", path="Patient.name", source=1, destination=0), {"name": PATIENT["name"][::-1]}),
]


@pytest.mark.parametrize(("told", "changes"), FHIRPATH)
def test_fhirpath_patch_changes_what_the_path_names(told, changes):
    before = repr(PATIENT)
    patched = fhirpath_patch.apply(PATIENT, {"resourceType": "Parameters", "parameter": [told]})
    assert patched == PATIENT | changes
    assert repr(PATIENT) == before


@pytest.mark.parametrize(
    "told",
    [
        operation(type="replace", path="Patient.name", value="x"),  # two of them
        operation(type="replace", path="Patient.birthDate", value="x"),  # not here
        operation(type="delete", path="Patient.name"),
        operation(type="replace", path="Patient.name.exists()", value="x"),
        operation(type="replace", path="Patient.descendants()", value="x"),
        operation(type="add", path="Patient", name="active", value=("valueBoolean", False)),
        operation(type="insert", path="Patient.name", index=5, value="x"),
        operation(type="move", path="Patient.name", source=0, destination=7),
        operation(type="jump", path="Patient.active"),
        operation(type="replace"),
        {"name": "other"},
        {"name": "operation", "part": [{"name": "type"}]},
    ],
)
def test_fhirpath_patch_refuses_what_it_does_not_wholly_understand(told):
    with pytest.raises(PatchFailed):
        fhirpath_patch.apply(PATIENT, {"resourceType": "Parameters", "parameter": [told]})
