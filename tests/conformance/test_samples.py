"""Every published sample through the machines' door: kept and given back unchanged, or refused for a fault that it has.

A Bundle is an envelope that this server does not keep: its resources go in, one by one; those of Synthea as the transactions
that they are. References lead to the test space; the rest, every digit of decimals included, has to come back.
"""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.test_validator import is_listed, listed

ENVELOPES = ("Bundle", "Parameters", "OperationOutcome")
FAULTS = ("Published samples that we refuse", "Published samples that do not conform to the French profile they claim")
KEPT = {"fhir-examples": 178, "r4-examples": 54}
OF_SYNTHEA = 20
Object = dict[str, Any]


def read(text: bytes) -> Object:
    """Decimals as they are written: 72.500 is not 72.5 here."""
    return dict(
        json.loads(text, parse_float=lambda digits: f"decimal {digits}", parse_int=lambda digits: f"int {digits}")
    )


def written(told: Any) -> str:
    """JSON again, decimals as they were."""
    if isinstance(told, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{written(each)}" for name, each in told.items()) + "}"
    if isinstance(told, list):
        return "[" + ",".join(map(written, told)) + "]"
    if isinstance(told, str) and told.startswith(("decimal ", "int ")) and told.partition(" ")[2][:1] in "-0123456789":
        return told.partition(" ")[2]
    return json.dumps(told)


def resources(told: Object) -> Iterator[Object]:
    """The resource, or those of a Bundle."""
    if told["resourceType"] != "Bundle":
        yield told
        return
    for entry in told.get("entry", ()):
        if "resource" in entry:
            yield from resources(entry["resource"])


def led(told: Any, where: dict[str, str]) -> Any:
    """References as the server has them."""
    if isinstance(told, list):
        return [led(each, where) for each in told]
    if not isinstance(told, dict):
        return told
    return {
        name: where.get(each, each) if name == "reference" and isinstance(each, str) else led(each, where)
        for name, each in told.items()
    }


def places(told: Object, patient_id: str) -> dict[str, str]:
    """What leads to a patient leads to the one of the test space."""
    found: dict[str, str] = {}

    def look(each: Any) -> None:
        if isinstance(each, dict):
            reference, resource = each.get("reference"), each.get("resource")
            if isinstance(reference, str) and "Patient/" in reference and not reference.startswith("#"):
                found[reference] = f"Patient/{patient_id}"
            if isinstance(resource, dict) and resource.get("resourceType") == "Patient" and "fullUrl" in each:
                found[each["fullUrl"]] = f"Patient/{patient_id}"
        for inside in each.values() if isinstance(each, dict) else each if isinstance(each, list) else ():
            look(inside)

    look(told)
    return found


def bare(told: Object) -> Object:
    """Without what a server gives: the id, the version, its moment. Of a Binary, the bytes and not their line breaks."""
    meta = {name: each for name, each in told.get("meta", {}).items() if name not in ("versionId", "lastUpdated")}
    rest = {name: each for name, each in told.items() if name not in ("id", "meta")}
    if told["resourceType"] == "Binary" and "data" in rest:
        rest["data"] = base64.b64encode(base64.b64decode(rest["data"])).decode()
    return rest | ({"meta": meta} if meta else {})


def is_ins(identifier: Object) -> bool:
    return str(identifier.get("system", "")).startswith("urn:oid:1.2.250.1.213.1.4.")


def kept(bench: Any, resource: Object, patient_id: str) -> str:
    """ "" when it came back unchanged; else what was said, or what was changed."""
    path = f"/fhir/{resource['resourceType']}"
    answer = bench.post(path, written(resource).encode())
    if answer.status_code == 422 and "patient-required" in answer.content.decode():
        # Nobody's sample: here it is somebody's, as this server asks of its type.
        element = answer.json()["issue"][0]["expression"][0].partition(".")[2]
        before = resource.get(element, {}).get("reference", "")
        left = [each for each in resource.get("contained", ()) if f"#{each.get('id')}" != before]
        resource = resource | {element: {"reference": f"Patient/{patient_id}"}, "contained": left}
        resource = {name: each for name, each in resource.items() if each != []}
        answer = bench.post(path, written(resource).encode())
    if answer.status_code == 422 and '"ins-' in answer.content.decode():
        # The identity of a space is the country's: INS that nobody has are not taken, and this is no matter of FHIR.
        resource = resource | {"identifier": [each for each in resource["identifier"] if not is_ins(each)]}
        resource = {name: each for name, each in resource.items() if each != []}
        answer = bench.post(path, written(resource).encode())
    if answer.status_code != 201:
        told = [
            (each["details"]["coding"][0]["code"], each.get("expression", [""])[0]) for each in answer.json()["issue"]
        ]
        return f"{answer.status_code} {told[:3]}"
    again = bench.get(f"{path}/{answer.json()['id']}", Accept="application/fhir+json")
    back, sent = bare(read(again.content)), bare(resource)
    return "" if back == sent else f"changed: {[name for name in {**back, **sent} if back.get(name) != sent.get(name)]}"


@pytest.mark.parametrize("folder", list(KEPT))
def test_every_sample_is_kept_and_given_back_unchanged_or_has_a_listed_fault(shared_path, bench, patient_id, folder):
    at = shared_path / "samples"
    told: Counter[str] = Counter()
    refused: dict[str, str] = {}
    for path in sorted((at / folder).rglob("*.json")):
        sample = read(path.read_bytes())
        if "resourceType" not in sample:
            continue
        where = places(sample, patient_id)
        for resource in resources(sample):
            if resource["resourceType"] in ENVELOPES:
                told["envelopes"] += 1
                continue
            why = kept(bench, led(resource, where), patient_id)
            told["kept" if not why else "refused"] += 1
            if why:
                refused[str(path.relative_to(at))] = why
    for name, why in refused.items():
        print(f"  {name}: {why}")
    print(f"{folder}: {told['kept']} of {told['kept'] + told['refused']} resources kept and given back unchanged")
    faults = {name for heading in FAULTS for name in listed(heading)}
    assert {name: why for name, why in refused.items() if not is_listed(name, faults)} == {}
    assert told["kept"] >= KEPT[folder]


def names_of(entry: Object) -> Iterator[str]:
    """How others refer to the resource of an entry: by its fullUrl, or by an identifier (a conditional reference)."""
    yield entry["fullUrl"]
    resource = entry["resource"]
    identifiers = resource.get("identifier", ())
    for each in identifiers if isinstance(identifiers, list) else ():
        yield f"{resource['resourceType']}?identifier={each.get('system')}|{each.get('value')}"


def test_every_patient_of_synthea_comes_back_as_it_was_sent(shared_path, bench):
    """Transactions as published: each opens a test space. References lead where the answer says that resources are now."""
    count = changed = 0
    where: dict[str, str] = {}
    files = sorted((shared_path / "samples/synthea-r4").glob("*.json"), key=lambda path: "Information" not in path.name)
    for path in files:
        sample = read(path.read_bytes())
        answer = bench.post("/fhir", path.read_bytes())
        assert answer.status_code == 200, (path.name, answer.content[:500])
        addresses = [each["response"]["location"].partition("/_history/")[0] for each in answer.json()["entry"]]
        addresses = [each[each.rindex("/fhir/") + 6 :] if "/fhir/" in each else each for each in addresses]
        for entry, to in zip(sample["entry"], addresses, strict=True):
            where |= dict.fromkeys(names_of(entry), to)
        for entry, address in zip(sample["entry"], addresses, strict=True):
            back = bare(read(bench.get(f"/fhir/{address}").content))
            sent = bare(led(entry["resource"], where))
            count += 1
            differ = {name for name in {**back, **sent} if back.get(name) != sent.get(name)}
            if differ:
                changed += 1
                print(path.name, address.partition("/")[0], differ)
    print(f"synthea-r4: {count - changed} of {count} resources of {len(files)} transactions given back unchanged")
    assert len(files) == OF_SYNTHEA
    assert changed == 0


def test_samples_are_told_apart_to_the_digit(tmp_path: Path):
    told = b'{"resourceType":"Observation","valueQuantity":{"value":72.500},"component":[{"valueInteger":3}]}'
    assert written(read(told)).encode() == told
    assert bare(read(told)) != bare(read(told.replace(b"72.500", b"72.5")))
