"""What codes mean, in words that people understand. Everything comes from small tables kept in memory."""

import re
import unicodedata
from functools import cache, lru_cache

from hygie.terminology.tables import read_table
from hygie.terminology.types import Coding, DocumentType

_OID_URN = "urn:oid:"
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "’": "'", "‘": "'", "ʼ": "'"})


@cache
def _systems() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """(OID → preferred URI, URI → OID, other URI → preferred URI). The first row of an OID or of a URI is preferred."""
    uris: dict[str, str] = {}
    oids: dict[str, str] = {}
    preferred: dict[str, str] = {}
    for row in read_table("code_systems"):
        uri = uris.setdefault(row["oid"], row["system"]) if row["oid"] else row["same_as"]
        if row["oid"]:
            oids.setdefault(row["system"], row["oid"])
        if uri != row["system"]:
            preferred[row["system"]] = uri
    return uris, oids, preferred


def oid_to_system(oid: str) -> str:
    """FHIR URI of a code system named by its OID; `urn:oid:…` when it has no better name, "" for ""."""
    return _systems()[0].get(oid) or (_OID_URN + oid if oid else "")


def system_to_oid(system: str) -> str | None:
    """OID of a code system named by any of its URIs, or None."""
    _uris, oids, preferred = _systems()
    if found := oids.get(system) or oids.get(preferred.get(system, "")):
        return found
    return system.removeprefix(_OID_URN) if system.startswith(_OID_URN) else None


def canonical_system(system: str) -> str:
    """The one URI that the house stores for a code system: TRE_A04 is LOINC, a known `urn:oid:` is its URI."""
    if system.startswith(_OID_URN):
        return oid_to_system(system.removeprefix(_OID_URN))
    return _systems()[2].get(system, system)


@cache
def _type_rows() -> tuple[tuple[DocumentType, dict[str, str]], ...]:
    return tuple(
        (DocumentType(row["code"], row["system"], row["label"], row["class_code"]), row)
        for row in read_table("document_types")
    )


@cache
def _types() -> dict[str, DocumentType]:
    return {kind.code: kind for kind, _ in _type_rows()}


def document_type(code: str, system: str = "") -> DocumentType | None:
    """The kind of document of a typeCode; None when the code, or the code in that system, is unknown."""
    found = _types().get(code)
    if found and system and canonical_system(system) != found.system:
        return None
    return found


@cache
def list_document_types() -> tuple[DocumentType, ...]:
    """All known kinds, those of JDV_J07 first."""
    return tuple(kind for kind, _ in _type_rows())


@cache
def patient_document_types() -> tuple[DocumentType, ...]:
    """The kinds that a citizen may add, in the order in which a form should offer them."""
    kept = [(int(row["patient_order"]), kind) for kind, row in _type_rows() if row["patient_order"]]
    return tuple(kind for _, kind in sorted(kept, key=lambda pair: pair[0]))


@cache
def types_of_class(class_code: str) -> frozenset[str]:
    """typeCodes of a TRE_A03 class."""
    return frozenset(kind.code for kind, _ in _type_rows() if kind.class_code == class_code)


@cache
def _plain_titles() -> dict[str, str]:
    return {kind.code: row["plain_title"] or kind.label for kind, row in _type_rows()}


def plain_title(type_code: str) -> str:
    """Short title in everyday words ("Prise de sang"); "Document" for a type that we do not know."""
    return _plain_titles().get(type_code, "Document")


@cache
def _classes() -> dict[str, str]:
    return {row["code"]: row["plain_label"] for row in read_table("document_classes")}


def class_label(code: str) -> str:
    """Plain French name of a TRE_A03 class; "Document" for an unknown or empty one."""
    return _classes().get(code, "Document")


def list_classes() -> list[tuple[str, str]]:
    """(code, plain label) of all classes, in the order of the official table."""
    return list(_classes().items())


@cache
def _formats() -> dict[tuple[str, str], Coding]:
    return {
        (row["template_root"], row["template_extension"]): Coding(row["format_system"], row["format_code"])
        for row in read_table("document_formats")
    }


def format_for_template(root: str, extension: str | None) -> Coding | None:
    """formatCode of a CDA document model (ASS_A11): the row of that very version, else the one of all versions."""
    formats = _formats()
    return formats.get((root, extension or "")) or formats.get((root, ""))


@cache
def _labels(table: str) -> dict[str, str]:
    return {row["code"]: row["label"] for row in read_table(table)}


def profession_label(code: str) -> str:
    """Label of a TRE_G15, R95 or R94 profession ("10", also written "G15_10"); "" when unknown."""
    return _labels("professions").get(code.removeprefix("G15_"), "")


def is_profession(code: str) -> bool:
    return code in _labels("professions")


def list_professions() -> list[tuple[str, str]]:
    """(code, label) of all professions, health professions (TRE_G15) first."""
    return list(_labels("professions").items())


def speciality_label(code: str) -> str:
    """Label of an author speciality (JDV_J01, code like `G15_10/SM26`); "" when unknown."""
    return _labels("specialities").get(code, "")


def facility_label(code: str) -> str:
    """Label of a sector of activity (TRE_R02, `SA07`); "" when unknown."""
    return _labels("facility_types").get(code, "")


def practice_setting_label(code: str) -> str:
    """Label of a practice setting (TRE_A01, `AMBULATOIRE`); "" when unknown."""
    return _labels("practice_settings").get(code, "")


@cache
def _section_titles() -> dict[str, str]:
    return _labels("section_titles")


def section_title(code: str) -> str:
    """French title for a CDA section that has none, by its LOINC (or CI-SIS) code; "" when unknown."""
    return _section_titles().get(code, "")


@lru_cache(maxsize=4096)
def _plain(signs: str) -> str:
    opened = signs.translate(_LIGATURES)
    return "".join(part for part in unicodedata.normalize("NFKD", opened) if not unicodedata.combining(part))


_BEYOND = re.compile(r"[^\x00-\x7f]+")


def fold(text: str) -> str:
    """Text made comparable, for every search: lower case, no accents, œ→oe, straight apostrophes, single blanks."""
    # ASCII is lowered as bytes, tenfold faster than a text that has one accent somewhere.
    lowered = text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")
    if not lowered.isascii():
        lowered = _BEYOND.sub(lambda found: _plain(found[0].casefold()), lowered)
    # Of all white space, the blank alone is printable: a text that was folded once needs no second look at its words.
    return lowered.strip() if lowered.isprintable() and "  " not in lowered else " ".join(lowered.split())
