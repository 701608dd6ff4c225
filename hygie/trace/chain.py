"""The canonical bytes of an entry and the chain of hashes, version 1: docs/reference/trace-format.md.

Written so that a program of thirty lines in another language can verify a log; change it only with a new version.
"""

import hashlib
import uuid
from typing import Any

import msgspec

from hygie.lib.clock import rfc3339
from hygie.trace.types import Act

VERSION = 1
_DOMAIN = b"hygie.trace.v1\x00"


def payload(act: Act, *, version: int = 0) -> bytes:
    """Deterministic JSON (the RFC 8785 subset: ASCII keys, strings and integers only); empty members are left out."""
    actor: dict[str, Any] = {
        "client": act.client_id,
        "delegate": act.delegate_id,
        "id": act.actor_id,
        "kind": act.actor_kind,
        "level": act.level,
        "onBehalfOf": act.on_behalf_of,
        "organization": act.organization_id,
        "profession": act.profession,
    }
    thing: dict[str, Any] = {"digest": act.object_digest, "id": act.object, "version": version or act.object_version}
    members: dict[str, Any] = {
        "actor": {key: value for key, value in actor.items() if value},
        "at": rfc3339(act.at),
        "channel": act.channel,
        "event": act.event.value,
        "ground": act.ground,
        "mode": act.mode,
        "object": {key: value for key, value in thing.items() if value},
        "outcome": act.outcome.value,
        "v": VERSION,
    }
    kept = {key: value for key, value in members.items() if value}
    return msgspec.json.encode(kept, order="sorted")


_UNKNOWN = 2**53 - 1  # no resource has so many versions


def payload_around_version(act: Act) -> tuple[bytes, bytes]:
    """What stands before and after the version of the object, when the database is to fill it in."""
    # No value holds a bare quote, so the member is found once.
    before, _, after = payload(act, version=_UNKNOWN).partition(b'"version":%d' % _UNKNOWN)
    return before + b'"version":', after


def genesis(space_id: uuid.UUID) -> bytes:
    """The hash before the first entry: it binds the chain to its space."""
    return hashlib.sha256(_DOMAIN + space_id.bytes).digest()


def link(previous: bytes, seq: int, body: bytes) -> bytes:
    """hash(n) = SHA-256(domain ‖ hash(n-1) ‖ n on 8 bytes, big-endian ‖ payload(n))."""
    return hashlib.sha256(_DOMAIN + previous + seq.to_bytes(8, "big") + body).digest()


DOMAIN_SQL_HEX = _DOMAIN.hex()
