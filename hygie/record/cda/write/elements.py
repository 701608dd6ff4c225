"""CDA data types as elements, entry ids, and small pieces that every entry has."""

import uuid

from hygie.record.cda.write.types import Code
from hygie.record.cda.write.xml import NOTHING, Xml, escaped, join, tag


class Ids:
    """Ids of the entries of one document: they follow from the document's id, so the bytes do too."""

    def __init__(self, document_id: str) -> None:
        self._document_id = document_id
        self._count = 0

    def next(self) -> str:
        self._count += 1
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._document_id}/{self._count}")).upper()

    def element(self) -> Xml:
        return tag("id", root=self.next())


def coded(name: str, code: Code | None, *inner: str, xsi_type: str = "", null_flavor: str = "UNK") -> Xml:
    """A CD/CE element; without a code, its nullFlavor and what is inside (an originalText)."""
    if code is None:
        return tag(name, *inner, xsi_type=xsi_type, nullFlavor=null_flavor)
    return tag(
        name,
        *inner,
        xsi_type=xsi_type,
        code=code.code,
        displayName=code.display,
        codeSystem=code.system,
        codeSystemName=code.system_name,
    )


def quantity(name: str, value: str, unit: str, xsi_type: str = "") -> Xml:
    return tag(name, xsi_type=xsi_type, value=value, unit=unit)


def reference(anchor: str) -> Xml:
    return tag("reference", value=f"#{anchor}")


def text_of(anchor: str) -> Xml:
    return tag("text", reference(anchor))


def original_text(anchor: str) -> Xml:
    return tag("originalText", reference(anchor))


def completed() -> Xml:
    return tag("statusCode", code="completed")


def comment(words: str) -> Xml:
    return tag("text", escaped(words)) if words else NOTHING


def related(type_code: str, *content: str, inverted: str = "") -> Xml:
    return tag("entryRelationship", *content, typeCode=type_code, inversionInd=inverted)


def lines(*parts: str) -> Xml:
    """Parts of a document on lines of their own: a CDA that a person can open in an editor."""
    return join(*(join(part, "\n") for part in parts if part))
