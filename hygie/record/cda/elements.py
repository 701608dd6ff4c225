"""Names and small reads of the CDA tree. `iterchildren` with Clark names: XPath costs ten times more here, `find` twice."""

from collections.abc import Iterator

from lxml.etree import _Element

V3 = "{urn:hl7-org:v3}"
_TEMPLATE = V3 + "templateId"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def local_name(element: _Element) -> str:
    """Name without its namespace; "" for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: _Element | None, *names: str) -> _Element | None:
    """First element down the path of v3 child names, or None."""
    for name in names:
        if element is None:
            return None
        element = next(element.iterchildren(V3 + name), None)
    return element


def children(element: _Element | None, name: str) -> list[_Element]:
    return [] if element is None else list(element.iterchildren(V3 + name))


def attribute(element: _Element | None, name: str) -> str:
    """The attribute without surrounding blanks, "" when the element or the attribute is absent."""
    return "" if element is None else (element.get(name) or "").strip()


def flat_text(element: _Element | None) -> str:
    """All text inside, blanks collapsed; comments and processing instructions do not count."""
    if element is None:
        return ""
    if len(element) == 0:
        return " ".join((element.text or "").split())
    return " ".join(" ".join(_texts(element)).split())


def _texts(element: _Element) -> Iterator[str]:
    if isinstance(element.tag, str):
        if element.text:
            yield element.text
        for inner in element:
            yield from _texts(inner)
            if inner.tail:
                yield inner.tail


def template_roots(element: _Element) -> set[str]:
    return {attribute(template, "root") for template in element.iterchildren(_TEMPLATE)}


def xpath_of(element: _Element) -> str:
    """Readable absolute XPath without namespaces, with positions where siblings have the same name."""
    steps: list[str] = []
    current: _Element | None = element
    while current is not None:
        name = local_name(current)
        twins_before = sum(1 for _ in current.itersiblings(current.tag, preceding=True))
        twins_after = current.tag in [sibling.tag for sibling in current.itersiblings()]
        steps.append(f"{name}[{twins_before + 1}]" if twins_before or twins_after else name)
        if name == "ClinicalDocument":
            break
        current = current.getparent()
    return "/" + "/".join(reversed(steps))
