"""The XHTML of a narrative: well-formed, and only the elements and attributes that R4 lets in (txt-1, txt-2).

https://hl7.org/fhir/R4/narrative.html
"""

import re
from typing import Any

from lxml import etree

from hygie.fhir.core.validation.issues import Found, fault

_XHTML = "{http://www.w3.org/1999/xhtml}"
_ELEMENTS = frozenset(
    "a abbr acronym address area b bdo big blockquote br caption cite code col colgroup dd del dfn div dl dt em h1 h2 h3 h4"
    " h5 h6 hr i img ins kbd li map ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var".split()
)
_ATTRIBUTES = frozenset(
    "title style class id idref lang {http://www.w3.org/XML/1998/namespace}lang"
    " {http://www.w3.org/XML/1998/namespace}space dir accesskey tabindex span width align valign char charoff abbr axis"
    " headers scope rowspan colspan".split()
)
_ATTRIBUTES_OF = {
    "a": frozenset("href name charset type hreflang rel rev shape coords".split()),
    "area": frozenset("shape coords href nohref alt".split()),
    "blockquote": frozenset(["cite"]),
    "del": frozenset(["cite", "datetime"]),
    "img": frozenset("src border alt longdesc height usemap ismap".split()),
    "ins": frozenset(["cite", "datetime"]),
    "li": frozenset(["value", "type"]),
    "map": frozenset(["name"]),
    "ol": frozenset(["start", "type"]),
    "q": frozenset(["cite"]),
    "table": frozenset("summary border frame rules cellspacing cellpadding".split()),
    "td": frozenset(["nowrap"]),
    "th": frozenset(["nowrap"]),
    "ul": frozenset(["type"]),
}
_NONE: frozenset[str] = frozenset()
_ADDRESSES = frozenset(["href", "src", "longdesc", "cite", "usemap"])
# White space and control characters are dropped by browsers before they read the scheme.
_BLANKS = re.compile(r"[\x00-\x20]+")
_ACTIVE = ("javascript:", "vbscript:", "data:text/html", "data:image/svg", "data:application")
_ACTIVE_STYLE = re.compile(r"expression\s*\(|javascript:|behavior\s*:|-moz-binding|@import", re.IGNORECASE)
_HOW = "The narrative is one <div xmlns='http://www.w3.org/1999/xhtml'> of well-formed XHTML"


def check_narrative(value: Any, _run: Any) -> Found:
    if type(value) is not str:
        return fault("type", f"{_HOW}, in a JSON string.")
    # An entity or a document type could make the text grow or reach outside: nothing of it is parsed.
    if "<!DOCTYPE" in value or "<!ENTITY" in value:
        return fault("txt-1", f"{_HOW}, without a document type.", code="invalid")
    try:
        root = etree.fromstring(value.strip().encode("utf-8", "surrogatepass"), _parser())
    except (etree.XMLSyntaxError, ValueError):
        return fault(
            "xhtml",
            f"{_HOW}: close every element, and write `&#160;` for `&nbsp;` (of the named entities, XML knows"
            " only `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&apos;`).",
            code="invalid",
        )
    return _check_tree(root)


def _parser() -> etree.XMLParser:
    """One a document: a parser keeps state, and threads share nothing."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )


def _check_tree(root: Any) -> Found:
    if root.tag != _XHTML + "div":
        return fault("txt-1", f"{_HOW}.", code="invalid")
    has_content = False
    for node in root.iter():
        if node.tag is etree.Comment:
            has_content = has_content or _is_text(node.tail)
            continue
        if not isinstance(node.tag, str):
            return fault("txt-1", "A narrative holds no processing instruction and no entity.", code="invalid")
        name = node.tag.removeprefix(_XHTML)
        if name not in _ELEMENTS:
            return fault(
                "txt-1", f"A narrative has no <{_shown(name)}>: take formatting elements only.", code="invalid"
            )
        if wrong := _check_attributes(name, node):
            return wrong
        has_content = has_content or name == "img" or _is_text(node.text) or _is_text(node.tail)
    if not has_content:
        return fault(
            "txt-2", "A narrative has words or an image: leave `text` out when there is none.", code="invariant"
        )
    return None


def _check_attributes(name: str, node: Any) -> Found:
    # lxml's items() takes quadratic time: names first, values only of the few that are allowed.
    for attribute in node.attrib.keys():
        if attribute not in _ATTRIBUTES and attribute not in _ATTRIBUTES_OF.get(name, _NONE):
            return fault(
                "txt-1", f"<{name}> has no attribute `{_shown(attribute)}` in a narrative: take it out.", code="invalid"
            )
        value = node.get(attribute) or ""
        if attribute in _ADDRESSES and _BLANKS.sub("", value).lower().startswith(_ACTIVE):
            return fault("txt-1", f"`{attribute}` of <{name}> holds active content: take it out.", code="invalid")
        if attribute == "style" and _ACTIVE_STYLE.search(value):
            return fault("txt-1", f"`style` of <{name}> holds active content: take it out.", code="invalid")
    return None


def _is_text(text: str | None) -> bool:
    return text is not None and not text.isspace() and text != ""


def _shown(name: str) -> str:
    """A name from the outside, short and plain enough for a message."""
    short = name.rpartition("}")[2][:20]
    return short if short.isalnum() and short.isascii() else "…"
