"""GET [base]/[type]/[id]/_history and GET [base]/[type]/_history. https://hl7.org/fhir/R4/http.html#history

The history of a type is that of one space: it names its patient, but for the registers.
"""

from typing import Any

from hygie.fhir.core import dates, json
from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.http import headers, searchset
from hygie.fhir.http.call import Answer, Call, History, Resources, Version
from hygie.fhir.store.asked import HistoryQuery
from hygie.lib.clock import rfc3339

CURSOR = "_cursor"
DEFAULT_COUNT, MAX_COUNT = 20, 100


def history(call: Call, resources: Resources) -> Answer:
    """200 with a Bundle of type history, newest first."""
    patient = call.parameter("patient") or call.parameter("subject")
    query = HistoryQuery(
        count=count(call, DEFAULT_COUNT, MAX_COUNT), since=instant(call, "_since"), after=call.parameter(CURSOR)
    )
    found = resources.history(call.type, call.id, patient.removeprefix("Patient/"), query)
    return Answer(200, _bundle(call, found))


def count(call: Call, default: int, most: int) -> int:
    text = call.parameter("_count") or str(default)
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise BadQuery("_count is a whole number.", code="search-value", path="http._count")
    return max(1, min(int(text), most))


def instant(call: Call, name: str, *, end: bool = False) -> Any:
    """The first instant that a date parameter names, or the first one after it; None when it is not given."""
    if not (text := call.parameter(name)):
        return None
    found = dates.find_period(text.replace(" ", "+"))
    if found is None:
        raise BadQuery("This is not a FHIR date.", code="search-value", path=f"http.{name}")
    return found[1] if end else found[0]


def _bundle(call: Call, found: History) -> bytes:
    place = f"{call.type}/{call.id}/_history" if call.id else f"{call.type}/_history"
    kept = [(name, value) for name, value in call.query if name not in (CURSOR, "_format", "_pretty")]
    links = [{"relation": "self", "url": searchset.link(call.base, place, list(call.query))}]
    if found.next:
        links.append({"relation": "next", "url": searchset.link(call.base, place, [*kept, (CURSOR, found.next)])})
    head = json.write({"resourceType": "Bundle", "type": "history", "total": found.total, "link": links})
    entries = b",".join(_entry(call, each) for each in found.versions)
    return head[:-1] + (b',"entry":[' + entries + b"]}" if entries else b"}")


def _entry(call: Call, version: Version) -> bytes:
    address = f"{call.type}/{version.id}"
    method, status = ("PUT", "200 OK") if version.version > 1 else ("POST", "201 Created")
    if version.deleted:
        method, status = "DELETE", "204 No Content"
    request = {"method": method, "url": call.type if method == "POST" else address}
    response = {
        "status": status,
        "etag": headers.etag(version.version),
        "lastModified": rfc3339(version.updated_at),
    }
    told = json.write({"fullUrl": f"{call.base}/{address}", "request": request, "response": response})
    return told[:-1] + (b',"resource":' + version.body if version.body else b"") + b"}"
