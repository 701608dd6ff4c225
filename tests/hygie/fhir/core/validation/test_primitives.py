"""The values of primitive types: what R4 lets in, and what it does not."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.fhir.core.definitions import load
from hygie.fhir.core.validation.primitives import CHECKS, decoded_size

RIGHT = {
    "base64Binary": ["AA==", "QUJD", "QU JD\nQUJD"],
    "boolean": [True, False],
    "canonical": ["http://example.org/x|1.0", "#local", "urn:uuid:6A2EE390-978e-42c6-8f88-c17dff3bd8a3"],
    "code": ["a", "a b", "été", "<="],
    "date": ["2026", "2026-02", "2026-02-28", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"],
    "dateTime": ["2026", "2026-03-16", "2026-03-16T10:12:00Z", "2026-03-16T23:59:60.123456789+14:00"],
    "decimal": [1, -3, Decimal("72.50"), Decimal("1E+3")],
    "id": ["a", "A-1.b", "x" * 64],
    "instant": ["2026-03-16T10:12:00.5+01:00"],
    "integer": [0, -(2**31), 2**31 - 1],
    "markdown": ["# a\n\tb"],
    "oid": ["urn:oid:1.2.250.1", "urn:oid:0.0"],
    "positiveInt": [1],
    "string": ["x", "É\u00a0!", "line\r\n\tline", " "],
    "time": ["10:12:00", "23:59:59.999"],
    "unsignedInt": [0],
    "uri": ["a", "http://x/ç", "urn:oid:1.2.3", "urn:x", "urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a3#part"],
    "url": ["mailto:a@example.org"],
    "uuid": ["urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a3"],
}
WRONG = {
    "base64Binary": ["", "A", "AAA", "%%%", "AA==AA==", "é", 5],
    "boolean": ["true", 0, 1, None],
    "canonical": ["", "a b", " a"],
    "code": ["", " a", "a ", "a  b", "\u00a0a", 5],
    "date": [
        "2026-02-31",
        "2026-02-29",
        "1900-02-29",
        "2026-04-31",
        "2026-13",
        "0000",
        "26",
        "2026-1-1",
        "2026-03-16T10:12:00Z",
    ],
    "dateTime": [
        "2026-02-31T10:12:00Z",
        "2026-03-16T10:12:00",
        "2026-03-16T10:12Z",
        "2026-03-16T24:00:00Z",
        "2026-03-16 10:12",
    ],
    "decimal": ["1", True, None, []],
    "id": ["", "a_b", "a b", "x" * 65, "é", "a\n"],
    "instant": ["2026", "2026-03-16", "2026-02-30T10:12:00Z"],
    "integer": [2**31, -(2**31) - 1, Decimal("1.0"), "1", True, None],
    "markdown": [""],
    "oid": ["1.2.3", "urn:oid:1.02", "urn:oid:3.1", "urn:oid:1"],
    "positiveInt": [0, -1],
    "string": ["", "\x07", "a\x00", None, 5, ["a"], {}],
    "time": ["10:12", "24:00:00", "10:12:00Z"],
    "unsignedInt": [-1],
    "uri": ["", "a b", "\ta", "a\n", "urn:oid:x", "urn:uuid:x"],
    "url": ["http://x y"],
    "uuid": ["6a2ee390-978e-42c6-8f88-c17dff3bd8a3", "urn:uuid:6A2EE390-978e-42c6-8f88-c17dff3bd8a3"],
}


def test_every_primitive_type_of_r4_has_a_check():
    primitives = {name for name, kind in load().kinds.items() if kind == "primitive"}
    assert set(CHECKS) == primitives - {"xhtml"}
    assert set(RIGHT) == set(WRONG) == set(CHECKS)


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in RIGHT.items() for value in values])
def test_right_values_are_let_in(kind, value):
    assert CHECKS[kind](value, None) is None


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in WRONG.items() for value in values])
def test_wrong_values_are_refused_with_a_sentence(kind, value):
    [fault] = CHECKS[kind](value, None) or []
    assert fault.severity == "error"
    assert fault.message.endswith((".", ")"))


def test_a_string_has_its_limit_and_a_document_in_base64_has_none():
    assert CHECKS["string"]("x" * 1_048_576, None) is None
    assert CHECKS["string"]("x" * 1_048_577, None) is not None
    assert CHECKS["base64Binary"]("QUJD" * 400_000, None) is None


@pytest.mark.parametrize(
    "kind", ["date", "dateTime", "instant", "time", "id", "oid", "uuid", "unsignedInt", "positiveInt"]
)
@given(data=st.data())
def test_what_is_let_in_matches_the_published_expression_and_the_reverse_but_for_days_that_no_calendar_has(kind, data):
    published = load().types[kind].regex
    text = data.draw(st.from_regex(published, fullmatch=True) | st.text(max_size=12))
    if re.fullmatch(published, text) is None:
        if kind not in ("unsignedInt", "positiveInt"):
            assert CHECKS[kind](text, None) is not None
    elif kind in ("unsignedInt", "positiveInt"):
        assert text.isascii() and (CHECKS[kind](int(text), None) is None or int(text) >= 2**31)
    elif CHECKS[kind](text, None) is not None:
        assert kind in ("date", "dateTime", "instant")
        assert text[5:10] in ("02-29", "02-30", "02-31", "04-31", "06-31", "09-31", "11-31")


@given(st.binary(max_size=40))
def test_base64_of_anything_is_let_in_and_its_size_is_known(data):
    import base64

    assert decoded_size(base64.b64encode(data).decode()) == (len(data) if data else None)
