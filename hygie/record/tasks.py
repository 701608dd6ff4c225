"""What is done after a deposit, outside the sender's request: idempotent, called at least once."""

import io
import uuid

import pypdf
from django.db import transaction
from pypdf.errors import PyPdfError

from hygie.record import blobs
from hygie.record.cda.attachments import list_attachments
from hygie.record.cda.parse import parse_cda
from hygie.record.models import Document, DocumentWords
from hygie.record.reading import is_cda
from hygie.terminology import queries as terminology

_PDF = "application/pdf"
_PAGES = 30
_CHARACTERS = 100_000


@transaction.atomic
def index_files(space_id: uuid.UUID, document_id: str) -> None:
    """Adds the words of a document's PDF files to what a search finds. Reading the file back also proves it whole."""
    document = Document.objects.filter(space_id=space_id, id=document_id).first()
    if document is None:
        return
    content = blobs.get(space_id, blobs.data_key(space_id), document.sha256)
    words = terminology.fold(" ".join(_texts(document, content)))
    if not words:
        return
    row = DocumentWords.objects.select_for_update().get(space_id=space_id, id=document_id)
    if words not in row.words:
        DocumentWords.objects.filter(space_id=space_id, id=document_id).update(words=f"{row.words} {words}")


def _texts(document: Document, content: bytes) -> list[str]:
    if document.media_type == _PDF:
        return [pdf_text(content)]
    if not is_cda(document):
        return []
    return [pdf_text(found.data) for found in list_attachments(parse_cda(content)) if found.media_type == _PDF]


def pdf_text(data: bytes) -> str:
    """The text of the first pages; "" for a picture, an encrypted file or a broken one: search then finds the rest."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        pages = [] if reader.is_encrypted else list(reader.pages[:_PAGES])
        return " ".join(page.extract_text() for page in pages)[:_CHARACTERS]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError):
        return ""
