"""Deposit: whose space, which rule, stored once, told once, and nothing at all when it is refused."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hygie.access import actions as access
from hygie.fhir.core import json
from hygie.fhir.store.models import IndexRow, Resource, Version
from hygie.identity.ins import INS, NIR, IdentityStatus
from hygie.lib.errors import AccessRefused, Conflict, HygieError, Invalid, TooLarge, Unavailable
from hygie.lib.outbox.models import Event
from hygie.record import actions, queries
from hygie.record.models import Document, DocumentWords
from hygie.record.types import DocumentFilters
from hygie.trace import actions as trace_actions
from hygie.trace import queries as trace
from tests import factories

pytestmark = pytest.mark.django_db


def counts() -> tuple[int, ...]:
    models = (Document, DocumentWords, Resource, Version, IndexRow, Event)
    return tuple(model.objects.count() for model in models)


def blobs() -> set[Path]:
    return {path for path in (settings.HYGIE_DATA / "blobs").rglob("*") if path.is_file()}


def refused(act: Callable[[], Any]) -> HygieError:
    """The error of an act that must leave nothing but, when a space is known, its own entry in the journal."""
    before, files = counts(), blobs()
    with pytest.raises(HygieError) as caught:
        act()
    assert counts() == before and blobs() == files
    return caught.value


def test_a_document_goes_in_and_is_given_back_byte_for_byte() -> None:
    world = factories.world()
    source = factories.cda()
    receipt = actions.deposit_cda(world.doctor, source, now=world.now)
    assert receipt.created and receipt.space_id == world.space_id and receipt.version == 1
    stored = queries.get_file(world.lea, world.space_id, receipt.document_id, now=world.now)
    assert stored.data == source
    assert trace.list_entries(world.space_id)[1].event == "record.document.deposited"
    assert Event.objects.get().reference == receipt.document_id


def test_the_receipt_tells_nothing_of_others() -> None:
    world = factories.world()
    receipts = [
        actions.deposit_cda(world.doctor, factories.cda(unique_id=f"1.2.3.{n}"), now=world.now) for n in range(3)
    ]
    assert len({len(r.receipt) for r in receipts}) == 1 and len({r.receipt for r in receipts}) == 3


def test_what_is_at_rest_is_not_readable() -> None:
    world = factories.world()
    before = blobs()
    actions.deposit_cda(world.doctor, factories.cda(text="CANARI-AU-REPOS"), now=world.now)
    (path,) = blobs() - before
    assert b"CANARI" not in path.read_bytes() and world.ins.value not in str(path)


def test_a_file_that_was_touched_is_not_shown() -> None:
    world = factories.world()
    before = blobs()
    receipt = actions.deposit_cda(world.doctor, factories.cda(), now=world.now)
    (path,) = blobs() - before
    sealed = bytearray(path.read_bytes())
    sealed[40] ^= 1
    path.write_bytes(bytes(sealed))
    with pytest.raises(Unavailable) as broken:
        queries.get_file(world.lea, world.space_id, receipt.document_id, now=world.now)
    assert broken.value.code == "integrity"


def test_the_same_document_again_is_the_same_receipt() -> None:
    world = factories.world()
    first = actions.deposit_cda(world.doctor, factories.cda(), now=world.now)
    before, files = counts(), blobs()
    again = actions.deposit_cda(world.doctor, factories.cda(), now=world.now)
    assert (again.receipt, again.document_id, again.created) == (first.receipt, first.document_id, False)
    assert counts() == before and blobs() == files


def test_the_same_unique_id_with_other_bytes_is_a_conflict() -> None:
    world = factories.world()
    actions.deposit_cda(world.doctor, factories.cda(), now=world.now)
    error = refused(lambda: actions.deposit_cda(world.doctor, factories.cda(text="Autre."), now=world.now))
    assert isinstance(error, Conflict) and error.code == "unique-id-conflict" and error.act is not None


def test_a_replacement_supersedes_and_keeps_the_former_version() -> None:
    world = factories.world()
    first = actions.deposit_cda(world.doctor, factories.cda(unique_id="1.2.1"), now=world.now)
    second = actions.deposit_cda(world.doctor, factories.cda(unique_id="1.2.2", replaces="1.2.1"), now=world.now)
    listed = queries.list_documents(world.lea, world.space_id, DocumentFilters(), now=world.now)
    assert [card.id for card in listed.cards] == [second.document_id] and listed.total == 1
    detail = queries.get_document(world.lea, world.space_id, second.document_id, now=world.now)
    assert [(v.id, v.status, v.is_this) for v in detail.versions] == [
        (second.document_id, "current", True),
        (first.document_id, "superseded", False),
    ]
    former = json.read_object(Resource.objects.get(id=first.document_id).body)
    assert former["status"] == "superseded" and former["meta"]["versionId"] == "2"
    assert json.read_object(Version.objects.get(id=first.document_id).body)["status"] == "current"


def test_a_replacement_that_comes_first_waits_for_its_former_document() -> None:
    world = factories.world()
    second = actions.deposit_cda(world.doctor, factories.cda(unique_id="1.2.2", replaces="1.2.1"), now=world.now)
    detail = queries.get_document(world.lea, world.space_id, second.document_id, now=world.now)
    assert detail.pending_replaces
    first = actions.deposit_cda(world.doctor, factories.cda(unique_id="1.2.1"), now=world.now)
    detail = queries.get_document(world.lea, world.space_id, second.document_id, now=world.now)
    assert not detail.pending_replaces and [v.id for v in detail.versions] == [second.document_id, first.document_id]


def test_a_replaced_document_is_not_replaced_twice() -> None:
    world = factories.world()
    actions.deposit_cda(world.doctor, factories.cda(unique_id="1.2.1"), now=world.now)
    actions.deposit_cda(world.doctor, factories.cda(unique_id="1.2.2", replaces="1.2.1"), now=world.now)
    third = factories.cda(unique_id="1.2.3", replaces="1.2.1")
    assert refused(lambda: actions.deposit_cda(world.doctor, third, now=world.now)).code == "already-replaced"


def test_only_the_author_or_the_structure_replaces() -> None:
    world = factories.world()
    actions.deposit_cda(world.doctor, factories.cda(unique_id="1.2.1"), now=world.now)
    other = factories.cda(unique_id="1.2.2", replaces="1.2.1")
    error = refused(lambda: actions.deposit_cda(world.stranger, other, now=world.now))
    assert isinstance(error, AccessRefused) and error.code == "replace-not-yours"


def test_what_was_hidden_stays_hidden_when_it_is_replaced() -> None:
    world = factories.world()
    first = actions.deposit_cda(world.doctor, factories.cda(unique_id="1.2.1"), now=world.now)
    actions.hide_document(world.lea, world.space_id, first.document_id, now=world.now)
    actions.deposit_cda(world.doctor, factories.cda(unique_id="1.2.2", replaces="1.2.1"), now=world.now)
    assert queries.list_documents(world.nurse, world.space_id, DocumentFilters(), now=world.now).total == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"birth_family": "PETIT"}, "birth name"),
        ({"birth_given": ("ZOE",), "first_given": "ZOE"}, "given names"),
        ({"born_on": dt.date(1984, 3, 13)}, "birth date"),
        ({"sex": "M"}, "sex"),
    ],
)
def test_traits_that_do_not_match_are_refused_and_named_without_their_values(
    change: dict[str, Any], words: str
) -> None:
    world = factories.world()
    source = factories.cda(who=replace(world.traits, **change))
    error = refused(lambda: actions.deposit_cda(world.doctor, source, now=world.now))
    assert error.code == "traits-mismatch" and words in error.message and error.act is not None
    assert "DURAND" not in error.message and "1984" not in error.message


def test_another_birth_place_is_only_flagged() -> None:
    world = factories.world()
    receipt = actions.deposit_cda(
        world.doctor, factories.cda(who=replace(world.traits, birth_place="13055")), now=world.now
    )
    assert receipt.flags == ("birth-place",)


def test_an_unknown_ins_is_refused_and_the_same_number_under_another_root_is_another_person() -> None:
    world = factories.world()
    for number in (factories.ins(77), INS(NIR, world.ins.value)):
        source = factories.cda(number=number)
        assert (
            refused(lambda source=source: actions.deposit_cda(world.doctor, source, now=world.now)).code
            == "space-unknown"
        )


def test_a_document_without_ins_is_refused() -> None:
    world = factories.world()
    source = factories.cda(number=INS("1.2.250.1.213.1.4.10", ""))
    assert refused(lambda: actions.deposit_cda(world.doctor, source, now=world.now)).code == "ins-missing"


def test_a_provisional_identity_receives_nothing() -> None:
    world = factories.world()
    factories.space(9, status=IdentityStatus.PROV)
    source = factories.cda(number=factories.ins(9))
    error = refused(lambda: actions.deposit_cda(world.doctor, source, now=world.now))
    assert error.code == "identity-not-qualified" and error.act is not None


def test_an_unknown_type_is_refused_with_its_path() -> None:
    world = factories.world()
    error = refused(lambda: actions.deposit_cda(world.doctor, factories.cda(type_code="99999-9"), now=world.now))
    assert (error.code, error.path) == ("type-unknown", "/ClinicalDocument/code")


def test_a_profession_without_the_right_is_refused_by_the_matrix() -> None:
    world = factories.world()
    worker = factories.professional(8, profession="41", at=(world.cabinet,))
    error = refused(lambda: actions.deposit_cda(worker, factories.cda(), now=world.now))
    assert error.code == "professional.feed-matrix"


@pytest.mark.parametrize(
    ("opposition", "rule"),
    [
        ({}, "opposition.all"),
        ({"category": "10"}, "opposition.category"),
        ({"professional": True}, "opposition.professional"),
        ({"organization": True}, "opposition.structure"),
    ],
)
def test_each_opposition_to_feeding_is_enforced_and_its_end_too(opposition: dict[str, Any], rule: str) -> None:
    world = factories.world()
    target = {
        "category": opposition.get("category", ""),
        "professional_id": world.doctor.professional_id if "professional" in opposition else None,
        "organization_id": world.cabinet if "organization" in opposition else None,
    }
    row = access.oppose(world.lea, world.space_id, now=world.now, **target)
    error = refused(lambda: actions.deposit_cda(world.doctor, factories.cda(), now=world.now))
    assert isinstance(error, AccessRefused) and error.code == rule
    access.lift_opposition(world.lea, world.space_id, row, now=world.now)
    assert actions.deposit_cda(world.doctor, factories.cda(), now=world.now).created


def test_another_category_is_not_concerned_by_an_opposition() -> None:
    world = factories.world()
    access.oppose(world.lea, world.space_id, category="42", now=world.now)
    assert actions.deposit_cda(world.doctor, factories.cda(), now=world.now).created


def test_a_blocked_professional_deposits_nothing() -> None:
    world = factories.world()
    access.block(world.lea, world.space_id, professional_id=world.doctor.professional_id, now=world.now)
    error = refused(lambda: actions.deposit_cda(world.doctor, factories.cda(), now=world.now))
    assert error.code == "professional.blocked"


def test_feeding_needs_no_consent_but_reading_does() -> None:
    world = factories.world()
    assert actions.deposit_cda(world.stranger, factories.cda(), now=world.now).created
    with pytest.raises(AccessRefused):
        queries.list_documents(world.stranger, world.space_id, DocumentFilters(), now=world.now)


def test_software_without_the_scope_is_refused() -> None:
    world = factories.world()
    software = replace(world.doctor, client_id="x", scopes=frozenset({"user/DocumentReference.rs"}))
    assert refused(lambda: actions.deposit_cda(software, factories.cda(), now=world.now)).code == "client.scope"


def test_a_document_of_another_patient_is_refused_in_an_open_record() -> None:
    world = factories.world()
    other = factories.space(3, who=factories.traits("PETIT"))
    error = refused(lambda: actions.deposit_cda(world.doctor, factories.cda(), now=world.now, expected_space=other))
    assert isinstance(error, Invalid) and error.code == "patient-other"
    assert error.act is not None and error.act.space_id == other


def test_no_trace_no_act(monkeypatch: pytest.MonkeyPatch) -> None:
    world = factories.world()

    def silent(act: Any) -> None:
        raise Unavailable("the journal does not answer", code="trace")

    monkeypatch.setattr(trace_actions, "append", silent)
    monkeypatch.setattr(trace_actions, "statement", silent)
    assert refused(lambda: actions.deposit_cda(world.doctor, factories.cda(), now=world.now)).code == "trace"
    assert not Resource.objects.filter(space_id=world.space_id).exists()


def test_a_document_that_is_too_large_is_refused_before_it_is_read() -> None:
    world = factories.world()
    big = b"x" * (settings.HYGIE_DOCUMENT_BYTES + 1)
    assert isinstance(refused(lambda: actions.deposit_cda(world.doctor, big, now=world.now)), TooLarge)


def test_coded_entries_are_tied_to_their_document_and_follow_it() -> None:
    world = factories.world()
    receipt = actions.deposit_cda(world.doctor, factories.cda(sections=factories.ALLERGY_SECTION), now=world.now)
    (row,) = Resource.objects.filter(type="AllergyIntolerance")
    body = json.read_object(row.body)
    assert body["patient"] == {"reference": f"Patient/{world.space_id}"}
    assert receipt.document_id in body["meta"]["source"] and row.derived_from == receipt.document_id
    actions.hide_document(world.lea, world.space_id, receipt.document_id, now=world.now)
    assert queries.list_allergies(world.nurse, world.space_id, now=world.now) == []
    assert [a.text for a in queries.list_allergies(world.doctor, world.space_id, now=world.now)] == ["Pénicilline"]


def test_a_deposit_is_few_statements() -> None:
    world = factories.world()
    actions.deposit_cda(world.doctor, factories.cda(unique_id="1.2.0"), now=world.now)
    with CaptureQueriesContext(connection) as statements:
        actions.deposit_cda(world.doctor, factories.cda(sections=factories.ALLERGY_SECTION), now=world.now)
    # Of them, PostgreSQL's deposit: the person, the lock, the rights, what is around, the register, the write.
    assert len(statements) <= (9 if connection.vendor == "postgresql" else 16)
    hot = [s["sql"] for s in statements if "fhir_" in s["sql"] or "record_" in s["sql"] or "trace_" in s["sql"]]
    assert hot and all("space_id" in sql for sql in hot)
