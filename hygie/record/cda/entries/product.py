"""FR-Produit-de-sante (manufacturedProduct, 1.2.250.1.213.1.1.3.43): what the drug is, in all the given codes."""

from collections.abc import Iterator

from lxml.etree import _Element

from hygie.record.cda.datatypes import read_time
from hygie.record.cda.elements import attribute, child, flat_text, local_name
from hygie.record.cda.entries.concepts import concept
from hygie.record.cda.entries.context import Context, Resource


def material_of(element: _Element) -> _Element | None:
    """The manufacturedMaterial of a substanceAdministration or of a supply."""
    for role in ("consumable", "product"):
        if (found := child(element, role, "manufacturedProduct", "manufacturedMaterial")) is not None:
            return found
    return None


def product_concept(material: _Element | None, context: Context) -> Resource | None:
    """CIS, CIP, MV, UCD and ATC codes of the product; its written name when it has no code (an officinal or magistral
    preparation never has one). None when nothing says what it is."""
    if material is None or material.get("nullFlavor"):
        return None
    code = child(material, "code")
    name = child(material, "name")
    words = "" if name is None or name.get("nullFlavor") else flat_text(name)
    found = concept(code, context, more=_other_codes(material))
    if found is None or ("coding" not in found and "text" not in found):
        return {"text": words} if words else None
    return found


def _other_codes(material: _Element) -> Iterator[_Element]:
    """ATC class and packaged product, in the elements of IHE Pharmacy (urn:ihe:pharm…)."""
    for holder in material:
        if local_name(holder) in ("asSpecializedKind", "asContent"):
            for kind in holder:
                yield from (found for found in kind if local_name(found) == "code")


def unit_names(material: _Element | None) -> dict[str, str]:
    """Words of the presentation units (EDQM code → name) that the product itself gives."""
    names: dict[str, str] = {}
    for found in () if material is None else material.iter():
        if local_name(found) == "formCode" and (name := attribute(found, "displayName")):
            names[attribute(found, "code")] = name
    return names


def lot_number(material: _Element | None) -> str:
    lot = child(material, "lotNumberText")
    return "" if lot is None or lot.get("nullFlavor") else flat_text(lot)


def day(material: _Element | None, name: str) -> str:
    """FHIR date of a time of the product (expirationTime), in whatever namespace; "" when unknown."""
    for found in () if material is None else material:
        if local_name(found) == name and (time := read_time(found)):
            return time.fhir[:10]
    return ""
