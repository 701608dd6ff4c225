"""What a reading or an attack found at the machines' door; each stays mended."""

import time
import uuid

import psycopg
import pytest
from django.db import connection

from hygie.identity.models import Space
from hygie.lib import clock
from hygie.trace.models import Entry
from tests import factories
from tests.hygie.api.conftest import code_of, observation


def told_of(space_id):
    return Entry.objects.filter(space_id=space_id).count()


@pytest.mark.parametrize("dead", [1, 3, 10, 40])
@pytest.mark.parametrize(
    ("asked", "refusals"),
    [
        ('Patient(id: "{0}") {{id}}', 1),
        ('a: ObservationList(patient: "{0}") {{id}} b: ConditionList(patient: "{0}") {{id}}', 2),
        ('a: ObservationList(patient: "{0}") {{id}} b: ObservationList(patient: "{0}") {{status}}', 1),
    ],
)
def test_no_refusal_of_a_query_is_missing_from_the_journal(bench, patient_id, world, dead, asked, refusals):
    """An error that is forgotten leaves its place in memory to the next one, which passed for told."""
    performers = [{"reference": f"http://other.example/Practitioner/{each}"} for each in range(dead)]
    one = bench.post("/fhir/Observation", observation(patient_id, performer=performers)).json()["id"]
    query = f'{{ Observation(id: "{one}") {{performer {{resource {{... on Practitioner {{id}}}}}}}} '
    before = told_of(world.space_id)
    bench.post("/fhir/$graphql", {"query": query + asked.format(world.space_id) + " }"}, "application/json")
    assert told_of(world.space_id) - before == refusals


def test_a_document_of_too_many_references_is_refused_before_they_are_all_looked_for(bench, patient_id):
    entries = [{"reference": f"Practitioner/00000000-0000-4000-8000-{each:012d}"} for each in range(1_001)]
    told = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"text": "compte rendu"},
        "subject": {"reference": f"Patient/{patient_id}"},
        "date": "2026-03-16",
        "author": [{"display": "Un auteur"}],
        "title": "Compte rendu",
        "section": [{"title": "Tout", "entry": entries}],
    }
    id = bench.post("/fhir/Composition", told).json()["id"]
    answer = bench.get(f"/fhir/Composition/{id}/$document")
    assert (answer.status_code, code_of(answer)) == (413, "document-too-large")


def test_a_criterion_understands_our_own_address_as_a_search_does(bench, patient_id, settings):
    met = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": f"Patient/{patient_id}"},
    }
    encounter = f"Encounter/{bench.post('/fhir/Encounter', met).json()['id']}"
    told = observation(patient_id, encounter={"reference": encounter})
    bench.post("/fhir/Observation", told)
    asked = f"encounter={settings.HYGIE_BASE_URL}/fhir/{encounter}"
    assert bench.get(f"/fhir/Observation?patient={patient_id}&{asked}").json()["total"] == 1
    assert bench.post("/fhir/Observation", told, If_None_Exist=f"patient={patient_id}&{asked}").status_code == 200


@pytest.mark.parametrize("accepted", ["gzip;q=0", "identity", "gzip;q=0.0, identity", "br"])
def test_what_a_client_does_not_accept_is_not_packed(bench, accepted):
    for address in ("/fhir/metadata", "/fhir/openapi.json"):
        assert "Content-Encoding" not in bench.get(address, Accept_Encoding=accepted)


@pytest.mark.django_db(transaction=True)
def test_who_asks_how_far_an_export_is_does_not_wait_for_the_worker(bench, transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer, and no lock on a row")
    place = bench.get("/fhir/$export", Prefer="respond-async")["Content-Location"].partition("/fhir/")[2]
    known = connection.settings_dict
    worker = psycopg.connect(
        host=known["HOST"], port=known["PORT"], user=known["USER"], password=known["PASSWORD"], dbname=known["NAME"]
    )
    with worker:
        worker.execute("UPDATE export_job SET told = told")  # what a worker holds while it reads one space
        began = time.monotonic()
        assert bench.get(f"/fhir/{place}").status_code == 202
        assert time.monotonic() - began < 2
        worker.rollback()


def test_a_closed_space_answers_as_an_unknown_one(doctor, bench, world):
    """Whoever may know of it is the person alone."""
    known = doctor.deposit(factories.cda()).json()["document_id"]
    Space.objects.filter(id=world.space_id).update(closed_at=clock.now())
    nobody = uuid.uuid4()

    def seen(software, space_id, ins):
        local = known.partition(".")[2]
        gets = [
            f"Patient/{space_id}",
            f"Patient/{space_id}/$everything",
            f"DocumentReference/{space_id}.{local}",
            f"DocumentReference?patient={space_id}",
            f"Observation?patient={space_id}",
            f"DocumentReference?patient.identifier={ins.system}|{ins.value}",
        ]
        answers = [software.get(f"/fhir/{each}") for each in gets]
        answers.append(software.post("/fhir/Observation", observation(str(space_id))))
        return [
            (each.status_code, code_of(each) if each.status_code >= 400 else each.json()["total"]) for each in answers
        ]

    stranger = factories.ins(7)
    for software in (doctor, bench):
        assert seen(software, world.space_id, world.ins) == seen(software, nobody, stranger)


def test_a_deposit_in_a_closed_space_is_one_for_nobody(doctor, world):
    Space.objects.filter(id=world.space_id).update(closed_at=clock.now())
    answers = [
        doctor.deposit(factories.cda(number=number, **more))
        for number, more in ((world.ins, {}), (world.ins, {"who": factories.traits("AUTRE")}), (factories.ins(7), {}))
    ]
    assert {(each.status_code, code_of(each)) for each in answers} == {(422, "space-unknown")}


def test_a_refusal_in_a_closed_space_is_told_to_the_person(doctor, world):
    Space.objects.filter(id=world.space_id).update(closed_at=clock.now())
    before = told_of(world.space_id)
    doctor.get(f"/fhir/Observation?patient={world.space_id}")
    assert told_of(world.space_id) == before + 1
