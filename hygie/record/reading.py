"""From stored bytes to what a person reads: sections, files, technical details, allergies."""

from typing import Any

from django.utils.translation import gettext

from hygie.record.cda.attachments import list_attachments
from hygie.record.cda.parse import parse_cda
from hygie.record.cda.render import Section, render
from hygie.record.document_reference import TRE_A07_SYSTEMS
from hygie.record.models import Document
from hygie.record.rows import DocumentRow
from hygie.record.types import AllergyView, AttachmentView, StoredFile
from hygie.terminology import queries as terminology

CDA_MEDIA_TYPES = frozenset({"text/xml", "application/xml", "application/hl7-v3+xml"})
_EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/tiff": "tif",
    "text/plain": "txt",
    "text/rtf": "rtf",
    "application/rtf": "rtf",
    **dict.fromkeys(CDA_MEDIA_TYPES, "xml"),
}
_GRAVITY = ("severe", "high", "moderate", "mild", "low", "")


def is_cda(document: Document | DocumentRow) -> bool:
    return document.media_type in CDA_MEDIA_TYPES


def readable(document: Document | DocumentRow, content: bytes) -> tuple[tuple[Section, ...], list[AttachmentView]]:
    """(sections, files): a CDA is rendered, any other document is its own only file (index 0)."""
    if not is_cda(document):
        return (), [AttachmentView(0, document.media_type, document.title, document.size)]
    parsed = parse_cda(content)
    files = [AttachmentView(f.index, f.media_type, f.title, len(f.data)) for f in list_attachments(parsed)]
    return render(parsed).sections, files


def original(document: Document | DocumentRow, title: str, content: bytes) -> StoredFile:
    return StoredFile(content, document.media_type, filename(title, document.media_type))


def inner(document: Document | DocumentRow, title: str, content: bytes, index: int) -> StoredFile | None:
    """A file inside a CDA; any other document is its own only file. None when there is no such one."""
    if not is_cda(document):
        return original(document, title, content) if index == 0 else None
    for found in list_attachments(parse_cda(content)):
        if found.index == index:
            return StoredFile(found.data, found.media_type, filename(found.title or title, found.media_type))
    return None


def filename(title: str, media_type: str) -> str:
    """Plain words and the right ending; never the name that a sender chose."""
    words = "-".join(terminology.fold(title).replace("/", " ").split())
    safe = "".join(c for c in words if c.isalnum() or c == "-")[:80]
    return f"{safe or 'document'}.{_EXTENSIONS.get(media_type, 'bin')}"


def metadata(resource: dict[str, Any], document: Document | DocumentRow) -> list[tuple[str, str]]:
    """The technical details of a document as (label, value), for who wants them."""
    context = resource.get("context", {})
    pairs = [
        (gettext("Titre donné par l'auteur"), document.title),
        (gettext("Type"), _words(resource.get("type"))),
        (gettext("Catégorie"), _words((resource.get("category") or [None])[0])),
        (gettext("Lieu de soins"), _facility(context.get("facilityType"))),
        (gettext("Cadre d'exercice"), _words(context.get("practiceSetting"))),
        (gettext("Identifiant unique"), document.unique_id),
        (gettext("Format"), _format(resource)),
        (gettext("Confidentialité"), ", ".join(_labels(resource))),
        (gettext("Empreinte SHA-256"), document.sha256),
    ]
    return [(label, value) for label, value in pairs if value]


def _words(concept: dict[str, Any] | None) -> str:
    codings = (concept or {}).get("coding") or []
    return str(codings[0].get("display") or codings[0].get("code", "")) if codings else ""


def _facility(concept: dict[str, Any] | None) -> str:
    codings = (concept or {}).get("coding") or []
    return (terminology.facility_label(codings[0].get("code", "")) if codings else "") or _words(concept)


def _format(resource: dict[str, Any]) -> str:
    coding = (resource.get("content") or [{}])[0].get("format") or {}
    return str(coding.get("display") or coding.get("code", ""))


def _labels(resource: dict[str, Any]) -> list[str]:
    labels = resource.get("securityLabel", [])
    return [_words(label) for label in labels if not _is_visibility(label)]


def _is_visibility(label: dict[str, Any]) -> bool:
    return any(coding.get("system") in TRE_A07_SYSTEMS for coding in label.get("coding", []))


def allergies(found: list[tuple[dict[str, Any], str]]) -> list[AllergyView]:
    """(resource, document id) of AllergyIntolerance to lines: the gravest first, each substance once.

    « Aucune allergie connue » stands only while no allergy is told elsewhere: an absence never hides a danger.
    """
    lines: dict[str, AllergyView] = {}
    for resource, document_id in found:
        line = _allergy(resource, document_id)
        if line is not None:
            lines.setdefault(terminology.fold(line.text), line)
    real = [line for line in lines.values() if not line.none_known]
    return sorted(real, key=lambda line: _GRAVITY.index(line.severity)) or list(lines.values())


def _allergy(resource: dict[str, Any], document_id: str) -> AllergyView | None:
    if _words(resource.get("clinicalStatus")).lower() in ("resolved", "inactive"):
        return None
    if _words(resource.get("verificationStatus")).lower() in ("refuted", "entered-in-error"):
        return None
    code = resource.get("code") or {}
    text = str(code.get("text") or _words(code))
    if not text or _has_code(code, _UNKNOWN):
        return None
    severities = [reaction.get("severity", "") for reaction in resource.get("reaction", [])]
    severity = min([*severities, str(resource.get("criticality", ""))], key=_rank)
    return AllergyView(
        text=text,
        severity=severity if severity in _GRAVITY else "",
        none_known=_has_code(code, _NONE_KNOWN),
        recorded=str(resource.get("recordedDate") or resource.get("onsetDateTime") or ""),
        document_id=document_id,
    )


def _rank(severity: str) -> int:
    return _GRAVITY.index(severity) if severity in _GRAVITY else len(_GRAVITY)


# SNOMED CT « no known allergy » and its kinds; the codes of JDV_AbsentOrUnknownAllergy say the same.
_NONE_KNOWN = frozenset(
    {
        "716186003",
        "409137002",
        "428607008",
        "429625007",
        "428197003",
        "no-known-allergies",
        "no-known-medication-allergies",
        "no-known-environmental-allergies",
        "no-known-food-allergies",
    }
)


# « No information on allergies » says nothing that « non renseignées » does not.
_UNKNOWN = frozenset({"no-allergy-info", "1631000175102"})


def _has_code(concept: dict[str, Any], codes: frozenset[str]) -> bool:
    return any(coding.get("code") in codes for coding in concept.get("coding", []))
