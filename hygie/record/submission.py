"""From a CDA document to what is deposited: french-specs §3.1, §4.2."""

from dataclasses import replace

from django.conf import settings

from hygie.identity.ins import INS
from hygie.identity.traits import Traits
from hygie.lib.errors import Invalid
from hygie.record.cda.entries import extract
from hygie.record.cda.header import read_header
from hygie.record.cda.parse import parse_cda
from hygie.record.cda.text import plain_text
from hygie.record.cda.types import Author, AuthorKind, CdaHeader, PatientIdentity
from hygie.record.types import Label, Origin, Submission
from hygie.terminology import queries as terminology

MEDIA_TYPE = "text/xml"


def from_cda(source: bytes, *, labels: frozenset[Label] = frozenset()) -> Submission:
    """Reads a CDA R2 document whole. Raises Invalid with the XPath of the fault."""
    doc = parse_cda(source, max_size=settings.HYGIE_DOCUMENT_BYTES)
    header = read_header(doc)
    kind = terminology.document_type(header.code.code, header.code.system)
    if kind is None:
        raise Invalid(
            "This type of document is not one of JDV_J07.", code="type-unknown", path="/ClinicalDocument/code"
        )
    return Submission(
        unique_id=header.unique_id,
        type=replace(header.code, display=kind.label),
        class_code=kind.class_code,
        title=header.title,
        created=header.effective.fhir,
        created_at=header.effective_at,
        ins=tuple(INS(oid, value) for oid, value in header.patient.ins),
        traits=traits_of(header.patient),
        media_type=MEDIA_TYPE,
        content=source,
        language=header.language,
        format=header.format,
        facility=header.facility,
        practice_setting=header.practice_setting,
        period_start=header.service_start.fhir if header.service_start else "",
        period_start_at=header.service_start.at if header.service_start else None,
        period_end=header.service_end.fhir if header.service_end else "",
        event_codes=header.event_codes,
        authors=header.authors,
        authenticator=header.legal_authenticator,
        custodian=header.custodian.name,
        replaces=header.replaces,
        order_ids=header.order_ids,
        labels=labels,
        origin=origin_of(header),
        entries=extract(doc, header),
        text=plain_text(doc),
        path="/ClinicalDocument",
    )


def traits_of(patient: PatientIdentity) -> Traits:
    return Traits(
        birth_family=patient.birth_family,
        birth_given=patient.birth_given,
        first_given=patient.first_given,
        sex=patient.sex,
        born_on=patient.born_on,
        birth_place=patient.birth_place_insee,
        used_family=patient.used_family,
        used_given=patient.used_given,
    )


def origin_of(header: CdaHeader) -> Origin:
    """Reimbursement data come from the insurer; a device alone is a device; a deposit by software is a professional's."""
    if header.class_code == "60":
        return Origin.INSURANCE
    kinds = {author.kind for author in header.authors}
    return Origin.DEVICE if kinds == {AuthorKind.DEVICE} else Origin.PROFESSIONAL


def display_name(author: Author | None) -> str:
    """« Dr Antoine Martin », the name of a device, or "" when the document does not name the author."""
    if author is None:
        return ""
    name = " ".join(part for part in (author.given, author.family) if part)
    doctor = "DR" in (author.suffix.upper(), author.prefix.upper().rstrip("."))
    return f"Dr {name}" if name and doctor else name


def organization_name(submission: Submission) -> str:
    """The structure of the first author that names one, else the custodian."""
    for author in submission.authors:
        if author.organization and author.organization.name:
            return author.organization.name
    return submission.custodian
