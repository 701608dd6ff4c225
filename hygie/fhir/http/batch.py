"""POST [base] with a Bundle: batch (each for itself) and transaction (all or nothing).

https://hl7.org/fhir/R4/http.html#transaction
"""

from collections.abc import Sequence
from typing import Any

from hygie.fhir.core import bundle, json, parameters
from hygie.fhir.core.bundle import Entry
from hygie.fhir.http import delete, everything, headers, history, meta, patch, read, update, validate, written
from hygie.fhir.http.call import Answer, Call, Resources, Written
from hygie.fhir.http.create import create
from hygie.lib.errors import HygieError, Invalid

_REASONS = {200: "200 OK", 201: "201 Created", 204: "204 No Content", 304: "304 Not Modified"}
# Their creation is more than a row: a person's space, a file.
_APART = frozenset({"Patient", "Binary"})


def run(call: Call, resources: Resources, told: dict[str, Any]) -> Answer:
    """200 with a Bundle of answers, one an entry and in the same order; the first fault of a transaction otherwise."""
    kind, entries = bundle.read(told, base=call.base)
    answers = _batch(call, resources, entries) if kind == "batch" else _transaction(call, resources, entries)
    head = json.write({"resourceType": "Bundle", "type": f"{kind}-response"})
    lines = b",".join(_line(each) for each in answers)
    return Answer(200, head[:-1] + (b',"entry":[' + lines + b"]}" if lines else b"}"))


def _batch(call: Call, resources: Resources, entries: Sequence[Entry]) -> list[Answer]:
    """Plain creations are written together; a fault of one is not that of the others."""
    plain = [entry for entry in entries if _is_plain(entry)]
    done: dict[int, Answer] = {}
    made = resources.create_each([entry.resource or {} for entry in plain])
    for entry, result in zip(plain, made, strict=True):
        done[entry.number] = resources.fault(result) if isinstance(result, HygieError) else _created(call, result)
    for entry in bundle.ordered([each for each in entries if each.number not in done]):
        try:
            done[entry.number] = one(call, resources, entry)
        except HygieError as error:
            done[entry.number] = resources.fault(error)
    return [done[number] for number in range(len(entries))]


def _is_plain(entry: Entry) -> bool:
    of_its_type = entry.resource is not None and entry.resource["resourceType"] == entry.type
    return entry.creates and of_its_type and entry.type not in _APART and not entry.if_none_exist


def _transaction(call: Call, resources: Resources, entries: Sequence[Entry]) -> list[Answer]:
    results = resources.together(entries, lambda entry: one(call, resources, entry))
    return [result if isinstance(result, Answer) else _created(call, result) for result in results]


def _created(call: Call, result: Written) -> Answer:
    return written.answer(call, result, status=201 if result.created else 200, default="minimal")


def one(outer: Call, resources: Resources, entry: Entry) -> Answer:
    """What an entry asks for, as if it came alone. Raises what that raises, Invalid(request-unsupported)."""
    steps = entry.steps
    call = Call(
        base=outer.base,
        type=entry.type,
        id=steps[1] if len(steps) > 1 and not steps[1].startswith(("$", "_")) else "",
        query=tuple(parameters.read_query(entry.query)) if entry.query else (),
        resource=entry.resource,
        if_match=entry.if_match,
        if_none_match=entry.if_none_match,
        if_modified_since=entry.if_modified_since,
        if_none_exist=entry.if_none_exist,
        prefer=outer.prefer or "return=minimal",
    )
    match (entry.method, len(steps)):
        case ("GET" | "HEAD", _):
            return _get(call, resources, steps)
        case ("POST", 1):
            return create(call, resources)
        case ("POST", 2) if steps[1] == "$validate":
            return validate.validate(call)
        case ("PUT", 2):
            return update.update(call, resources)
        case ("PUT", 1):
            return update.update_matching(call, resources)
        case ("PATCH", 1 | 2):
            change = patch.change_of(entry.resource)
            return patch.patch(call, resources, change) if call.id else patch.patch_matching(call, resources, change)
        case ("DELETE", 2):
            return delete.delete(call, resources)
        case ("DELETE", 1):
            return delete.delete_matching(call, resources)
    raise _unsupported(entry)


def _get(call: Call, resources: Resources, steps: Sequence[str]) -> Answer:
    match tuple(steps):
        case (_,):
            return resources.search(call)
        case (_, "_history") | (_, _, "_history"):
            return history.history(call, resources)
        case ("Patient", _, "$everything"):
            return everything.everything(call, resources)
        case (_, _, "$meta"):
            return meta.meta(call, resources)
        case (_, _):
            return read.read(call, resources)
        case (_, _, "_history", version):
            return read.vread(call, resources, version)
    raise Invalid("This request is not supported in a Bundle.", code="request-unsupported", path="Bundle.entry.request")


def _unsupported(entry: Entry) -> Invalid:
    return Invalid(
        "This request is not supported in a Bundle.", code="request-unsupported", path=f"{entry.path}.request"
    )


def _line(answer: Answer) -> bytes:
    """The entry of an answer: its status and headers, the resource or the outcome."""
    response: dict[str, Any] = {"status": _REASONS.get(answer.status, str(answer.status))}
    for header, name in (("Location", "location"), ("ETag", "etag")):
        if header in answer.headers:
            response[name] = answer.headers[header]
    if "Last-Modified" in answer.headers:
        response["lastModified"] = headers.instant_of(answer.headers["Last-Modified"])
    told = json.write(response)
    if not answer.body:
        return b'{"response":' + told + b"}"
    if answer.status >= 400 or answer.body.startswith(b'{"resourceType":"OperationOutcome"'):
        return b'{"response":' + told[:-1] + b',"outcome":' + answer.body + b"}}"
    return b'{"resource":' + answer.body + b',"response":' + told + b"}"
