"""A read and its entry of the journal are one act; where the database can, one statement."""

import pytest
from django.db import connection

from hygie.fhir.store.search import SearchQuery
from hygie.lib.errors import NotFound
from hygie.record import queries as record
from hygie.record import resources
from hygie.record.actions import deposit_cda
from hygie.trace import actions, chain, queries
from hygie.trace.types import Act, Event
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return factories.world()


@pytest.fixture
def document_id(world):
    return deposit_cda(world.doctor, factories.cda(), now=world.now).document_id


def entries(space_id):
    assert queries.verify(space_id) is None
    return queries.list_entries(space_id, limit=50)


def test_the_chain_is_whole_whatever_wrote_its_entries(world, document_id):
    before = len(entries(world.space_id))
    resources.read(world.doctor, world.space_id, "DocumentReference", document_id, now=world.now)
    record.search_resources(world.doctor, world.space_id, "DocumentReference", SearchQuery(), now=world.now)
    record.list_documents(world.doctor, world.space_id, record.DocumentFilters(), now=world.now)
    record.search_resources(world.doctor, world.space_id, "Observation", SearchQuery(count=0), now=world.now)
    told = entries(world.space_id)[: -before or None]
    assert sorted(each.event for each in told) == [
        "record.document.listed", "record.document.listed", "record.document.read", "record.entry.listed",
    ]  # fmt: skip


def test_the_entry_of_a_read_tells_the_version_that_was_found(world, document_id):
    found = resources.read(world.doctor, world.space_id, "DocumentReference", document_id, now=world.now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM trace_entry WHERE event = 'record.document.read'")
        [(payload,)] = cursor.fetchall()
    assert f'"id":"{document_id}","version":{found.version}}}'.encode() in bytes(payload)


def test_what_is_not_found_is_told_by_its_refusal_only(world, document_id):
    before = len(entries(world.space_id))
    with pytest.raises(NotFound):
        resources.read(world.doctor, world.space_id, "DocumentReference", "a" * 24, now=world.now)
    assert len(entries(world.space_id)) == before


def test_the_place_of_the_version_is_found_once_whatever_the_values(world):
    act = Act(
        world.space_id,
        Event.ENTRY_READ,
        "software",
        'x","version":9}',
        "api",
        world.now,
        object='"version":1',
        ground="r",
    )
    before, after = chain.payload_around_version(act)
    assert before + b"7" + after == chain.payload(act, version=7)
    assert (actions.beside(act) is None) == (connection.vendor == "sqlite")
