"""A deposited document as a FHIR DocumentReference (PDSm): https://interop.esante.gouv.fr/ig/fhir/pdsm."""

import base64
import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from hygie.fhir.core import json
from hygie.lib import ids
from hygie.lib.clock import rfc3339
from hygie.record.cda.people import IDNPS_OID, IDNST_OID
from hygie.record.cda.types import Author
from hygie.record.submission import display_name
from hygie.record.types import Label, Submission
from hygie.terminology import queries as terminology
from hygie.terminology.types import Coding

_URI = "urn:ietf:rfc:3986"
_TRE_A03 = "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"
TRE_A07 = "https://mos.esante.gouv.fr/NOS/TRE_A07-StatutVisibiliteDocument/FHIR/TRE-A07-StatutVisibiliteDocument"
# Some texts of the specifications spell it so; both are read, one is written.
_TRE_A07_OTHER = "https://mos.esante.gouv.fr/NOS/TRE_A07-StatusVisibiliteDocument/FHIR/TRE-A07-StatusVisibiliteDocument"
TRE_A07_SYSTEMS = frozenset({TRE_A07, _TRE_A07_OTHER, "urn:oid:1.2.250.1.213.1.1.4.13"})
_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"


def identifier(unique_id: str) -> dict[str, str]:
    """`1.2.3` → urn:oid as a URI; `1.2.3^45` → the root as a system."""
    root, _, extension = unique_id.partition("^")
    if extension:
        return {"system": f"urn:oid:{root}", "value": extension}
    return {"system": _URI, "value": unique_id if ":" in unique_id else f"urn:oid:{unique_id}"}


def build(
    submission: Submission,
    *,
    space_id: uuid.UUID,
    document_id: str,
    status: str,
    labels: frozenset[Label],
    register: Mapping[str, uuid.UUID],
    now: dt.datetime,
) -> dict[str, Any]:
    """The resource of a new document. `register` gives the register's ids of the professionals that it knows."""
    resource = dict(submission.resource) if submission.resource else _from_fields(submission, register)
    resource.pop("text", None)
    resource["resourceType"] = "DocumentReference"
    resource["id"] = ids.logical_id(space_id, document_id)
    sent = resource.get("meta", {})
    resource["meta"] = {key: sent[key] for key in ("profile", "tag", "source") if key in sent}
    resource["subject"] = {"reference": f"Patient/{space_id}"}
    resource["masterIdentifier"] = identifier(submission.unique_id)
    resource["content"] = [_content(submission, resource["id"])]
    # The resource's own order: what names it first.
    ordered = {"resourceType": resource.pop("resourceType"), "id": resource.pop("id"), "meta": resource.pop("meta")}
    return restate({**ordered, **resource}, version=1, status=status, labels=labels, now=now)


def restate(
    resource: dict[str, Any], *, version: int, status: str, labels: frozenset[Label], now: dt.datetime
) -> dict[str, Any]:
    """The same resource as its next version: only status and visibility ever change."""
    changed = dict(resource)
    changed["meta"] = {"versionId": str(version), "lastUpdated": rfc3339(now)} | {
        key: value for key, value in resource["meta"].items() if key not in ("versionId", "lastUpdated")
    }
    changed["status"] = status
    others = [label for label in resource.get("securityLabel", []) if not _is_visibility(label)]
    changed["securityLabel"] = others + [
        {"coding": [{"system": TRE_A07, "code": label.value}]} for label in sorted(labels)
    ]
    return {key: value for key, value in changed.items() if value not in ([], {}, None)}


def _is_visibility(label: dict[str, Any]) -> bool:
    codings = label.get("coding") or []
    return bool(codings) and all(coding.get("system") in TRE_A07_SYSTEMS for coding in codings)


def encode(resource: dict[str, Any]) -> bytes:
    return json.write(resource)


def _content(submission: Submission, logical_id: str) -> dict[str, Any]:
    attachment: dict[str, Any] = {
        "contentType": submission.media_type,
        "language": submission.language,
        "url": f"Binary/{logical_id}",
        "size": len(submission.content),
        # R4 says SHA-1, base64 of the raw digest; our own integrity is SHA-256.
        "hash": base64.b64encode(hashlib.sha1(submission.content, usedforsecurity=False).digest()).decode("ascii"),
        "title": submission.title,
        "creation": submission.created,
    }
    content: dict[str, Any] = {"attachment": {key: value for key, value in attachment.items() if value}}
    if submission.format:
        content["format"] = _coding(submission.format)
    return content


def _from_fields(submission: Submission, register: Mapping[str, uuid.UUID]) -> dict[str, Any]:
    contained: list[dict[str, Any]] = []
    authors = [_author(author, f"author-{n}", contained, register) for n, author in enumerate(submission.authors, 1)]
    resource: dict[str, Any] = {
        "contained": contained,
        "status": "current",
        "type": {"coding": [_coding(submission.type)], "text": terminology.plain_title(submission.type.code)},
        "category": _category(submission.class_code),
        "date": submission.created_at.isoformat(timespec="seconds"),
        "author": authors,
        "custodian": {"display": submission.custodian} if submission.custodian else None,
        "relatesTo": [
            {"code": "replaces", "target": {"identifier": identifier(unique_id)}} for unique_id in submission.replaces
        ],
        "description": submission.title,
        "securityLabel": [{"coding": [{"system": _CONFIDENTIALITY, "code": "N"}]}],
        "context": _context(submission),
    }
    if submission.authenticator:
        resource["authenticator"] = _author(submission.authenticator, "authenticator", contained, register)
    return {key: value for key, value in resource.items() if value}


def _category(class_code: str) -> list[dict[str, Any]]:
    if not class_code:
        return []
    return [{"coding": [{"system": _TRE_A03, "code": class_code, "display": terminology.class_label(class_code)}]}]


def _context(submission: Submission) -> dict[str, Any]:
    period = {"start": submission.period_start, "end": submission.period_end}
    context: dict[str, Any] = {
        "event": [{"coding": [_coding(code)]} for code in submission.event_codes],
        "period": {key: value for key, value in period.items() if value},
        "facilityType": _concept(submission.facility),
        "practiceSetting": _concept(submission.practice_setting),
        "related": [{"identifier": identifier(order)} for order in submission.order_ids],
    }
    return {key: value for key, value in context.items() if value}


def _author(
    author: Author, local: str, contained: list[dict[str, Any]], register: Mapping[str, uuid.UUID]
) -> dict[str, str]:
    """A contained PractitionerRole with what the document says, linked to the register when the person is known there."""
    practitioner: dict[str, Any] = {"display": display_name(author)}
    if author.idnps:
        practitioner["identifier"] = {"system": f"urn:oid:{IDNPS_OID}", "value": author.idnps}
        if known := register.get(author.idnps):
            practitioner["reference"] = f"Practitioner/{known}"
    role: dict[str, Any] = {"resourceType": "PractitionerRole", "id": local}
    if author.idnps:
        role["identifier"] = [practitioner["identifier"]]
    role["practitioner"] = {key: value for key, value in practitioner.items() if value}
    if author.organization:
        organization: dict[str, Any] = {"display": author.organization.name}
        if author.organization.idnst:
            organization["identifier"] = {"system": f"urn:oid:{IDNST_OID}", "value": author.organization.idnst}
        role["organization"] = {key: value for key, value in organization.items() if value}
    if author.speciality:
        role["specialty"] = [{"coding": [_coding(author.speciality)]}]
    contained.append({key: value for key, value in role.items() if value})
    reference = {"reference": f"#{local}", "display": display_name(author)}
    return {key: value for key, value in reference.items() if value}


def _concept(coding: Coding | None) -> dict[str, Any] | None:
    return {"coding": [_coding(coding)]} if coding else None


def _coding(coding: Coding) -> dict[str, str]:
    values = {"system": coding.system, "code": coding.code, "display": coding.display}
    return {key: value for key, value in values.items() if value}
