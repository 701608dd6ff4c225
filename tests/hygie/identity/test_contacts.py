"""Contact points and one-time codes."""

import datetime as dt
import threading

import pytest
from django.db import connection

from hygie.identity.contacts import actions, codes, queries
from hygie.identity.contacts.models import OneTimeCode
from hygie.identity.contacts.types import System
from hygie.lib.errors import Conflict, Invalid, NotFound
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=11)


@pytest.fixture
def lea(db):
    return factories.space()


@pytest.mark.parametrize(
    ("system", "typed", "kept"),
    [
        (System.EMAIL, " Lea@Exemple.FR ", "Lea@exemple.fr"),
        (System.PHONE, "06 39 98 00 01", "+33639980001"),
        (System.PHONE, "0033 6.39.98.00.01", "+33639980001"),
        (System.PHONE, "+1 (202) 555-0100", "+12025550100"),
    ],
)
def test_an_address_is_kept_in_one_form(lea, system, typed, kept):
    actions.add_contact(lea, system, typed, now=NOW)
    assert [each.value for each in queries.list_contacts(lea)] == [kept]
    with pytest.raises(Conflict):
        actions.add_contact(lea, system, kept, now=NOW)


@pytest.mark.parametrize(
    ("system", "typed"),
    [
        (System.EMAIL, "lea"),
        (System.EMAIL, "lea@"),
        (System.EMAIL, "a@b\ncc: x@y.fr"),
        (System.PHONE, "12"),
        (System.PHONE, "06x"),
    ],
)
def test_what_is_no_address_is_refused(lea, system, typed):
    with pytest.raises(Invalid):
        actions.add_contact(lea, system, typed, now=NOW)


def test_an_address_is_verified_by_the_code_that_was_sent_there(lea):
    contact = actions.add_contact(lea, System.EMAIL, "lea@exemple.fr", now=NOW)
    assert queries.list_contacts(lea, verified=True) == []
    code = actions.draw_code(lea, contact, now=NOW)
    actions.verify_contact(lea, contact, code[:3] + " " + code[3:], now=NOW)
    assert queries.list_contacts(lea, verified=True)[0].masked == "l•••@exemple.fr"


def test_the_contact_of_another_is_unknown(lea):
    contact = actions.add_contact(lea, System.EMAIL, "lea@exemple.fr", now=NOW)
    other = factories.space(2, who=factories.traits(given="NINA"))
    for act in (lambda: actions.draw_code(other, contact, now=NOW), lambda: actions.remove_contact(other, contact)):
        with pytest.raises(NotFound):
            act()


def test_a_code_serves_once_and_not_late():
    code = codes.draw("test", "a", now=NOW)
    with pytest.raises(Invalid):
        codes.use("test", "b", code, now=NOW)
    with pytest.raises(Invalid):
        codes.use("other", "a", code, now=NOW)
    with pytest.raises(Invalid):
        codes.use("test", "a", code, now=LATER)
    codes.use("test", "a", code, now=NOW)
    with pytest.raises(Invalid):
        codes.use("test", "a", code, now=NOW)


def test_a_new_code_ends_the_former_one():
    former = codes.draw("test", "a", now=NOW)
    code = codes.draw("test", "a", now=NOW + dt.timedelta(seconds=1))
    if former != code:
        with pytest.raises(Invalid):
            codes.use("test", "a", former, now=NOW)
    codes.use("test", "a", code, now=NOW)


def test_a_code_dies_after_five_wrong_tries():
    code = codes.draw("test", "a", now=NOW, length=8, letters=True)
    for _ in range(codes.TRIES):
        with pytest.raises(Invalid):
            codes.use("test", "a", "nothing", now=NOW)
    with pytest.raises(Invalid):
        codes.use("test", "a", code, now=NOW)


def test_codes_cannot_be_asked_for_without_end():
    for _ in range(codes.DRAWS):
        codes.draw("test", "a", now=NOW)
    with pytest.raises(Conflict):
        codes.draw("test", "a", now=NOW)
    codes.draw("test", "a", now=NOW + dt.timedelta(hours=1, seconds=1))


def test_the_code_is_not_kept():
    code = codes.draw("test", "a", now=NOW)
    row = OneTimeCode.objects.get()
    assert code not in f"{row.digest}{row.subject}"


@pytest.mark.django_db(transaction=True)
def test_many_at_once_have_five_tries_together():
    codes.draw("test", "a", now=NOW)
    wrong = []

    def attempt() -> None:
        try:
            codes.use("test", "a", "no", now=NOW)
        except Invalid:
            wrong.append(1)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert OneTimeCode.objects.get().tries == codes.TRIES
    assert len(wrong) == 12
