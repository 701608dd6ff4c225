"""Outbound HTTP to the services of others: bounded in time and size, no redirect, certificates checked.

A peer that is down, slow or lying costs a known time and a known memory. The usual clients bound the time between two
bytes only: a peer that gives one byte a second holds them for hours. Here a timer closes the connection.
"""

import base64
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from hygie.lib.errors import Unavailable

_CONNECT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    media_type: str
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> Any:
        """Raises Unavailable(peer-answer) when the body is not JSON, or says a member twice."""
        try:
            return read_once(self.body)
        except (ValueError, RecursionError) as error:
            raise Unavailable("The other service gave an answer that cannot be read.", code="peer-answer") from error


def read_once(text: bytes) -> Any:
    """JSON whose objects say each member once, and whose numbers are JSON's. Raises ValueError."""
    return json.loads(text, object_pairs_hook=_members, parse_constant=_refuse)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a member is there twice")
    return made


def _refuse(word: str) -> Any:
    raise ValueError("not JSON")


def call(
    method: str,
    url: str,
    *,
    body: Any = None,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
    seconds: float = 5.0,
    limit: int = 1024 * 1024,
) -> Answer:
    """One request; `body` goes as JSON, `form` as a form. Every status is an answer, redirects too.

    Raises Unavailable: peer-unreachable (refused, bad certificate, cut, not HTTP), peer-slow (more than `seconds` in
    all), peer-too-large (more than `limit` bytes). The message never holds what was sent.
    """
    content, sent = _content(body, form)
    sent |= {"Accept": "application/json", "Connection": "close", **(headers or {})}
    sent |= {"Authorization": _basic(basic)} if basic else {}
    connection = _connection(url, seconds)
    late, opened = threading.Event(), list[socket.socket]()
    timer = threading.Timer(seconds, _cut, (opened, late))
    timer.daemon = True
    timer.start()
    try:
        _connect(connection, opened, late)
        connection.request(method, _target(url), content, sent)
        with connection.getresponse() as response:
            read = response.read(limit + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if late.is_set() or isinstance(error, TimeoutError):
            raise _slow() from error
        raise Unavailable("The other service cannot be reached.", code="peer-unreachable") from error
    finally:
        timer.cancel()
        connection.close()
    if late.is_set():  # what was read is only a part
        raise _slow()
    return _answer(response, read, limit)


def _basic(pair: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(":".join(pair).encode("utf-8")).decode("ascii")


def _slow() -> Unavailable:
    return Unavailable("The other service did not answer in time.", code="peer-slow")


def _answer(response: http.client.HTTPResponse, read: bytes, limit: int) -> Answer:
    if len(read) > limit:
        raise Unavailable("The other service answered too much.", code="peer-too-large")
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Answer(response.status, media_type, read, {name.lower(): value for name, value in response.headers.items()})


def _content(body: Any, form: Mapping[str, str] | None) -> tuple[bytes | None, dict[str, str]]:
    if form is not None:
        return urlencode(form).encode("ascii"), {"Content-Type": "application/x-www-form-urlencoded"}
    if body is not None:
        return json.dumps(body, ensure_ascii=False).encode("utf-8"), {"Content-Type": "application/json"}
    return None, {}


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _connection(url: str, seconds: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    timeout = min(_CONNECT_SECONDS, seconds)
    if parts.scheme == "https" and parts.hostname:
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout, context=context)
    if parts.scheme == "http" and parts.hostname:
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    raise Unavailable("The address of the other service is not HTTP.", code="peer-address")


def _connect(connection: http.client.HTTPConnection, opened: list[socket.socket], late: threading.Event) -> None:
    """The socket is kept apart: `connection` forgets it when an answer without a length begins."""
    connection.connect()
    opened.append(connection.sock)
    if late.is_set():  # while it was connecting: nobody would cut it
        raise TimeoutError


def _cut(opened: list[socket.socket], late: threading.Event) -> None:
    late.set()
    for sock in opened:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue  # closed already
