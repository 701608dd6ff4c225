"""A peer that is down, slow or lying: a real socket server for each."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from hygie.lib import http
from hygie.lib.errors import Unavailable


@contextmanager
def peer(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server of one connection; gives its address."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with closing(connection):
                asked = b""
                while b"\r\n\r\n" not in asked or (asked.startswith(b"POST") and not asked.endswith(b"%26%3D")):
                    asked += connection.recv(65_536)
                try:
                    answer(connection)
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x"


def says(text: str) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(text.encode("utf-8"))


def dribbles(first: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(first)
        for _ in range(100):
            time.sleep(0.05)
            connection.sendall(b"a")

    return answer


def floods(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x" * 65_536)


def code_of(url: str, **options: float) -> str:
    with pytest.raises(Unavailable) as refused:
        http.call("GET", url, **options)
    return refused.value.code


def test_an_answer_is_read_whole():
    with peer(says('HTTP/1.1 201 Created\r\nContent-Type: application/json; charset=utf-8\r\n\r\n{"a": 1}')) as url:
        answer = http.call("POST", url, form={"x": "é&="})
    assert (answer.status, answer.media_type, answer.json()) == (201, "application/json", {"a": 1})


def test_a_redirect_is_not_followed():
    with peer(says("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n")) as url:
        assert http.call("GET", url).status == 302


def test_a_peer_that_is_down_is_said_so():
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    assert code_of(f"http://127.0.0.1:{port}/") == "peer-unreachable"


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"])
def test_a_peer_that_dribbles_costs_the_time_given(first: bytes):
    with peer(dribbles(first)) as url:
        start = time.monotonic()
        assert code_of(url, seconds=0.4) == "peer-slow"
    assert time.monotonic() - start < 2


def test_a_flood_stops_at_the_limit():
    with peer(floods) as url:
        assert code_of(url, limit=100_000) == "peer-too-large"


@pytest.mark.parametrize("text", ["no HTTP at all", "HTTP/1.1 abc\r\n\r\n"])
def test_what_is_not_http_is_unreachable(text: str):
    with peer(says(text)) as url:
        assert code_of(url) == "peer-unreachable"


@pytest.mark.parametrize("body", ["", "<html>", '{"a": 1, "a": 2}', "[" * 100_000])
def test_an_answer_that_is_not_json_is_said_so(body: str):
    with pytest.raises(Unavailable) as refused:
        http.Answer(200, "application/json", body.encode(), {}).json()
    assert refused.value.code == "peer-answer"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/", "127.0.0.1"])
def test_only_http_is_called(url: str):
    assert code_of(url) == "peer-address"


def test_an_answer_without_a_length_that_drips_is_cut_too():
    """Once such an answer begins, http.client's connection has no socket any more."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b" ")
            time.sleep(0.05)

    with peer(drip) as address:
        start = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            http.call("GET", address, seconds=0.5)
    assert caught.value.code == "peer-slow"
    assert time.monotonic() - start < 3
