"""What a DocumentReference says, one question at a time; each answer is checked and each fault has its FHIRPath.

https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition-pdsm-comprehensive-document-reference.html
"""

from collections.abc import Mapping
from typing import Any

from hygie.fhir.core.dates import Interval, find_period
from hygie.lib.errors import Invalid
from hygie.record.document_reference import TRE_A07
from hygie.record.pdsm.people import read_coding
from hygie.record.types import Label
from hygie.terminology import queries as terminology
from hygie.terminology.types import Coding, DocumentType

URI = "urn:ietf:rfc:3986"
_CLASS = "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"
_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_ORDER = "urn:ihe:iti:xds:2013:order"

# Mandatory in PDSm comprehensive and in the DMP (french-specs §3.1). `custodian` is 1..1 in the profile, but the official
# examples leave it out; `authenticator` is 0..1 in it.
COMPREHENSIVE = (
    "masterIdentifier", "status", "type", "category", "subject", "date", "author", "securityLabel", "content",
    "content[0].attachment.contentType", "content[0].attachment.language", "content[0].attachment.url",
    "content[0].attachment.size", "content[0].attachment.hash", "content[0].attachment.title",
    "content[0].attachment.creation", "content[0].format", "context.period.start", "context.facilityType",
    "context.practiceSetting", "context.sourcePatientInfo",
)  # fmt: skip
SIMPLIFIED = (
    "masterIdentifier", "status", "subject", "date", "author", "content", "content[0].attachment.contentType",
    "content[0].attachment.data", "content[0].attachment.title",
)  # fmt: skip


def require(resource: Mapping[str, Any], names: tuple[str, ...], path: str) -> None:
    """Raises Invalid(required) with the FHIRPath of the first element that is missing."""
    for name in names:
        value: Any = resource
        for step in name.split("."):
            element, _, index = step.partition("[")
            value = value.get(element) if isinstance(value, dict) else None
            if index and value:
                value = value[0]
        if value in (None, "", [], {}):
            raise Invalid("This element is required.", code="required", path=f"{path}.{name}")
    if len(resource["content"]) > 1:
        raise Invalid("A document has one content.", code="content-several", path=f"{path}.content")
    if resource["status"] != "current":
        raise Invalid("What is deposited is current.", code="status", path=f"{path}.status")


def unique_id(identifier: Mapping[str, Any], path: str) -> str:
    """`1.2.3`, `1.2.3^45` or `urn:uuid:…`, in the form of a CDA header's."""
    system, value = identifier.get("system", ""), identifier.get("value", "")
    if system == URI and value.startswith("urn:oid:") and len(value) > 8:
        return _bounded(value.removeprefix("urn:oid:"), path)
    if system == URI and value.startswith("urn:uuid:"):
        return _bounded(value.lower(), path)
    if system.startswith("urn:oid:") and value:
        return _bounded(f"{system.removeprefix('urn:oid:')}^{value}", path)
    raise Invalid(
        "A unique id is a urn:oid: or urn:uuid: under urn:ietf:rfc:3986, or a value under a urn:oid: system.",
        code="unique-id",
        path=path,
    )


def _bounded(value: str, path: str) -> str:
    if len(value) > 255 or any(sign.isspace() for sign in value):
        raise Invalid("A unique id has at most 255 characters and no blank.", code="unique-id", path=path)
    return value


def same_unique_id(one: str, other: str) -> bool:
    """A UUID is one id, with or without `urn:uuid:`, in either case."""
    return one == other or one.removeprefix("urn:uuid:").lower() == other.removeprefix("urn:uuid:").lower()


def kind(concept: Mapping[str, Any], path: str) -> tuple[Coding, DocumentType]:
    """The type of document: the first coding that JDV_J07 or ASS_X04 knows. Raises Invalid(required, type-unknown)."""
    if not concept:
        raise Invalid("This element is required.", code="required", path=path)
    for each in concept.get("coding", []):
        coding = read_coding(each)
        if found := terminology.document_type(coding.code, coding.system):
            return Coding(found.system, found.code, found.label), found
    raise Invalid("This type of document is not one of JDV_J07.", code="type-unknown", path=path)


def class_code(resource: Mapping[str, Any], found: DocumentType, path: str) -> str:
    """The type decides (ASS_X04); the category sent must be a class, and serves for the types that the map leaves out."""
    known = {code for code, _ in terminology.list_classes()}
    sent = [read_coding(each) for concept in resource.get("category", []) for each in concept.get("coding", [])]
    classes = [coding.code for coding in sent if coding.system == _CLASS]
    if resource.get("category") and not (classes and known.issuperset(classes)):
        raise Invalid("The category is a class of TRE_A03.", code="category-unknown", path=f"{path}.category")
    return found.class_code or next(iter(classes), "")


def labels(resource: Mapping[str, Any], path: str) -> frozenset[Label]:
    """TRE_A07 labels. A label that is not understood could be one that hides: it refuses the deposit."""
    found: set[Label] = set()
    for n, concept in enumerate(resource.get("securityLabel", [])):
        for m, each in enumerate(concept.get("coding", [])):
            coding = read_coding(each)
            if coding.system == TRE_A07 and coding.code in Label.__members__:
                found.add(Label(coding.code))
            elif coding.system not in (TRE_A07, _CONFIDENTIALITY) or coding.code not in ("N", "R", "V"):
                raise Invalid(
                    "A security label is N, R or V, or one of TRE_A07.",
                    code="label-unknown",
                    path=f"{path}.securityLabel[{n}].coding[{m}]",
                )
    return frozenset(found)


def concept(value: Mapping[str, Any] | None) -> Coding | None:
    codings = (value or {}).get("coding", [])
    return read_coding(codings[0]) if codings else None


def events(context: Mapping[str, Any]) -> tuple[Coding, ...]:
    found = [read_coding(each) for value in context.get("event", []) for each in value.get("coding", [])]
    return tuple(dict.fromkeys(found))


def orders(context: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the prescriptions that the document answers (referenceIdList)."""
    found = []
    for each in context.get("related", []):
        identifier = each.get("identifier", {})
        codes = {coding.get("code") for coding in identifier.get("type", {}).get("coding", [])}
        if _ORDER in codes and identifier.get("value"):
            root = identifier.get("system", "").removeprefix("urn:oid:")
            found.append(f"{root}^{identifier['value']}" if root else identifier["value"])
    return tuple(found)


def instant(text: str, path: str) -> Interval:
    found = find_period(text)
    if found is None:
        raise Invalid("This is not a FHIR date.", code="date", path=path)
    return found
