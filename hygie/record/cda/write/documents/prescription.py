"""eP-MED-DM: a prescription of medicines and devices, with its number and the reader's table."""

from hygie.record.cda.write import codes, narrative
from hygie.record.cda.write.documents import parts
from hygie.record.cda.write.elements import Ids
from hygie.record.cda.write.entries.medicines import device_entry, prescribed_entry
from hygie.record.cda.write.sections import section, structured
from hygie.record.cda.write.types import Header, PrescribedItem, Prescription
from hygie.record.cda.write.xml import Xml, french_day


def write(header: Header, content: Prescription) -> bytes:
    ids = Ids(header.id)
    sections = [_medicines(ids, content)]
    if content.devices:
        sections.append(_devices(ids, content))
    if content.comment:
        roots = ("2.16.840.1.113883.10.12.201", "1.3.6.1.4.1.19376.1.4.1.2.16", "1.2.250.1.213.1.1.2.73")
        code = codes.loinc("55112-7", "Commentaire")
        sections.append(section(ids, code, "Commentaire", roots, narrative.paragraph(content.comment)))
    if content.vitals and content.measured_on:
        sections.append(parts.vitals(ids, content.vitals, content.measured_on))
    return structured(header, ids, tuple(sections))


def _medicines(ids: Ids, content: Prescription) -> Xml:
    rows = [_row(item, f"med-{number}") for number, item in enumerate(content.items, start=1)]
    headers = (
        "Médicament",
        "Posologie",
        "Durée du traitement",
        "Renouvellements",
        "En rapport avec une ALD",
        "Conseil",
    )
    return section(
        ids,
        codes.loinc("57828-6", "Prescriptions"),
        "Prescription de médicaments",
        ("1.3.6.1.4.1.19376.1.9.1.2.1", "1.2.250.1.213.1.1.2.171"),
        narrative.table(headers, rows) or narrative.paragraph("Aucun médicament."),
        entries=tuple(
            prescribed_entry(ids, item, f"med-{number}") for number, item in enumerate(content.items, start=1)
        ),
    )


def _row(item: PrescribedItem, anchor: str) -> tuple[narrative.Cell, ...]:
    treatment = item.treatment
    until = f" au {french_day(treatment.end)}" if treatment.end else ""
    return (
        (treatment.product.name, anchor),
        (treatment.posology, f"{anchor}-posologie"),
        f"du {french_day(treatment.start)}{until}",
        str(item.renewals),
        ("Oui" if item.long_term else "Non", f"{anchor}-ald"),
        (item.instruction, f"{anchor}-conseil"),
    )


def _devices(ids: Ids, content: Prescription) -> Xml:
    rows = [
        (
            (device.label, f"dm-{number}"),
            str(device.quantity),
            f"du {french_day(device.start)} au {french_day(device.end)}",
        )
        for number, device in enumerate(content.devices, start=1)
    ]
    return section(
        ids,
        codes.loinc("46264-8", "Dispositifs médicaux"),
        "Prescription de dispositifs médicaux",
        ("1.2.250.1.213.1.1.2.222",),
        narrative.table(("Dispositif", "Quantité", "Durée"), rows),
        entries=tuple(device_entry(device, f"dm-{number}") for number, device in enumerate(content.devices, start=1)),
    )
