"""A CDA narrative block (StrucDoc) as HTML, written from scratch.

Nothing of the source is copied but its text, escaped. Every tag, attribute name and attribute value that comes out is a
literal of this module, or a number; ids are our own counters. So what a hostile narrative holds (script, handlers,
styles, frames, links) has no way out: there is no filter to get around.
"""

from html import escape
from typing import ClassVar

from django.utils.translation import gettext
from lxml.etree import _Element

from hygie.record.cda.elements import V3, attribute, flat_text, local_name
from hygie.record.cda.links import DROPPED, Links

_MAX_SPAN = 100
_MAX_LABEL = 120
# Blocks that HTML does not allow inside p, strong or em.
_BLOCKS = ("table", "list", "paragraph", "ul", "ol", "p", "div")
_CAPTIONED = frozenset({"table", "list", "paragraph", "item", "li", "ul", "ol", "p", "div", "renderMultiMedia"})
_INLINE_TAGS = {"sub": "sub", "sup": "sup", "b": "strong", "strong": "strong", "i": "em", "em": "em"}
_STYLES = {
    "bold": ("strong",),
    "italics": ("em",),
    "emphasis": ("em",),
    "bolditalics": ("strong", "em"),
    "underline": ("u",),
}
_SCOPES = {"row": "row", "col": "col", "rowgroup": "rowgroup", "colgroup": "colgroup"}
_ROW_GROUPS = frozenset({"thead", "tbody", "tfoot"})


class Narrative:
    """Writer of one section's text. `section` is unique in the document, `title` names its tables."""

    def __init__(self, links: Links, section: int, title: str) -> None:
        self._links = links
        self._section = section
        self._title = title
        self._out: list[str] = []
        self._notes: dict[_Element, int] = {}
        self._around_blocks: set[_Element] = set()

    def write(self, text: _Element) -> str:
        """HTML of a section/text, "" when there is nothing to read or to open in it."""
        if not _has_words(text) and next(text.iter(V3 + "renderMultiMedia", V3 + "reference"), None) is None:
            return ""
        self._notes = {note: number for number, note in enumerate(text.iter(V3 + "footnote"), start=1)}
        self._around_blocks = _around_blocks(text)
        self._anchor(text)
        self._children(text)
        self._write_notes()
        return "".join(self._out)

    # --- flow

    def _children(self, element: _Element) -> None:
        self._text(element.text)
        for inner in element:
            if isinstance(inner.tag, str):
                self._element(inner)
            self._text(inner.tail)

    def _text(self, text: str | None) -> None:
        if text:
            self._out.append(escape(text, quote=False))

    def _anchor(self, element: _Element) -> None:
        """An empty target, where the element is pointed to."""
        if page_id := self._links.page_id(element):
            self._out.append(f'<span id="{page_id}"></span>')

    def _element(self, element: _Element) -> None:
        name = local_name(element)
        if name in DROPPED:
            return
        if writer := self._WRITERS.get(name):
            writer(self, element)
        elif tag := _INLINE_TAGS.get(name):
            self._inline(element, (tag,))
        else:
            # content, and whatever we do not know: its text is kept.
            self._inline(element, self._styles(element))

    def _styles(self, element: _Element) -> tuple[str, ...]:
        if not element.attrib:
            return ()
        tags = [tag for token in attribute(element, "styleCode").lower().split() for tag in _STYLES.get(token, ())]
        revised = {"insert": "ins", "delete": "del"}.get(attribute(element, "revised").lower())
        return tuple(dict.fromkeys([*tags, *([revised] if revised else [])]))

    def _inline(self, element: _Element, tags: tuple[str, ...]) -> None:
        if element in self._around_blocks:
            tags = ()
        self._anchor(element)
        self._out.extend(f"<{tag}>" for tag in tags)
        self._children(element)
        self._out.extend(f"</{tag}>" for tag in reversed(tags))

    def _paragraph(self, element: _Element) -> None:
        # A p that HTML would close before its inner block would leave half of its text outside.
        tag = "div" if element in self._around_blocks else "p"
        self._caption_line(element)
        self._out.append(f"<{tag}>")
        self._inline(element, self._styles(element))
        self._out.append(f"</{tag}>")

    def _break(self, _element: _Element) -> None:
        self._out.append("<br>")

    def _skip(self, _element: _Element) -> None:
        """Columns carry layout only."""

    def _caption(self, element: _Element) -> None:
        """Written already by what it names, when it names something."""
        parent = element.getparent()
        if parent is None or local_name(parent) not in _CAPTIONED:
            self._inline(element, ())

    # --- lists

    def _list(self, element: _Element) -> None:
        ordered = attribute(element, "listType").lower() == "ordered" or local_name(element) == "ol"
        tag = "ol" if ordered else "ul"
        self._caption_line(element)
        self._anchor(element)
        self._out.append(f"<{tag}>")
        for inner in _real_children(element):
            if local_name(inner) != "caption" and local_name(inner) not in DROPPED:
                self._list_item(inner)
        for text in _stray_texts(element):
            self._out.append(f"<li>{escape(text, quote=False)}</li>")
        self._out.append(f"</{tag}>")

    def _list_item(self, element: _Element) -> None:
        self._out.append("<li>")
        if local_name(element) in ("item", "li"):
            self._caption_line(element, inline=True)
            self._inline(element, self._styles(element))
        else:
            self._element(element)
        self._out.append("</li>")

    def _caption_line(self, element: _Element, *, inline: bool = False) -> None:
        caption = element.find(V3 + "caption")
        if caption is None or not _has_words(caption):
            return
        self._out.append("<strong>" if inline else '<p class="hy-cda-caption"><strong>')
        self._caption_words(caption)
        self._out.append("</strong> " if inline else "</strong></p>")

    def _caption_words(self, caption: _Element) -> None:
        self._anchor(caption)
        if caption in self._around_blocks:
            self._text(flat_text(caption))
        else:
            self._children(caption)

    # --- tables

    def _table(self, element: _Element) -> None:
        caption = element.find(V3 + "caption")
        words = flat_text(caption) or gettext("Tableau : %(title)s") % {"title": self._title}
        label = escape(self._links.unique_label(words[:_MAX_LABEL]))
        self._anchor(element)
        self._out.append(
            f'<div class="hy-tablewrap" tabindex="0" role="region" aria-label="{label}"><table class="hy-table">'
        )
        if caption is not None and _has_words(caption):
            self._out.append("<caption>")
            self._caption_words(caption)
            self._out.append("</caption>")
        for inner in _real_children(element):
            name = local_name(inner)
            if name in _ROW_GROUPS:
                self._row_group(inner, name)
            elif name not in ("caption", "col", "colgroup"):
                self._row(inner, in_head=False)
        self._stray_row(element)
        self._out.append("</table></div>")

    def _row_group(self, element: _Element, name: str) -> None:
        if name == "thead" and not _has_words(element):
            return
        self._out.append(f"<{name}>")
        for row in _real_children(element):
            self._row(row, in_head=name == "thead")
        self._stray_row(element)
        self._out.append(f"</{name}>")

    def _stray_row(self, element: _Element) -> None:
        """Text where HTML allows none: a browser would move it out of the table, so it gets its own row."""
        for text in _stray_texts(element):
            self._out.append(f"<tr><td>{escape(text, quote=False)}</td></tr>")

    def _row(self, element: _Element, *, in_head: bool) -> None:
        if local_name(element) in DROPPED:
            return
        self._out.append("<tr>")
        if local_name(element) == "tr":
            cells = _real_children(element)
            # A row of headers only is a line of column titles, wherever it stands.
            in_head = in_head or all(local_name(cell) == "th" for cell in cells)
            for place, cell in enumerate(cells):
                self._cell(cell, in_head=in_head, anchor=element if place == 0 else None)
            for text in _stray_texts(element):
                self._out.append(f"<td>{escape(text, quote=False)}</td>")
        else:
            self._cell(element, in_head=False, anchor=None)
        self._out.append("</tr>")

    def _cell(self, element: _Element, *, in_head: bool, anchor: _Element | None) -> None:
        name = local_name(element)
        if name in DROPPED:
            return
        spans = "".join(f' {span}="{count}"' for span in ("colspan", "rowspan") if (count := _span(element, span)))
        # An empty header names nothing; readers of the screen would announce it for every cell.
        is_header = name == "th" and _has_words(element)
        if is_header:
            default = ("colgroup" if "colspan" in spans else "col") if in_head else "row"
            spans += f' scope="{_SCOPES.get(attribute(element, "scope").lower(), default)}"'
        tag = "th" if is_header else "td"
        self._out.append(f"<{tag}{spans}>")
        if anchor is not None:
            self._anchor(anchor)
        if name in ("th", "td"):
            styles = self._styles(element)
            self._inline(element, tuple(style for style in styles if not (is_header and style == "strong")))
        else:
            self._element(element)
        self._out.append(f"</{tag}>")

    # --- links, notes, media

    def _link(self, element: _Element) -> None:
        """A link inside the page, or its words alone: a document of health leads nowhere else."""
        target = self._links.page_id(self._links.element(attribute(element, "href")))
        has_link = bool(target) and _has_words(element) and attribute(element, "href").startswith("#")
        self._anchor(element)
        if has_link:
            self._out.append(f'<a href="#{target}">')
        self._children(element)
        if has_link:
            self._out.append("</a>")

    def _reference(self, element: _Element) -> None:
        """`<reference value="#id"/>` stands for the words of that element."""
        self._text(self._links.words_of(attribute(element, "value")))

    def _footnote(self, element: _Element) -> None:
        self._note_mark(self._notes.get(element, 0), is_first=True)

    def _footnote_reference(self, element: _Element) -> None:
        note = self._links.element(attribute(element, "IDREF"))
        self._note_mark(0 if note is None else self._notes.get(note, 0), is_first=False)

    def _note_mark(self, number: int, *, is_first: bool) -> None:
        if not number:
            return
        place = f"{self._section}-{number}"
        mark = f' id="cda-mark-{place}"' if is_first else ""
        label = escape(gettext("Note %(number)d") % {"number": number})
        self._out.append(f'<sup><a href="#cda-note-{place}"{mark} aria-label="{label}">[{number}]</a></sup>')

    def _write_notes(self) -> None:
        if not self._notes:
            return
        back = escape(gettext("Retour au texte"))
        self._out.append('<ol class="hy-cda-notes">')
        for note, number in self._notes.items():
            place = f"{self._section}-{number}"
            self._out.append(f'<li id="cda-note-{place}">')
            self._children(note)
            self._out.append(f' <a href="#cda-mark-{place}" aria-label="{back}">↩</a></li>')
        self._out.append("</ol>")

    def _media(self, element: _Element) -> None:
        """A mark that the page replaces by the image or the button (render.fill_media); a sentence when there is no
        such file inside. The words in the mark are for a page that does not replace it."""
        names = attribute(element, "referencedObject").split()
        indexes = dict.fromkeys(self._links.media[name] for name in names if name in self._links.media)
        words = flat_text(element.find(V3 + "caption"))
        for index in indexes:
            shown = escape(words or gettext("Pièce jointe %(number)d") % {"number": index + 1})
            self._out.append(f'<span class="hy-cda-media" data-index="{index}">{shown}</span>')
        if not indexes:
            self._out.append(escape(words or gettext("Image ou fichier absent du document.")))

    _WRITERS: ClassVar = {
        "br": _break,
        "paragraph": _paragraph,
        "p": _paragraph,
        "div": _paragraph,
        "list": _list,
        "ul": _list,
        "ol": _list,
        "table": _table,
        "linkHtml": _link,
        "a": _link,
        "reference": _reference,
        "footnote": _footnote,
        "footnoteRef": _footnote_reference,
        "renderMultiMedia": _media,
        "caption": _caption,
        "col": _skip,
        "colgroup": _skip,
    }


def _real_children(element: _Element) -> list[_Element]:
    return [inner for inner in element if isinstance(inner.tag, str)]


def _stray_texts(element: _Element) -> list[str]:
    """Words directly inside a table, a row or a list, where only structure belongs."""
    texts = [element.text, *(inner.tail for inner in element)]
    return [text.strip() for text in texts if text and text.strip()]


def _has_words(element: _Element) -> bool:
    return any(text.strip() for text in element.itertext())


def _around_blocks(text: _Element) -> set[_Element]:
    """The elements that hold a block, at any depth. Each is met once, however deep the nesting."""
    found: set[_Element] = set()
    for block in text.iter(*(f"{{*}}{name}" for name in _BLOCKS)):
        around = block.getparent() if block is not text else None
        while around is not None and around not in found:
            found.add(around)
            around = around.getparent() if around is not text else None
    return found


def _span(element: _Element, name: str) -> int:
    """A colspan or rowspan between 2 and 100, else 0."""
    value = attribute(element, name)
    if not (value.isascii() and value.isdigit() and len(value) < 6):
        return 0
    return min(int(value), _MAX_SPAN) if int(value) > 1 else 0
