"""The official PDSm and PDSm4DMP examples: those that are deposits go in, or are refused for the reason that
docs/reference/api.md gives."""

import base64
import json

import pytest

from hygie.identity.ins import INS
from tests import factories
from tests.hygie.api import pdsm
from tests.hygie.api.conftest import code_of, issue_of

# example → (path, why it is refused as it stands)
REFUSED = {
    "pdsm4dmp/Bundle-example-td2-iti65-lot-soumission": ("/fhir", "cda-patient-missing"),
    "pdsm4dmp/DocumentReference-example-td2-iti105-publication-simplifiee": (
        "/fhir/DocumentReference",
        "cda-patient-missing",
    ),
}
# Not deposits: answers to a search, parts of a page, a FHIR document. As a deposit each lacks its file.
NOT_DEPOSITS = {
    "pdsm/DocumentReference-exemple-pdsm-documentreference": "required",
    "pdsm4dmp/DocumentReference-doc-x-id": "required",
    "pdsm4dmp/DocumentReference-example-annexe-docref-cda": "required",
    "pdsm4dmp/DocumentReference-example-td3-1a-cr-consultation": "required",
    "pdsm4dmp/DocumentReference-example-td3-1a-fhir-document": "required",
}
NUMBER = INS("1.2.250.1.213.1.4.8", "123456789012345")


@pytest.fixture
def samples(shared_path):
    return shared_path / "samples" / "fhir-examples"


@pytest.fixture
def their_doctor(software, world):
    """The patient of the examples has a space here."""
    factories.space(number=NUMBER)
    return software.acting_for(world.doctor)


def sample(samples, name):
    return json.loads((samples / f"{name}.json").read_text())


@pytest.mark.parametrize("name", REFUSED)
def test_a_deposit_whose_file_is_an_empty_shell_is_refused_for_that(samples, their_doctor, name):
    path, code = REFUSED[name]
    answer = their_doctor.post(path, sample(samples, name))
    assert (answer.status_code, code_of(answer)) == (422, code)
    assert issue_of(answer)["expression"][0].endswith("content[0].attachment")


@pytest.mark.parametrize("name", NOT_DEPOSITS)
def test_an_answer_to_a_search_is_not_a_deposit(samples, their_doctor, name):
    answer = their_doctor.post("/fhir/DocumentReference", sample(samples, name))
    assert (answer.status_code, code_of(answer)) == (422, NOT_DEPOSITS[name])


def test_every_bundle_and_reference_of_the_examples_is_one_of_these(samples):
    found = {
        f"{path.parent.name}/{path.stem}"
        for folder in ("pdsm", "pdsm4dmp")
        for path in (samples / folder).glob("*.json")
        if path.name.startswith(("Bundle", "DocumentReference"))
    }
    others = {"pdsm/Bundle-a9c10f8a-882d-4000-a280-7150e0aeb478", "pdsm4dmp/Bundle-example-annexe-fhir-document"}
    assert found == set(REFUSED) | set(NOT_DEPOSITS) | others


def with_file(reference, data):
    """The same example, about a real document: its size and hash follow."""
    attachment = reference["content"][0]["attachment"]
    attachment |= {
        key: value for key, value in {"size": len(data), "hash": pdsm.sha1(data)}.items() if key in attachment
    }


@pytest.mark.parametrize("name", REFUSED)
def test_the_same_deposit_with_a_real_document_is_accepted(samples, their_doctor, name):
    """Everything else in the official examples is accepted: no traits beside the INS, no custodian, SNOMED settings."""
    sent = sample(samples, name)
    unique_id = "1.2.250.1.213.1.4.8.99999." + ("2" if "iti65" in name else "1")
    source = factories.cda(unique_id=unique_id, type_code="11488-4", number=NUMBER)
    if sent["resourceType"] == "Bundle":
        with_file(sent["entry"][1]["resource"], source)
        sent["entry"][2]["resource"]["data"] = base64.b64encode(source).decode()
    else:
        sent["content"][0]["attachment"]["data"] = base64.b64encode(source).decode()
    answer = their_doctor.post(REFUSED[name][0], sent)
    assert answer.status_code in (200, 201), answer.content
    assert answer["Hygie-Receipt"]
