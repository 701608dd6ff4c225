"""The interactions of R4 that this server has, told once: OpenAPI and the documentation are made from this table.

A test compares it with the addresses of hygie/api/urls.py, both ways, and another calls each of them. The operations are in
`operations.py`. https://hl7.org/fhir/R4/http.html
"""

from dataclasses import dataclass
from typing import Literal

Sent = Literal["", "resource", "bundle", "patch", "form"]
# What every address with a token may answer, and what one that reads a body may.
OF_THE_DOOR = (400, 401, 403, 404, 406, 500, 503)
OF_A_BODY = (413, 415, 422)
_WRITES = (405, 409, 410, 412)


@dataclass(frozen=True, slots=True)
class Interaction:
    """`route` is the name of the address in Django; `statuses` are its own, besides those of the door.

    `gives` is a resource type, or "Resource" for the type of the address; `reads` are names of `PARAMETERS`; `letter` the
    SMART one that the client's scope must have, "" for none.
    """

    name: str
    route: str
    method: str
    path: str
    summary: str
    statuses: tuple[int, ...]
    letter: str
    page: str
    sends: Sent = ""
    gives: str = "Resource"
    reads: tuple[str, ...] = ()
    public: bool = False

    def all_statuses(self) -> tuple[int, ...]:
        if self.public:
            return tuple(sorted({*self.statuses, 400, 406, 500}))
        return tuple(sorted({*self.statuses, *OF_THE_DOOR, *(OF_A_BODY if self.sends else ())}))


@dataclass(frozen=True, slots=True)
class Described:
    """A parameter or a header of a request."""

    place: Literal["query", "header"]
    summary: str
    type: Literal["string", "integer", "boolean"] = "string"


PARAMETERS: dict[str, Described] = {
    "_format": Described("query", "json or xml; wins over Accept."),
    "_pretty": Described("query", "White space for people (JSON).", "boolean"),
    "_elements": Described("query", "Only these top-level elements, separated by commas; marked SUBSETTED."),
    "_summary": Described("query", "true, text, data, count or false."),
    "_count": Described("query", "So many a page: 20, at most 100; 0 for the count only.", "integer"),
    "_since": Described("query", "Only versions since this instant."),
    "_sort": Described("query", "Up to four parameters, `-` for down."),
    "_total": Described("query", "none, estimate or accurate."),
    "_include": Described("query", "`Type:parameter[:Target]`; `_include:iterate`."),
    "_revinclude": Described("query", "`Type:parameter[:Target]`; `_revinclude:iterate`."),
    "_cursor": Described("query", "Of link[next], as it is."),
    "patient": Described("query", "The Patient's id: a search of what is a person's names one."),
    "mode": Described("query", "full, normative or terminology."),
    "If-Match": Described("header", 'W/"<version>": only this version is changed.'),
    "If-None-Match": Described("header", 'W/"<version>": 304 when this is still the version.'),
    "If-Modified-Since": Described("header", "304 when nothing changed since; If-None-Match decides before it."),
    "If-None-Exist": Described("header", "A search: nothing is created when it finds something."),
    "Prefer": Described("header", "return=minimal|representation|OperationOutcome; handling=strict|lenient."),
    "X-Security-Context": Described("header", "Whose a Binary is: Patient/<id>."),
}

_FORM = ("_format", "_pretty")
_READ = (*_FORM, "_elements", "_summary", "If-None-Match", "If-Modified-Since")
_SEARCH = (*_FORM, "_elements", "_summary", "_count", "_sort", "_total", "_include", "_revinclude", "_cursor", "Prefer")
_WRITE = (*_FORM, "Prefer")
_TYPE, _ONE = "/fhir/{type}", "/fhir/{type}/{id}"

INTERACTIONS: tuple[Interaction, ...] = (
    Interaction("read", "instance", "GET", _ONE, "The current version.", (200, 304, 404, 410), "r", "read", reads=_READ),
    Interaction(
        "vread", "version", "GET", f"{_ONE}/_history/{{version}}", "One version.", (200, 304, 404, 410), "r", "vread",
        reads=_READ,
    ),
    Interaction(
        "history-instance", "history", "GET", f"{_ONE}/_history", "The versions, newest first.", (200, 404), "r",
        "history", gives="Bundle", reads=(*_FORM, "_count", "_since", "_cursor"),
    ),
    Interaction(
        "history-type", "history-type", "GET", f"{_TYPE}/_history", "The versions of a type, of one person.", (200,),
        "s", "history", gives="Bundle", reads=(*_FORM, "patient", "_count", "_since", "_cursor"),
    ),
    Interaction(
        "search-type", "type", "GET", _TYPE, "A search, by pages.", (200,), "s", "search", gives="Bundle", reads=_SEARCH
    ),
    Interaction(
        "search-type", "search", "POST", f"{_TYPE}/_search", "The same search, as a form.", (200,), "s", "search",
        sends="form", gives="Bundle", reads=_SEARCH,
    ),
    Interaction(
        "compartment", "compartment", "GET", "/fhir/Patient/{id}/{type}", "A search within one person.", (200,), "s",
        "search", gives="Bundle", reads=_SEARCH,
    ),
    Interaction(
        "create", "type", "POST", _TYPE, "A new resource.", (200, 201, *_WRITES), "c", "create", sends="resource",
        reads=(*_WRITE, "If-None-Exist", "X-Security-Context"),
    ),
    Interaction(
        "update", "instance", "PUT", _ONE, "The next version.", (200, *_WRITES), "u", "update", sends="resource",
        reads=(*_WRITE, "If-Match"),
    ),
    Interaction(
        "conditional-update", "type", "PUT", _TYPE, "The next version of what a search finds, or a new one.",
        (200, 201, *_WRITES), "u", "update", sends="resource", reads=(*_WRITE, "If-Match"),
    ),
    Interaction(
        "patch", "instance", "PATCH", _ONE, "The next version, by a patch.", (200, *_WRITES), "u", "patch",
        sends="patch", reads=(*_WRITE, "If-Match"),
    ),
    Interaction(
        "conditional-patch", "type", "PATCH", _TYPE, "The next version of what a search finds, by a patch.",
        (200, *_WRITES), "u", "patch", sends="patch", reads=(*_WRITE, "If-Match"),
    ),
    Interaction(
        "delete", "instance", "DELETE", _ONE, "A logical deletion.", (204, *_WRITES), "d", "delete", reads=("If-Match",)
    ),
    Interaction(
        "conditional-delete", "type", "DELETE", _TYPE, "The deletion of the one that a search finds.", (204, *_WRITES),
        "d", "delete", reads=("If-Match",),
    ),
    Interaction(
        "transaction", "bundle", "POST", "/fhir", "A batch, a transaction, or a deposit of documents.",
        (200, *_WRITES), "", "batch-transaction", sends="bundle", gives="Bundle", reads=_WRITE,
    ),
    Interaction(
        "transaction", "bundle-slash", "POST", "/fhir/", "The same.", (200, *_WRITES), "", "batch-transaction",
        sends="bundle", gives="Bundle", reads=_WRITE,
    ),
    Interaction(
        "capabilities", "metadata", "GET", "/fhir/metadata", "What this server does.", (200, 304), "", "capabilities",
        gives="CapabilityStatement", reads=("mode", *_FORM, "If-None-Match"), public=True,
    ),
)  # fmt: skip
