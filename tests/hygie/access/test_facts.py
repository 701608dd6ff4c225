"""Facts come in one statement and say only what holds at that instant, for that asker."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hygie.access import actions, journal, queries
from hygie.access.types import Mode
from hygie.lib import ids
from hygie.lib.errors import AccessRefused, Conflict, Invalid, NotFound
from hygie.trace import queries as trace
from tests import factories

pytestmark = pytest.mark.django_db


def test_facts_of_a_space_are_one_statement() -> None:
    world = factories.world()
    with CaptureQueriesContext(connection) as statements:
        facts, _ = journal.load(world.doctor, world.space_id, now=world.now)
    assert len(statements) == 1
    assert facts.in_team and facts.attending and not facts.blocked


def test_each_stands_to_the_space_as_the_person_decided() -> None:
    world = factories.world()
    modes = {
        name: queries.record_access(getattr(world, name), world.space_id, now=world.now).mode
        for name in ("lea", "doctor", "nurse", "stranger")
    }
    assert modes == {"lea": Mode.OWN, "doctor": Mode.TEAM, "nurse": Mode.TEAM, "stranger": Mode.NONE}


def test_an_unknown_space_looks_like_one_that_is_not_open() -> None:
    world = factories.world()
    for space_id in (world.space_id, ids.new_space_id()):
        assert queries.record_access(world.stranger, space_id, now=world.now).mode is Mode.NONE


def test_consent_opens_for_its_time_and_for_that_structure_only() -> None:
    world = factories.world()
    until = actions.give_consent(world.stranger, world.space_id, now=world.now)
    assert queries.record_access(world.stranger, world.space_id, now=world.now).mode is Mode.CONSENT
    assert queries.record_access(world.stranger, world.space_id, now=until).mode is Mode.NONE

    elsewhere = replace(world.stranger, organization_id=world.cabinet)
    assert queries.record_access(elsewhere, world.space_id, now=world.now).mode is Mode.NONE


def test_ending_a_consultation_closes_the_record_at_once() -> None:
    world = factories.world()
    actions.give_consent(world.stranger, world.space_id, now=world.now)
    actions.end_consent(world.stranger, world.space_id, now=world.now)
    assert queries.record_access(world.stranger, world.space_id, now=world.now).mode is Mode.NONE


def test_the_person_withdraws_a_consent() -> None:
    world = factories.world()
    actions.give_consent(world.stranger, world.space_id, now=world.now)
    (consent,) = queries.list_rights(world.lea, world.space_id, now=world.now).consents
    actions.withdraw_consent(world.lea, world.space_id, consent.id, now=world.now)
    assert queries.record_access(world.stranger, world.space_id, now=world.now).mode is Mode.NONE


def test_a_block_wins_over_the_team_and_its_end_gives_back() -> None:
    world = factories.world()
    block = actions.block(world.lea, world.space_id, professional_id=world.doctor.professional_id, now=world.now)
    assert queries.record_access(world.doctor, world.space_id, now=world.now).mode is Mode.BLOCKED
    with pytest.raises(Conflict):
        actions.block(world.lea, world.space_id, professional_id=world.doctor.professional_id, now=world.now)
    actions.lift_block(world.lea, world.space_id, block, now=world.now)
    assert queries.record_access(world.doctor, world.space_id, now=world.now).mode is Mode.TEAM


def test_a_blocked_structure_keeps_out_whoever_acts_for_it() -> None:
    world = factories.world()
    actions.block(world.lea, world.space_id, organization_id=world.cabinet, now=world.now)
    assert queries.record_access(world.nurse, world.space_id, now=world.now).mode is Mode.BLOCKED


def test_a_blocked_professional_cannot_declare_a_consent() -> None:
    world = factories.world()
    actions.block(world.lea, world.space_id, professional_id=world.stranger.professional_id, now=world.now)
    with pytest.raises(AccessRefused) as refused:
        actions.give_consent(world.stranger, world.space_id, now=world.now)
    assert refused.value.code == "professional.blocked" and refused.value.act is not None


def test_only_the_person_changes_rights_and_a_try_is_journaled() -> None:
    world = factories.world()
    before = len(trace.list_entries(world.space_id))
    with pytest.raises(AccessRefused) as refused:
        actions.join_team(world.stranger, world.space_id, professional_id=world.stranger.professional_id, now=world.now)
    actions.journal_refusal(refused.value)
    newest, *rest = trace.list_entries(world.space_id)
    assert newest.outcome == "refused" and newest.actor_id == world.stranger.id and len(rest) == before


def test_a_new_attending_doctor_replaces_the_former_one() -> None:
    world = factories.world()
    actions.join_team(
        world.lea, world.space_id, professional_id=world.stranger.professional_id, attending=True, now=world.now
    )
    attending = [
        m.professional.id
        for m in queries.list_rights(world.lea, world.space_id, now=world.now).team
        if m.attending and m.professional
    ]
    assert attending == [world.stranger.professional_id]


def test_a_nurse_is_not_an_attending_doctor() -> None:
    world = factories.world()
    with pytest.raises(Invalid):
        actions.join_team(
            world.lea, world.space_id, professional_id=world.nurse.professional_id, attending=True, now=world.now
        )


def test_ids_of_another_space_change_nothing() -> None:
    world = factories.world()
    other = factories.space(2, who=factories.traits("PETIT"))
    member = queries.list_rights(world.lea, world.space_id, now=world.now).team[0]
    with pytest.raises(NotFound):
        actions.leave_team(factories.citizen(other), other, member.id, now=world.now)
    with pytest.raises(AccessRefused):
        actions.leave_team(factories.citizen(other), world.space_id, member.id, now=world.now)
    assert len(queries.list_rights(world.lea, world.space_id, now=world.now).team) == 2


def test_a_parent_runs_the_space_of_a_child_until_majority() -> None:
    world = factories.world()
    child = factories.space(5, who=factories.traits("DURAND", "LEO", sex="M", born_on=dt.date(2018, 5, 2)))
    majority = dt.datetime(2036, 5, 2, tzinfo=dt.UTC)
    actions.add_representative(child, world.space_id, since=factories.NOW, until=majority)
    assert [person.space_id for person in queries.list_represented(world.lea, now=world.now)] == [child]
    assert queries.record_access(world.lea, child, now=world.now).mode is Mode.REPRESENTS
    assert queries.record_access(world.lea, child, now=majority).mode is Mode.NONE
    assert queries.list_represented(world.lea, now=majority) == []


def test_search_finds_by_matricule_and_birth_date_only_and_is_journaled() -> None:
    world = factories.world()
    born_on = world.traits.born_on
    found = queries.find_patient(world.stranger, ins_value=world.ins.value, born_on=born_on, now=world.now)
    assert found is not None and found.space_id == world.space_id
    assert trace.list_entries(world.space_id)[0].event == "identity.space.found"
    wrong = queries.find_patient(
        world.stranger, ins_value=world.ins.value, born_on=born_on + dt.timedelta(days=1), now=world.now
    )
    assert wrong is None
