"""One DocumentReference of PDSm, with its file, as a Submission."""

import uuid
from dataclasses import dataclass, replace
from typing import Any

from hygie.fhir.core import structure
from hygie.identity import queries as identity
from hygie.identity.ins import INS
from hygie.identity.traits import Traits, compare
from hygie.lib.errors import Invalid
from hygie.record.cda.types import Author, AuthorKind
from hygie.record.pdsm import content, metadata, people, relations
from hygie.record.pdsm.references import Found, Resolver, conditional, contained_of
from hygie.record.submission import from_cda
from hygie.record.types import Origin, Submission
from hygie.terminology.types import Coding

_FORMATS = "https://mos.esante.gouv.fr/NOS/TRE_A11-IheFormatCode/FHIR/TRE-A11-IheFormatCode"
_FORMAT_OF = {
    "application/pdf": "urn:ihe:iti:xds-sd:pdf:2008",
    "image/jpeg": "urn:ihe:iti-fr:xds-sd:jpeg:2010",
    "text/plain": "urn:ihe:iti:xds-sd:text:2008",
}
_INSURANCE_CLASS = "60"


@dataclass(frozen=True, slots=True)
class Patient:
    """Whom a document is about, as the resource says: the INS, and the traits when it tells them."""

    ins: tuple[INS, ...]
    traits: Traits | None
    path: str


def read(found: Found, entries: dict[str, Found], *, data: bytes | None = None) -> Submission:
    """`data` is the file of a Binary entry; None: it is in `content.attachment.data` (simplified publish).

    Raises Invalid with the FHIRPath of the fault, TooLarge.
    """
    resource, path = found.resource, found.path
    structure.check(resource, "DocumentReference", path)
    metadata.require(resource, metadata.SIMPLIFIED if data is None else metadata.COMPREHENSIVE, path)
    metadata.instant(resource["date"], f"{path}.date")
    resolver = Resolver(contained_of(resource, path), entries)
    for each in resolver.contained.values():
        structure.check_party(each.resource, each.path)
    attachment, here = resource["content"][0]["attachment"], f"{path}.content[0].attachment"
    declared = content.declared_type(attachment, here)
    if data is None:
        data = content.decode(attachment["data"], f"{here}.data")
    content.check(data, declared, attachment, here)
    patient = _patient(resource, resolver, path)
    if declared == content.CDA:
        submission = _of_cda(resource, path, data, patient)
    else:
        submission = _of_file(resource, path, data, declared, patient, resolver)
    replaces = relations.replaced(resource, path, entries, submission.ins)
    return replace(
        submission,
        replaces=tuple(dict.fromkeys((*submission.replaces, *replaces))),
        resource=relations.self_contained(resource, resolver, replaces, path),
        path=path,
    )


def _of_cda(resource: dict[str, Any], path: str, data: bytes, patient: Patient) -> Submission:
    """The document speaks for itself; the resource adds labels and what the header is silent about, and may not contradict."""
    here = f"{path}.content[0].attachment"
    try:
        said = from_cda(data, labels=metadata.labels(resource, path))
    except Invalid as error:
        code = f"cda-{error.code}" if error.code.startswith("xml-") else error.code
        raise Invalid(f"{error.message} In the document: {error.path or '/'}", code=code, path=here) from error
    unique_id = metadata.unique_id(resource["masterIdentifier"], f"{path}.masterIdentifier")
    if not metadata.same_unique_id(unique_id, said.unique_id):
        raise Invalid(
            "The unique id is not that of the document.", code="unique-id-mismatch", path=f"{path}.masterIdentifier"
        )
    if "type" in resource and metadata.kind(resource["type"], f"{path}.type")[0].code != said.type.code:
        raise Invalid("The type is not that of the document.", code="type-mismatch", path=f"{path}.type")
    _check_same_patient(said, patient)
    context = resource.get("context", {})
    start, end, start_at = _period(context, path)
    return replace(
        said,
        format=said.format or _format(resource),
        facility=said.facility or metadata.concept(context.get("facilityType")),
        practice_setting=said.practice_setting or metadata.concept(context.get("practiceSetting")),
        period_start=said.period_start or start,
        period_start_at=said.period_start_at or start_at,
        period_end=said.period_end or end,
        event_codes=said.event_codes or metadata.events(context),
        order_ids=said.order_ids or metadata.orders(context),
    )


def _check_same_patient(said: Submission, patient: Patient) -> None:
    """The document in the Binary is about the patient of its DocumentReference."""
    if patient.ins and not set(patient.ins) & set(said.ins):
        raise Invalid("The document is about another patient.", code="patient-mismatch", path=patient.path)
    if patient.traits is not None and not compare(said.traits, patient.traits):
        raise Invalid("The document has other traits of the patient.", code="patient-mismatch", path=patient.path)


def _of_file(
    resource: dict[str, Any], path: str, data: bytes, media_type: str, patient: Patient, resolver: Resolver
) -> Submission:
    traits = _required_traits(patient, path)
    coding, kind = metadata.kind(resource.get("type", {}), f"{path}.type")
    class_code = metadata.class_code(resource, kind, path)
    attachment, context = resource["content"][0]["attachment"], resource.get("context", {})
    created = attachment.get("creation") or resource["date"]
    start, end, start_at = _period(context, path)
    authors = tuple(people.author(each, resolver, f"{path}.author[{n}]") for n, each in enumerate(resource["author"]))
    custodian = people.organization(resource.get("custodian"), resolver, f"{path}.custodian")
    return Submission(
        unique_id=metadata.unique_id(resource["masterIdentifier"], f"{path}.masterIdentifier"),
        type=coding,
        class_code=class_code,
        title=attachment["title"],
        created=created,
        created_at=metadata.instant(created, f"{path}.content[0].attachment.creation")[0],
        ins=patient.ins,
        traits=traits,
        media_type=media_type,
        content=data,
        language=attachment.get("language", "fr-FR"),
        format=_format(resource) or _format_of(media_type),
        facility=metadata.concept(context.get("facilityType")),
        practice_setting=metadata.concept(context.get("practiceSetting")),
        period_start=start,
        period_start_at=start_at,
        period_end=end,
        event_codes=metadata.events(context),
        authors=authors,
        authenticator=_authenticator(resource, resolver, path),
        custodian=custodian.name if custodian else "",
        order_ids=metadata.orders(context),
        labels=metadata.labels(resource, path),
        origin=_origin(class_code, authors),
        text=data.decode("utf-8-sig") if media_type == "text/plain" else "",
    )


def _required_traits(patient: Patient, path: str) -> Traits:
    """A file without a header says nothing of its patient: the DocumentReference must."""
    if patient.traits is None:
        raise Invalid(
            "The traits of the patient are required.", code="traits-required", path=f"{path}.context.sourcePatientInfo"
        )
    return patient.traits


def _authenticator(resource: dict[str, Any], resolver: Resolver, path: str) -> Author | None:
    told = resource.get("authenticator")
    return people.author(told, resolver, f"{path}.authenticator") if told else None


def _origin(class_code: str, authors: tuple[Author, ...]) -> Origin:
    """As for a CDA: reimbursements come from the insurer, a device alone is a device, the rest a professional's."""
    if class_code == _INSURANCE_CLASS:
        return Origin.INSURANCE
    return Origin.DEVICE if {author.kind for author in authors} == {AuthorKind.DEVICE} else Origin.PROFESSIONAL


def _format(resource: dict[str, Any]) -> Coding | None:
    found = resource["content"][0].get("format")
    return people.read_coding(found) if found else None


def _format_of(media_type: str) -> Coding | None:
    code = _FORMAT_OF.get(media_type)
    return Coding(_FORMATS, code) if code else None


def _period(context: dict[str, Any], path: str) -> tuple[str, str, Any]:
    period = context.get("period", {})
    start, end = period.get("start", ""), period.get("end", "")
    start_at = metadata.instant(start, f"{path}.context.period.start")[0] if start else None
    if end:
        metadata.instant(end, f"{path}.context.period.end")
    return start, end, start_at


def _patient(resource: dict[str, Any], resolver: Resolver, path: str) -> Patient:
    """The INS of `subject` and of `context.sourcePatientInfo`, which must agree, and the traits of either."""
    places = [(resource["subject"], f"{path}.subject")]
    if source := resource.get("context", {}).get("sourcePatientInfo"):
        places.append((source, f"{path}.context.sourcePatientInfo"))
    named: list[tuple[INS, ...]] = []
    traits: Traits | None = None
    for reference, here in places:
        numbers, said = _person(reference, resolver, here)
        if numbers and named and not set(numbers) & set(named[0]):
            raise Invalid("Two patients are named.", code="patient-mismatch", path=here)
        named += [numbers] if numbers else []
        traits = said or traits
    return Patient(tuple(dict.fromkeys(each for numbers in named for each in numbers)), traits, f"{path}.subject")


def _person(reference: dict[str, Any], resolver: Resolver, path: str) -> tuple[tuple[INS, ...], Traits | None]:
    if identifier := reference.get("identifier"):
        return people.numbers({"identifier": [identifier]}), None
    target = reference.get("reference", "")
    if asked := conditional(target, "Patient"):
        system, value = asked
        return people.numbers({"identifier": [{"system": system, "value": value}]}), None
    if (found := resolver.find(target)) is None:
        return _own(target, path), None
    structure.check_party(found.resource, found.path)
    if found.resource.get("resourceType") != "Patient":
        raise Invalid("The subject is a Patient.", code="subject", path=path)
    people.check_qualified(found)
    return people.numbers(found.resource), people.traits(found)


def _own(target: str, path: str) -> tuple[INS, ...]:
    """`Patient/<id>` of ours stands for its INS; an unknown id is like any reference that leads nowhere."""
    head, _, logical_id = target.rpartition("/")
    person = None
    if head.rpartition("/")[2] == "Patient":
        try:
            person = identity.find_person(uuid.UUID(logical_id))
        except ValueError:
            person = None
    if person is None:
        raise Invalid("This reference leads to nothing in what was sent.", code="reference-unresolved", path=path)
    return (person.ins,)
