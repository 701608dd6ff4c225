"""A Bundle of type batch or transaction: its entries, their order, and the references between them.

https://hl7.org/fhir/R4/http.html#transaction
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from hygie.fhir.core import references
from hygie.lib.errors import Invalid

MAX_ENTRIES = 1_000
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_ORDER = {"DELETE": 0, "POST": 1, "PUT": 2, "PATCH": 2, "GET": 3, "HEAD": 3}
_HEADERS = ("ifMatch", "ifNoneMatch", "ifModifiedSince", "ifNoneExist")
_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of a Bundle: `steps` are the segments of its address after the base, `query` what follows `?`."""

    number: int
    method: str
    steps: tuple[str, ...]
    query: str
    full_url: str
    resource: dict[str, Any] | None
    if_match: str = ""
    if_none_match: str = ""
    if_modified_since: str = ""
    if_none_exist: str = ""

    @property
    def path(self) -> str:
        return f"Bundle.entry[{self.number}]"

    @property
    def type(self) -> str:
        return self.steps[0] if self.steps else ""

    @property
    def creates(self) -> bool:
        return self.method == "POST" and len(self.steps) == 1 and self.resource is not None


def read(bundle: dict[str, Any], *, base: str) -> tuple[str, list[Entry]]:
    """("batch" or "transaction", entries). Raises Invalid(bundle-type, bundle-entries, structure)."""
    kind = bundle.get("type")
    if bundle.get("resourceType") != "Bundle" or kind not in ("batch", "transaction"):
        raise Invalid("A Bundle of type batch or transaction is expected.", code="bundle-type", path="Bundle.type")
    told = bundle.get("entry", [])
    if not isinstance(told, list) or len(told) > MAX_ENTRIES:
        raise Invalid(f"A Bundle has at most {MAX_ENTRIES} entries.", code="bundle-entries", path="Bundle.entry")
    return kind, [_entry(number, each, base) for number, each in enumerate(told)]


def _entry(number: int, told: Any, base: str) -> Entry:
    path = f"Bundle.entry[{number}]"
    request = told.get("request") if isinstance(told, dict) else None
    if not isinstance(request, dict) or request.get("method") not in METHODS or not isinstance(request.get("url"), str):
        raise Invalid("An entry has a request with a method and a url.", code="structure", path=f"{path}.request")
    resource, full_url = told.get("resource"), told.get("fullUrl", "")
    if not isinstance(full_url, str) or not isinstance(resource, dict | None):
        raise Invalid("fullUrl is a uri, resource a resource.", code="structure", path=path)
    if resource is not None and not isinstance(resource.get("resourceType"), str):
        raise Invalid("A resource says its type.", code="structure", path=f"{path}.resource")
    headers = {name: request.get(name, "") for name in _HEADERS}
    if not all(isinstance(value, str) for value in headers.values()):
        raise Invalid("A condition of a request is a text.", code="structure", path=f"{path}.request")
    address, _, query = request["url"].removeprefix(base).strip("/").partition("?")
    return Entry(
        number=number,
        method=request["method"],
        steps=tuple(address.split("/")) if address else (),
        query=query,
        full_url=full_url,
        resource=resource,
        if_match=headers["ifMatch"],
        if_none_match=headers["ifNoneMatch"],
        if_modified_since=headers["ifModifiedSince"],
        if_none_exist=headers["ifNoneExist"].partition("?")[2] or headers["ifNoneExist"],
    )


def ordered(entries: list[Entry]) -> list[Entry]:
    """DELETE, POST, PUT and PATCH, GET: as the specification has a transaction done, whatever the order sent."""
    return sorted(entries, key=lambda entry: _ORDER[entry.method])


def check(entries: list[Entry]) -> None:
    """Raises Invalid(duplicate-entry) when two entries have one fullUrl, or act on one resource."""
    seen: set[str] = set()
    for entry in entries:
        names = [entry.full_url] if entry.full_url and entry.method != "GET" else []
        if entry.method in ("PUT", "PATCH", "DELETE") and len(entry.steps) == 2:
            names.append("/".join(entry.steps))
        for name in dict.fromkeys(names):
            if name in seen:
                raise Invalid("Two entries are about the same resource.", code="duplicate-entry", path=entry.path)
            seen.add(name)


def names(entry: Entry) -> Iterator[str]:
    """How other entries may point to this one: its fullUrl, and its relative form when that is a RESTful address."""
    if entry.full_url:
        yield entry.full_url
        parts = urlsplit(entry.full_url)
        if parts.scheme in ("http", "https"):
            yield "/".join(parts.path.split("/")[-2:])


def conditional_references(entries: list[Entry]) -> Iterator[tuple[Entry, str, str, str]]:
    """(entry, link, type, query) of references that are searches: `Practitioner?identifier=…`."""
    for entry in entries:
        for link in references.links(entry.resource):
            if found := _CONDITIONAL.fullmatch(link):
                yield entry, link, found[1], found[2]


def resolved(entry: Entry, targets: Mapping[str, str]) -> Entry:
    """The entry with its links replaced by what they became."""
    if entry.resource is None or not targets:
        return entry
    return replace(entry, resource=references.rewrite(entry.resource, targets))


def unresolved(entry: Entry) -> str:
    """The first `urn:uuid:` reference that leads to no entry, or ""."""
    return next((link for link in references.links(entry.resource) if link.startswith("urn:uuid:")), "")
