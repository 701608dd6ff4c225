"""Treatments → MedicationStatement; e-prescription lines → MedicationRequest; dispensations → MedicationDispense."""

from collections.abc import Iterator

from lxml.etree import _Element

from hygie.record.cda.datatypes import read_ids, read_time
from hygie.record.cda.elements import attribute, child, children, template_roots
from hygie.record.cda.entries.absence import is_absent
from hygie.record.cda.entries.concepts import coded, codes_in, concept
from hygie.record.cda.entries.context import Context, Found, Resource, is_true, related, status_code
from hygie.record.cda.entries.dosage import Times, instruction, read_dosages, read_times
from hygie.record.cda.entries.parts import (
    author_of,
    fhir_identifier,
    notes,
    performers,
    period,
    person,
    put,
    reasons,
)
from hygie.record.cda.entries.product import material_of, product_concept, unit_names
from hygie.record.cda.entries.quantities import read_integer, read_quantity
from hygie.record.cda.types import Author, CdaTime

# Sections of what the patient takes at the time of the document: current treatments, treatments on leaving.
_CURRENT = frozenset({"10160-0", "10183-2"})
_PRESCRIPTION_MOODS = frozenset({"INT", "RQO", "PRMS"})
_SUBSTITUTION = "2.16.840.1.113883.5.1070"
_DISPENSE_TYPE = "60593-1"
_SUPPLY = frozenset({"1.2.250.1.213.1.1.3.44", "1.3.6.1.4.1.19376.1.5.3.1.4.7.3"})
_SUPPLY_REQUEST = frozenset({"1.2.250.1.213.1.1.3.86", "1.3.6.1.4.1.19376.1.9.1.3.8"})


def read_statement(element: _Element, context: Context) -> Iterator[Found]:
    """FR-Traitement (1.2.250.1.213.1.1.3.42), and the supplies that it refers to."""
    drug = coded(child(element, "code"), context)
    if drug is None or not is_absent(drug):
        drug = product_concept(material_of(element), context)
    if drug is None or status_code(element) == "nullified" or (element.get("nullFlavor") and not is_absent(drug)):
        yield Found(element, None)
        return
    times = read_times(element, context)
    resource: Resource = {
        "resourceType": "MedicationStatement",
        "status": "unknown" if is_absent(drug) else _statement_status(element, times, context),
        "medicationCodeableConcept": drug,
    }
    span = period(times.start, times.end)
    put(
        resource,
        effectivePeriod=span,
        effectiveDateTime=times.point.fhir if times.point and not span else None,
        reasonCode=reasons(element, context),
        note=notes(element, context),
        dosage=read_dosages(element, context),
    )
    yield Found(element, resource)
    yield from read_supplies(element, context)


def _statement_status(element: _Element, times: Times, context: Context) -> str:
    """CI-SIS fixes statusCode at "completed": the dates tell, and the section for a treatment without an end."""
    if is_true(element, "negationInd"):
        return "not-taken"
    written = context.written.at
    if attribute(element, "moodCode") != "EVN":
        # What was meant to end before the document was perhaps taken.
        return "unknown" if times.end and times.end.at < written else "intended"
    if stated := {"aborted": "stopped", "suspended": "on-hold"}.get(status_code(element)):
        return stated
    end = times.end or (times.point if times.start is None else None)
    if end:
        if end.at <= written:
            return "completed"
        return "active" if times.start and times.start.at <= written else "unknown"
    is_open = times.start is not None and times.start.at <= written
    return "active" if is_open and context.section_code in _CURRENT else "unknown"


def read_request(element: _Element, context: Context) -> Resource | None:
    """FR-Traitement-prescrit (1.2.250.1.213.1.1.3.83): a line of a signed prescription is an active order."""
    drug = product_concept(material_of(element), context)
    is_order = attribute(element, "moodCode") in _PRESCRIPTION_MOODS and not is_true(element, "negationInd")
    if drug is None or not is_order or element.get("nullFlavor"):
        return None
    if status_code(element) in ("nullified", "aborted", "cancelled"):
        return None
    author = author_of(element, context)
    resource: Resource = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": drug,
    }
    comments = notes(element, context)
    if text := instruction(element, "FINSTRUCT", context):
        comments.append({"text": text})
    allowed = _substitution(element, context)
    return put(
        resource,
        authoredOn=author.at.fhir if author and author.at else None,
        requester=person(author),
        reasonCode=reasons(element, context),
        note=comments,
        dosageInstruction=_line_dosages(element, context),
        dispenseRequest=_dispense_request(element, context),
        substitution={"allowedCodeableConcept": allowed} if allowed else None,
    )


def _line_dosages(element: _Element, context: Context) -> list[Resource]:
    """The period of the line bounds the steps that have no bounds of their own."""
    dosages = read_dosages(element, context)
    times = read_times(element, context)
    span = period(times.start, times.end)
    for dosage in dosages if span else ():
        repeat = dosage.setdefault("timing", {}).setdefault("repeat", {})
        if not any(name.startswith("bounds") for name in repeat):
            repeat["boundsPeriod"] = span
    return dosages


def _dispense_request(element: _Element, context: Context) -> Resource | None:
    repeats = read_integer(attribute(child(element, "repeatNumber"), "value"))
    quantity = None
    for supply in related(element, "COMP", "REFR"):
        if template_roots(supply) & _SUPPLY_REQUEST:
            quantity = quantity or _quantity(supply, material_of(element))
    found = put({}, quantity=quantity)
    if repeats is not None and repeats >= 0:
        found["numberOfRepeatsAllowed"] = repeats
    return found or None


def _quantity(supply: _Element, material: _Element | None) -> Resource | None:
    """Number of packs; the unit is an EDQM code, named when the product names it."""
    quantity = read_quantity(child(supply, "quantity"))
    if quantity and (name := unit_names(material).get(quantity.get("code", ""))):
        quantity["unit"] = name
    return quantity


def _substitution(element: _Element, context: Context) -> Resource | None:
    for act in related(element, "COMP"):
        code = child(act, "code")
        if attribute(code, "codeSystem") == _SUBSTITUTION:
            return concept(code, context)
    return None


def read_dispense(element: _Element, context: Context) -> Resource | None:
    """FR-Traitement-dispense (1.2.250.1.213.1.1.3.204)."""
    material = material_of(element)
    drug = product_concept(material, context)
    if drug is None or attribute(element, "moodCode") != "EVN" or is_true(element, "negationInd"):
        return None
    comments = notes(element, context)
    if text := instruction(element, "FINSTRUCT", context):
        comments.append({"text": text})
    time = _handed_over(element, context)
    return put(
        {"resourceType": "MedicationDispense", "status": "completed", "medicationCodeableConcept": drug},
        performer=[{"actor": actor} for who in _dispensers(element, context) if (actor := person(who))],
        authorizingPrescription=_prescriptions(element),
        quantity=_quantity(element, material),
        whenHandedOver=time.fhir if time else None,
        note=comments,
        dosageInstruction=read_dosages(element, context),
        substitution=_made_substitution(element, context),
    )


def _dispensers(element: _Element, context: Context) -> list[Author | None]:
    own: list[Author | None] = [*performers(element)]
    return own or [context.header.performer if _is_dispensation(context) else None]


def _is_dispensation(context: Context) -> bool:
    """In a dispensation document the main act of the header is the dispensing itself."""
    return context.header.code.code == _DISPENSE_TYPE


def _handed_over(element: _Element, context: Context) -> CdaTime | None:
    for found in children(element, "performer"):
        if time := read_time(child(found, "time")):
            return time
    return context.header.service_start if _is_dispensation(context) else None


def _prescriptions(element: _Element) -> list[Resource]:
    """The prescription lines that the dispensation names (FR-Reference-item-prescription, PREItem)."""
    lines = (line for line in related(element, "REFR") if attribute(child(line, "code"), "code") == "PREItem")
    found = (fhir_identifier(ids[0]) for line in lines if (ids := read_ids(line)))
    return [{"type": "MedicationRequest", "identifier": one} for one in found if one]


def _made_substitution(element: _Element, context: Context) -> Resource | None:
    """IHE DIS: the act tells the substitution that was made; its code N tells that none was."""
    kind = _substitution(element, context)
    if kind is None or "coding" not in kind:
        return None
    return {"wasSubstituted": not any(code == "N" for _, code in codes_in(kind)), "type": kind}


def read_supplies(element: _Element, context: Context) -> Iterator[Found]:
    """Supplies of the drug or vaccine of `element` that took place (FR-Dispensation 1.2.250.1.213.1.1.3.44 in a
    reimbursement history): the product is the one of `element`."""
    for supply in related(element, "REFR"):
        if not template_roots(supply) & _SUPPLY or attribute(supply, "moodCode") != "EVN":
            continue
        material = material_of(element) if material_of(supply) is None else material_of(supply)
        drug = product_concept(material, context)
        if drug is None or is_true(supply, "negationInd"):
            yield Found(supply, None)
            continue
        time = _handed_over(supply, context)
        resource = put(
            {"resourceType": "MedicationDispense", "status": "completed", "medicationCodeableConcept": drug},
            performer=[{"actor": actor} for who in performers(supply) if (actor := person(who))],
            quantity=_quantity(supply, material),
            whenHandedOver=time.fhir if time else None,
        )
        yield Found(supply, resource)
