"""The one way a stored file leaves by a page: never sniffed, never run, shown only when its kind is harmless."""

import re
import unicodedata
from urllib.parse import quote

from django.http import HttpResponse

from hygie.record.types import StoredFile

SHOWN_IN_BROWSER = frozenset({"application/pdf", "image/png", "image/jpeg"})
_NOTHING = "default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
# A PDF is drawn by the browser's own viewer, which refuses a sandboxed frame; the viewer is outside our origin anyway.
_POLICY_OF_PDF = f"{_NOTHING}; object-src 'self'; style-src 'unsafe-inline'"
_POLICY = f"{_NOTHING}; sandbox"


def send_file(stored: StoredFile, *, inline: bool) -> HttpResponse:
    """The bytes as they are stored. `inline` is a wish: only PDF, PNG and JPEG are shown, the rest is saved to disk."""
    shown = inline and stored.media_type in SHOWN_IN_BROWSER
    known = stored.media_type in SHOWN_IN_BROWSER
    response = HttpResponse(stored.data, content_type=stored.media_type if known else "application/octet-stream")
    response["Content-Disposition"] = _disposition("inline" if shown else "attachment", stored.filename)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = (
        _POLICY_OF_PDF if shown and stored.media_type == "application/pdf" else _POLICY
    )
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    return response


def _disposition(kind: str, filename: str) -> str:
    """RFC 6266: a name in plain ASCII for old browsers, then the real one in UTF-8 (RFC 8187)."""
    name = "".join(c for c in filename if c.isprintable() and c not in '/\\:*?"<>|').strip(" .") or "document"
    folded = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "OE")).encode("ascii", "ignore")
    ascii_name = re.sub(r"[^A-Za-z0-9 ._()-]", "", folded.decode("ascii")).strip() or "document"
    if ascii_name == name:
        return f'{kind}; filename="{name}"'
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"
