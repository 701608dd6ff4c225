"""GET [base]/Composition/[id]/$document. https://hl7.org/fhir/R4/composition-operation-document.html

The Composition first, then all that it refers to, directly or through others. A reference that leads to nothing here, or
to what the reader may not see, stays a reference: both look the same.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from hygie.fhir.core import json
from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.http import searchset
from hygie.fhir.http.call import Call
from hygie.lib.clock import rfc3339

_ABOUT_THE_ANSWER = frozenset({"_format", "_pretty"})


def check(call: Call) -> None:
    """Raises BadQuery for what is not done: `persist=true`, `id`, `graph`, and any other parameter."""
    for name, value in call.query:
        if name in _ABOUT_THE_ANSWER or (name == "persist" and value == "false"):
            continue
        text = "This parameter is not supported."
        if name == "persist":
            text = "A document is made for its reader and not kept; its Composition is what is kept."
        elif name == "id":
            text = "The Composition is named by the address: Composition/<id>/$document."
        raise BadQuery(text, code="document-parameter", path=f"http.{name}")


def targets(resource: dict[str, Any], base: str) -> Iterator[tuple[str, str]]:
    """(type, logical id) of each literal reference that can lead to this server, in the order of the text."""
    waiting: list[Any] = [resource]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            reference = node.get("reference")
            if isinstance(reference, str) and (found := _address(reference, base)):
                yield found
            waiting += reversed(node.values())
        elif isinstance(node, list):
            waiting += reversed(node)


def _address(reference: str, base: str) -> tuple[str, str] | None:
    relative = reference.removeprefix(f"{base}/")
    if urlsplit(relative).scheme or relative.startswith("#"):
        return None
    type, _, rest = relative.partition("/_history/")[0].partition("/")
    return (type, rest) if rest and "/" not in rest and "?" not in rest and "#" not in rest else None


def write(base: str, found: Sequence[tuple[str, bytes]], *, now: dt.datetime) -> bytes:
    """The document Bundle; stored bodies are joined as they are, the Composition first."""
    head = {
        "resourceType": "Bundle",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uuid.uuid4()}"},
        "type": "document",
        "timestamp": rfc3339(now),
    }
    entries = [
        b'{"fullUrl":"%b/%b/%b","resource":%b}'
        % (base.encode(), type.encode(), searchset.logical_id(body, type).encode(), body)
        for type, body in found
    ]
    return b"".join([json.write(head)[:-1], b',"entry":[', b",".join(entries), b"]}"])
