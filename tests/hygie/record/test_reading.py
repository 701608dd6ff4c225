"""Who reads what: the same rules for lists, single reads, files and FHIR; what may not be seen is absent."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from hygie.access import actions as access
from hygie.access.rules import LABEL_BITS
from hygie.fhir.core import json
from hygie.fhir.store.models import Resource
from hygie.fhir.store.search import SearchQuery
from hygie.identity.types import Actor
from hygie.lib.errors import AccessRefused, HygieError, NotFound
from hygie.record import actions, queries, tasks
from hygie.record.types import DocumentFilters
from hygie.trace import queries as trace
from tests import factories
from tests.factories import World

pytestmark = pytest.mark.django_db
ALL = DocumentFilters()


def deposit(world: World, unique_id: str = "1.2.1", **values: Any) -> str:
    source = factories.cda(unique_id=unique_id, **values)
    return actions.deposit_cda(world.doctor, source, now=world.now).document_id


def label(document_id: str, name: str) -> None:
    Resource.objects.filter(id=document_id).update(labels=LABEL_BITS[name])
    Resource.objects.filter(derived_from=document_id).update(labels=LABEL_BITS[name])


def views(actor: Actor, space_id: uuid.UUID, document_id: str, now: dt.datetime) -> dict[str, bool]:
    """How each way of reading answers: True when the document is there."""
    listed = queries.list_documents(actor, space_id, DocumentFilters(status=""), now=now)
    found = queries.search_resources(actor, space_id, "DocumentReference", SearchQuery(), now=now)
    return {
        "list": document_id in [card.id for card in listed.cards],
        "total": listed.total > 0,
        "facets": bool(listed.classes or listed.authors or listed.years),
        "search": bool(found.bodies) and found.total > 0,
        "page": there(lambda: queries.get_document(actor, space_id, document_id, now=now)),
        "file": there(lambda: queries.get_file(actor, space_id, document_id, now=now)),
        "fhir": there(lambda: queries.read_resource(actor, space_id, "DocumentReference", document_id, now=now)),
        "title": bool(queries.list_titles(actor, space_id, [document_id], now=now)),
    }


def there(read: Callable[[], Any]) -> bool:
    try:
        read()
    except NotFound:
        return False
    return True


def test_each_label_hides_from_whom_it_says_in_every_way_of_reading() -> None:
    world = factories.world()
    child_id = factories.space(5, who=factories.traits("DURAND", "LEO", sex="M", born_on=dt.date(2018, 5, 2)))
    access.add_representative(child_id, world.space_id, since=factories.NOW, until=None)
    access.enroll(child_id, professional_id=world.nurse.professional_id, since=factories.NOW)
    access.enroll(child_id, professional_id=world.doctor.professional_id, attending=True, since=factories.NOW)
    who = factories.traits("DURAND", "LEO", sex="M", born_on=dt.date(2018, 5, 2))
    source = factories.cda(number=factories.ins(5), who=who, author="899900000009")
    document_id = actions.deposit_cda(world.nurse, source, now=world.now).document_id
    readers = {"child": factories.citizen(child_id), "parent": world.lea, "nurse": world.nurse, "doctor": world.doctor}
    expected = {
        "": {"child", "parent", "nurse", "doctor"},
        "MASQUE_PS": {"child", "parent", "doctor"},
        "INVISIBLE_PATIENT": {"nurse", "doctor"},
        "INVISIBLE_REPRESENTANTS_LEGAUX": {"child", "nurse", "doctor"},
    }
    for name, seen_by in expected.items():
        if name:
            label(document_id, name)
        for reader, actor in readers.items():
            answers = views(actor, child_id, document_id, world.now)
            assert set(answers.values()) == {reader in seen_by}, (name, reader, answers)


def test_its_author_still_sees_a_hidden_document() -> None:
    world = factories.world()
    document_id = deposit(world, author=world.nurse.idnps)
    actions.hide_document(world.lea, world.space_id, document_id, now=world.now)
    assert all(views(world.nurse, world.space_id, document_id, world.now).values())


def test_hide_and_show_keep_every_version_and_say_so_in_the_resource() -> None:
    world = factories.world()
    document_id = deposit(world)
    actions.hide_document(world.lea, world.space_id, document_id, now=world.now)
    actions.hide_document(world.lea, world.space_id, document_id, now=world.now)
    hidden = queries.read_resource(world.lea, world.space_id, "DocumentReference", document_id, now=world.now)
    assert hidden.version == 2 and b"MASQUE_PS" in hidden.body
    actions.show_document(world.lea, world.space_id, document_id, now=world.now)
    shown = queries.read_resource(world.lea, world.space_id, "DocumentReference", document_id, now=world.now)
    assert shown.version == 3 and b"MASQUE_PS" not in shown.body
    events = [entry.event for entry in trace.list_entries(world.space_id)]
    assert events.count("record.document.hidden") == 1 and events.count("record.document.shown") == 1


def test_hiding_a_document_hides_its_former_versions() -> None:
    world = factories.world()
    first = deposit(world, "1.2.1")
    second = deposit(world, "1.2.2", replaces="1.2.1")
    actions.hide_document(world.lea, world.space_id, second, now=world.now)
    for document_id in (first, second):
        assert not any(views(world.nurse, world.space_id, document_id, world.now).values())


def test_a_professional_does_not_hide() -> None:
    world = factories.world()
    document_id = deposit(world)
    with pytest.raises(AccessRefused):
        actions.hide_document(world.doctor, world.space_id, document_id, now=world.now)


def test_non_interference_a_hidden_document_changes_no_byte_for_who_may_not_see_it() -> None:
    """The same world with and without the hidden document: lists, facets, counts, search, cursors are equal."""
    world = factories.world()
    for n in range(5):
        deposit(world, f"1.3.{n}", effective=f"2026010{n + 1}090000+0100")
    before = everything(world.nurse, world)
    secret = deposit(
        world, "1.3.9", effective="20250101090000+0100", type_code="60591-5", sections=factories.ALLERGY_SECTION
    )
    actions.hide_document(world.lea, world.space_id, secret, now=world.now)
    assert everything(world.nurse, world) == before
    assert everything(world.lea, world) != before
    actions.show_document(world.lea, world.space_id, secret, now=world.now)
    assert everything(world.nurse, world) != before  # control: the comparison can fail


def everything(actor: Actor, world: World) -> list[Any]:
    listing = [
        queries.list_documents(actor, world.space_id, filters, now=world.now, limit=limit)
        for limit in (2, 20)
        for filters in (
            ALL,
            DocumentFilters(words="synthese"),
            DocumentFilters(words="penicilline"),
            DocumentFilters(status=""),
        )
    ]
    found = [
        queries.search_resources(actor, world.space_id, kind, SearchQuery(count=3), now=world.now)
        for kind in ("DocumentReference", "AllergyIntolerance")
    ]
    return [listing, found, queries.list_allergies(actor, world.space_id, now=world.now)]


def test_another_persons_id_and_an_unknown_one_are_the_same_answer() -> None:
    world = factories.world()
    document_id = deposit(world)
    other = factories.citizen(factories.space(3, who=factories.traits("PETIT")))
    answers = set()
    for asked in (document_id, "a" * 24, "../../etc/passwd", "' OR 1=1 --"):
        with pytest.raises(NotFound) as absent:
            queries.get_document(other, other.space_id, asked, now=world.now)  # type: ignore[arg-type]
        answers.add((absent.value.code, absent.value.message))
    assert len(answers) == 1


def test_a_citizen_does_not_open_the_space_of_another() -> None:
    world = factories.world()
    document_id = deposit(world)
    other = factories.citizen(factories.space(3, who=factories.traits("PETIT")))
    with pytest.raises(AccessRefused) as refused:
        queries.get_document(other, world.space_id, document_id, now=world.now)
    access.journal_refusal(refused.value)
    assert trace.list_entries(world.space_id)[0].outcome == "refused"


def test_search_finds_words_of_title_author_and_text_without_accents() -> None:
    world = factories.world()
    document_id = deposit(world, title="Électrophorèse", text="Hémoglobine glyquée : normale")
    deposit(world, "1.2.2", type_code="57833-6", text="Amoxicilline")
    for words in ("hemoglobine GLYQUÉE", "electrophorese", "martin hemoglobine"):
        page = queries.list_documents(world.lea, world.space_id, DocumentFilters(words=words), now=world.now)
        assert [card.id for card in page.cards] == [document_id], words
    assert queries.list_documents(world.lea, world.space_id, DocumentFilters(words="100%_"), now=world.now).total == 0


def test_filters_combine_and_pages_follow_each_other_without_gap_or_twin() -> None:
    world = factories.world()
    ids = [deposit(world, f"1.2.{n}", effective=f"2026{n % 9 + 1:02d}01080000+0100") for n in range(9)]
    deposit(world, "1.9.1", type_code="57833-6", effective="20250601080000+0200")
    prescriptions = queries.list_documents(world.lea, world.space_id, DocumentFilters(class_code="42"), now=world.now)
    assert prescriptions.total == 1 and [code for code, _, _ in prescriptions.classes] == ["10", "42"]
    period = DocumentFilters(since=dt.date(2026, 3, 1), until=dt.date(2026, 5, 1), author="Dr Antoine MARTIN")
    assert queries.list_documents(world.lea, world.space_id, period, now=world.now).total == 3
    seen: list[str] = []
    after = ""
    while True:
        page = queries.list_documents(
            world.lea, world.space_id, DocumentFilters(class_code="10"), now=world.now, limit=4, after=after
        )
        seen += [card.id for card in page.cards]
        if not (after := page.next):
            break
        deposit(world, f"1.8.{len(seen)}", effective="20261101080000+0100")
    assert sorted(seen) == sorted(ids) and len(set(seen)) == 9


def test_a_cursor_that_is_not_ours_is_an_error_of_the_caller() -> None:
    world = factories.world()
    with pytest.raises(HygieError) as bad:
        queries.list_documents(world.lea, world.space_id, ALL, now=world.now, after="%%%")
    assert bad.value.code == "cursor"


def test_titles_are_words_never_codes() -> None:
    world = factories.world()
    deposit(world, title="CR-BIO_2024.01_V2.xml")
    (card,) = queries.list_documents(world.lea, world.space_id, ALL, now=world.now).cards
    assert card.title == "Prise de sang" and card.own_title == "CR-BIO_2024.01_V2.xml"
    assert card.author == "Dr Antoine MARTIN" and card.organization == "Cabinet fictif"


def test_own_documents_are_kept_apart_and_typed_by_their_bytes() -> None:
    world = factories.world()
    document_id = actions.add_own_document(
        world.lea,
        world.space_id,
        title="Radio du genou",
        type_code="DOCPAT04",
        dated_on=dt.date(2026, 5, 1),
        content=b"%PDF-1.4 fictif",
        now=world.now,
    )
    detail = queries.get_document(world.lea, world.space_id, document_id, now=world.now)
    assert detail.card.origin == "patient" and detail.card.title == "Radio du genou"
    assert [a.media_type for a in detail.attachments] == ["application/pdf"]
    mine = queries.list_documents(world.lea, world.space_id, DocumentFilters(origin="patient"), now=world.now)
    assert mine.total == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"MZ\x90\x00", "file-type"),
        (b"<html><script>", "file-type"),
        (b"\xef\xbb\xbf <svg onload=x>", "file-type"),
        (b"PK\x03\x04", "file-type"),
    ],
)
def test_a_file_that_is_not_what_a_person_adds_is_refused(content: bytes, code: str) -> None:
    world = factories.world()
    with pytest.raises(HygieError) as refused:
        actions.add_own_document(
            world.lea,
            world.space_id,
            title="x",
            type_code="DOCPAT04",
            dated_on=dt.date(2026, 5, 1),
            content=content,
            now=world.now,
        )
    assert refused.value.code == code


def test_every_read_is_in_the_journal_and_the_chain_is_whole() -> None:
    world = factories.world()
    document_id = deposit(world)
    queries.list_documents(world.nurse, world.space_id, ALL, now=world.now)
    queries.get_document(world.nurse, world.space_id, document_id, now=world.now)
    queries.get_file(world.nurse, world.space_id, document_id, now=world.now)
    events = [entry.event for entry in reversed(trace.list_entries(world.space_id))]
    assert events == [
        "record.document.deposited",
        "record.document.listed",
        "record.document.read",
        "record.document.downloaded",
    ]
    assert trace.verify(world.space_id) is None


def test_who_can_see_is_the_decision_that_a_read_would_get() -> None:
    world = factories.world()
    document_id = deposit(world, author="899900000009")
    actions.hide_document(world.lea, world.space_id, document_id, now=world.now)
    readers = queries.who_can_see(world.lea, world.space_id, document_id, now=world.now)
    said = {reader.professional.id: bool(reader.decision) for reader in readers if reader.professional}
    assert said == {world.doctor.professional_id: True, world.nurse.professional_id: False}
    access.give_consent(world.stranger, world.space_id, now=world.now)
    readers = queries.who_can_see(world.lea, world.space_id, document_id, now=world.now)
    assert [
        bool(r.decision) for r in readers if r.professional and r.professional.id == world.stranger.professional_id
    ] == [False]
    with pytest.raises(NotFound):
        queries.who_can_see(world.nurse, world.space_id, document_id, now=world.now)


def test_the_words_of_a_pdf_are_found_after_the_worker_passed() -> None:
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    world = factories.world()
    file = BytesIO()
    canvas = Canvas(file)
    canvas.drawString(100, 700, "Scintigraphie osseuse")
    canvas.save()
    document_id = actions.add_own_document(
        world.lea,
        world.space_id,
        title="Examen",
        type_code="DOCPAT04",
        dated_on=dt.date(2026, 5, 1),
        content=file.getvalue(),
        now=world.now,
    )
    wanted = DocumentFilters(words="scintigraphie")
    assert queries.list_documents(world.lea, world.space_id, wanted, now=world.now).total == 0
    tasks.index_files(world.space_id, document_id)
    tasks.index_files(world.space_id, document_id)
    assert queries.list_documents(world.lea, world.space_id, wanted, now=world.now).total == 1


@pytest.mark.parametrize("data", [b"", b"%PDF-", b"%PDF-1.7\n" + b"\x00" * 5000, b"not a pdf"])
def test_a_broken_pdf_has_no_words(data: bytes) -> None:
    assert tasks.pdf_text(data) == ""


def test_a_list_and_a_read_are_few_statements_that_name_one_space() -> None:
    world = factories.world()
    document_id = deposit(world)
    for read, most in (
        (lambda: queries.list_documents(world.nurse, world.space_id, ALL, now=world.now), 8),
        (
            lambda: queries.search_resources(
                world.nurse, world.space_id, "DocumentReference", SearchQuery(), now=world.now
            ),
            6,
        ),
        (
            lambda: queries.read_resource(world.nurse, world.space_id, "DocumentReference", document_id, now=world.now),
            5,
        ),
    ):
        with CaptureQueriesContext(connection) as statements:
            read()
        # A savepoint stands for BEGIN and COMMIT inside the transaction of the test.
        sql = [s["sql"] for s in statements if "SAVEPOINT" not in s["sql"]]
        assert len(sql) <= most, sql
        assert all("space_id" in s for s in sql)


def test_bodies_are_served_as_they_were_stored() -> None:
    world = factories.world()
    document_id = deposit(world)
    stored = queries.read_resource(world.lea, world.space_id, "DocumentReference", document_id, now=world.now)
    assert json.read_object(stored.body)["id"] == f"{world.space_id}.{document_id}"
    assert stored.body == bytes(Resource.objects.get(type="DocumentReference").body)


def test_entries_of_several_types_are_one_statement_and_leave_superseded_ones_out() -> None:
    world = factories.world()
    deposit(world, "1.2.1", sections=factories.ALLERGY_SECTION)
    types = ("AllergyIntolerance", "Condition", "Immunization")
    assert len(queries.list_entries(world.nurse, world.space_id, types, now=world.now)) == 1
    second = deposit(world, "1.2.2", replaces="1.2.1", sections=factories.ALLERGY_SECTION)
    (entry,) = queries.list_entries(world.nurse, world.space_id, types, now=world.now)
    assert second in entry["meta"]["source"]
    found = queries.search_resources(world.nurse, world.space_id, "AllergyIntolerance", SearchQuery(), now=world.now)
    assert found.total == 1
    with CaptureQueriesContext(connection) as statements:
        queries.list_entries(world.nurse, world.space_id, types, now=world.now)
    assert len([s for s in statements if "fhir_resource" in s["sql"]]) == 1


def test_entries_of_a_document_that_was_replaced_before_it_came_do_not_count() -> None:
    world = factories.world()
    deposit(world, "1.2.2", replaces="1.2.1")
    former = deposit(world, "1.2.1", sections=factories.ALLERGY_SECTION)
    assert queries.list_allergies(world.nurse, world.space_id, now=world.now) == []
    assert len(queries.get_document(world.nurse, world.space_id, former, now=world.now).entries) == 1


def test_the_journal_does_not_tell_what_its_reader_may_not_see_yet() -> None:
    world = factories.world()
    for name, reader in (("INVISIBLE_PATIENT", world.lea), ("INVISIBLE_REPRESENTANTS_LEGAUX", None)):
        unique_id = f"1.7.{len(name)}"
        if reader is None:
            parent = factories.space(4, who=factories.traits("PETIT"))
            access.add_representative(world.space_id, parent, since=factories.NOW, until=None)
            reader = factories.citizen(parent)
        before = [line.event for line in queries.list_accesses(reader, world.space_id, now=world.now, limit=100)]
        document_id = deposit(world, unique_id, sections=factories.ALLERGY_SECTION)
        label(document_id, name)
        queries.get_document(world.doctor, world.space_id, document_id, now=world.now)
        after = [line.event for line in queries.list_accesses(reader, world.space_id, now=world.now, limit=100)]
        assert after == ["trace.entry.listed", *before]
        Resource.objects.filter(space_id=world.space_id).update(labels=0)
        told = [line.event for line in queries.list_accesses(reader, world.space_id, now=world.now, limit=100)]
        assert "record.document.read" in told


def test_a_read_that_cannot_be_told_shows_nothing() -> None:
    world = factories.world()
    document_id = deposit(world)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE trace_entry RENAME TO trace_gone")
    for read in (
        lambda: queries.list_documents(world.lea, world.space_id, ALL, now=world.now),
        lambda: queries.get_document(world.lea, world.space_id, document_id, now=world.now),
        lambda: queries.get_file(world.lea, world.space_id, document_id, now=world.now),
        lambda: queries.read_resource(world.lea, world.space_id, "DocumentReference", document_id, now=world.now),
        lambda: queries.search_resources(world.lea, world.space_id, "DocumentReference", SearchQuery(), now=world.now),
        lambda: queries.list_entries(world.lea, world.space_id, ("Condition",), now=world.now),
        lambda: queries.list_allergies(world.lea, world.space_id, now=world.now),
        lambda: queries.list_accesses(world.lea, world.space_id, now=world.now),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            read()
