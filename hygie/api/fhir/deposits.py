"""Deposits in FHIR form: the PDSm transaction (ITI-65) and the simplified publish (ITI-105)."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from hygie.api import body, scopes
from hygie.api.dmp import document_id
from hygie.api.fhir.resources import fhir_base
from hygie.api.query import is_pretty
from hygie.api.reply import fhir
from hygie.fhir.core import json, outcome
from hygie.fhir.http import headers
from hygie.lib.errors import AccessRefused, NotFound
from hygie.record import actions as record
from hygie.record import queries as record_queries
from hygie.record.pdsm import publish as simplified
from hygie.record.pdsm import transaction as comprehensive
from hygie.record.pdsm.transaction import EntryRole, Part
from hygie.record.types import Receipt

RECEIPT = "Hygie-Receipt"
DOCUMENT = "DocumentReference"


def is_deposit(bundle: dict[str, Any]) -> bool:
    """Whether a Bundle deposits documents (PDSm): a transaction with a List or a DocumentReference, or with nothing at all."""
    told = bundle.get("entry")
    if bundle.get("type") != "transaction" or not isinstance(told, list) or not told:
        return bundle.get("type") == "transaction"
    resources = [each.get("resource") for each in told if isinstance(each, dict)]
    return any(isinstance(each, dict) and each.get("resourceType") in ("List", DOCUMENT) for each in resources)


def transaction(request: HttpRequest, bundle: dict[str, Any]) -> HttpResponse:
    """POST /fhir, ITI-65: all or nothing; the answer has one line for each entry, in the same order."""
    given = comprehensive.read(bundle)
    receipts = record.deposit(request.actor, given.submissions, now=request.received_at)
    entries = [_line(role, receipts) for role in given.roles]
    answer = {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}
    response = fhir(json.write(answer), pretty=is_pretty(request))
    response[RECEIPT] = ", ".join(receipt.receipt for receipt in receipts)
    return response


def publish(request: HttpRequest) -> HttpResponse:
    """POST /fhir/DocumentReference: 201; 200 when the very same document was here already."""
    submission = simplified.read(body.resource(request))
    receipt = record.deposit(request.actor, [submission], now=request.received_at)[0]
    status = 201 if receipt.created else 200
    response = fhir(_body(request, receipt), status=status)
    response["Location"] = f"{fhir_base()}/{DOCUMENT}/{document_id(receipt)}/_history/{receipt.version}"
    response["ETag"] = headers.etag(receipt.version)
    response[RECEIPT] = receipt.receipt
    return response


def _line(role: EntryRole, receipts: list[Receipt]) -> dict[str, object]:
    """What became of an entry. The submission set and the people are read, not kept: they have no address here."""
    if role.document < 0:
        note = outcome.issue(
            "information",
            "informational",
            code="not-kept",
            diagnostics="This entry was read with the documents; it is not kept as a resource of its own.",
        )
        return {"response": {"status": "200 OK", "outcome": outcome.resource(note)}}
    receipt = receipts[role.document]
    if role.part is Part.REPLACED:
        return {"response": {"status": "200 OK"}}
    kind = DOCUMENT if role.part is Part.DOCUMENT else "Binary"
    version = receipt.version if role.part is Part.DOCUMENT else 1
    return {
        "response": {
            "status": "201 Created" if receipt.created else "200 OK",
            "location": f"{kind}/{document_id(receipt)}/_history/{version}",
            "etag": headers.etag(version),
        }
    }


def _body(request: HttpRequest, receipt: Receipt) -> bytes:
    """As `Prefer: return=` asks. To feed is not to consult: the resource is given back to who may read it."""
    wanted = headers.preferred_return(request.META.get("HTTP_PREFER", ""))
    if wanted == "minimal":
        return b""
    if wanted == "representation":
        found = _read_back(request, receipt.space_id, receipt.document_id)
        if found is not None:
            return found
    note = outcome.issue(
        "information", "informational", code="deposited", diagnostics="The document is in the person's record."
    )
    return outcome.body(note)


def _read_back(request: HttpRequest, space_id: uuid.UUID, local_id: str) -> bytes | None:
    if not scopes.covers(scopes.parse_all(request.actor.scopes or ()), DOCUMENT, "r"):
        return None
    try:
        stored = record_queries.read_resource(request.actor, space_id, DOCUMENT, local_id, now=request.received_at)
    except (AccessRefused, NotFound):
        return None
    return stored.body
