"""Bytes to a tree, with an XML parser that resolves, loads and fetches nothing; and narratives cut out of the source."""

import re
from collections.abc import Iterator

from lxml import etree
from lxml.etree import _Element

from hygie.fhir.core.xml.shapes import DIV, FHIR
from hygie.lib import xml
from hygie.lib.errors import Invalid, TooLarge

MAX_SIZE = 30 * 1024 * 1024
# libxml2 refuses attributes over 10 MB unless huge_tree is set; base64 may be that long, nothing else may. It stops by
# itself at 256 levels, 2048 with huge_tree.
_LARGE_BODY = 9_000_000
# FHIR XML is UTF-8. What is looked for in the source below is ASCII, which these write as ASCII.
_ENCODINGS = frozenset({b"utf-8", b"us-ascii"})
# A comment, CDATA, an instruction, or a tag of a div, whatever its prefix. Possessive, hence linear.
_DIV_TAG = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    rb"|<(/?)(?:[^\s<>/:\"'=]++:)?div(?=[\s/>])((?:[^\"'>]++|\"[^\"]*+\"|'[^']*+')*+)>",
    re.DOTALL,
)


def parse(data: bytes, *, max_size: int = MAX_SIZE) -> tuple[_Element, bytes]:
    """(root, the source without its byte order mark). Comments and instructions are not in the tree.

    Raises TooLarge, or Invalid: xml-not-wellformed (path "line N"), xml-encoding, xml-doctype (any DOCTYPE, so no entity
    of any kind).
    """
    if len(data) > max_size:
        raise TooLarge("The content is larger than this server accepts.")
    data = data.removeprefix(xml.BOM)
    if not xml.is_encoded_in(data, _ENCODINGS):
        raise Invalid("The content is not encoded in UTF-8.", code="xml-encoding", path="line 1")
    if xml.has_doctype(data):
        raise _doctype()
    try:
        root = etree.fromstring(data, parser(huge=len(data) > _LARGE_BODY))
    except etree.XMLSyntaxError as error:
        raise _not_wellformed(f"line {error.lineno or 1}") from None
    except (ValueError, LookupError):
        raise _not_wellformed("line 1") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype()
    return root, data


def parser(*, huge: bool = False) -> etree.XMLParser:
    """One a document: a parser keeps state, and threads share nothing."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=huge,
    )


def cut_narratives(data: bytes) -> Iterator[str]:
    """The outermost `div` elements of well-formed XML, in their order, character for character as they are written."""
    depth = start = 0
    for token in _DIV_TAG.finditer(data):
        slash, rest = token.groups()
        if rest is None:
            continue
        if slash:
            depth -= 1
        elif not rest.endswith(b"/"):
            if depth == 0:
                start = token.start()
            depth += 1
            continue
        elif depth == 0:
            start = token.start()
        if depth == 0:
            yield data[start : token.end()].decode("utf-8")


def narrative(source: str, element: _Element) -> str:
    """The div as it is written; written anew when it leans on a namespace that is declared outside of it."""
    outside = element.getparent()
    # The default namespace outside is FHIR's: the div declares its own, and no prefix can come from outside.
    if outside is not None and outside.nsmap == {None: FHIR}:
        return source
    try:
        if etree.fromstring(source.encode(), parser()).tag == DIV:
            return source
    except etree.XMLSyntaxError:
        pass
    alone = etree.fromstring(etree.tostring(element, with_tail=False, encoding="utf-8"), parser())
    etree.cleanup_namespaces(alone)
    return etree.tostring(alone, encoding="unicode")


def _not_wellformed(path: str) -> Invalid:
    return Invalid("The content is not well-formed XML.", code="xml-not-wellformed", path=path)


def _doctype() -> Invalid:
    return Invalid("A document type declaration is not allowed.", code="xml-doctype")
