"""Messages that leave: sealed, carried once, erased; through a real SMTP server and a real HTTP operator."""

import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Received

from hygie.lib.errors import Invalid, Unavailable
from hygie.lib.outbox.actions import run_due
from hygie.notifications import actions, texts
from hygie.notifications.models import Message
from hygie.notifications.tasks import deliver
from hygie.notifications.types import Way
from tests.cluster import free_port
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)
CODE = {"code": "492817", "minutes": "10"}


class Operator(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[tuple[str, dict[str, str]]] = []
        self.status = 202


class _Taking(BaseHTTPRequestHandler):
    server: Operator

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((self.headers["Authorization"], body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def operator(settings) -> Iterator[Operator]:
    with Operator() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.HYGIE_GATEWAYS = dict.fromkeys(Way, f"http://127.0.0.1:{server.server_port}/sms")
        settings.HYGIE_GATEWAY_TOKEN = "jeton"
        yield server
        server.shutdown()


def work(now: dt.datetime = NOW) -> int:
    return run_due({actions.QUEUED: (lambda _, reference: actions.deliver(reference, now=now),)}, now=now)


def test_a_code_leaves_once_in_the_reader_s_language(operator):
    actions.send(Way.SMS, "+33600000000", "sign-in.code", CODE, now=NOW, language="fr")
    assert work() == 1
    ((token, body),) = operator.taken
    assert token == "Bearer jeton"
    assert body["to"] == "+33600000000"
    assert body["text"].startswith("Hygie : votre code est 492817.")
    deliver(None, str(Message.objects.get().id))
    assert len(operator.taken) == 1


def test_nothing_readable_is_kept_before_nor_after(operator):
    actions.send(Way.SMS, "+33600000000", "sign-in.code", CODE, now=NOW)
    kept = bytes(Message.objects.get().sealed)
    assert kept and b"492817" not in kept and b"33600000000" not in kept
    work()
    assert bytes(Message.objects.get().sealed) == b""


def test_an_operator_that_refuses_is_asked_again_later(operator):
    actions.send(Way.SMS, "+33600000000", "sign-in.code", CODE, now=NOW)
    operator.status = 503
    assert work() == 0
    operator.status = 202
    assert work(NOW + dt.timedelta(minutes=3)) == 1
    assert Message.objects.get().sent_at is not None


def test_a_code_that_expired_is_not_sent_late(operator):
    actions.send(Way.SMS, "+33600000000", "sign-in.code", CODE, now=NOW, expires_at=NOW + dt.timedelta(minutes=10))
    assert work(NOW + dt.timedelta(minutes=11)) == 1
    assert operator.taken == []
    assert bytes(Message.objects.get().sealed) == b""


def test_a_mail_leaves_by_smtp(settings):
    class Box(Received):
        taken: list[object] = []

        def handle_message(self, message: object) -> None:
            self.taken.append(message)

    box = Controller(Box(), hostname="127.0.0.1", port=free_port())
    box.start()
    try:
        settings.HYGIE_GATEWAYS = {Way.EMAIL: f"smtp://127.0.0.1:{box.port}"}
        actions.send(Way.EMAIL, "lea@exemple.invalid", "sign-in.code", CODE, now=NOW)
        assert work() == 1
    finally:
        box.stop()
    (message,) = Box.taken
    assert message["To"] == "lea@exemple.invalid"
    assert "492817" in message.get_payload(decode=True).decode()


def test_a_mail_server_that_is_down_loses_nothing(settings):
    settings.HYGIE_GATEWAYS = {Way.EMAIL: "smtp://127.0.0.1:1"}
    message = actions.send(Way.EMAIL, "lea@exemple.invalid", "sign-in.code", CODE, now=NOW)
    with pytest.raises(Unavailable):
        actions.deliver(str(message), now=NOW)
    assert bytes(Message.objects.get().sealed)


@pytest.mark.parametrize("values", [{}, {"code": "1"}, CODE | {"diagnosis": "x"}])
def test_only_the_fields_of_the_text_may_leave(values):
    with pytest.raises(Invalid, match="values") as refused:
        actions.send(Way.SMS, "+33600000000", "sign-in.code", values, now=NOW)
    assert refused.value.code == "text-fields"


def test_an_address_is_needed():
    with pytest.raises(Invalid):
        actions.send(Way.SMS, " ", "sign-in.code", CODE, now=NOW)


def test_every_text_writes_itself():
    for text in texts.TEXTS.values():
        subject, body = text.write(dict.fromkeys(text.fields, "x"))
        assert subject and body and "{" not in subject + body
