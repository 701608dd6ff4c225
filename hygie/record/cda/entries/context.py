"""What the entries of one document share: the narrative that they point into, and the place where each one stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml.etree import _Element

from hygie.record.cda.datatypes import read_ids
from hygie.record.cda.elements import V3, attribute, child, children, flat_text, local_name
from hygie.record.cda.types import CdaHeader, CdaTime, Identifier

# FHIR R4 JSON.
Resource = dict[str, Any]

# A reference may point at a whole table, from a thousand entries: a longer text stays in the document only.
_LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Found:
    """One recognised unit: its element, its resource (None when it cannot be said in FHIR without guessing), and what
    tells it apart from other resources of the same element."""

    element: _Element
    resource: Resource | None
    suffix: str = ""


class Narrative:
    """Text of the narrative blocks, by ID. Real documents write `#id` and `id` alike."""

    def __init__(self, root: _Element) -> None:
        self._root = root
        self._elements: dict[str, _Element] | None = None
        self._texts: dict[str, str] = {}

    def text(self, reference: str) -> str:
        """Empty when the reference leads nowhere, to nothing, or to more than an entry's text."""
        name = reference.strip().removeprefix("#")
        if not name:
            return ""
        if name not in self._texts:
            if self._elements is None:
                self._elements = self._index()
            text = flat_text(self._elements.get(name))
            self._texts[name] = text if len(text) <= _LONGEST_TEXT else ""
        return self._texts[name]

    def _index(self) -> dict[str, _Element]:
        found: dict[str, _Element] = {}
        for section in self._root.iter(f"{V3}section"):
            for block in children(section, "text"):
                for element in block.iter():
                    if name := element.get("ID"):
                        found.setdefault(name, element)
        return found


@dataclass(frozen=True, slots=True)
class Context:
    """Where an entry stands. `section_code` is "" in a section without a code."""

    header: CdaHeader
    narrative: Narrative
    section_code: str = ""

    @property
    def written(self) -> CdaTime:
        """The time at which the document speaks."""
        return self.header.effective

    def text(self, element: _Element | None) -> str:
        """Text of an ED (text, originalText): its own, else the narrative that its reference names."""
        if element is None or element.get("nullFlavor") == "MSK":
            return ""
        if own := flat_text(element):
            return own if len(own) <= _LONGEST_TEXT else ""
        reference = next((found for found in element if local_name(found) == "reference"), None)
        return self.narrative.text(attribute(reference, "value"))


@dataclass(slots=True)
class Paths:
    """A path for each element: the id of the entry when it is the only one to bear it, else the XPath (without
    namespaces) of elements.xpath_of, built step by step because laboratory results come by hundreds."""

    seen: dict[str, int] = field(default_factory=dict)
    _xpaths: dict[_Element, str] = field(default_factory=dict)

    def count(self, element: _Element) -> None:
        for identifier in read_ids(element)[:1]:
            name = "^".join(identifier)
            self.seen[name] = self.seen.get(name, 0) + 1

    def identifier(self, element: _Element) -> Identifier | None:
        """The entry's first id. An id that the document gives to several entries identifies none of them."""
        ids = read_ids(element)
        return ids[0] if ids and self.seen.get("^".join(ids[0])) == 1 else None

    def xpath(self, element: _Element) -> str:
        if element not in self._xpaths:
            parent = element.getparent()
            if parent is None or local_name(element) == "ClinicalDocument":
                self._xpaths[element] = f"/{local_name(element)}"
            else:
                self._number(parent, self.xpath(parent))
        return self._xpaths[element]

    def _number(self, parent: _Element, path: str) -> None:
        tags = [str(inner.tag) for inner in parent]
        seen: dict[str, int] = {}
        for inner, tag in zip(parent, tags, strict=True):
            seen[tag] = seen.get(tag, 0) + 1
            name = local_name(inner)
            self._xpaths[inner] = f"{path}/{name}" if tags.count(tag) == 1 else f"{path}/{name}[{seen[tag]}]"


def is_true(element: _Element, name: str) -> bool:
    return attribute(element, name) in ("true", "1")


def is_about_patient(element: _Element) -> bool:
    """False when the section or the entry names another subject: a mother, a child, a relative."""
    subjects = children(element, "subject")
    return all(
        attribute(child(subject, "relatedSubject", "code"), "code") in ("SELF", "ONESELF") for subject in subjects
    )


def status_code(element: _Element) -> str:
    return attribute(child(element, "statusCode"), "code")


def related(element: _Element, *type_codes: str) -> Iterator[_Element]:
    """The statements that the element is related to by one of the type codes."""
    for relation in children(element, "entryRelationship"):
        if attribute(relation, "typeCode") in type_codes:
            yield from _statements(relation)


def components(element: _Element) -> Iterator[_Element]:
    """The statements inside: components of an organizer, entry relationships (COMP) of an act."""
    for inner in element:
        name = local_name(inner)
        if name == "component" or (name == "entryRelationship" and attribute(inner, "typeCode") == "COMP"):
            yield from _statements(inner)


def _statements(relation: _Element) -> Iterator[_Element]:
    for inner in relation:
        if local_name(inner) in STATEMENTS:
            yield inner


STATEMENTS = frozenset({"act", "observation", "organizer", "procedure", "substanceAdministration", "supply"})
