"""Files that a CDA document carries: its unstructured body, and the base64 values of its entries (PDF copy, images)."""

import binascii
import re
from collections.abc import Iterator
from typing import cast

from django.utils.translation import gettext
from lxml import etree
from lxml.etree import _Element

from hygie.record.cda.elements import V3, attribute, child, flat_text
from hygie.record.cda.titles import section_title
from hygie.record.cda.types import Attachment, CdaDocument

OCTETS = "application/octet-stream"
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
)
# Some producers put blanks or a BOM before %PDF-, which every reader accepts.
_LEADING = b"\xef\xbb\xbf \t\r\n"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
# What a browser that guesses would run. Text that opens like this is not served as text.
_MARKUP = re.compile(r"\s*<(?:[a-z!?/])", re.IGNORECASE)
_base64_values = etree.XPath("descendant::*[@representation='B64']")


def sniff_media_type(data: bytes) -> str:
    """What the bytes are, never what someone says they are: pdf, png, jpeg, gif, tiff, rtf or plain UTF-8 text.
    Everything else, and text that looks like markup or script, is application/octet-stream."""
    start = data[:64].lstrip(_LEADING)
    for signature, media_type in _SIGNATURES:
        if start.startswith(signature) if signature == b"%PDF-" else data.startswith(signature):
            return media_type
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return OCTETS
    if not text.strip() or _CONTROL.search(text) or _MARKUP.match(text):
        return OCTETS
    return "text/plain"


def media_elements(doc: CdaDocument) -> tuple[_Element, ...]:
    """The elements that hold a file, in document order; the place in this tuple is the attachment's index.

    A nonXMLBody/text with content, or the base64 values of the structured body (observationMedia and others).
    """
    body = child(doc.root, "component", "nonXMLBody", "text")
    if body is not None:
        return (body,) if body.text and body.text.strip() else ()
    structured = child(doc.root, "component", "structuredBody")
    return () if structured is None else tuple(cast(list[_Element], _base64_values(structured)))


def media_indexes(doc: CdaDocument) -> dict[str, int]:
    """ID that a narrative refers to (observationMedia, or the regionOfInterest around it) → attachment index."""
    indexes: dict[str, int] = {}
    for index, value in enumerate(media_elements(doc)):
        for name in _names(value):
            indexes.setdefault(name, index)
    return indexes


def _names(value: _Element) -> Iterator[str]:
    media = value.getparent()
    for element in (value, media):
        if identifier := attribute(element, "ID"):
            yield identifier
    wrapper = None if media is None else media.getparent()
    region = None if wrapper is None else wrapper.getparent()
    if region is not None and region.tag == V3 + "regionOfInterest" and (identifier := attribute(region, "ID")):
        yield identifier


def list_attachments(doc: CdaDocument) -> tuple[Attachment, ...]:
    """All files inside, decoded. What is empty or not base64 is left out, and its index stays unused."""
    found = []
    titles: dict[str, int] = {}
    for index, element in enumerate(media_elements(doc)):
        if data := _decode(element):
            media_type = sniff_media_type(data)
            title = _title(doc, element, media_type)
            count = titles[title] = titles.get(title, 0) + 1
            found.append(Attachment(index, media_type, title if count == 1 else f"{title} ({count})", data))
    return tuple(found)


def _decode(element: _Element) -> bytes:
    text = element.text or ""
    if attribute(element, "representation") != "B64":
        return text.strip().encode()
    try:
        return binascii.a2b_base64(text.encode("ascii"))
    except (ValueError, UnicodeEncodeError):
        return b""


def _title(doc: CdaDocument, element: _Element, media_type: str) -> str:
    """Words for people: the title of the section it stands in, that of the document for its whole body, else what it
    is. Never an ID or a file name."""
    section = next(element.iterancestors(V3 + "section"), None)
    if section is None:
        words = flat_text(child(doc.root, "title"))
    else:
        words = section_title(section)
    return words or (gettext("Image") if media_type.startswith("image/") else gettext("Document"))
