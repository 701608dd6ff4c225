"""Accounts with means of sign-in, for the tests of these pages."""

import datetime as dt
import re
import time
from typing import Any

import pyotp
from django.test import Client

from hygie.identity.contacts import actions as contacts
from hygie.identity.contacts.types import System
from hygie.identity.models import Account
from hygie.identity.sign_in import totp
from hygie.lib import clock
from tests.hygie.portals.visitors import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def pk(username: str) -> int:
    return int(Account.objects.get(username=username).pk)


def protect(username: str, secret: str = SECRET) -> int:
    """An application of codes for this account."""
    totp.add(pk(username), secret, "Téléphone", now=clock.now())
    return pk(username)


def code(ahead: int = 0, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).generate_otp(int(time.time()) // 30 + ahead)


def reach(username: str, settings: Any) -> None:
    """A verified e-mail and telephone, and carriers for them."""
    settings.HYGIE_GATEWAYS = {"email": "class:x:Y", "sms": "class:x:Y", "letter": ""}
    space = Account.objects.get(username=username).space_id
    contacts.add_contact(space, System.EMAIL, f"{username}@example.invalid", now=clock.now(), verified=True)
    contacts.add_contact(space, System.PHONE, "06 39 98 00 12", now=clock.now(), verified=True)


def password(client: Client, username: str = "lea", word: str = PASSWORD, **more: str) -> Any:
    return client.post("/connexion/", {"username": username, "password": word, **more})


def second(client: Client, typed: str, way: str = "totp") -> Any:
    return client.post("/connexion/etape-2/", {"moyen": way, "code": typed})


def earlier(client: Client, **shift: float) -> None:
    """As if the last proof of this client's session had been given that much earlier."""
    from hygie.identity.sign_in.models import Session

    row = Session.objects.get(id=client.session["session"])
    row.proved_at -= dt.timedelta(**shift)
    row.save()


def sent() -> list[tuple[str, dict[str, Any]]]:
    """(text, content) of the messages that wait for their carrier, the oldest first."""
    import json

    from django.conf import settings

    from hygie.lib import crypto
    from hygie.notifications.models import Message

    found = []
    for row in Message.objects.order_by("created_at"):
        opened = crypto.open_envelope(
            settings.HYGIE_MASTER_KEY, bytes(row.sealed), context=b"hygie.message\x00" + row.id.bytes
        )
        found.append((row.text, json.loads(opened)))
    return found


def plain(page: Any) -> str:
    """The words of a page, without what changes at each answer."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.content.decode())
    return re.sub(r"\s+", " ", text)
