"""POST /dmp/documents: a CDA R2 document as it is, metadata from its header."""

from django.http import HttpRequest, HttpResponse

from hygie.access.types import Permission
from hygie.api import body
from hygie.api.fhir.resources import fhir_base
from hygie.api.policy import policy
from hygie.fhir.core import json
from hygie.fhir.http.headers import XML_MEDIA_TYPES
from hygie.lib import ids
from hygie.record import actions as record
from hygie.record.types import Receipt


@policy("client", Permission.DOCUMENT_DEPOSIT)
def deposit(request: HttpRequest) -> HttpResponse:
    """201 with Location and the receipt; 200 with the same receipt when the very same document was here already."""
    body.check_type(request, *XML_MEDIA_TYPES)
    source = body.read(request, limit=body.document_limit())
    receipt = record.deposit_cda(request.actor, source, now=request.received_at)
    response = HttpResponse(
        json.write(_told(receipt)), status=201 if receipt.created else 200, content_type="application/json"
    )
    response["Location"] = f"{fhir_base()}/DocumentReference/{document_id(receipt)}"
    return response


def document_id(receipt: Receipt) -> str:
    """The FHIR logical id of what was deposited."""
    return ids.logical_id(receipt.space_id, receipt.document_id)


def _told(receipt: Receipt) -> dict[str, object]:
    told: dict[str, object] = {
        "receipt": receipt.receipt,
        "document_id": document_id(receipt),
        "version": receipt.version,
        "unique_id": receipt.unique_id,
        "sha256": receipt.sha256,
        "space_id": str(receipt.space_id),
    }
    if receipt.flags:
        told["flags"] = list(receipt.flags)
    return told
