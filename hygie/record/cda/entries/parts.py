"""Parts that several kinds of resources have: identifiers, people, periods, comments, severity."""

import re

from lxml.etree import _Element

from hygie.record.cda.datatypes import is_oid, read_time
from hygie.record.cda.elements import attribute, child, children, template_roots
from hygie.record.cda.entries.concepts import concept
from hygie.record.cda.entries.context import Context, Resource, related
from hygie.record.cda.people import IDNPS_OID, IDNST_OID, read_assigned, read_author
from hygie.record.cda.types import Author, AuthorKind, CdaTime, Identifier

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_URI_SYSTEM = "urn:ietf:rfc:3986"
# A lone dash fills an empty cell of a narrative table.
NOTHING = frozenset({"-", "–", "—"})
_COMMENT = frozenset({"1.2.250.1.213.1.1.3.32", "1.3.6.1.4.1.19376.1.5.3.1.4.2"})


def fhir_identifier(identifier: Identifier | None) -> Resource | None:
    """An instance identifier whose root is an OID or a UUID; None otherwise."""
    if identifier is None:
        return None
    root, extension = identifier
    if is_oid(root):
        urn = f"urn:oid:{root}"
    elif _UUID.fullmatch(root):
        urn = f"urn:uuid:{root.lower()}"
    else:
        return None
    return {"system": urn, "value": extension} if extension else {"system": _URI_SYSTEM, "value": urn}


def person(author: Author | None) -> Resource | None:
    """Reference to a professional, a device or a structure by identifier and name: the caller may link it to the
    register. The patient is known to the caller: no reference."""
    if author is None or author.kind is AuthorKind.PATIENT:
        return None
    name = f"{author.given} {author.family}".strip()
    if name or author.idnps:
        kind = "Device" if author.kind is AuthorKind.DEVICE else "Practitioner"
        number = fhir_identifier((IDNPS_OID, author.idnps)) if author.idnps else None
        return _reference(kind, number, name)
    if author.organization and (author.organization.idnst or author.organization.name):
        idnst = author.organization.idnst
        number = fhir_identifier((IDNST_OID, idnst)) if idnst else None
        return _reference("Organization", number, author.organization.name)
    return None


def _reference(kind: str, identifier: Resource | None, display: str) -> Resource:
    found: Resource = {"type": kind}
    if identifier:
        found["identifier"] = identifier
    if display:
        found["display"] = display
    return found


def performers(element: _Element) -> list[Author]:
    return [who for found in children(element, "performer") if (who := read_assigned(found))]


def author_of(element: _Element, context: Context) -> Author | None:
    """The entry's own author, else the document's when it has only one: header authors hold for the whole document
    (CDA R2 context conduction)."""
    own = [read_author(found) for found in children(element, "author") if not found.get("nullFlavor")]
    known = own or context.header.authors
    return known[0] if len(known) == 1 else None


def period(start: CdaTime | None, end: CdaTime | None) -> Resource | None:
    """None when nothing is known, or when the end comes before the start."""
    if start and end and end.at < start.at:
        return None
    found = {name: time.fhir for name, time in (("start", start), ("end", end)) if time}
    return found or None


def high_of(element: _Element | None) -> CdaTime | None:
    return read_time(child(element, "high"))


def notes(element: _Element, context: Context) -> list[Resource]:
    """Annotations: the comments (LOINC 48767-8) of the entry."""
    acts = (act for act in related(element, "SUBJ", "COMP", "REFR") if template_roots(act) & _COMMENT)
    return [{"text": text} for act in acts if (text := context.text(child(act, "text"))) and text not in NOTHING]


def related_value(element: _Element, code: str) -> _Element | None:
    """The value of the related observation of that code (status, severity, certainty, criticality)."""
    for observation in related(element, "SUBJ", "REFR", "COMP"):
        if attribute(child(observation, "code"), "code") == code:
            return child(observation, "value")
    return None


def severity(element: _Element, context: Context) -> Resource | None:
    return concept(related_value(element, "SEV"), context)


def reasons(element: _Element, context: Context) -> list[Resource]:
    """Codes of the problems that the entry gives as its reasons (RSON)."""
    found = (concept(child(act, "code"), context) for act in related(element, "RSON"))
    return [one for one in found if one]


def put(resource: Resource, **found: object) -> Resource:
    """Add what is known: None, "" and empty lists are left out (FHIR has no empty elements)."""
    resource.update({name: value for name, value in found.items() if value not in (None, "", [], {})})
    return resource
