"""What the French guides publish for search is here as data."""

import json

import pytest

from hygie.fhir.core.search.fields import find_param


def test_every_search_parameter_of_the_french_guides_is_known_to_search_and_to_the_index(shared_path):
    folder = shared_path / "samples/fhir-conformance"
    if not folder.is_dir():
        pytest.skip("NOT RUN: the French guides are not here")
    published = [json.loads(path.read_bytes()) for path in sorted(folder.rglob("SearchParameter-*.json"))]
    pairs = {(base, each["code"]) for each in published for base in each["base"]}
    missing = {(base, code) for base, code in pairs if find_param(base, code) is None}
    print(f"French search parameters: {len(pairs) - len(missing)} of {len(pairs)}, of {len(published)} files")
    assert missing == set()
