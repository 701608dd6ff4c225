"""Treatments (FR-Traitement), prescribed items (FR-Traitement-prescrit), devices, vaccinations (FR-Vaccination)."""

from hygie.record.cda.write import codes
from hygie.record.cda.write.elements import (
    Ids,
    coded,
    completed,
    original_text,
    quantity,
    related,
    text_of,
)
from hygie.record.cda.write.header import assigned_entity
from hygie.record.cda.write.types import Code, Device, PrescribedItem, Product, Treatment, Vaccination
from hygie.record.cda.write.xml import NOTHING, Xml, escaped, join, period, tag, templates, time

_MEDICATION = ("2.16.840.1.113883.10.20.1.24", "1.3.6.1.4.1.19376.1.5.3.1.4.7")
_PLAIN_DOSE = "1.3.6.1.4.1.19376.1.5.3.1.4.7.1"
_PRODUCT = ("2.16.840.1.113883.10.20.1.53", "1.3.6.1.4.1.19376.1.5.3.1.4.7.2", "1.2.250.1.213.1.1.3.43")
_DRUG = codes.make(codes.ACT, "DRUG", "Médicament")


def treatment_entry(ids: Ids, treatment: Treatment, anchor: str) -> Xml:
    """`anchor` names the product in the narrative, `anchor-posologie` how it is taken, `anchor-motif` the reason."""
    written = tag(
        "substanceAdministration",
        templates(*_MEDICATION, "1.2.250.1.213.1.1.3.42", _PLAIN_DOSE),
        ids.element(),
        coded("code", _DRUG),
        text_of(f"{anchor}-posologie"),
        completed(),
        _schedule(treatment),
        coded("routeCode", treatment.route) if treatment.route else NOTHING,
        _dose(treatment),
        _consumable(treatment.product, anchor),
        _reason(ids, treatment, anchor),
        classCode="SBADM",
        moodCode="EVN",
    )
    return tag("entry", written, typeCode="DRIV")


def _schedule(treatment: Treatment) -> Xml:
    rhythm = tag("period", value=str(treatment.every_hours), unit="h")
    return join(
        period(treatment.start, treatment.end, xsi_type="IVL_TS", open_end="UNK"),
        tag("effectiveTime", rhythm, xsi_type="PIVL_TS", operator="A"),
    )


def _dose(treatment: Treatment) -> Xml:
    low = quantity("low", treatment.dose, treatment.unit)
    return tag("doseQuantity", low, quantity("high", treatment.dose, treatment.unit))


def _consumable(product: Product, anchor: str, lot: str = "", *, prescribed: bool = False) -> Xml:
    """ATC is a translation of the product's code, or its specialised kind in a prescription (IHE PRE)."""
    words = original_text(anchor)
    translation = coded("translation", product.atc) if product.atc and not prescribed else NOTHING
    code = coded("code", product.cis, words, translation) if product.cis else tag("code", words, translation)
    if prescribed and not product.cis:
        code = tag("code", words, nullFlavor="NA")
    material = tag(
        "manufacturedMaterial",
        tag("templateId", root="1.3.6.1.4.1.19376.1.9.1.3.1") if prescribed else NOTHING,
        code,
        tag("name", product.name),
        tag("lotNumberText", lot) if lot else NOTHING,
        _special_kind(product.atc) if prescribed and product.atc else NOTHING,
        classCode="MMAT" if prescribed else "",
        determinerCode="KIND" if prescribed else "",
    )
    made = tag("manufacturedProduct", templates(*_PRODUCT), material, classCode="MANU" if prescribed else "")
    return tag("consumable", made)


def _special_kind(atc: Code) -> Xml:
    generic = tag(
        "pharm:generalizedMedicineClass",
        coded("pharm:code", atc),
        tag("pharm:name", atc.display),
        classCode="MMAT",
    )
    return tag("pharm:asSpecializedKind", generic, classCode="GRIC")


def _reason(ids: Ids, treatment: Treatment, anchor: str) -> Xml:
    if treatment.reason is None or treatment.reason.code is None:
        return NOTHING
    act = tag(
        "act",
        templates("1.3.6.1.4.1.19376.1.5.3.1.4.4.1", "1.2.250.1.213.1.1.3.36"),
        ids.element(),
        coded("code", treatment.reason.code, original_text(f"{anchor}-motif")),
        classCode="ACT",
        moodCode="EVN",
    )
    return related("RSON", act)


def prescribed_entry(ids: Ids, item: PrescribedItem, anchor: str) -> Xml:
    treatment = item.treatment
    written = tag(
        "substanceAdministration",
        templates(*_MEDICATION, "1.3.6.1.4.1.19376.1.9.1.3.2", "1.2.250.1.213.1.1.3.83", _PLAIN_DOSE),
        ids.element(),
        coded("code", _DRUG),
        text_of(f"{anchor}-posologie"),
        completed(),
        _schedule(treatment),
        tag("repeatNumber", value=str(item.renewals)),
        coded("routeCode", treatment.route) if treatment.route else NOTHING,
        _dose(treatment),
        _consumable(treatment.product, anchor, prescribed=True),
        _instruction(item, anchor),
        _long_term(ids, item, anchor),
        classCode="SBADM",
        moodCode="INT",
    )
    return tag("entry", written)


def _instruction(item: PrescribedItem, anchor: str) -> Xml:
    if not item.instruction:
        return NOTHING
    roots = ("2.16.840.1.113883.10.20.1.49", "1.3.6.1.4.1.19376.1.5.3.1.4.3", "1.2.250.1.213.1.1.3.33")
    act = tag(
        "act",
        templates(*roots),
        coded("code", Code("PINSTRUCT", codes.IHE_ACT, "", "IHEActCode")),
        text_of(f"{anchor}-conseil"),
        completed(),
        classCode="ACT",
        moodCode="INT",
    )
    return related("SUBJ", act, inverted="true")


def _long_term(ids: Ids, item: PrescribedItem, anchor: str) -> Xml:
    roots = ("1.3.6.1.4.1.19376.1.5.3.1.4.13", "1.2.250.1.213.1.1.3.48", "1.2.250.1.213.1.1.3.48.13")
    observation = tag(
        "observation",
        templates(*roots),
        ids.element(),
        coded("code", codes.asip("MED-574", "En rapport avec une ALD")),
        text_of(f"{anchor}-ald"),
        completed(),
        time("effectiveTime", item.treatment.start),
        tag("value", xsi_type="BL", value="true" if item.long_term else "false"),
        classCode="OBS",
        moodCode="EVN",
    )
    return related("COMP", observation)


def device_entry(device: Device, anchor: str) -> Xml:
    playing = tag("playingDevice", coded("code", device.code), classCode="DEV", determinerCode="INSTANCE")
    supply = tag(
        "supply",
        templates("2.16.840.1.113883.10.20.1.34", "1.2.250.1.213.1.1.3.20"),
        tag("id", nullFlavor="UNK"),
        text_of(anchor),
        period(device.start, device.end, xsi_type="IVL_TS"),
        tag("quantity", value=str(device.quantity)),
        tag("participant", tag("participantRole", playing, classCode="MANU"), typeCode="DEV"),
        classCode="SPLY",
        moodCode="INT",
    )
    return tag("entry", supply)


def vaccination_entry(ids: Ids, vaccination: Vaccination, anchor: str) -> Xml:
    act = ("BOOSTER", "Rappel de vaccin") if vaccination.booster else ("INITIMMUNIZ", "1ère série vaccinante")
    performer = vaccination.performer
    written = tag(
        "substanceAdministration",
        templates("2.16.840.1.113883.10.20.1.24", "1.3.6.1.4.1.19376.1.5.3.1.4.12", "1.2.250.1.213.1.1.3.45"),
        ids.element(),
        coded("code", codes.make(codes.ACT, *act)),
        text_of(anchor),
        completed(),
        time("effectiveTime", vaccination.on),
        coded("routeCode", vaccination.route),
        coded("approachSiteCode", vaccination.site) if vaccination.site else NOTHING,
        _consumable(vaccination.product, anchor, vaccination.lot),
        tag("performer", assigned_entity(performer), typeCode="PRF") if performer else NOTHING,
        related("SUBJ", _rank(vaccination.rank)),
        classCode="SBADM",
        moodCode="EVN",
        negationInd="false",
    )
    return tag("entry", written)


def _rank(rank: int) -> Xml:
    return tag(
        "observation",
        templates("2.16.840.1.113883.10.20.1.46", "1.2.250.1.213.1.1.3.82"),
        coded("code", codes.loinc("30973-2", "Rang de la vaccination")),
        completed(),
        tag("value", xsi_type="INT", value=escaped(str(rank))),
        classCode="OBS",
        moodCode="EVN",
    )
