"""The parts of docs/reference/fhir/ that are made from the tables: the index, and at the head of each page what it answers.

`python -m hygie.fhir.http.pages docs/reference/fhir` writes them anew between the two marks; a test compares.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from hygie.fhir.http.interactions import INTERACTIONS, OF_A_BODY, OF_THE_DOOR, Interaction
from hygie.fhir.http.operations import OPERATIONS, Operation

BEGIN, END = "<!-- made by hygie.fhir.http.pages -->", "<!-- end -->"
INDEX = "README"
_TOGETHER = dict.fromkeys(("expand", "lookup", "subsumes", "translate", "validate-code"), "terminology")
_TOGETHER |= dict.fromkeys(("document", "export"), "../fhir-bulk")


def page_of(row: Operation) -> str:
    """The page of an operation, without `.md`; one that begins with `../` is written elsewhere."""
    return _TOGETHER.get(row.name, row.name)


def pages() -> dict[str, str]:
    """Page → its made part."""
    found: dict[str, list[str]] = {}
    for page in dict.fromkeys(each.page for each in INTERACTIONS):
        found[page] = list(_interactions([each for each in INTERACTIONS if each.page == page]))
    for row in OPERATIONS:
        if not page_of(row).startswith("../"):
            found.setdefault(page_of(row), []).extend(_operation(row))
    return {page: "\n".join(lines) for page, lines in found.items()} | {INDEX: "\n".join(_index())}


def _codes(values: tuple[object, ...] | list[object]) -> str:
    return " ".join(f"`{each}`" for each in values)


def _interactions(rows: list[Interaction]) -> Iterator[str]:
    yield "| request | answers | reads | scope |"
    yield "|---|---|---|---|"
    for each in rows:
        if each.route != "bundle-slash":
            scope = f"`{each.letter}`" if each.letter else "none" if each.public else "of each entry"
            yield f"| `{each.method} {each.path}` | {_codes(list(each.statuses))} | {_codes(each.reads)} | {scope} |"


def _addresses(row: Operation) -> Iterator[str]:
    kinds = row.types or ("{type}",)
    for level in row.levels:
        if level == "system":
            yield f"/fhir/${row.name}"
        else:
            yield from (f"/fhir/{kind}{'/{id}' if level == 'instance' else ''}/${row.name}" for kind in kinds)


def _operation(row: Operation) -> Iterator[str]:
    yield f"**`${row.name}`**, [{row.url.rpartition('/')[2]}]({row.url}). {row.summary}"
    yield ""
    yield f"{', '.join(row.methods)}: {', '.join(f'`{each}`' for each in _addresses(row))}"
    yield ""
    yield "| parameter | | type | |"
    yield "|---|---|---|---|"
    for each in row.parameters:
        yield f"| `{each.name}` | {each.use}, {each.min}..{each.max} | {each.type or 'parts'} | {each.documentation} |"
    yield ""


def _index() -> Iterator[str]:
    yield "| | request | page |"
    yield "|---|---|---|"
    for each in INTERACTIONS:
        if each.route != "bundle-slash":
            yield f"| {each.name} | `{each.method} {each.path}` | [{each.page}]({each.page}.md) |"
    for row in OPERATIONS:
        page = page_of(row)
        for address in _addresses(row):
            label = page.rpartition("/")[2]
            yield f"| ${row.name} | `{' '.join(row.methods)} {address}` | [{label}]({page}.md) |"
    yield ""
    yield f"With a token, every address may also answer {_codes(OF_THE_DOOR)}; one that reads a body, {_codes(OF_A_BODY)}."


def put(text: str, made: str) -> str:
    """The page with its made part anew. Raises ValueError when the marks are not there."""
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    return f"{text[:start]}\n{made}\n{text[end:]}"


if __name__ == "__main__":
    for name, made in pages().items():
        path = Path(sys.argv[1], f"{name}.md")
        path.write_text(put(path.read_text(encoding="utf-8"), made), encoding="utf-8")
