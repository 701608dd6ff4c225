"""Narrative blocks of sections (CDA `text`): paragraphs, lists and tables, with anchors that entries refer to."""

from collections.abc import Iterable, Sequence

from hygie.record.cda.write.xml import NOTHING, Xml, join, tag

Cell = str | tuple[str, str]


def paragraph(words: str) -> Xml:
    return tag("paragraph", words) if words else NOTHING


def paragraphs(texts: Iterable[str]) -> Xml:
    return join(*(paragraph(words) for words in texts))


def anchored(words: str, anchor: str) -> Xml:
    return tag("content", words or "-", ID=anchor)


def table(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Xml:
    head = tag("thead", tag("tr", *(tag("th", words) for words in headers))) if headers else NOTHING
    body = [tag("tr", *(tag("td", _cell(cell)) for cell in row)) for row in rows]
    return tag("table", head, tag("tbody", *body), border="0") if body else NOTHING


def pairs(rows: Iterable[tuple[str, Cell]]) -> Xml:
    """A two-column table: what, and how it is."""
    return table((), rows)


def _cell(cell: Cell) -> Xml:
    if isinstance(cell, tuple):
        return anchored(*cell)
    return join(cell or "-")
