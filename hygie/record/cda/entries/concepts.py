"""CD, CE and CV as FHIR CodeableConcept: the code, its translations, and the words of the document."""

import re
from collections.abc import Iterable, Iterator

from lxml.etree import _Element

from hygie.record.cda.datatypes import is_oid
from hygie.record.cda.elements import attribute, child, children
from hygie.record.cda.entries.context import Context, Resource
from hygie.terminology import queries as terminology

_CODE = re.compile(r"\S+(?: \S+)*")


def coding(element: _Element | None) -> Resource | None:
    """None when null, without code or system, or with a system that is no OID: nobody could look it up."""
    if element is None or element.get("nullFlavor"):
        return None
    code, oid = attribute(element, "code"), attribute(element, "codeSystem")
    if not is_oid(oid) or not _CODE.fullmatch(code):
        return None
    found: Resource = {"system": terminology.oid_to_system(oid), "code": code}
    if display := " ".join(attribute(element, "displayName").split()):
        found["display"] = display
    return found


def _codings(elements: Iterable[_Element]) -> list[Resource]:
    found: dict[tuple[str, str], Resource] = {}
    for element in elements:
        if one := coding(element):
            found.setdefault((one["system"], one["code"]), one)
    return list(found.values())


def _with_translations(element: _Element) -> Iterator[_Element]:
    yield element
    yield from children(element, "translation")


def concept(
    element: _Element | None, context: Context, *, more: Iterable[_Element] = (), words: str = ""
) -> Resource | None:
    """CodeableConcept of the code, its translations and `more` codes of the same thing. `words` is the text when the
    element has none. None when nothing is said: no coding and no words."""
    if element is None:
        return None
    found: Resource = {}
    if codings := _codings([*_with_translations(element), *more]):
        found["coding"] = codings
    if text := context.text(child(element, "originalText")) or words:
        found["text"] = text
    return found or None


def coded(element: _Element | None, context: Context) -> Resource | None:
    """A concept with at least one code: words alone are not enough."""
    found = concept(element, context)
    return found if found and "coding" in found else None


def code_of(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def codes_in(found: Resource) -> set[tuple[str, str]]:
    return {(one["system"], one["code"]) for one in found.get("coding", [])}
