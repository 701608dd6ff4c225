"""FR-Vaccination (1.2.250.1.213.1.1.3.45, IHE Immunizations) → Immunization. Planned vaccines (FR.47, mood INT) are
not vaccinations."""

from lxml.etree import _Element

from hygie.record.cda.datatypes import read_time
from hygie.record.cda.elements import XSI_TYPE, attribute, child, children, flat_text
from hygie.record.cda.entries.absence import is_absent
from hygie.record.cda.entries.concepts import coded, concept
from hygie.record.cda.entries.context import Context, Resource, is_true, related, status_code
from hygie.record.cda.entries.parts import author_of, notes, performers, person, put
from hygie.record.cda.entries.product import day, lot_number, material_of, product_concept
from hygie.record.cda.entries.quantities import read_dose, read_integer
from hygie.record.cda.types import Author

_DOSE_NUMBER = "30973-2"
# R4 wants an occurrence; child health certificates state the dose and not the day.
DATE_NOT_GIVEN = "Date non renseignée"


def read_immunization(element: _Element, context: Context) -> Resource | None:
    if attribute(element, "moodCode") != "EVN" or status_code(element) in ("nullified", "cancelled"):
        return None
    material = material_of(element)
    vaccine = coded(child(element, "code"), context)
    if vaccine is None or not is_absent(vaccine):
        vaccine = product_concept(material, context)
    if vaccine is None or "coding" not in vaccine or (element.get("nullFlavor") and not is_absent(vaccine)):
        return None
    not_done = is_true(element, "negationInd") or is_absent(vaccine)
    resource: Resource = {
        "resourceType": "Immunization",
        "status": "not-done" if not_done else "completed",
        "vaccineCode": vaccine,
    }
    time = read_time(child(element, "effectiveTime"))
    resource |= {"occurrenceDateTime": time.fhir} if time else {"occurrenceString": DATE_NOT_GIVEN}
    number = _dose_number(element)
    maker = flat_text(child(element, "consumable", "manufacturedProduct", "manufacturerOrganization", "name"))
    vaccinators = performers(element)
    return put(
        resource,
        primarySource=_is_primary(vaccinators, element, context),
        manufacturer={"display": maker} if maker else None,
        lotNumber=lot_number(material),
        expirationDate=day(material, "expirationTime"),
        site=concept(child(element, "approachSiteCode"), context),
        route=concept(child(element, "routeCode"), context),
        doseQuantity=read_dose(child(element, "doseQuantity")),
        performer=[{"actor": actor} for who in vaccinators if (actor := person(who))],
        note=notes(element, context),
        protocolApplied=[{"doseNumberPositiveInt": number}] if number else None,
    )


def _is_primary(vaccinators: list[Author], element: _Element, context: Context) -> bool | None:
    """True when the one who speaks is the one who vaccinated; otherwise the document does not tell."""
    author = author_of(element, context)
    numbers = {who.idnps for who in vaccinators if who.idnps}
    return True if author and author.idnps in numbers else None


def _dose_number(element: _Element) -> int | None:
    for observation in related(element, "SUBJ", "COMP", "REFR"):
        if attribute(child(observation, "code"), "code") != _DOSE_NUMBER:
            continue
        for value in children(observation, "value"):
            if attribute(value, XSI_TYPE).endswith("INT") and not value.get("nullFlavor"):
                number = read_integer(attribute(value, "value"))
                return number if number and number > 0 else None
    return None
