"""Requests that nobody honest sends: made from pieces that broke other servers, by chance and with their grammar."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

from hygie.fhir.http.search import TYPES
from tests.laws import pieces

FHIR_JSON, FHIR_XML, JSON_PATCH = "application/fhir+json", "application/fhir+xml", "application/json-patch+json"


@dataclass
class Request:
    method: str
    path: str
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    raw: bytes | None = None

    def wire(self, token: str) -> bytes:
        """As it goes over the line; `raw` is sent as it is, with {token} replaced."""
        if self.raw is not None:
            return self.raw.replace(b"{token}", token.encode())
        told = [("Host", "localhost"), ("Authorization", f"Bearer {token}"), ("Connection", "close"), *self.headers]
        if not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in self.headers):
            told.append(("Content-Length", str(len(self.body))))
        head = f"{self.method} {self.path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in told)
        return head.encode("utf-8", "surrogatepass") + b"\r\n" + self.body


def _typed(kind: str) -> list[tuple[str, str]]:
    return [("Content-Type", kind)]


def any_search(rng: Random, patient: str) -> Request:
    """A search string by its grammar, with wrong pieces in right places."""
    kind = rng.choice(sorted(TYPES))
    names = [*TYPES[kind].parameters, *pieces.PARAMETERS]
    pairs = [] if rng.random() < 0.1 else [f"patient={patient}"]
    for _ in range(rng.randint(1, 5)):
        name = rng.choice(names) + rng.choice(pieces.MODIFIERS)
        chain = f".{rng.choice(names)}" if rng.random() < 0.3 else ""
        value = ",".join(_value(rng, kind) for _ in range(rng.choice((1, 1, 2, 120))))
        pairs.append(f"{quote(name + chain, safe=':.')}={value if rng.random() < 0.2 else quote(value)}")
    path = f"/fhir/{kind}?{'&'.join(pairs)}"
    return Request("GET", "".join(sign for sign in path if sign > " " and sign != "\x7f"))


def _value(rng: Random, kind: str) -> str:
    known = ["a", "eq2026", "ge2026-03", "http://loinc.org|29463-7", f"{kind}:code", "a$b", "true", *pieces.SIGNS]
    return "".join(rng.choice((*known, "1|http://unitsofmeasure.org|kg")) for _ in range(rng.randint(1, 3)))


def any_json(rng: Random, patient: str) -> Request:
    """A resource whose text is wrong, deep, large or strange."""
    body = (
        b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/%s"},%s:%s}'
        % (patient.encode(), rng.choice(pieces.MEMBERS), rng.choice(pieces.JSON))
    )
    at = rng.choice(("/fhir/Observation", "/fhir", "/fhir/Observation/$validate", "/fhir/Patient", "/oauth/token"))
    kinds = (
        FHIR_JSON,
        FHIR_JSON,
        "application/json",
        FHIR_XML,
        "text/plain",
        f"{FHIR_JSON}; charset=utf-16",
        "a/b;;=",
        "",
    )
    return Request("POST", at, body, _typed(rng.choice(kinds)))


def any_xml(rng: Random, patient: str) -> Request:
    """Entities, depths and names that XML should not have."""
    at = rng.choice(("/fhir/Observation", "/fhir", "/dmp/documents"))
    kind = rng.choice((FHIR_XML, "application/xml", "text/xml"))
    return Request("POST", at, rng.choice(pieces.XML).encode(), _typed(kind))


def any_bundle(rng: Random, patient: str) -> Request:
    """Entries that name each other in circles, themselves, too many, or in words that lead nowhere."""
    names = [f"urn:uuid:00000000-0000-4000-8000-{n:012d}" for n in range(rng.choice((2, 5, 300)))]
    links = [*names[:5], *pieces.LINKS, f"Observation/{patient}.x"]
    entries: list[Any] = [_entry(rng, patient, name, names[0], links) for name in names]
    told = {
        "resourceType": "Bundle",
        "type": rng.choice(("transaction", "transaction", "batch", "history", "", None)),
        "entry": entries + rng.choice(pieces.STRANGE_ENTRIES),
    }
    return Request("POST", "/fhir", json.dumps(told).encode(), _typed(FHIR_JSON))


def _entry(rng: Random, patient: str, name: str, first: str, links: list[str]) -> dict[str, Any]:
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": f"Patient/{patient}"},
        "hasMember": [{"reference": rng.choice(links)}],
        "id": rng.choice(("x", "", None, patient)),
    }
    request = {
        "method": rng.choice(("POST", "POST", "PUT", "PATCH", "DELETE", "GET", "BREW")),
        "ifMatch": rng.choice(("", "", *pieces.VERSIONS)),
        "url": rng.choice((*pieces.URLS, f"Observation/{patient}.x", f"Patient/{patient}/$everything")),
        "ifNoneExist": rng.choice(pieces.CONDITIONS),
    }
    asked = {key: value for key, value in request.items() if value}
    return {"fullUrl": rng.choice((name, name, first, "")), "resource": resource, "request": asked}


def any_patch(rng: Random, patient: str) -> Request:
    """Operations on what is there, and on what is not."""
    path = f"/fhir/Observation?patient={patient}&status=preliminary"
    if rng.random() < 0.2:
        path = f"/fhir/Observation/{patient}.{rng.choice(('x', 'aaaabbbbccccddddeeeeffff'))}"
    told = _typed(FHIR_JSON) if (by_path := rng.random() < 0.5) else _typed(JSON_PATCH)
    if rng.random() < 0.2:
        told.append(("If-Match", rng.choice(pieces.VERSIONS)))
    return Request("PATCH", path, json.dumps(_fhirpath(rng) if by_path else _operations(rng)).encode(), told)


def _operations(rng: Random) -> list[dict[str, Any]]:
    return [
        {
            "op": rng.choice(("add", "remove", "replace", "move", "copy", "test", "x", 1)),
            "path": rng.choice(pieces.POINTERS),
            "from": rng.choice(pieces.POINTERS),
            "value": rng.choice((1, None, [], {}, "x", [{"text": "x"}])),
        }
        for _ in range(rng.choice((1, 3, 2000)))
    ]


def _fhirpath(rng: Random) -> dict[str, Any]:
    kinds = ("add", "insert", "delete", "replace", "move", "x")
    member = rng.choice(("valueAnnotation", "valueCode", "part", "x"))
    parts: list[dict[str, Any]] = [
        {"name": "type", "valueCode": rng.choice(kinds)},
        {"name": "path", "valueString": rng.choice(pieces.EXPRESSIONS)},
        {"name": "name", "valueString": rng.choice(("note", "", "x", "status"))},
        {"name": "value", member: rng.choice(({"text": "x"}, "x", [], 1))},
        {"name": "index", "valueInteger": rng.choice((0, -1, 10**20))},
        {"name": "source", "valueInteger": 10**9},
    ]
    times = rng.choice((1, 2, 200))
    operations = [{"name": "operation", "part": rng.sample(parts, rng.randint(2, 6))} for _ in range(times)]
    return {"resourceType": "Parameters", "parameter": operations}


def any_headers(rng: Random, patient: str) -> Request:
    """A plain request under strange headers, or a strange address."""
    told = [(rng.choice(pieces.HEADERS), rng.choice(pieces.HEADER_VALUES)) for _ in range(rng.randint(1, 6))]
    steps = [*pieces.STEPS, patient, f"{patient}.x"]
    path = "/fhir/" + "/".join(quote(rng.choice(steps), safe="%$.") for _ in range(rng.randint(0, 5)))
    method = rng.choice(("GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"))
    return Request(method, path + rng.choice(pieces.ENDS), rng.choice((b"", b"{}", b"\0")), told)


def any_line(rng: Random, patient: str) -> Request:
    """HTTP itself: lines, lengths, chunks."""
    raw = rng.choice(pieces.LINES)
    if rng.random() < 0.5:
        at = rng.randrange(min(len(raw), 120))
        raw = raw[:at] + rng.choice((b"", b"\0", b"\xff", b"\r", b"\n", b":", b" ")) + raw[at + 1 :]
    return Request("RAW", "", raw=raw)


KINDS: tuple[Callable[[Random, str], Request], ...] = (
    any_search,
    any_json,
    any_xml,
    any_bundle,
    any_patch,
    any_headers,
    any_line,
)
