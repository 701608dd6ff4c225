"""The readable part of a CDA document as safe HTML, section by section."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from lxml import etree
from lxml.etree import _Element

from hygie.record.cda.attachments import media_indexes
from hygie.record.cda.elements import attribute, child, children
from hygie.record.cda.links import Links
from hygie.record.cda.narrative import Narrative
from hygie.record.cda.titles import section_title
from hygie.record.cda.types import CdaDocument

# Levels of title that a page shows below the document's own.
_MAX_TITLE_DEPTH = 4
# Official documents have up to a few thousand elements of narrative. Beyond this, a page is of no use to anybody.
_MAX_ELEMENTS = 100_000
_MEDIA = re.compile(r'<span class="hy-cda-media" data-index="(\d+)">(.*?)</span>', re.DOTALL)
_size = etree.XPath("count(descendant::*)")


@dataclass(frozen=True, slots=True)
class Section:
    """One titled part. `depth` is 1 for the document's own sections, up to 4; `html` is "" for a title that only holds
    other sections; `anchor` is an id for the page's own title element."""

    code: str
    title: str
    html: SafeString
    depth: int
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Rendering:
    """The sections in the order of reading; none for an unstructured document, which is read as its attachment."""

    sections: tuple[Section, ...]


def render(doc: CdaDocument) -> Rendering:
    """HTML of all narratives, in the active language for the few words of our own. Never raises on a parsed document.

    Sections without narrative text give nothing, but the title of one that holds readable sections is kept.
    """
    body = child(doc.root, "component", "structuredBody")
    found = [] if body is None else list(_walk(body, 1))
    texts = [text for section, _ in found if (text := child(section, "text")) is not None]
    links = Links(texts, media_indexes(doc) if texts else {})
    budget = _MAX_ELEMENTS
    written: list[Section] = []
    for number, (section, depth) in enumerate(found, start=1):
        text = child(section, "text")
        title = section_title(section) or gettext("Autres informations")
        html = ""
        if text is not None:
            budget -= int(_size(text))  # type: ignore[arg-type]
            html = Narrative(links, number, title).write(text) if budget >= 0 else _too_long()
        code = attribute(child(section, "code"), "code")
        # Safe: Narrative writes literals, numbers and escaped text only (its module says how).
        written.append(Section(code, title, mark_safe(html.strip()), depth, f"cda-section-{number}"))  # noqa: S308
    return Rendering(_without_empty(written))


def fill_media(html: SafeString, write: Callable[[int, str], SafeString]) -> SafeString:
    """Section HTML with each media mark replaced by what `write(attachment index, words)` gives (an img, a link).
    The words are escaped already. Marks are ours alone: no text of a document can make one."""
    filled = _MEDIA.sub(lambda mark: write(int(mark[1]), mark[2]), html)
    return mark_safe(filled)  # noqa: S308


def _walk(parent: _Element, depth: int) -> list[tuple[_Element, int]]:
    """(section, depth) in reading order."""
    found: list[tuple[_Element, int]] = []
    for component in children(parent, "component"):
        for section in children(component, "section"):
            found.append((section, min(depth, _MAX_TITLE_DEPTH)))
            found.extend(_walk(section, depth + 1))
    return found


def _without_empty(sections: list[Section]) -> tuple[Section, ...]:
    """Backwards, a section with nothing to read stays only when the kept one after it is deeper."""
    kept: list[Section] = []
    for section in reversed(sections):
        if section.html or (kept and kept[-1].depth > section.depth):
            kept.append(section)
    return tuple(reversed(kept))


def _too_long() -> str:
    words = gettext(
        "Cette partie est trop longue pour être affichée ici. Téléchargez le document d’origine pour la lire."
    )
    return f"<p>{escape(words)}</p>"
