"""Who carries messages: SMTP for mail, an operator's HTTP address for SMS, letters, and mail where there is no SMTP.

The HTTP dialect is ours, and small, since operators have none in common: `POST {"to", "subject", "text"}`, bearer token,
2xx when taken. An operator's own dialect is a class of the same `Gateway` shape, named by `class:module:Name`.
"""

from importlib import import_module
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from hygie.lib import http
from hygie.lib.errors import Unavailable
from hygie.notifications.types import Way

_SECONDS = 10.0


class Gateway(Protocol):
    def send(self, to: str, subject: str, text: str) -> None:
        """Raises Unavailable when the message was not taken: it will be tried again."""


class Smtp:
    """`smtp://user:password@host:port` (STARTTLS when the address ends with `?starttls`), or `smtps://`."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    def send(self, to: str, subject: str, text: str) -> None:
        parts = self._parts
        backend = EmailBackend(
            host=parts.hostname,
            port=parts.port or (465 if parts.scheme == "smtps" else 25),
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            use_ssl=parts.scheme == "smtps",
            use_tls=parts.query == "starttls",
            timeout=_SECONDS,
        )
        try:
            EmailMessage(subject, text, settings.HYGIE_MAIL_FROM, [to], connection=backend).send()
        except OSError as error:  # smtplib's errors are OSErrors
            raise Unavailable("The mail server did not take the message.", code="mail") from error


class Operator:
    """An HTTP operator."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def send(self, to: str, subject: str, text: str) -> None:
        answer = http.call(
            "POST",
            self._url,
            body={"to": to, "subject": subject, "text": text},
            headers={"Authorization": f"Bearer {self._token}"},
            seconds=_SECONDS,
        )
        if not 200 <= answer.status < 300:
            raise Unavailable("The operator did not take the message.", code="operator")


def gateway(way: Way) -> Gateway:
    """The carrier that the settings name for this way. Raises Unavailable(gateway-missing) when there is none."""
    url = settings.HYGIE_GATEWAYS[way]
    if url.startswith(("smtp://", "smtps://")):
        return Smtp(url)
    if url.startswith(("http://", "https://")):
        return Operator(url, settings.HYGIE_GATEWAY_TOKEN)
    if url.startswith("class:"):
        module, _, name = url.removeprefix("class:").partition(":")
        made: Gateway = getattr(import_module(module), name)()
        return made
    raise Unavailable("No carrier is set for this way of sending.", code="gateway-missing")
