"""The whitelist of what a rendering may hold, checked by a parser that shares nothing with the writer."""

import re
from html.parser import HTMLParser

from hygie.record.cda.render import Rendering

_NUMBER = r"[1-9]\d{0,2}"
_ID = r"cda-[a-z0-9-]+"
ATTRIBUTES = {
    "p": {"class": "hy-cda-caption"},
    "br": {},
    "strong": {},
    "em": {},
    "u": {},
    "ins": {},
    "del": {},
    "sub": {},
    "sup": {},
    "ul": {},
    "ol": {"class": "hy-cda-notes"},
    "li": {"id": _ID},
    "div": {"class": "hy-tablewrap", "tabindex": "0", "role": "region", "aria-label": r".+"},
    "table": {"class": "hy-table"},
    "caption": {},
    "thead": {},
    "tbody": {},
    "tfoot": {},
    "tr": {},
    "th": {"colspan": _NUMBER, "rowspan": _NUMBER, "scope": "row|col|rowgroup|colgroup"},
    "td": {"colspan": _NUMBER, "rowspan": _NUMBER},
    "span": {"id": _ID, "class": "hy-cda-media", "data-index": r"\d+"},
    "a": {"href": f"#{_ID}", "id": _ID, "aria-label": r".+"},
}
_INSIDE = {
    "table": ("div",),
    "tr": ("thead", "tbody", "tfoot", "table"),
    "td": ("tr",),
    "th": ("tr",),
    "li": ("ul", "ol"),
}


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.labels: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        allowed = ATTRIBUTES.get(tag)
        if allowed is None:
            self.faults.append(f"tag {tag}")
            return
        for name, value in attrs:
            if name not in allowed or not re.fullmatch(allowed[name], value or "", re.DOTALL):
                self.faults.append(f"{tag} {name}={value}")
        values = dict(attrs)
        self.ids += [values["id"] or ""] if "id" in values else []
        self.targets += [(values["href"] or "")[1:]] if "href" in values else []
        self.labels += [values["aria-label"] or ""] if tag == "div" and "aria-label" in values else []
        parents = _INSIDE.get(tag)
        if parents and (not self.open or self.open[-1] not in parents):
            self.faults.append(f"{tag} in {self.open[-1:]}")
        if self.open and self.open[-1] == "p" and tag in ("p", "div", "table", "ul", "ol"):
            self.faults.append(f"{tag} in p")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"end of {tag}")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("table", "tr", "thead", "tbody", "tfoot", "ul", "ol") and data.strip():
            self.faults.append(f"text in {self.open[-1]}")
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.faults.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.faults.append("declaration")

    def unknown_decl(self, data: str) -> None:
        self.faults.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.faults.append("instruction")


def check(rendering: Rendering) -> str:
    """The words of the rendering. Fails with every fault: a tag, attribute or value outside the whitelist, tags that
    are not nested, ids that collide, links that lead nowhere, two regions of the same name."""
    checker = _Checker()
    for section in rendering.sections:
        checker.feed(section.html)
        checker.words.append(" ")
        assert checker.open == [], f"left open: {checker.open}"
        checker.ids.append(section.anchor)
    checker.close()
    assert checker.faults == []
    assert len(checker.ids) == len(set(checker.ids)), "ids collide"
    assert set(checker.targets) <= set(checker.ids), "links lead nowhere"
    assert len(checker.labels) == len(set(checker.labels)), "regions have the same name"
    return " ".join("".join(checker.words).split())
