"""The words of a CDA document, for search."""

from collections.abc import Iterator
from typing import cast

from lxml import etree
from lxml.etree import _Element

from hygie.record.cda.attachments import media_elements, sniff_media_type
from hygie.record.cda.elements import V3, attribute, child, flat_text, local_name
from hygie.record.cda.types import CdaDocument

MAX_BYTES = 200_000
# Inside a sentence: no blank is added around these.
_INLINE = frozenset({"content", "sub", "sup", "linkHtml", "footnoteRef"})
_all_text = etree.XPath("descendant-or-self::text()", smart_strings=False)
_has_formula = etree.XPath("boolean(descendant::v3:sub or descendant::v3:sup)", namespaces={"v3": V3.strip("{}")})
_SECTION_TEXT = V3 + "text"
_SECTION_TITLE = V3 + "title"


def plain_text(doc: CdaDocument) -> str:
    """Title, section titles and narratives (or the body of an unstructured document when it is plain text), with
    single blanks; at most 200 kB of UTF-8. Nothing of the header: it is searched by its own fields."""
    parts = [flat_text(child(doc.root, "title"))]
    for section in doc.root.iter(V3 + "section"):
        found = section.iterchildren(_SECTION_TITLE, _SECTION_TEXT)
        parts.extend(_narrative(part) for part in found)
    parts.extend(_unstructured(doc))
    text = " ".join(part for part in parts if part)
    # Characters first: no need to encode twenty megabytes to keep a hundredth of it.
    return text[:MAX_BYTES].encode()[:MAX_BYTES].decode(errors="ignore")


def _narrative(part: _Element) -> str:
    """All words, a blank between any two elements; a chemical formula (`H<sub>2</sub>O`) stays one word."""
    if _has_formula(part):
        return " ".join("".join(_words(part)).split())
    return " ".join(" ".join(cast(list[str], _all_text(part))).split())


def _words(element: _Element) -> Iterator[str]:
    if not isinstance(element.tag, str):
        return
    is_block = local_name(element) not in _INLINE
    if is_block:
        yield " "
    if element.text:
        yield element.text
    for inner in element:
        yield from _words(inner)
        if inner.tail:
            yield inner.tail
    if is_block:
        yield " "


def _unstructured(doc: CdaDocument) -> Iterator[str]:
    body = child(doc.root, "component", "nonXMLBody", "text")
    if body is None or attribute(body, "representation") == "B64":
        return
    for element in media_elements(doc):
        text = element.text or ""
        if sniff_media_type(text[:MAX_BYTES].encode()) == "text/plain":
            yield " ".join(text[:MAX_BYTES].split())
