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


def entries(base: str, resource_type: str, bodies: Sequence[bytes], mode: str = "match") -> list[bytes]:
    """The entries of resources of one type."""
    kind = resource_type.encode("ascii")
    head = b'{"resourceType":"%b","id":"' % kind
    before = b'{"fullUrl":"%b/%b/' % (base.encode("ascii"), kind)
    after = b',"search":{"mode":"%b"}}' % mode.encode("ascii")
    return [b'%b%b","resource":%b%b' % (before, _id(body, head), body, after) for body in bodies]


def logical_id(body: bytes, resource_type: str) -> str:
    """The id of a stored resource."""
    return _id(body, b'{"resourceType":"%b","id":"' % resource_type.encode("ascii")).decode("ascii")


def _id(body: bytes, head: bytes) -> bytes:
    """Read from the first bytes: the store writes resourceType and id in front."""
    if body.startswith(head):
        start = len(head)
        return body[start : body.index(b'"', start)]
    return _head(body).id.encode("ascii")


def write(found: Searchset) -> bytes:
    links = [{"relation": "self", "url": found.self_link}]
    if found.next_link:
        links.append({"relation": "next", "url": found.next_link})
    head: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if found.total is not None:
        head["total"] = found.total
    head["link"] = links
    parts = [json.write(head)[:-1]]
    told = entries(found.base, found.type, found.bodies)
    for kind, body in found.included:
        told += entries(found.base, kind, [body], "include")
    if found.outcome is not None:
        told.append(b'{"resource":' + json.write(found.outcome) + b',"search":{"mode":"outcome"}}')
    if told:
        parts += [b',"entry":[', b",".join(told), b"]"]
    parts.append(b"}")
    return b"".join(parts)


def link(base: str, resource_type: str, pairs: Sequence[tuple[str, str]]) -> str:
    """`<base>/<type>?…`, with the bars and commas of tokens left readable."""
    query = urlencode(pairs, quote_via=quote, safe=":|,/")
    return f"{base}/{resource_type}?{query}" if query else f"{base}/{resource_type}"
