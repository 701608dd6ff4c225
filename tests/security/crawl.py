"""Walks every address with ids that are somebody else's, unknown or hostile, and says what an answer gave away.

Each request runs inside a savepoint that is rolled back, session included: a visitor is the same for every address.
"""

import html
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from hygie.access.models import Block, CareTeamMember, ConsultationConsent, Opposition
from hygie.fhir.store.models import Resource
from hygie.record.models import Document
from tests.security.town import UNKNOWN_ID, UNKNOWN_UUID, Resident, Town, Visitor

_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_TOKENS = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+')
_TYPE = "<fhir_type:resource_type>"
_KINDS = ("DocumentReference", "Binary", "AllergyIntolerance", "Patient", "Observation", "Practitioner")
HOSTILE = {"nul": "a%00b", "dots": "..%2F..%2Fetc%2Fpasswd", "long": "a" * 5000, "surrogate": "%ED%A0%80"}
COMPARED = ("foreign", "old", "hidden", "mixed", "unknown")
"""The kinds of values that one visitor must not tell apart, when the visitor may see none of them."""


@dataclass(frozen=True)
class Route:
    pattern: str
    name: str

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(name for _, name in _PARAMETER.findall(self.pattern))

    def address(self, values: dict[str, str]) -> str:
        return "/" + _PARAMETER.sub(lambda found: values[found[2]], self.pattern)


def routes(urls: str) -> list[Route]:
    return list(_walk(get_resolver(urls), "", ""))


def _walk(resolver: URLResolver, prefix: str, space: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, address, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            # One address for all types of FHIR: walked for those that have data here, and for two that have none.
            for kind in _KINDS if _TYPE in address else ("",):
                yield Route(address.replace(_TYPE, kind), f"{space}{pattern.name}")


@dataclass
class Answer:
    kind: str
    status: int
    body: str
    address: str
    after: tuple[Any, ...] | None = None


@dataclass
class Report:
    """What a walk found; empty lists are good news."""

    asked: int = 0
    foreign_marks: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    told_apart: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def faults(self) -> dict[str, list[str]]:
        named = {name: getattr(self, name) for name in ("foreign_marks", "failures", "told_apart", "changed")}
        return {name: found for name, found in named.items() if found}


# ---- values


def values_of(parameter: str, town: Town, visitor: Visitor) -> dict[str, str]:
    """kind → value of one parameter of an address. Raises KeyError for a parameter that nobody described."""
    return {
        "document_id": _documents,
        "index": lambda *_: {"valid": "0", "unknown": "7", "long": "9" * 40},
        "key": _keys,
        "member_id": lambda t, v: _rows(t, v, "member"),
        "consent_id": lambda t, v: _rows(t, v, "consent"),
        "block_id": lambda t, v: _rows(t, v, "block"),
        "opposition_id": lambda t, v: _rows(t, v, "opposition"),
        # Those of others are tried in tests/hygie/portals/account.
        "factor_id": lambda *_: {"unknown": str(UNKNOWN_UUID), "nil": str(uuid.UUID(int=0)), **HOSTILE},
        "session_id": lambda *_: {"unknown": str(UNKNOWN_UUID), "nil": str(uuid.UUID(int=0)), **HOSTILE},
        "logical_id": _logical,
        "provider": lambda *_: {"valid": "franceconnect", "unknown": "personne", **HOSTILE},
        "job_id": lambda *_: {"unknown": UNKNOWN_ID, **HOSTILE},
        "number": lambda *_: {"valid": "1", "unknown": "7", "long": "9" * 40},
        "version": lambda *_: {"valid": "1", "unknown": "7", "long": "9" * 40},
    }[parameter](town, visitor)


def _others(town: Town, visitor: Visitor) -> Resident:
    """Whose things are foreign to this visitor."""
    return town.lea if visitor.own is town.paul else town.paul


def _documents(town: Town, visitor: Visitor) -> dict[str, str]:
    other = _others(town, visitor)
    own = town.paul if visitor.own is town.paul else town.lea
    found = {"valid": own.current, "foreign": other.current, "old": other.old, "hidden": other.hidden}
    if not visitor.may_see & own.seen("hidden"):
        found["mixed"] = own.hidden
    return {**found, "unknown": UNKNOWN_ID, **HOSTILE}


def _keys(town: Town, visitor: Visitor) -> dict[str, str]:
    """`foreign` is a key that is good in another session."""
    found = {"valid": visitor.key} if visitor.key else {}
    return {**found, "foreign": "cle-quelqu-un-autre", "unknown": "cle-de-personne-12", **HOSTILE}


def _rows(town: Town, visitor: Visitor, what: str) -> dict[str, str]:
    own = town.paul if visitor.own is town.paul else town.lea
    found = {"valid": getattr(own, what), "foreign": getattr(_others(town, visitor), what)}
    return {**found, "unknown": str(UNKNOWN_UUID), "nil": str(uuid.UUID(int=0)), **HOSTILE}


def _logical(town: Town, visitor: Visitor) -> dict[str, str]:
    lea, paul = town.lea, town.paul
    return {
        "valid": f"{lea.space_id}.{lea.current}",
        "valid old": f"{lea.space_id}.{lea.old}",
        "valid own": f"{lea.space_id}.{lea.own}",
        "patient": str(lea.space_id),
        "hidden here": f"{lea.space_id}.{lea.hidden}",
        "foreign here": f"{lea.space_id}.{paul.current}",
        "unknown here": f"{lea.space_id}.{UNKNOWN_ID}",
        "foreign": f"{paul.space_id}.{paul.current}",
        "old": f"{paul.space_id}.{paul.old}",
        "unknown": f"{UNKNOWN_UUID}.{UNKNOWN_ID}",
        "foreign patient": str(paul.space_id),
        "unknown patient": str(UNKNOWN_UUID),
        **HOSTILE,
    }


# ---- questions


def walk(town: Town, visitor: Visitor, found: list[Route], *, methods: tuple[str, ...]) -> Report:
    """Asks every address with every value of every parameter, the others staying valid."""
    report = Report()
    before = state(_others(town, visitor))
    for route in found:
        for method in methods:
            _ask_route(town, visitor, route, method, report, before)
    return report


def _ask_route(town: Town, visitor: Visitor, route: Route, method: str, report: Report, before: Any) -> None:
    known = {name: values_of(name, town, visitor) for name in route.parameters}
    standard = {name: values.get("valid", values["unknown"]) for name, values in known.items()}
    questions = [("", "valid", "", standard)]
    for name, values in known.items():
        others = {kind: value for kind, value in values.items() if kind != "valid" and _is_asked(kind, method)}
        questions += [(name, kind, value, {**standard, name: value}) for kind, value in others.items()]
    answers: dict[str, list[Answer]] = {}
    for name, kind, value, chosen in questions:
        answer = ask(town, visitor, method, route.address(chosen), kind, value)
        report.asked += 1
        answers.setdefault(name, []).append(answer)
        _judge(town, visitor, route, method, answer, report, before)
    for of_parameter in answers.values():
        _compare(visitor, route, method, of_parameter, report)


def _is_asked(kind: str, method: str) -> bool:
    """What breaks an address breaks it for any method: forms are sent for ids only."""
    return method == "GET" or kind not in HOSTILE


def ask(town: Town, visitor: Visitor, method: str, address: str, kind: str, value: str = "") -> Answer:
    """One request, with somebody else's ids in every place that a view might read; nothing of it stays."""
    client, cookies = visitor.client, visitor.client.cookies.copy()
    form = urlencode(_smuggled(town, visitor))
    headers = {"Authorization": f"Bearer {visitor.software.token}"} if visitor.software else {}
    with transaction.atomic():
        if method == "GET":
            # $document refuses any parameter: what is sent beside the address would be judged, not the address.
            smuggled = kind in ("valid", "foreign") and not address.endswith("$document")
            response = client.get(f"{address}?{form}" if smuggled else address, headers=headers)
        else:
            response = client.post(address, form, content_type="application/x-www-form-urlencoded", headers=headers)
        body = b"".join(response) if response.streaming else response.content
        answer = Answer(kind, response.status_code, _plain(body, value, response), address)
        if method == "POST":
            answer.after = state(_others(town, visitor))
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def _smuggled(town: Town, visitor: Visitor) -> dict[str, str]:
    other = _others(town, visitor)
    names = ("space", "space_id", "acting_space", "patient", "subject", "person", "record", "id", "document", "_id")
    given = {name: str(other.space_id) for name in names}
    return {**given, "document_id": other.current, "ins": other.ins.value, "key": "cle-quelqu-un-autre"}


def _plain(body: bytes, value: str, response: Any) -> str:
    """The answer without what changes at each request, and without the value that was asked."""
    text = body.decode("utf-8", "replace")
    text = _TOKENS.sub(r"\1-", text) + "\n" + response.headers.get("Location", "")
    for shown in {value, html.escape(value)} - {""}:
        text = text.replace(shown, "<asked>")
    return text


def state(resident: Resident) -> tuple[Any, ...]:
    """What nobody else may change in somebody's space."""
    space = resident.space_id
    rights = [
        tuple(model.objects.filter(space_id=space).order_by("id").values_list("id", "until"))
        for model in (Block, CareTeamMember, ConsultationConsent, Opposition)
    ]
    rows = tuple(Resource.objects.filter(space_id=space).order_by("id").values_list("id", "version", "labels"))
    return (*rights, rows, Document.objects.filter(space_id=space).count())


def _judge(
    town: Town, visitor: Visitor, route: Route, method: str, answer: Answer, report: Report, before: Any
) -> None:
    where = f"{method} {route.pattern} [{answer.kind}] {answer.status}"
    if answer.status >= 500:
        report.failures.append(where)
    lower = answer.body.lower()
    shown = {each for each in town.lea.marks | town.paul.marks if each in lower}
    report.seen |= shown
    report.foreign_marks += [f"{where}: {each}" for each in sorted(shown - visitor.may_see)]
    if answer.after is not None and answer.after != before:
        report.changed.append(where)


def _compare(visitor: Visitor, route: Route, method: str, answers: list[Answer], report: Report) -> None:
    """What is somebody else's and what does not exist: one status, one body."""
    groups = [COMPARED, ("foreign here", "unknown here"), ("foreign patient", "unknown patient")]
    if not any("hidden" in each for each in visitor.may_see):
        groups.append(("hidden here", "unknown here"))
    for group in groups:
        told = {(each.status, each.body): each for each in answers if each.kind in group}
        if len(told) > 1:
            kinds = [f"{each.kind}={each.status}" for each in told.values()]
            report.told_apart.append(f"{method} {route.pattern}: {kinds}")
