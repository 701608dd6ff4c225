import copy
import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fhir.core import json

names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | names
    | st.decimals(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=20
)


@pytest.mark.parametrize(
    "number",
    [
        "72.50", "0.10", "-0.0", "1E+400", "1e-7", "100.000", "123456789012345678901234567890", "0.000000001", "1e5", "1E5",
        "0.00000000", "-0", "-0e-0", "1.0E+2", "0",
    ],
)  # fmt: skip
def test_numbers_are_written_as_they_came(number):
    text = b'{"value":' + number.encode() + b"}"
    value = json.read(text)
    assert value["value"] == Decimal(number)
    assert json.write(value) == text
    assert json.write(copy.deepcopy(value)) == text
    assert json.write(pickle.loads(pickle.dumps(value))) == text


@given(values)
def test_what_is_written_is_read_back(value):
    assert json.read(json.write(value)) == value


@given(st.dictionaries(names, values, min_size=1, max_size=3), st.sampled_from([b":", b" : ", b"\n:\t"]))
def test_the_same_name_twice_is_found_wherever_it_is(value, colon):
    name, inner = next(iter(value.items()))
    whole = json.write(value)
    twice = whole[:-1] + b"," + json.write(name) + colon + json.write(inner) + b"}"
    for text in (twice, b'{"outer":[' + twice + b"]}"):
        with pytest.raises(json.Malformed) as caught:
            json.read(text)
        assert caught.value.code == "json-duplicate-name"


@pytest.mark.parametrize(
    "text", [b'{"a":":"}', b'{"a":"\\":\\":"}', b'{"a":"\\\\"}', b'{"a\\":b":1}', b'{"a" :1}', b'{"":{"":[]}}']
)
def test_colons_inside_strings_are_not_names(text):
    json.read(text)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"nul",
        b"[1,]",
        b"{'a':1}",
        b"NaN",
        b"[Infinity]",
        b"01",
        b"\xff",
        b'"\\ud800"',
        b'"\x01"',
        b"1 2",
        b"//x\n1",
    ],
)
def test_what_is_not_json_is_malformed(text):
    with pytest.raises(json.Malformed):
        json.read(text)


def test_nesting_has_a_limit():
    for text in (b"[" * 100_000, b"[" * 70 + b"]" * 70, b'{"a":' * 70 + b"1" + b"}" * 70):
        with pytest.raises(json.Malformed):
            json.read(text)
    json.read(b"[" * 63 + b"]" * 63)


def test_a_large_text_is_read_in_a_bounded_time():
    text = b'{"data":"' + b"QUJD" * 2_000_000 + b'"}'
    assert len(json.read(text)["data"]) == 8_000_000


def test_every_text_of_the_conformance_suite(shared_path):
    """JSONTestSuite: what must be accepted is (but NUL and duplicate names, which FHIR does not have), the rest never crashes."""
    folder = shared_path / "conformance" / "json-parsing"
    refused = {}
    accepted = set()
    for path in sorted(folder.rglob("*.json")):
        try:
            json.read(path.read_bytes())
        except json.Malformed as error:
            refused[path.name] = error.code
        else:
            accepted.add(path.name)
    assert accepted
    assert {name for name in accepted if name.startswith("n_")} == set()
    ours = {code for name, code in refused.items() if name.startswith("y_")}
    assert ours <= {"json-duplicate-name", "json-nul"}
