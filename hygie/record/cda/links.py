"""What the narratives of one CDA document point to."""

from collections.abc import Mapping

from lxml.etree import _Element

from hygie.record.cda.elements import V3, attribute, flat_text, local_name

# Their text is not for people.
DROPPED = frozenset(
    {"script", "style", "iframe", "frame", "object", "embed", "applet", "svg", "math", "template", "noscript", "head"}
)
# No place for a target: HTML has no text there, or we write them elsewhere.
_NO_ANCHOR = frozenset(
    {"thead", "tbody", "tfoot", "br", "col", "colgroup", "renderMultiMedia", "footnote", "footnoteRef"}
)
# Words that `reference` elements may bring in for a whole document: one long text that thousands of them point to
# would grow without bound.
_MAX_REFERENCED = 100_000


class Links:
    """What the narratives of one document point to: their own elements (by ID) and its attachments.

    `targets`: the elements that some link points to, by ID, each with the id that it gets in our page.
    """

    def __init__(self, texts: list[_Element], media: Mapping[str, int]) -> None:
        self.media = media
        self._labels: dict[str, int] = {}
        self._referenced = 0
        self._elements: dict[str, _Element] = {}
        self._ids: dict[_Element, str] = {}
        wanted = {name for text in texts for name in _names_pointed_to(text)}
        if not wanted:
            return
        for element in (element for text in texts for element in text.iter() if isinstance(element.tag, str)):
            name = attribute(element, "ID")
            if name in wanted and name not in self._elements and local_name(element) not in DROPPED:
                self._elements[name] = element
                if local_name(element) not in _NO_ANCHOR:
                    self._ids[element] = f"cda-{len(self._ids) + 1}"

    def element(self, reference: str) -> _Element | None:
        """The element of `#name` or `name`."""
        return self._elements.get(reference.strip().removeprefix("#"))

    def page_id(self, element: _Element | None) -> str:
        return "" if element is None else self._ids.get(element, "")

    def unique_label(self, label: str) -> str:
        """The label, numbered from its second use on: two regions of a page may not have one name."""
        count = self._labels[label] = self._labels.get(label, 0) + 1
        return label if count == 1 else f"{label} ({count})"

    def words_of(self, reference: str) -> str:
        """The words of the element that a reference names, within the document's allowance."""
        words = flat_text(self.element(reference)) if self._referenced < _MAX_REFERENCED else ""
        words = words[: _MAX_REFERENCED - self._referenced]
        self._referenced += len(words)
        return words


def _names_pointed_to(text: _Element) -> set[str]:
    names = {attribute(link, "href").removeprefix("#") for link in text.iter(V3 + "linkHtml", V3 + "a")}
    names |= {attribute(note, "IDREF") for note in text.iter(V3 + "footnoteRef")}
    names |= {attribute(found, "value").removeprefix("#") for found in text.iter(V3 + "reference")}
    return names - {""}
