"""How many SQL statements a request takes, and that each on a person's data names the space (issue 2, section 11)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.hygie.api import pdsm

_AROUND = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")
# Statements that are not about one person's rows: who calls, whose INS it is, who is in the register.
_WITHOUT_SPACE = ("oauth2_provider", "identity_professional", "identity_identity")


def statements(run):
    with CaptureQueriesContext(connection) as captured:
        answer = run()
    assert answer.status_code in (200, 201), answer.content
    found = [each["sql"] for each in captured if not each["sql"].lstrip().startswith(_AROUND)]
    for sql in found:
        assert "space_id" in sql or any(table in sql for table in _WITHOUT_SPACE), sql
    return len(found)


@pytest.fixture
def document_id(doctor):
    return doctor.deposit(factories.cda(sections=factories.ALLERGY_SECTION)).json()["document_id"]


def at_most(postgresql, sqlite):
    """SQLite does not write while it reads: a read and its entry of the journal are several statements there."""
    return postgresql if connection.vendor == "postgresql" else sqlite


def test_a_list_takes_two(doctor, world, document_id):
    for kind in ("DocumentReference", "AllergyIntolerance"):
        assert statements(
            lambda kind=kind: doctor.get(f"/fhir/{kind}?patient={world.space_id}&status=current")
        ) <= at_most(2, 6)


def test_a_list_by_ins_takes_four(doctor, world, document_id):
    query = f"patient.identifier={world.ins.system}|{world.ins.value}"
    assert statements(lambda: doctor.get(f"/fhir/DocumentReference?{query}")) <= at_most(4, 7)


def test_a_read_takes_two(doctor, document_id):
    assert statements(lambda: doctor.get(f"/fhir/DocumentReference/{document_id}")) <= at_most(2, 6)


def test_a_version_and_a_history_take_three(doctor, document_id):
    for rest in ("/_history/1", "/_history"):
        assert statements(lambda rest=rest: doctor.get(f"/fhir/DocumentReference/{document_id}{rest}")) <= at_most(3, 6)


def test_a_file_takes_four(doctor, document_id):
    assert statements(lambda: doctor.get(f"/fhir/Binary/{document_id}")) <= at_most(4, 7)


def test_a_deposit_takes_six(doctor, world, document_id):
    source = factories.cda(unique_id="1.2.250.1.999.2", sections=factories.ALLERGY_SECTION)
    assert statements(lambda: doctor.deposit(source)) <= at_most(6, 12)
    assert statements(lambda: doctor.post("/fhir", pdsm.bundle(world))) <= at_most(6, 12)
    again = pdsm.simplified(world, unique_id="1.2.250.1.999.9")
    assert statements(lambda: doctor.post("/fhir/DocumentReference", again)) <= at_most(6, 12)
