"""GET [base]/[type]/[id] and GET [base]/[type]/[id]/_history/[vid]. https://hl7.org/fhir/R4/http.html#read"""

import datetime as dt
from email.utils import parsedate_to_datetime

from hygie.fhir.core import json, narrowing
from hygie.fhir.http import headers
from hygie.fhir.http.call import Answer, Call, Resources, Version
from hygie.lib.errors import NotFound


def read(call: Call, resources: Resources) -> Answer:
    return given(call, resources.read(call.type, call.id))


def vread(call: Call, resources: Resources, version: str) -> Answer:
    """Version ids are whole numbers; another text is a version that is not here."""
    if not version.isascii() or not version.isdecimal() or len(version) > 9:
        raise NotFound("Nothing of this version here.", code="not-found")
    return given(call, resources.vread(call.type, call.id, int(version)))


def given(call: Call, found: Version) -> Answer:
    """The resource with its version, or 304 when the client says that it has this one."""
    if not found.version:  # made as it is read: it has no version
        return Answer(200, narrowed(call, found.body))
    told = {"ETag": headers.etag(found.version), "Last-Modified": headers.http_date(found.updated_at)}
    if _is_known(call, found):
        return Answer(304, b"", told)
    return Answer(200, narrowed(call, found.body), told)


def _is_known(call: Call, found: Version) -> bool:
    """If-None-Match decides when both are given (RFC 9110)."""
    if call.if_none_match:
        return headers.matches(call.if_none_match, found.version)
    if not call.if_modified_since:
        return False
    try:
        since = parsedate_to_datetime(call.if_modified_since)
    except ValueError:
        return False
    # HTTP counts in seconds.
    return found.updated_at.replace(microsecond=0) <= (since if since.tzinfo else since.replace(tzinfo=dt.UTC))


def narrowed(call: Call, body: bytes) -> bytes:
    """As `_elements` and `_summary` ask; the very bytes of the store when they ask nothing."""
    if not call.query:
        return body
    wanted = narrowing.read(call.query)
    return json.write(narrowing.narrow(json.read_object(body), wanted)) if wanted else body
