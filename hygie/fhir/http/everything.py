"""GET [base]/Patient/[id]/$everything. https://hl7.org/fhir/R4/patient-operation-everything.html

All of one space in one statement, by pages; stored bodies are joined as they are.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from hygie.fhir.core import json
from hygie.fhir.core.definitions import load
from hygie.fhir.core.parameters import BadQuery
from hygie.fhir.http import searchset
from hygie.fhir.http.call import Answer, Call, Resources
from hygie.fhir.http.history import CURSOR, count, instant
from hygie.fhir.store.asked import WholeQuery

PAGE = 1_000


def everything(call: Call, resources: Resources) -> Answer:
    """200 with a searchset: the Patient and all that this client may see. `_since`, `_type`, `start`, `end`, `_count`."""
    types = tuple(dict.fromkeys(name for key, value in call.query if key == "_type" for name in value.split(",")))
    if unknown := set(types) - load().resource_types:
        raise BadQuery(f"_type names {len(unknown)} unknown types.", code="search-value", path="http._type")
    query = WholeQuery(
        count=count(call, PAGE, PAGE),
        types=types,
        since=instant(call, "_since"),
        start=instant(call, "start"),
        end=instant(call, "end", end=True),
        after=call.parameter(CURSOR),
    )
    found, following = resources.everything(call.id, query)
    return Answer(200, _bundle(call, found, following))


def _bundle(call: Call, found: Sequence[tuple[str, bytes]], following: str) -> bytes:
    place = f"Patient/{call.id}/$everything"
    links = [{"relation": "self", "url": searchset.link(call.base, place, list(call.query))}]
    if following:
        kept = [(name, value) for name, value in call.query if name != CURSOR]
        links.append({"relation": "next", "url": searchset.link(call.base, place, [*kept, (CURSOR, following)])})
    head: dict[str, object] = {"resourceType": "Bundle", "type": "searchset", "link": links}
    if not following and not call.parameter(CURSOR):
        head["total"] = len(found)
    parts = [json.write(head)[:-1]]
    if found:
        entries = [
            entry
            for type, group in groupby(found, key=itemgetter(0))
            for entry in searchset.entries(call.base, type, [body for _, body in group])
        ]
        parts += [b',"entry":[', b",".join(entries), b"]"]
    return b"".join([*parts, b"}"])
