"""The operators of mail, SMS and letters: they take what Hygie sends, and show it to whoever tries the demonstration."""

import datetime as dt
import hmac
import json
import threading
from collections import deque
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from hygie.lib import clock

WAYS = {"email": _("E-mail"), "sms": _("SMS"), "letter": _("Lettre")}
_KEPT = 500
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Message:
    way: str
    to: str
    subject: str
    text: str
    at: dt.datetime

    @property
    def way_label(self) -> str:
        return str(WAYS[self.way])


_messages: deque[Message] = deque(maxlen=_KEPT)
_lock = threading.Lock()


@require_POST
def receive(request: HttpRequest, way: str) -> HttpResponse:
    """`{"to", "subject", "text"}`, bearer token: what `hygie.notifications.gateways.Operator` sends."""
    wanted = f"Bearer {settings.STATE['gateway_token']}"
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), wanted.encode()):
        return HttpResponse(status=401)
    if way not in WAYS:
        return HttpResponse(status=404)
    body = request.body
    try:
        said = json.loads(body)
        message = Message(way, str(said["to"]), str(said["subject"]), str(said["text"]), clock.now())
    except (ValueError, KeyError, TypeError):
        return HttpResponse(status=400)
    if len(body) > _LONGEST:
        return HttpResponse(status=413)
    with _lock:
        _messages.appendleft(message)
    return HttpResponse(status=202)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The newest first; `a` keeps one recipient."""
    with _lock:
        kept = list(_messages)
    wanted = request.GET.get("a", "").strip()
    recipients = list(dict.fromkeys(message.to for message in kept))
    shown = [message for message in kept if not wanted or message.to == wanted]
    return render(request, "state/letterbox.html", {"messages": shown, "recipients": recipients, "wanted": wanted})
