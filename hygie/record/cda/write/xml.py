"""XML text with escaping: what is not already `Xml` is always escaped, so no value can open or close an element."""

import datetime as dt
import re
from html import escape

from hygie.lib.clock import PARIS

# What XML 1.0 cannot hold at all (https://www.w3.org/TR/xml/#charsets), surrogates included.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REPLACEMENT = "\ufffd"
_BLANKS = {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


class Xml(str):
    """A fragment that is well-formed XML already."""

    __slots__ = ()


NOTHING = Xml("")


def escaped(value: str) -> Xml:
    """Character data. A carriage return is kept as a reference: parsers turn a bare one into a line feed."""
    if isinstance(value, Xml):
        return value
    return Xml(escape(_ILLEGAL.sub(_REPLACEMENT, value), quote=False).replace("\r", "&#13;"))


def _attribute(value: str) -> str:
    text = escape(_ILLEGAL.sub(_REPLACEMENT, value), quote=True)
    return re.sub("[\t\n\r]", lambda found: _BLANKS[found[0]], text)


def tag(name: str, /, *content: str, **attributes: str | None) -> Xml:
    """`<name attributes>content</name>`; attributes that are None or "" are left out, `xsi_type` is `xsi:type`."""
    written = "".join(
        f' {"xsi:type" if key == "xsi_type" else key}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value
    )
    inner = "".join(escaped(part) for part in content)
    return Xml(f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>")


def join(*parts: str) -> Xml:
    return Xml("".join(escaped(part) for part in parts))


def templates(*roots: str) -> Xml:
    return join(*(tag("templateId", root=root) for root in roots))


def ts(moment: dt.datetime | dt.date) -> str:
    """HL7 TS: a date to the day; an instant (aware) to the second, in French legal time with its offset."""
    if isinstance(moment, dt.datetime):
        if moment.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return moment.astimezone(PARIS).strftime("%Y%m%d%H%M%S%z")
    return moment.strftime("%Y%m%d")


def french_day(moment: dt.date) -> str:
    day = moment.astimezone(PARIS) if isinstance(moment, dt.datetime) else moment
    return day.strftime("%d/%m/%Y")


def time(name: str, moment: dt.datetime | dt.date | None, null_flavor: str = "UNK") -> Xml:
    """A TS element, or its nullFlavor."""
    return tag(name, value=ts(moment)) if moment else tag(name, nullFlavor=null_flavor)


def period(
    start: dt.datetime | dt.date | None,
    end: dt.datetime | dt.date | None = None,
    *,
    xsi_type: str = "",
    open_end: str = "",
) -> Xml:
    """An IVL_TS; `open_end` is the nullFlavor of an end that is not known, left out when ""."""
    high = time("high", end) if end else (tag("high", nullFlavor=open_end) if open_end else NOTHING)
    return tag("effectiveTime", time("low", start), high, xsi_type=xsi_type)
