"""Values of the coded languages: codings and the kinds of document."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coding:
    """A code in a code system; `system` is a FHIR URI (`urn:oid:…` when the system has no better name)."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A typeCode of JDV_J07 or ASS_X04. `class_code` is its TRE_A03 class, "" for the two types that the official map
    leaves without one (101881-1 implant card, E1762)."""

    code: str
    system: str
    label: str
    class_code: str
