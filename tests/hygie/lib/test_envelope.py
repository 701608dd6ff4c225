"""A small secret under the master key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygie.lib import crypto
from hygie.lib.errors import Unavailable

KEYS = f"keys:{crypto.encode_key(bytes(range(32)))}"


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_an_envelope_opens_in_its_context_only(plain: bytes, context: bytes):
    sealed = crypto.envelope(KEYS, plain, context=context)
    assert crypto.open_envelope(KEYS, sealed, context=context) == plain
    with pytest.raises(crypto.IntegrityError):
        crypto.open_envelope(KEYS, sealed, context=context + b"x")


@given(st.data())
def test_an_altered_envelope_does_not_open(data):
    sealed = bytearray(crypto.envelope(KEYS, b"secret", context=b"c"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unavailable):
        crypto.open_envelope(KEYS, bytes(sealed), context=b"c")


@pytest.mark.parametrize("cut", [b"", b"\x10", b"\x01a\x00"])
def test_a_cut_envelope_does_not_open(cut: bytes):
    with pytest.raises(Unavailable):
        crypto.open_envelope(KEYS, cut, context=b"c")
