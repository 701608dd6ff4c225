"""The files of an export: ndjson, gzip, then AES-256-GCM by segments, so that memory stays small whatever their size.

A segment is its length (4 bytes) and what `crypto.seal` makes of it; its context says which job, which file, which segment
and whether it is the last: segments cannot be dropped, moved or taken to another file.
Layout: `<data>/exports/<job>/<number>.<worker>`.
"""

import contextlib
import os
import shutil
import struct
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from hygie.lib import crypto
from hygie.lib.errors import Unavailable

_SEGMENT = 256 * 1024
_PLAIN = 64 * 1024
_LENGTH = struct.Struct(">I")
_GZIP = 31  # zlib's window bits that mean: with the header and the trailer of gzip
_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Whole:
    """A finished file: lines, bytes of ndjson, bytes of gzip."""

    count: int
    size: int
    packed: int


def folder(job_id: str) -> Path:
    path: Path = settings.HYGIE_DATA / "exports" / job_id
    return path


def name(number: int, worker: str) -> str:
    """A worker's own: two that believe to have one job never write over each other."""
    return f"{number}.{worker}"


class Writer:
    """One file on its way; nothing of it is served before `close`."""

    def __init__(self, job_id: str, number: int, worker: str, key: bytes, kind: str, type: str) -> None:
        self._job_id, self._key = job_id, key
        self.number, self.kind, self.type = number, kind, type
        place = folder(job_id)
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = place / name(number, worker)
        self._file = open(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._zip = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        self._lines: list[bytes] = []
        self._waiting = 0
        self._packed = bytearray()
        self._segments = 0
        self.count = self.size = self._written = 0

    def write(self, line: bytes) -> None:
        """One resource, without its line end."""
        self._lines += (line, b"\n")
        self._waiting += len(line) + 1
        self.count += 1
        if self._waiting >= _PLAIN:
            self._pack()

    def _pack(self) -> None:
        self._packed += self._zip.compress(b"".join(self._lines))
        self.size += self._waiting
        self._lines, self._waiting = [], 0
        while len(self._packed) > _SEGMENT:
            self._seal(bytes(self._packed[:_SEGMENT]), last=False)
            del self._packed[:_SEGMENT]

    def _seal(self, packed: bytes, *, last: bool) -> None:
        sealed = crypto.seal(self._key, packed, context=_context(self._job_id, self.number, self._segments, last))
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._segments += 1
        self._written += len(packed)

    def close(self) -> Whole:
        """Makes it whole and durable."""
        self._pack()
        self._packed += self._zip.flush()
        self._seal(bytes(self._packed), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return Whole(self.count, self.size, self._written)

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


def _context(job_id: str, number: int, segment: int, last: bool) -> bytes:
    return f"hygie.export\0{job_id}\0{number}\0{segment}\0{int(last)}".encode("ascii")


def open_packed(job_id: str, number: int, worker: str, key: bytes, packed: int) -> Iterator[bytes]:
    """The gzip of a file, piece by piece. The first piece is read at once: a file that is not here is said before anything."""
    pieces = _pieces(job_id, number, worker, key, packed)
    first = next(pieces)

    def all_of_it() -> Iterator[bytes]:
        yield first
        yield from pieces

    return all_of_it()


def open_plain(job_id: str, number: int, worker: str, key: bytes, packed: int) -> Iterator[bytes]:
    """The ndjson of a file, piece by piece."""
    pieces = open_packed(job_id, number, worker, key, packed)

    def all_of_it() -> Iterator[bytes]:
        unzip = zlib.decompressobj(_GZIP)
        for piece in pieces:
            waiting = piece
            while waiting:
                yield unzip.decompress(waiting, 4 * _SEGMENT)
                waiting = unzip.unconsumed_tail
        yield unzip.flush()

    return all_of_it()


def _pieces(job_id: str, number: int, worker: str, key: bytes, packed: int) -> Iterator[bytes]:
    try:
        file = (folder(job_id) / name(number, worker)).open("rb")
    except OSError as error:
        raise Unavailable("The file of this export cannot be read.", code="storage") from error
    with file:
        given, segment = 0, 0
        while given < packed:
            head = file.read(_LENGTH.size)
            if len(head) < _LENGTH.size:
                raise crypto.IntegrityError
            sealed = file.read(_LENGTH.unpack(head)[0])
            last = not file.peek(1)
            piece = crypto.unseal(key, sealed, context=_context(job_id, number, segment, last))
            given, segment = given + len(piece), segment + 1
            yield piece


def keep_only(job_id: str, names: Collection[str]) -> None:
    """Removes what a worker that was cut left behind."""
    with contextlib.suppress(FileNotFoundError):
        for path in folder(job_id).iterdir():
            if path.name not in names:
                path.unlink(missing_ok=True)


def erase(job_id: str) -> None:
    shutil.rmtree(folder(job_id), ignore_errors=True)


def list_jobs() -> list[str]:
    """The jobs that have a folder."""
    root = settings.HYGIE_DATA / "exports"
    return [path.name for path in root.iterdir()] if root.is_dir() else []
