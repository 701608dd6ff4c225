"""The proofs of RFC 9162: others' vectors, and every tree up to 70 leaves."""

import base64
import json
from pathlib import Path

import pytest

from hygie.trace import merkle

LEAVES = [merkle.leaf_hash(str(number).encode()) for number in range(70)]


def _cases(folder: Path) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))]


def _bytes(value: str | None) -> bytes:
    return base64.b64decode(value or "")


def test_the_merkle_vectors_of_others(shared_path, capsys):
    folder = shared_path / "conformance/merkle"
    inclusion, consistency = _cases(folder / "inclusion"), _cases(folder / "consistency")
    wrong = []
    for case in inclusion:
        proof = [_bytes(each) for each in case["proof"] or ()]
        got = merkle.includes(_bytes(case["root"]), case["treeSize"], _bytes(case["leafHash"]), case["leafIdx"], proof)
        wrong += [case["desc"]] * (got == case["wantErr"])
    for case in consistency:
        proof = [_bytes(each) for each in case["proof"] or ()]
        roots = _bytes(case["root1"]), _bytes(case["root2"])
        got = merkle.is_consistent(case["size1"], roots[0], case["size2"], roots[1], proof)
        wrong += [case["desc"]] * (got == case["wantErr"])
    total = len(inclusion) + len(consistency)
    with capsys.disabled():
        print(f"\nmerkle: {total - len(wrong)} of {total}")
    assert total > 150 and wrong == []


@pytest.mark.parametrize("size", range(1, 71))
def test_every_proof_of_a_tree_holds_and_leads_nowhere_else(size):
    leaves = LEAVES[:size]
    root = merkle.root_hash(leaves)
    for index in range(size):
        proof = merkle.inclusion_proof(leaves, index)
        assert merkle.includes(root, size, leaves[index], index, proof)
        assert not merkle.includes(root, size, leaves[index], index, [*proof, root])
        assert size == 1 or not merkle.includes(root, size, leaves[index - 1], index, proof)
    for former in range(1, size + 1):
        proof = merkle.consistency_proof(leaves, former)
        head = merkle.root_hash(leaves[:former])
        assert merkle.is_consistent(former, head, size, root, proof)
        assert former == size or not merkle.is_consistent(former, root, size, head, proof)


def test_a_place_that_does_not_exist_has_no_proof():
    for index in (-1, 3):
        with pytest.raises(IndexError):
            merkle.inclusion_proof(LEAVES[:3], index)
    for former in (0, 4):
        with pytest.raises(IndexError):
            merkle.consistency_proof(LEAVES[:3], former)
