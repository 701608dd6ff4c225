"""Encryption at rest: AES-256-GCM, one data key a space, wrapped by a key-encryption key (KEK).

The KEK comes from a keyring: a file or an environment value here, or a class of the deployer's that talks to a
KMS or an HSM. Losing a space's wrapped key erases all its files (crypto-erasure).
"""

import base64
import binascii
import hashlib
import secrets
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hygie.lib.errors import Unavailable

KEY_BYTES = 32
_NONCE_BYTES = 12


class Keyring(Protocol):
    """What wraps and unwraps data keys. `kek_id` says which KEK, so that keys can be rotated."""

    def wrap(self, data_key: bytes, *, context: bytes) -> tuple[str, bytes]: ...

    def unwrap(self, kek_id: str, wrapped: bytes, *, context: bytes) -> bytes: ...


class IntegrityError(Unavailable):
    """What is stored is not what was written; it is not shown."""

    default_code = "integrity"


def new_data_key() -> bytes:
    return AESGCM.generate_key(bit_length=256)


def seal(key: bytes, plain: bytes, *, context: bytes) -> bytes:
    """nonce (12 bytes) + ciphertext + tag; `context` is authenticated, not stored."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def unseal(key: bytes, sealed: bytes, *, context: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as error:
        raise IntegrityError from error


class LocalKeyring:
    """KEKs held in memory, the first wraps; the others only unwrap (rotation)."""

    def __init__(self, keys: list[bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError("a master key is 32 bytes, base64")
        self._keys = {hashlib.sha256(b"hygie.kek" + key).hexdigest()[:16]: key for key in keys}
        self._current = next(iter(self._keys))

    def wrap(self, data_key: bytes, *, context: bytes) -> tuple[str, bytes]:
        return self._current, seal(self._keys[self._current], data_key, context=context)

    def unwrap(self, kek_id: str, wrapped: bytes, *, context: bytes) -> bytes:
        if kek_id not in self._keys:
            raise Unavailable("the master key of this space is not loaded", code="kek-missing")
        return unseal(self._keys[kek_id], wrapped, context=context)


def decode_keys(text: str) -> list[bytes]:
    """Base64 keys of 32 bytes, one a line or separated by commas; the first is the current one."""
    try:
        return [base64.b64decode(part, validate=True) for part in text.replace(",", "\n").split()]
    except binascii.Error as error:
        raise ValueError("a master key is 32 bytes, base64") from error


def encode_key(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")


@lru_cache(maxsize=8)
def keyring(spec: str) -> Keyring:
    """`file:PATH`, `keys:BASE64[,BASE64]` or `class:module:Name` (a deployer's KMS adapter, called without arguments)."""
    kind, _, rest = spec.partition(":")
    if kind == "file":
        return LocalKeyring(decode_keys(Path(rest).read_text(encoding="ascii")))
    if kind == "keys":
        return LocalKeyring(decode_keys(rest))
    if kind == "class":
        module, _, name = rest.partition(":")
        adapter: Keyring = getattr(import_module(module), name)()
        return adapter
    raise ValueError("HYGIE_MASTER_KEY must be file:…, keys:… or class:…")


def envelope(spec: str, plain: bytes, *, context: bytes) -> bytes:
    """A small secret under a key of its own, which the KEK wraps: kek id, wrapped key and ciphertext, each but the last
    after its length on one byte (two for the wrapped key)."""
    data_key = new_data_key()
    kek_id, wrapped = keyring(spec).wrap(data_key, context=context)
    head = kek_id.encode("ascii")
    sealed = seal(data_key, plain, context=context)
    return bytes([len(head)]) + head + len(wrapped).to_bytes(2, "big") + wrapped + sealed


def open_envelope(spec: str, enveloped: bytes, *, context: bytes) -> bytes:
    """Raises IntegrityError when it is not what `envelope` made for this context, Unavailable without its KEK."""
    if not enveloped or len(enveloped) < enveloped[0] + 3:
        raise IntegrityError
    start = 1 + enveloped[0]
    end = start + 2 + int.from_bytes(enveloped[start : start + 2], "big")
    head, wrapped = enveloped[1:start], enveloped[start + 2 : end]
    data_key = keyring(spec).unwrap(head.decode("ascii", "replace"), wrapped, context=context)
    return unseal(data_key, enveloped[end:], context=context)
