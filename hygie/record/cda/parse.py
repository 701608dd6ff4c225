"""Bytes to a ClinicalDocument, with an XML parser that resolves, loads and fetches nothing."""

from lxml import etree
from lxml.etree import _Element

from hygie.lib.errors import Invalid
from hygie.record.cda.elements import V3
from hygie.record.cda.types import CdaDocument

_ROOT = V3 + "ClinicalDocument"
_STYLESHEET = frozenset(
    {"{http://www.w3.org/1999/XSL/Transform}stylesheet", "{http://www.w3.org/1999/XSL/Transform}transform"}
)
# libxml2 refuses text nodes over 10 MB unless huge_tree is set; base64 bodies may be that long, nothing else may.
_LARGE_BODY = 9_000_000
# huge_tree also lifts libxml2's own depth limit (256); official documents stay under 40 levels.
_MAX_DEPTH = 256


def parse_cda(data: bytes) -> CdaDocument:
    """Parse one CDA R2 document. The door has bounded the size already (20 MB).

    Raises Invalid: xml-not-wellformed (path "line N"), xml-doctype (any DOCTYPE, so no entity of any kind), cda-root.
    Style sheet instructions are never followed; a self-presenting document is unwrapped, its style sheet never run.
    """
    root = _parse(data)
    if root.tag == _ROOT:
        return CdaDocument(root, self_presenting=False, size=len(data))
    if root.tag in _STYLESHEET:
        found = list(root.iter(_ROOT))
        if len(found) == 1:
            return CdaDocument(found[0], self_presenting=True, size=len(data))
    raise Invalid("The root element is not a ClinicalDocument of urn:hl7-org:v3.", code="cda-root", path="/")


def _parse(data: bytes) -> _Element:
    parser = etree.XMLParser(
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
        # A DOCTYPE that goes wrong half way (a bomb that libxml2 stops) is named for what it is.
        if b"<!DOCTYPE" in data[:65536] or b"<!ENTITY" in data[:65536]:
            raise _doctype() from None
        raise Invalid(
            "The content is not well-formed XML.", code="xml-not-wellformed", path=f"line {error.lineno or 1}"
        ) from None
    except ValueError:
        raise Invalid(
            "The content is not well-formed XML.", code="xml-not-wellformed", path="line 1"
        ) from None
    if root.getroottree().docinfo.doctype or root.getroottree().docinfo.internalDTD is not None:
        raise _doctype()
    if len(data) > _LARGE_BODY and _is_deeper_than(root, _MAX_DEPTH):
        raise Invalid("The elements are nested too deeply.", code="xml-not-wellformed", path="/")
    return root


def _is_deeper_than(root: _Element, limit: int) -> bool:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > limit:
            return True
    return False


def _doctype() -> Invalid:
    return Invalid("A document type declaration is not allowed.", code="xml-doctype", path="/")
