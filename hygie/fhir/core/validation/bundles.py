"""The rules of a Bundle as a whole. https://hl7.org/fhir/R4/bundle.html

bdl-6 is in no published R4; the others are here, so that a large Bundle costs one pass.
"""

import re
from typing import Any
from urllib.parse import urljoin

from hygie.fhir.core.validation.issues import Faults, Found, fault
from hygie.fhir.core.validation.run import Run

_WITH_REQUEST = frozenset(["batch", "transaction", "history"])
_WITH_RESPONSE = frozenset(["batch-response", "transaction-response", "history"])
_SELF_CONTAINED = {"document": "Composition", "message": "MessageHeader"}
_VERSION = re.compile(r"/_history/[^/]+$")
_RESTFUL = re.compile(r"(?P<base>https?://.+/)[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}$")
Object = dict[str, Any]


def check_bundle(value: Object, _run: Run) -> Found:
    """Of a Bundle whose elements are right."""
    kind = value.get("type", "")
    entries = value.get("entry", [])
    faults = _check_head(value, kind)
    seen: set[tuple[str, str]] = set()
    for index, entry in enumerate(entries):
        for found in (_check_entry(entry, kind), _check_full_url(entry, kind, seen)):
            for each in found:
                each.steps += [f"[{index}]", "entry"]
            faults += found
    if kind in _SELF_CONTAINED:
        faults += _check_first(entries, kind)
    return faults or None


def _check_head(value: Object, kind: str) -> Faults:
    if ("total" in value or "_total" in value) and kind not in ("searchset", "history"):
        return fault("bdl-1", "Only a searchset or a history has a `total`: take it out.", code="invariant")
    if kind != "document":
        return []
    faults: Faults = []
    identifier = value.get("identifier", {})
    if "system" not in identifier or "value" not in identifier:
        faults += fault("bdl-9", "A document has an `identifier` with a system and a value: add it.", code="invariant")
    if "timestamp" not in value:
        faults += fault("bdl-10", "A document has a `timestamp`: add it.", code="invariant")
    return faults


def _check_entry(entry: Object, kind: str) -> Faults:
    faults: Faults = []
    if not any(name in entry for name in ("resource", "request", "response")):
        faults += fault("bdl-5", "An entry has a resource, a request or a response: add one.", code="invariant")
    for name, rule, kinds in (("request", "bdl-3", _WITH_REQUEST), ("response", "bdl-4", _WITH_RESPONSE)):
        if (name in entry) != (kind in kinds):
            how = "Every entry of this type of Bundle has" if kind in kinds else "No entry of this type of Bundle has"
            faults += fault(rule, f"{how} a `{name}`.", code="invariant")
    if "search" in entry and kind != "searchset":
        faults += fault("bdl-2", "Only an entry of a searchset has a `search`: take it out.", code="invariant")
    if kind == "searchset" and (resource := entry.get("resource")):
        faults += _check_match(resource, entry.get("search", {}).get("mode"))
    return faults


def _check_match(resource: Object, mode: str | None) -> Faults:
    is_outcome = resource.get("resourceType") == "OperationOutcome"
    if mode == "outcome" and not is_outcome:
        return fault("search-outcome", "The outcome of a search is an OperationOutcome.", "resource", code="invalid")
    if "id" not in resource and not is_outcome:
        return fault("search-id", "A resource found by a search has an id.", "resource", code="invalid")
    return []


def _check_full_url(entry: Object, kind: str, seen: set[tuple[str, str]]) -> Faults:
    """It is absolute, names no version (bdl-8), agrees with the id, and is not there twice (bdl-7)."""
    url = entry.get("fullUrl")
    if url is None:
        return []
    if ":" not in url:
        return fault("full-url", "`fullUrl` is absolute: a URL, or `urn:uuid:` and a UUID.", "fullUrl", code="invalid")
    if "/_history/" in url:
        return fault("bdl-8", "`fullUrl` names no version: take out `/_history/` and what follows.", code="invariant")
    resource = entry.get("resource", {})
    local = resource.get("id")
    # The id that a client gives in a request is the one it asks for.
    if (
        kind not in _WITH_REQUEST
        and local
        and _RESTFUL.match(url)
        and not url.endswith(f"{resource['resourceType']}/{local}")
    ):
        return fault(
            "full-url", "`fullUrl` does not end with the type and the id of the resource.", "fullUrl", code="invalid"
        )
    key = (url, resource.get("meta", {}).get("versionId", ""))
    if kind != "history" and key in seen:
        return fault("bdl-7", "Two entries have the same `fullUrl` and version.", "fullUrl", code="invariant")
    seen.add(key)
    return []


def _check_first(entries: list[Object], kind: str) -> Faults:
    """A document begins with its Composition, a message with its header, and what these refer to is in the Bundle."""
    expected = _SELF_CONTAINED[kind]
    first = entries[0] if entries else {}
    resource = first.get("resource", {})
    if resource.get("resourceType") != expected:
        rule = "bdl-11" if kind == "document" else "bdl-12"
        return fault(rule, f"The first entry of a {kind} is a {expected}.", code="invariant")
    known = {each["fullUrl"] for each in entries if "fullUrl" in each}
    if kind == "message":
        return []
    faults: Faults = []
    for reference, steps in _references(resource):
        if not _is_in(reference, first.get("fullUrl", ""), known):
            faults += fault(
                "bundle-reference", "The Composition refers to what the document does not hold: add it, with its `fullUrl`.",
                "entry", "[0]", "resource", *steps, code="not-found",
            )  # fmt: skip
    return faults


def _is_in(reference: str, base: str, known: set[str]) -> bool:
    """Relative references are completed by the base of the entry's own URL; absolute ones may lead outside."""
    target = _VERSION.sub("", reference.partition("#")[0])
    if not target or target.startswith(("http://", "https://")):
        return True
    if ":" not in target and (found := _RESTFUL.match(base)):
        target = urljoin(found["base"], target)
    return target in known


def _references(value: Any, *steps: str) -> list[tuple[str, tuple[str, ...]]]:
    """All `reference` texts of a resource, with the steps to what holds them."""
    found: list[tuple[str, tuple[str, ...]]] = []
    if type(value) is dict:
        if type(reference := value.get("reference")) is str:
            found.append((reference, steps))
        for name, item in value.items():
            found += _references(item, *steps, name)
    elif type(value) is list:
        for index, item in enumerate(value):
            found += _references(item, *steps, f"[{index}]")
    return found
