"""The file of a deposit: decoded, and checked against what is said of it (type, size, hash)."""

import base64
import binascii
import hashlib
from typing import Any

from django.conf import settings

from hygie.lib.errors import Invalid, TooLarge
from hygie.record.cda.attachments import sniff_media_type

CDA = "text/xml"
_XML = frozenset({"text/xml", "application/xml", "application/hl7-v3+xml", "application/hl7-sda+xml"})
# JDV of media types of the DMP: level-1 bodies and CDA.
ACCEPTED = frozenset({"application/pdf", "image/jpeg", "image/png", "image/tiff", "application/rtf", "text/plain"})
_ALIASES = {"image/jpg": "image/jpeg", "text/rtf": "application/rtf"}


def declared_type(attachment: dict[str, Any], path: str) -> str:
    """The media type that is said, in one spelling; `text/xml` for all those of a CDA. Raises Invalid."""
    written: str = attachment.get("contentType", "")
    if not written:
        raise Invalid("The media type is required.", code="required", path=f"{path}.contentType")
    name: str = written.partition(";")[0].strip().lower()
    name = _ALIASES.get(name, name)
    if name in _XML:
        return CDA
    if name not in ACCEPTED:
        raise Invalid(
            "A document is a CDA, a PDF, a JPEG, PNG or TIFF picture, RTF or plain text.",
            code="content-type-unknown",
            path=f"{path}.contentType",
        )
    return name


def decode(text: str, path: str) -> bytes:
    """base64Binary. Raises Invalid(base64), TooLarge(document-too-large), Invalid(content-empty)."""
    if len(text) > settings.HYGIE_DOCUMENT_BYTES * 4 // 3 + 4096:
        raise _too_large(path)
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("This is not base64.", code="base64", path=path) from error
    if not data:
        raise Invalid("The document is empty.", code="content-empty", path=path)
    if len(data) > settings.HYGIE_DOCUMENT_BYTES:
        raise _too_large(path)
    return data


def _too_large(path: str) -> TooLarge:
    megabytes = settings.HYGIE_DOCUMENT_BYTES // (1024 * 1024)
    return TooLarge(f"A document has at most {megabytes} MB.", code="document-too-large", path=path)


def check(data: bytes, declared: str, attachment: dict[str, Any], path: str) -> None:
    """The bytes are what is said of them. Raises Invalid: size-mismatch, hash-mismatch, content-type-mismatch.

    A CDA is not sniffed here: it is parsed.
    """
    if "size" in attachment and attachment["size"] != len(data):
        raise Invalid("The size is not that of the content.", code="size-mismatch", path=f"{path}.size")
    if "hash" in attachment and not _is_hash_of(data, attachment["hash"]):
        raise Invalid("The hash is not the SHA-1 of the content.", code="hash-mismatch", path=f"{path}.hash")
    if declared != CDA and sniff_media_type(data) != declared:
        raise Invalid(
            "The content is not of the media type that is declared.",
            code="content-type-mismatch",
            path=f"{path}.contentType",
        )


def _is_hash_of(data: bytes, written: str) -> bool:
    """SHA-1 (R4): base64 of the digest, or base64 of its hexadecimal form, or that form itself: all are in use."""
    digest = hashlib.sha1(data, usedforsecurity=False)
    hexadecimal = digest.hexdigest()
    if written.lower() == hexadecimal:
        return True
    try:
        decoded = base64.b64decode("".join(written.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return decoded == digest.digest() or decoded.lower() == hexadecimal.encode("ascii")
