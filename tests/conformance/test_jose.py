"""Wycheproof's JOSE vectors (../shared/conformance/jose) on the reader of provider tokens.

Applicable: every signature that must be refused, and those that must be accepted among what this reader is for. Left out:
JWE (nothing is encrypted for us), valid HMAC (a shared secret signs no token of a provider), and four valid signatures whose
key names another algorithm than theirs (`PS256` for PS384, `ES521`): RFC 8725 §3.1 refuses them, and so do we.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hygie.identity.federation import tokens
from hygie.lib.errors import Invalid

FILES = ("json_web_signature_test.json", "json_web_key_test.json", "json_web_crypto_test.json")
# Fewer would mean that a rule of this file leaves out what it should not.
LEAST = 450


def _vectors(folder: Path) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    for name in FILES:
        for group in json.loads((folder / name).read_text())["testGroups"]:
            for vector in group["tests"]:
                yield f"{name} {vector['tcId']} {vector['comment']}", group, vector


def _keys(group: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    published = group.get("public") or group["private"]
    keys = published.get("keys", [published])
    return list(keys)


def _is_accepted(text: str, keys: list[Mapping[str, Any]]) -> bool:
    try:
        tokens.verify_bytes(text, tokens.read_header(text), keys)
    except Invalid:
        return False
    return True


def _applies(group: Mapping[str, Any], vector: Mapping[str, Any]) -> bool:
    if "jws" not in vector:
        return False  # JWE
    if vector["result"] == "invalid":
        return True
    head = vector["jws"].partition(".")[0]
    algorithm = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["alg"] if head.isalnum() else ""
    return algorithm in tokens.ALGORITHMS and any(key.get("alg") == algorithm for key in _keys(group))


def test_the_vectors_of_wycheproof(shared_path):
    wrong, applied, every = [], 0, 0
    for name, group, vector in _vectors(shared_path / "conformance" / "jose"):
        every += 1
        if not _applies(group, vector):
            continue
        applied += 1
        text = vector["jws"] if isinstance(vector["jws"], str) else json.dumps(vector["jws"])
        if _is_accepted(text, _keys(group)) != (vector["result"] == "valid"):
            wrong.append(f"{name}: {vector['result']}, {vector.get('flags')}")
    print(f"jose: {applied - len(wrong)} of {applied} applicable vectors ({every} in all)")
    assert wrong == []
    assert applied >= LEAST


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS1", "", "EdDSA"])
def test_another_algorithm_is_refused_before_any_key_is_looked_at(algorithm):
    head = base64.urlsafe_b64encode(json.dumps({"alg": algorithm}).encode()).rstrip(b"=").decode()
    with pytest.raises(Invalid) as caught:
        tokens.read_header(f"{head}.e30.AA")
    assert caught.value.code == "token-algorithm"
