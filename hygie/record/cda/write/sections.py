"""Sections of a structured body, and the whole document from its header and its body."""

import base64

from hygie.record.cda.write import codes
from hygie.record.cda.write.elements import Ids, coded, lines
from hygie.record.cda.write.header import write_header
from hygie.record.cda.write.narrative import paragraph
from hygie.record.cda.write.types import Code, Header
from hygie.record.cda.write.xml import NOTHING, Xml, join, tag, templates

_OPEN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:pharm="urn:ihe:pharm:medication">\n'
)


def section(
    ids: Ids,
    code: Code,
    title: str,
    roots: tuple[str, ...],
    text: Xml = NOTHING,
    *,
    entries: tuple[Xml, ...] = (),
    inside: tuple[Xml, ...] = (),
) -> Xml:
    """`inside` are sub-sections, in their `component` already (the result of this very function)."""
    written = tag(
        "section",
        templates(*roots),
        ids.element(),
        coded("code", code),
        tag("title", title) if title else NOTHING,
        tag("text", text) if text else NOTHING,
        *entries,
        *inside,
    )
    return tag("component", written)


def structured(header: Header, ids: Ids, sections: tuple[Xml, ...]) -> bytes:
    notice = _notice(header, ids)
    return _document(header, tag("component", tag("structuredBody", "\n", lines(*sections, notice))))


def unstructured(header: Header, media_type: str, content: bytes) -> bytes:
    encoded = base64.b64encode(content).decode("ascii")
    body = tag("text", Xml(encoded), mediaType=media_type, representation="B64")
    return _document(header, tag("component", tag("nonXMLBody", body)))


def _notice(header: Header, ids: Ids) -> Xml:
    if not header.notice:
        return NOTHING
    roots = ("2.16.840.1.113883.10.12.201", "1.3.6.1.4.1.19376.1.4.1.2.16", "1.2.250.1.213.1.1.2.73")
    return section(ids, codes.loinc("55112-7", "Commentaire"), "Avertissement", roots, paragraph(header.notice))


def _document(header: Header, body: Xml) -> bytes:
    return join(Xml(_OPEN), write_header(header), body, Xml("\n</ClinicalDocument>\n")).encode("utf-8")
