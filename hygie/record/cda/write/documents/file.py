"""A level-1 document: a header around a file (IHE XDS-SD)."""

from hygie.record.cda.write.sections import unstructured
from hygie.record.cda.write.types import Header


def write(header: Header, pdf: bytes) -> bytes:
    return unstructured(header, "application/pdf", pdf)
