"""The icons, read once from `icons.svg`: one `<symbol>` a name, drawn by paths only."""

import functools
import re
from pathlib import Path

from django.utils.safestring import SafeString, mark_safe

_SYMBOL = re.compile(
    r'<symbol id="([a-z0-9-]+)" viewBox="0 0 24 24">((?:<path d="[MmLlHhVvCcSsQqTtAaZz0-9 .,-]+"/>)+)</symbol>'
)


@functools.cache
def icon_paths() -> dict[str, SafeString]:
    """Paths by icon name. The file is ours and its grammar is checked here, so the result is safe markup."""
    source = (Path(__file__).parent / "icons.svg").read_text(encoding="utf-8")
    return {name: mark_safe(paths) for name, paths in _SYMBOL.findall(source)}  # noqa: S308


# Classes of documents (TRE_A03): the code is only a key here, its words are terminology's.
_CLASS_ICONS = {
    "10": "report-medical",
    "11": "folder-heart",
    "31": "bone",
    "42": "prescription",
    "43": "pill",
    "44": "list-details",
    "45": "pill",
    "52": "certificate",
    "60": "receipt-euro",
    "90": "camera",
    "95": "file-certificate",
    "99": "file-text",
}


def class_icon(class_code: str) -> str:
    return _CLASS_ICONS.get(class_code, "file-text")
