"""Bytes to a ClinicalDocument, with an XML parser that resolves, loads and fetches nothing."""

from lxml import etree
from lxml.etree import _Element

from hygie.lib import xml
from hygie.lib.errors import Invalid, TooLarge
from hygie.record.cda.elements import V3
from hygie.record.cda.types import CdaDocument

MAX_SIZE = 20 * 1024 * 1024
# Official documents stay under 40 levels. Our readers descend by recursion: this limit is what keeps them from the
# interpreter's own. (libxml2 stops at 256 levels, 2048 with huge_tree.)
MAX_DEPTH = 100

_ROOT = V3 + "ClinicalDocument"
_STYLESHEET = frozenset(
    {"{http://www.w3.org/1999/XSL/Transform}stylesheet", "{http://www.w3.org/1999/XSL/Transform}transform"}
)
# libxml2 refuses text nodes over 10 MB unless huge_tree is set; base64 bodies may be that long, nothing else may.
_LARGE_BODY = 9_000_000
# CI-SIS asks for UTF-8; these single-byte sets, in use in older software, are read too. All of them write ASCII as
# ASCII, so that the look at the prolog below sees what libxml2 will see (UTF-16, UTF-7, EBCDIC… would hide from it).
_ENCODINGS = frozenset({b"utf-8", b"us-ascii", b"iso-8859-1", b"iso-8859-15", b"latin1", b"windows-1252", b"cp1252"})
_too_deep = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")


def parse_cda(data: bytes, *, max_size: int = MAX_SIZE) -> CdaDocument:
    """Parse one CDA R2 document.

    Raises TooLarge, or Invalid: xml-not-wellformed (path "line N"), xml-encoding, xml-doctype (any DOCTYPE, so no
    entity of any kind), xml-too-deep, cda-root. Style sheet instructions are never followed; a self-presenting
    document is unwrapped, its style sheet never run.
    """
    if len(data) > max_size:
        raise TooLarge("The document is larger than this server accepts.", path="/")
    root = _parse(data)
    if root.tag == _ROOT:
        return CdaDocument(root, self_presenting=False, size=len(data))
    if root.tag in _STYLESHEET:
        found = list(root.iter(_ROOT))
        if len(found) == 1:
            return CdaDocument(found[0], self_presenting=True, size=len(data))
    raise Invalid("The root element is not a ClinicalDocument of urn:hl7-org:v3.", code="cda-root", path="/")


def _parse(data: bytes) -> _Element:
    data = data.removeprefix(xml.BOM)
    if not xml.is_encoded_in(data, _ENCODINGS):
        raise Invalid("The document is not encoded in UTF-8.", code="xml-encoding", path="line 1")
    if xml.has_doctype(data):
        raise _doctype()
    parser = etree.XMLParser(
        encoding=None if xml.declared_encoding(data) else "utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=len(data) > _LARGE_BODY,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _not_wellformed(f"line {error.lineno or 1}") from None
    except (ValueError, LookupError):
        raise _not_wellformed("line 1") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype()
    if _too_deep(root):
        raise Invalid("The elements are nested too deeply.", code="xml-too-deep", path="/")
    return root


def _not_wellformed(path: str) -> Invalid:
    return Invalid("The content is not well-formed XML.", code="xml-not-wellformed", path=path)


def _doctype() -> Invalid:
    return Invalid("A document type declaration is not allowed.", code="xml-doctype", path="/")
