"""What the laws found, each as one small case that stays."""

import pytest
from django.test import Client

from hygie.fhir.core import fhirpath_patch, json_patch
from hygie.fhir.core.json_patch import PatchFailed
from hygie.fhir.core.validation import validate
from hygie.fhir.store.condition import AccessColumns
from hygie.lib import ids
from hygie.lib.errors import Invalid
from tests.hygie.api.conftest import Software, observation
from tests.hygie.fhir.store.shelf import Shelf

pytestmark = pytest.mark.django_db
ENCOUNTER = {"resourceType": "Encounter", "status": "finished", "subject": {"reference": "@Patient/"}}


def test_the_test_data_of_the_registers_are_not_seen_from_a_record() -> None:
    """_include, chains and :missing of Encounter → Practitioner, when the practitioner is another software's trial."""
    from tests import factories

    world = factories.world()
    nurse = Software(Client(), world).acting_for(world.nurse)
    shelf = Shelf(world.space_id)
    for name, origin in (("trial", "test"), ("real", "")):
        practitioner = {"resourceType": "Practitioner", "name": [{"family": "Dupont"}]}
        Shelf(ids.REGISTERS).put(name, practitioner, access=AccessColumns(origin=origin))
        participant = [{"individual": {"reference": f"Practitioner/{name}"}}]
        shelf.put(name, ENCOUNTER | {"participant": participant})
    path = f"/fhir/Encounter?patient={world.space_id}"
    included = nurse.get(f"{path}&_include=Encounter:practitioner").json()["entry"]
    assert [each["resource"]["id"] for each in included if each["search"]["mode"] == "include"] == ["real"]
    [found] = nurse.get(f"{path}&practitioner:Practitioner.family=dupont").json()["entry"]
    assert found["resource"]["id"] == f"{world.space_id}.real"


def test_a_phone_has_no_text_and_no_system_but_its_own() -> None:
    shelf = Shelf()
    shelf.put("p", {"resourceType": "RelatedPerson", "patient": {"reference": "@Patient/"},
                    "telecom": [{"system": "phone", "value": "01"}]})  # fmt: skip
    assert shelf.find("RelatedPerson?phone=01") == ["p"]
    assert [shelf.find(f"RelatedPerson?phone{each}") for each in (":text=01", "=urn:x|01", ":text=x")] == [[], [], []]


def test_the_person_is_found_by_an_identifier_beside_the_reference() -> None:
    shelf = Shelf()
    individual = {"reference": "@Patient/", "identifier": {"system": "urn:ins", "value": "7"}}
    shelf.put("s", {"resourceType": "ResearchSubject", "status": "candidate", "individual": individual})
    shelf.put("e", ENCOUNTER | {"subject": individual})
    shelf.put("o", {"resourceType": "Observation", "status": "final", "subject": {"reference": "@Patient/"},
                    "code": {"text": "x"}, "encounter": {"reference": "@Encounter/e"}})  # fmt: skip
    assert shelf.find("ResearchSubject?individual:identifier=urn:ins|7") == ["s"]
    assert shelf.find("Observation?encounter:Encounter.subject:identifier=urn:ins|7") == ["o"]
    assert shelf.find("ResearchSubject?individual:identifier=urn:ins|8") == []


def test_a_link_to_the_patient_is_not_a_practitioner() -> None:
    """`Person?practitioner` and `Person?patient` look at one element: each is missing where the other is there."""
    shelf = Shelf()
    shelf.put("p", {"resourceType": "Person", "link": [{"target": {"reference": "@Patient/"}}]})
    assert shelf.find("Person?practitioner:missing=true") == ["p"]
    assert shelf.find("Person?practitioner:missing=false") == []


@pytest.mark.parametrize("item", [1, {}, None, {"text": 1}])
def test_an_array_of_errors_is_not_told_item_by_item(item: object) -> None:
    """A few hundred kilobytes cost seconds, and the answer was a hundred times larger."""
    told = validate({"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "note": [item] * 20_000})
    assert 100 < len(told) < 6_000 and any(each.rule == "many" for each in told)


def test_an_array_of_wrong_extensions_is_not_told_item_by_item() -> None:
    wrong = [{"url": "not absolute", "valueString": "x"}] * 20_000
    assert len(validate({"resourceType": "Basic", "code": {"text": "x"}, "extension": wrong})) < 200


def test_nulls_beside_their_extensions_are_right_however_many() -> None:
    absent = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    }
    name = {"given": [None] * 1_000, "_given": [absent] * 1_000}
    assert validate({"resourceType": "Patient", "name": [name]}) == []


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "copy", "from": "", "path": "/contained/-"},
        {"op": "copy", "from": "/contained", "path": "/contained/-"},
        {"op": "move", "from": "/contained", "path": "/contained/-/x"},
        {"op": "add", "path": "/a" * 70, "value": 1},
    ],
)
def test_a_patch_that_doubles_what_is_there_is_refused(operation: dict[str, str]) -> None:
    """Forty copies of a copy were more than any memory; nested ones could not be read again."""
    with pytest.raises(PatchFailed):
        json_patch.apply({"resourceType": "Basic", "contained": [{"id": "a"}, {"id": "b"}]}, [operation] * 200)


def test_a_patch_by_paths_makes_nothing_deeper_than_what_can_be_read() -> None:
    inner = {"url": "http://x.example", "extension": [{"url": "http://x.example", "valueString": "x"}]}
    parts = [
        {"name": "type", "valueCode": "add"},
        {"name": "path", "valueString": "Basic.repeat(extension).where(extension.empty())"},
        {"name": "name", "valueString": "extension"},
        {"name": "value", "valueExtension": inner},
    ]
    resource = {"resourceType": "Basic", "code": {"text": "x"}, "extension": [{"url": "http://x.example"}]}
    patch = {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": parts}] * 100}
    with pytest.raises(Invalid):
        fhirpath_patch.apply(resource, patch)


def test_a_body_of_too_many_values_is_refused_before_it_is_read(doctor: Software) -> None:
    many = b'{"resourceType":"Observation","identifier":[' + b'{"value":"x"},' * 300_000 + b"{}]}"
    assert doctor.post("/fhir/Observation", many).status_code == 413


def test_a_resource_of_too_many_indexed_values_is_refused(doctor: Software) -> None:
    identifier = [{"system": "urn:x", "value": str(n)} for n in range(25_000)]
    told = observation(str(doctor.world.space_id), identifier=identifier)
    assert doctor.post("/fhir/Observation", told).status_code == 413


@pytest.fixture
def doctor() -> Software:
    from tests import factories

    world = factories.world()
    return Software(Client(), world).acting_for(world.doctor)
