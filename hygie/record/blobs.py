"""Files of a space: content-addressed, encrypted with the space's data key, checked at each read.

The address is an HMAC of the content's SHA-256 under the data key: it tells nobody who has not the key that a space
holds a known file. Layout: `<data>/blobs/<space>/<2 first characters>/<address>`.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from hygie.fhir.store.rows import key
from hygie.lib import crypto
from hygie.lib.errors import Unavailable
from hygie.lib.statements import fetch
from hygie.record import rows
from hygie.record.models import SpaceKey


def data_key(space_id: uuid.UUID) -> bytes:
    """The space's key, unwrapped. Raises IntegrityError when the wrapped key was tampered with, Unavailable when erased."""
    row = _find_key(space_id)
    if row is None:
        raise Unavailable("The key of this space is not here: its files cannot be read.", code="key-missing")
    return unwrap(space_id, row[0], bytes(row[1]))


def open_document(space_id: uuid.UUID, document_id: str) -> tuple[rows.DocumentRow, bytes]:
    """(row, content) of a document that the caller may read. Raises Unavailable when its key was erased."""
    filed = rows.find_filed(space_id, document_id)
    if filed is None:
        raise Unavailable("The key of this space is not here: its files cannot be read.", code="key-missing")
    data_key = unwrap(space_id, filed.kek_id, filed.wrapped)
    return filed.document, get(space_id, data_key, filed.document.sha256)


def data_key_for_writing(space_id: uuid.UUID) -> bytes:
    """As `data_key`; a space without files gets its key now. Two first writers agree on one key."""
    row = _find_key(space_id)
    if row is None:
        fresh = crypto.new_data_key()
        kek_id, wrapped = crypto.keyring(settings.HYGIE_MASTER_KEY).wrap(fresh, context=_context(space_id))
        try:
            with transaction.atomic():
                SpaceKey.objects.create(space_id=space_id, kek_id=kek_id, wrapped=wrapped)
        except IntegrityError:
            return data_key(space_id)
        return fresh
    return unwrap(space_id, row[0], bytes(row[1]))


def _find_key(space_id: uuid.UUID) -> tuple[Any, ...] | None:
    found = fetch("SELECT kek_id, wrapped FROM record_spacekey WHERE space_id = %s", [key(space_id)])
    return found[0] if found else None


def unwrap(space_id: uuid.UUID, kek_id: str, wrapped: bytes) -> bytes:
    keyring = crypto.keyring(settings.HYGIE_MASTER_KEY)
    return keyring.unwrap(kek_id, wrapped, context=_context(space_id))


def _context(space_id: uuid.UUID) -> bytes:
    return b"hygie.space-key\x00" + space_id.bytes


def put(space_id: uuid.UUID, key: bytes, data: bytes, sha256: str) -> Path | None:
    """Writes a file and makes it durable. Gives its path when it is new, None when the very same one was here."""
    path = _path(space_id, key, sha256)
    if path.exists():
        return None
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    sealed = crypto.seal(key, data, context=_file_context(space_id, sha256))
    try:
        with open(_new_file(temporary), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise Unavailable("The document could not be stored; nothing was kept.", code="storage") from error
    return path


def _new_file(path: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:  # the first file of its folder
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def get(space_id: uuid.UUID, key: bytes, sha256: str) -> bytes:
    """The content. Raises IntegrityError when what is stored is not what was written."""
    try:
        sealed = _path(space_id, key, sha256).read_bytes()
    except OSError as error:
        raise Unavailable("The file of this document cannot be read.", code="storage") from error
    data = crypto.unseal(key, sealed, context=_file_context(space_id, sha256))
    if not hmac.compare_digest(hashlib.sha256(data).hexdigest(), sha256):
        raise crypto.IntegrityError
    return data


def discard(path: Path | None) -> None:
    """Removes a file that a failed act had just written."""
    if path is not None:
        with contextlib.suppress(OSError):
            path.unlink()


def _path(space_id: uuid.UUID, key: bytes, sha256: str) -> Path:
    address = hmac.new(key, b"hygie.blob\x00" + sha256.encode("ascii"), hashlib.sha256).hexdigest()
    path: Path = settings.HYGIE_DATA / f"blobs/{space_id.hex}/{address[:2]}/{address}"
    return path


def _file_context(space_id: uuid.UUID, sha256: str) -> bytes:
    return space_id.bytes + bytes.fromhex(sha256)
