"""A document as it is read on screen: its sections with their pictures in place, and the files that it carries."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from hygie.portals.files import SHOWN_IN_BROWSER
from hygie.record.cda.render import fill_media
from hygie.record.types import AttachmentView, DocumentDetail

_KINDS = {
    "application/pdf": "PDF",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/tiff": "TIFF",
    "application/rtf": "RTF",
    "text/rtf": "RTF",
}
_CDA = frozenset({"text/xml", "application/xml", "application/hl7-v3+xml"})


@dataclass(frozen=True, slots=True)
class ReadSection:
    title: str
    html: SafeString
    depth: int
    anchor: str


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file inside the document; `is_pdf` and `is_picture` are shown in the page, the rest is only downloaded."""

    title: str
    kind: str
    size: int
    url: str
    download_url: str
    is_pdf: bool
    is_picture: bool


def read_sections(detail: DocumentDetail, key: str) -> tuple[list[ReadSection], list[ReadFile]]:
    """The pictures that a narrative shows in its place are not repeated among the files."""
    by_index = {file.index: file for file in detail.attachments}
    placed: set[int] = set()

    def write(index: int, words: str) -> SafeString:
        file = by_index.get(index)
        label = words or gettext("Image du document")
        if file is None:
            return format_html("{}", label)
        placed.add(index)
        url = _url(detail, key, index)
        if file.media_type in SHOWN_IN_BROWSER and file.media_type != "application/pdf":
            # `words` come escaped from the rendering.
            return format_html('<img class="img-fluid" src="{}" alt="{}">', url, SafeString(label))
        placed.discard(index)
        return format_html('<a href="{}">{}</a>', url, SafeString(label))

    sections = [
        ReadSection(each.title, fill_media(each.html, write), each.depth, each.anchor) for each in detail.sections
    ]
    files = [_file(detail, key, each) for each in detail.attachments if each.index not in placed]
    return sections, files


def _file(detail: DocumentDetail, key: str, file: AttachmentView) -> ReadFile:
    url = _url(detail, key, file.index)
    whole = detail.card.media_type not in _CDA
    return ReadFile(
        title=file.title or gettext("Fichier joint"),
        kind=_KINDS.get(file.media_type, gettext("fichier")),
        size=file.size,
        url=url,
        download_url=_whole(detail, key) if whole else f"{url}?{urlencode({'enregistrer': 1})}",
        is_pdf=file.media_type == "application/pdf",
        is_picture=file.media_type in SHOWN_IN_BROWSER and file.media_type != "application/pdf",
    )


def _whole(detail: DocumentDetail, key: str) -> str:
    return reverse("professional:document_file", kwargs={"key": key, "document_id": detail.card.id})


def _url(detail: DocumentDetail, key: str, index: int) -> str:
    """A document that is not a CDA is its own only file."""
    if detail.card.media_type not in _CDA:
        return f"{_whole(detail, key)}?{urlencode({'voir': 1})}"
    return reverse(
        "professional:document_attachment", kwargs={"key": key, "document_id": detail.card.id, "index": index}
    )
