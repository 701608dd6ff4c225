"""What proves who somebody is: applications, codes on paper, ways back, and the count of tries."""

import datetime as dt
import threading
import uuid

import pyotp
import pytest
from django.db import connection

from hygie.identity import actions as identity
from hygie.identity.contacts import actions as contacts
from hygie.identity.contacts import codes
from hygie.identity.contacts.types import System
from hygie.identity.models import Account, SignInAttempt
from hygie.identity.sign_in import actions as sign_in
from hygie.identity.sign_in import devices, factors, guard, passwords, recovery, resets, totp
from hygie.identity.sign_in.guard import Origin
from hygie.identity.sign_in.models import Factor, RecoveryCode, Reset, Session
from hygie.identity.sign_in.types import Kind, Method
from hygie.lib.errors import Conflict, Invalid, NotFound
from hygie.notifications.resets import send_code
from tests import factories
from tests.factories import NOW, PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def lea() -> int:
    return identity.create_account(username="lea", password=PASSWORD, space_id=factories.space())


def at(step: int) -> dt.datetime:
    return NOW + dt.timedelta(seconds=30 * step)


def code_of(secret: str, now: dt.datetime) -> str:
    return pyotp.TOTP(secret).at(now)


# ---- applications


def test_an_application_is_kept_when_it_shows_a_code_and_its_secret_is_sealed(lea):
    secret = totp.new_secret()
    assert len(secret) == 32  # 160 bits
    with pytest.raises(Invalid) as refused:
        totp.add(lea, secret, "Téléphone", now=NOW, code="000000" if code_of(secret, NOW) != "000000" else "111111")
    assert refused.value.code == "code-wrong"
    totp.add(lea, secret, "Téléphone", now=NOW, code=code_of(secret, NOW))
    row = Factor.objects.get()
    assert secret.encode() not in bytes(row.sealed)
    assert [each.name for each in factors.standing(lea).of(Kind.TOTP)] == ["Téléphone"]


def test_a_code_serves_once_and_an_older_one_no_more(lea):
    secret = totp.new_secret()
    totp.add(lea, secret, "Téléphone", now=NOW, code=code_of(secret, NOW))
    for replayed in (code_of(secret, NOW), code_of(secret, at(-1))):
        with pytest.raises(Invalid):
            totp.check(lea, replayed, now=at(0))
    totp.check(lea, code_of(secret, at(1)), now=at(0))  # a telephone that is a little fast
    with pytest.raises(Invalid):
        totp.check(lea, code_of(secret, at(1)), now=at(1))
    digits = code_of(secret, at(2))
    totp.check(lea, f" {digits[:3]} {digits[3:]} ", now=at(2))


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "１２３４５６", "000000\x00", "9" * 300])
def test_what_is_no_code_is_refused(lea, typed):
    totp.add(lea, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "Téléphone", now=NOW)
    with pytest.raises(Invalid):
        totp.check(lea, typed, now=NOW)


def test_the_last_strong_means_stays(lea):
    first = totp.add(lea, totp.new_secret(), "Un", now=NOW)
    with pytest.raises(Conflict) as refused:
        factors.remove(lea, first)
    assert refused.value.code == "factor-last"
    second = totp.add(lea, totp.new_secret(), "Deux", now=NOW)
    factors.remove(lea, first)
    assert [each.id for each in factors.standing(lea).factors] == [second]


def test_the_means_of_others_are_out_of_reach(lea):
    other = identity.create_account(username="paul", password=PASSWORD, space_id=factories.space(2))
    theirs = totp.add(other, totp.new_secret(), "Paul", now=NOW)
    for act in (
        lambda: factors.remove(lea, theirs),
        lambda: factors.rename(lea, theirs, "x"),
        lambda: factors.get(lea, theirs),
    ):
        with pytest.raises(NotFound):
            act()


# ---- codes on paper


def test_ten_codes_each_once_and_only_their_digest_is_kept(lea):
    drawn = recovery.draw(lea, now=NOW)
    assert len(set(drawn)) == 10
    kept = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code in kept or code.replace("-", "") in kept for code in drawn)
    recovery.use(lea, drawn[0].lower().replace("-", " "), now=NOW)
    assert recovery.left(lea) == 9
    with pytest.raises(Invalid):
        recovery.use(lea, drawn[0], now=NOW)
    again = recovery.draw(lea, now=NOW)
    with pytest.raises(Invalid):
        recovery.use(lea, drawn[1], now=NOW)
    recovery.use(lea, again[1], now=NOW)
    assert recovery.left(lea) == 9


# ---- counting


def test_all_means_of_an_account_are_counted_together(lea):
    totp.add(lea, totp.new_secret(), "Téléphone", now=NOW)
    recovery.draw(lea, now=NOW)
    tries = [
        lambda: passwords.check("lea", "wrong", now=NOW),
        lambda: totp.check(lea, "000000", now=NOW),
        lambda: recovery.use(lea, "AAAAA-AAAAA-AAAAA", now=NOW),
    ]
    for index in range(guard.TRIES):
        with pytest.raises(Invalid):
            tries[index % 3]()
    for one in (*tries, lambda: passwords.check(" LEA ", PASSWORD, now=NOW)):
        with pytest.raises(Conflict) as slowed:
            one()
        assert slowed.value.code == "sign-in-slowed"
    assert passwords.check("lea", PASSWORD, now=NOW + guard.WINDOW) == lea


def test_a_right_password_gives_no_new_tries_for_the_second_proof(lea):
    totp.add(lea, totp.new_secret(), "Téléphone", now=NOW)
    passed = 0
    for _ in range(3 * guard.TRIES):
        try:
            passwords.check("lea", PASSWORD, now=NOW)
            totp.check(lea, "000000", now=NOW)
        except Invalid:
            passed += 1
        except Conflict:
            continue
    assert passed == guard.TRIES


def test_what_was_refused_for_being_too_much_does_not_prolong_the_wait(lea):
    for _ in range(2 * guard.TRIES):
        with pytest.raises((Invalid, Conflict)):
            passwords.check("lea", "wrong", now=NOW)
    assert SignInAttempt.objects.count() == guard.TRIES


def test_strangers_who_guess_do_not_lock_out_a_device_of_the_owner(lea):
    token = devices.new_token()
    devices.meet(lea, token, now=NOW)
    for _ in range(guard.TRIES):
        with pytest.raises(Invalid):
            passwords.check("lea", "wrong", now=NOW)
    with pytest.raises(Conflict):
        passwords.check("lea", PASSWORD, now=NOW, origin=Origin(device=devices.new_token()))
    assert passwords.check("lea", PASSWORD, now=NOW, origin=Origin(device=token)) == lea
    for _ in range(guard.TRIES):
        with pytest.raises(Invalid):
            passwords.check("lea", "wrong", now=NOW, origin=Origin(device=token))
    with pytest.raises(Conflict):
        passwords.check("lea", PASSWORD, now=NOW, origin=Origin(device=token))


def test_one_password_on_many_names_is_slowed_by_the_address():
    refused, origin = 0, Origin(address="192.0.2.7")
    for number in range(guard.TRIES_OF_ADDRESS + 40):
        try:
            passwords.check(f"nom{number}", "Soleil2026!!", now=NOW, origin=origin)
        except Conflict:
            refused += 1
        except Invalid:
            continue
    assert refused == 40
    with pytest.raises(Invalid):
        passwords.check("nom999", "Soleil2026!!", now=NOW, origin=Origin(address="192.0.2.8"))


def test_no_address_and_no_name_is_kept_in_clear(lea):
    with pytest.raises(Invalid):
        passwords.check("lea", "wrong", now=NOW, origin=Origin(address="192.0.2.7"))
    assert all(
        len(each) == 64 and "192" not in each[:4] for each in SignInAttempt.objects.values_list("digest", flat=True)
    )


@pytest.mark.django_db(transaction=True)
def test_tries_that_come_together_do_not_pass_together():
    account = identity.create_account(username="lea", password=PASSWORD, space_id=factories.space())
    together, reached, wall = 24, [], threading.Barrier(24)

    def guess() -> None:
        try:
            wall.wait(timeout=20)
            with guard.counted("lea", guard.NOWHERE, now=NOW):
                reached.append(account)
                raise Invalid("wrong", code="sign-in-refused")
        except (Invalid, Conflict):
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(together)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reached) <= guard.TRIES
    assert SignInAttempt.objects.count() == len(reached)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_come_with_one_code_one_enters():
    account = identity.create_account(username="lea", password=PASSWORD, space_id=factories.space())
    secret = totp.new_secret()
    totp.add(account, secret, "Téléphone", now=NOW)
    entered, wall = [], threading.Barrier(6)

    def enter() -> None:
        try:
            wall.wait(timeout=20)
            totp.check(account, code_of(secret, NOW), now=NOW)
            entered.append(True)
        except Invalid:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=enter) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(entered) == 1


# ---- passwords and ways back


def test_a_closed_account_and_one_without_a_password_answer_like_nobody(lea):
    Account.objects.filter(pk=lea).update(is_active=False)
    with pytest.raises(Invalid) as closed:
        passwords.check("lea", PASSWORD, now=NOW)
    Account.objects.filter(pk=lea).update(is_active=True, password="!" + "x" * 40)
    with pytest.raises(Invalid) as without:
        passwords.check("lea", PASSWORD, now=NOW)
    with pytest.raises(Invalid) as unknown:
        passwords.check("nobody", PASSWORD, now=NOW)
    assert {each.value.code for each in (closed, without, unknown)} == {"sign-in-refused"}


def test_a_weak_password_is_told_why(lea):
    assert passwords.faults("court", lea)
    assert passwords.faults("password1234", lea)
    assert passwords.faults("une phrase longue et douce", lea) == []


def test_a_new_password_spares_the_session_that_changes_it(lea):
    here = sign_in.open_session(lea, Method.PASSKEY, now=NOW)
    there = sign_in.open_session(lea, Method.PASSKEY, now=NOW)
    sign_in.set_password(lea, "une phrase longue et douce", now=NOW, keep=here)
    ended = dict(Session.objects.values_list("id", "ended_at"))
    assert ended[here] is None and ended[there] is not None


@pytest.fixture
def reachable(lea, settings) -> int:
    settings.HYGIE_GATEWAYS = {"email": "class:x:Y", "sms": "", "letter": ""}
    contacts.add_contact(
        Account.objects.get(pk=lea).space_id, System.EMAIL, "lea@example.invalid", now=NOW, verified=True
    )
    return lea


def test_asking_for_a_new_password_writes_the_same_for_any_name(reachable):
    for name in ("lea", "nobody"):
        resets.ask(name, now=NOW)
    known, unknown = Reset.objects.order_by("created_at")
    assert known.account_id is unknown.account_id is None
    assert b"lea" not in bytes(known.sealed)


def test_the_way_back_needs_the_code_that_was_sent(reachable, monkeypatch):
    monkeypatch.setattr("hygie.lib.clock.now", lambda: NOW)
    sent = []
    monkeypatch.setattr("hygie.notifications.actions.send", lambda *args, **more: sent.append((args, more)))
    asked = resets.ask("LEA", now=NOW)
    send_code(uuid.UUID(int=0), str(asked))
    send_code(uuid.UUID(int=0), str(asked))  # the outbox may call twice
    (((_, to, text, values), _),) = sent
    assert (to, text) == ("lea@example.invalid", "sign-in.reset")
    with pytest.raises(Invalid) as early:
        resets.account_of(asked, now=NOW)
    assert early.value.code == "reset-over"
    with pytest.raises(Invalid):
        resets.prove(asked, "000000" if values["code"] != "000000" else "111111", now=NOW)
    resets.prove(asked, values["code"], now=NOW)
    assert resets.account_of(asked, now=NOW) == reachable
    assert resets.finish(asked, "une phrase longue et douce", now=NOW) == reachable
    assert passwords.check("lea", "une phrase longue et douce", now=NOW) == reachable
    with pytest.raises(Invalid):
        resets.finish(asked, "une autre phrase longue", now=NOW)


def test_a_way_back_for_nobody_sends_nothing_and_its_codes_are_wrong(reachable, monkeypatch):
    monkeypatch.setattr("hygie.lib.clock.now", lambda: NOW)
    asked = resets.ask("nobody", now=NOW)
    send_code(uuid.UUID(int=0), str(asked))
    with pytest.raises(Invalid) as wrong:
        resets.prove(asked, "123456", now=NOW)
    assert wrong.value.code == "code-wrong"


def test_a_way_back_ends_after_half_an_hour(reachable):
    asked = resets.ask("lea", now=NOW)
    with pytest.raises(Invalid) as over:
        resets.prove(asked, "123456", now=NOW + dt.timedelta(minutes=31))
    assert over.value.code == "reset-over"


def test_codes_that_were_sent_count_as_tries(lea):
    for _ in range(guard.TRIES):
        with pytest.raises(Invalid), guard.counted("lea", guard.NOWHERE, now=NOW):
            codes.use("sign-in", str(lea), "000000", now=NOW)
    with pytest.raises(Conflict):
        passwords.check("lea", PASSWORD, now=NOW)
