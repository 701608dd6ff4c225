"""What is looked at in XML before any parser sees it: both XML doors of the house (CDA, FHIR) look here first."""

import re

BOM = b"\xef\xbb\xbf"
_DECLARATION = re.compile(rb"<\?xml\s[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")


def declared_encoding(data: bytes) -> bytes | None:
    """The encoding that the XML declaration names, in lower case; None when it names none."""
    declared = _DECLARATION.match(data)
    return declared[1].lower() if declared else None


def is_encoded_in(data: bytes, encodings: frozenset[bytes]) -> bool:
    """Whether the source says one of these encodings, or none. All of them must write ASCII as ASCII, so that the look
    at the prolog sees what the parser will see (UTF-16, UTF-7, EBCDIC… would hide from it)."""
    declared = declared_encoding(data)
    # A zero byte near the start is UTF-16 or UTF-32, whatever the declaration says.
    is_wide = b"\0" in data[:64] or data[:2] in (b"\xff\xfe", b"\xfe\xff")
    return (declared is None or declared in encodings) and not is_wide


def has_doctype(data: bytes) -> bool:
    """Whether the prolog (declaration, instructions, comments, blanks) holds a DOCTYPE. One forward pass.

    Asked before libxml2: with huge_tree it would expand entities inside attributes without any bound.
    """
    at = 0
    while (at := data.find(b"<", at)) >= 0:
        if data.startswith(b"<?", at):
            at = data.find(b"?>", at)
        elif data.startswith(b"<!--", at):
            at = data.find(b"-->", at + 4)
        else:
            return data.startswith(b"<!", at)
        if at < 0:
            return False
    return False
