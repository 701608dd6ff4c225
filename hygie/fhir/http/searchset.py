"""The searchset Bundle, by joining bytes: stored bodies are sent as they are, never read again.

https://hl7.org/fhir/R4/bundle.html#searchset
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from hygie.fhir.core import json


class _Head(msgspec.Struct):
    id: str


_head = msgspec.json.Decoder(_Head).decode


@dataclass(frozen=True, slots=True)
class Searchset:
    """What a search gives. `total` None: not asked for. `outcome`: warnings, an OperationOutcome resource or None.
    `included`: (type, body) of what comes with the matches.

    Nothing here is random or dated: the same question on the same visible data gives the same bytes.
    """

    base: str
    type: str
    bodies: Sequence[bytes]
    total: int | None
    self_link: str
    next_link: str = ""
    outcome: dict[str, Any] | None = None
    included: Sequence[tuple[str, bytes]] = ()


def logical_id(body: bytes, resource_type: str) -> str:
    """The id of a stored resource, read from its first bytes: the store writes resourceType and id in front."""
    prefix = b'{"resourceType":"' + resource_type.encode("ascii") + b'","id":"'
    if body.startswith(prefix):
        start = len(prefix)
        return body[start : body.index(b'"', start)].decode("ascii")
    return _head(body).id


def write(found: Searchset) -> bytes:
    links = [{"relation": "self", "url": found.self_link}]
    if found.next_link:
        links.append({"relation": "next", "url": found.next_link})
    head: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if found.total is not None:
        head["total"] = found.total
    head["link"] = links
    parts = [json.write(head)[:-1]]
    entries = [_entry(found.base, found.type, body, b"match") for body in found.bodies]
    entries += [_entry(found.base, kind, body, b"include") for kind, body in found.included]
    if found.outcome is not None:
        entries.append(b'{"resource":' + json.write(found.outcome) + b',"search":{"mode":"outcome"}}')
    if entries:
        parts += [b',"entry":[', b",".join(entries), b"]"]
    parts.append(b"}")
    return b"".join(parts)


def _entry(base: str, resource_type: str, body: bytes, mode: bytes) -> bytes:
    url = f"{base}/{resource_type}/{logical_id(body, resource_type)}".encode("ascii")
    return b'{"fullUrl":"%b","resource":%b,"search":{"mode":"%b"}}' % (url, body, mode)


def link(base: str, resource_type: str, pairs: Sequence[tuple[str, str]]) -> str:
    """`<base>/<type>?…`, with the bars and commas of tokens left readable."""
    query = urlencode(pairs, quote_via=quote, safe=":|,/")
    return f"{base}/{resource_type}?{query}" if query else f"{base}/{resource_type}"
