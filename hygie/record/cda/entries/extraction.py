"""All coded entries of a document as FHIR resources.

An entry that is malformed, null, about somebody else, or that FHIR could only say by guessing is left out and counted:
it stays readable in the document.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from hygie.record.cda.elements import attribute, child, children, local_name, template_roots
from hygie.record.cda.entries import allergy, condition, immunization, laboratory, medication, observation
from hygie.record.cda.entries.context import STATEMENTS, Context, Found, Narrative, Paths, Resource, is_about_patient
from hygie.record.cda.entries.parts import fhir_identifier
from hygie.record.cda.types import CdaDocument, CdaHeader, Entry

logger = logging.getLogger(__name__)

Reader = Callable[[_Element, Context], Iterator[Found]]

_FRENCH = "1.2.250.1.213.1.1.3."
_PCC = "1.3.6.1.4.1.19376.1.5.3.1.4."
_PHARM = "1.3.6.1.4.1.19376.1.9.1.3."


@dataclass(frozen=True, slots=True)
class Extraction:
    """`left_out` holds the XPaths of recognised entries that gave no resource."""

    entries: tuple[Entry, ...]
    left_out: tuple[str, ...]


def extract(doc: CdaDocument, header: CdaHeader) -> tuple[Entry, ...]:
    """The understood entries in the order of the document; a laboratory report comes last, after its results."""
    return read_entries(doc, header).entries


def read_entries(doc: CdaDocument, header: CdaHeader) -> Extraction:
    narrative = Narrative(doc.root)
    found = [
        (one, context)
        for section in _sections(child(doc.root, "component", "structuredBody"))
        for context in [Context(header, narrative, attribute(child(section, "code"), "code"))]
        for entry in children(section, "entry")
        for one in _read_entry(entry, context)
    ]
    paths = Paths()
    for one, _ in found:
        if one.resource and not one.suffix:
            paths.count(one.element)
    entries = [_entry(one, context, paths) for one, context in found if one.resource]
    context = Context(header, narrative)
    results = [entry.path for entry in entries if _is_result(entry.resource)]
    if results and laboratory.is_report(context):
        report = laboratory.read_report(doc.root, context, results)
        entries.append(Entry(report, f"/{local_name(doc.root)}", ""))
    left_out = tuple(paths.xpath(one.element) for one, _ in found if one.resource is None)
    return Extraction(tuple(entries), left_out)


def _sections(body: _Element | None) -> Iterator[_Element]:
    """Sections at any depth, those about another person than the patient left aside with all that they hold."""
    for component in children(body, "component"):
        for section in children(component, "section"):
            if is_about_patient(section):
                yield section
                yield from _sections(section)


def _read_entry(entry: _Element, context: Context) -> list[Found]:
    statement = next((inner for inner in entry if local_name(inner) in STATEMENTS), None)
    if statement is None:
        return []
    reader = _reader(statement)
    if reader is None:
        return []
    if not is_about_patient(statement):
        return [] if reader is laboratory.read_results else [Found(statement, None)]
    try:
        return list(reader(statement, context))
    except Exception:  # whatever a hostile entry breaks, the document is still a document
        logger.exception("record.cda.entry_failed", extra={"section": context.section_code})
        return [Found(statement, None)]


def _entry(found: Found, context: Context, paths: Paths) -> Entry:
    resource: Resource = dict(found.resource or {})
    identifier = None if found.suffix else paths.identifier(found.element)
    given = fhir_identifier(identifier)
    if given:
        resource = {"resourceType": resource.pop("resourceType"), "identifier": [given]} | resource
    path = "^".join(identifier).removesuffix("^") if identifier else paths.xpath(found.element) + found.suffix
    return Entry(resource, path, context.section_code)


def _is_result(resource: Resource) -> bool:
    return bool(
        resource["resourceType"] == "Observation" and resource["category"][0]["coding"][0]["code"] == "laboratory"
    )


def _one(read: Callable[[_Element, Context], Resource | None]) -> Reader:
    """A reader of the kinds that give one resource for one entry."""

    def reader(element: _Element, context: Context) -> Iterator[Found]:
        yield Found(element, read(element, context))

    return reader


def _immunization(element: _Element, context: Context) -> Iterator[Found]:
    yield Found(element, immunization.read_immunization(element, context))
    yield from medication.read_supplies(element, context)


# (name of the statement, French template, IHE template) → reader, the most specific first.
_READERS: tuple[tuple[str, str, str, Reader], ...] = (
    ("substanceAdministration", f"{_FRENCH}45", f"{_PCC}12", _immunization),
    ("substanceAdministration", f"{_FRENCH}83", f"{_PHARM}2", _one(medication.read_request)),
    ("substanceAdministration", f"{_FRENCH}42", f"{_PCC}7", medication.read_statement),
    ("substanceAdministration", f"{_FRENCH}13", "", medication.read_statement),
    ("supply", f"{_FRENCH}204", f"{_PHARM}4", _one(medication.read_dispense)),
    ("act", f"{_FRENCH}40", f"{_PCC}5.3", allergy.read_allergies),
    ("observation", f"{_FRENCH}41", f"{_PCC}6", allergy.read_allergy),
    ("act", f"{_FRENCH}39", f"{_PCC}5.2", condition.read_problems),
    ("observation", f"{_FRENCH}37", f"{_PCC}5", _one(condition.read_problem)),
    ("organizer", f"{_FRENCH}49", f"{_PCC}13.1", observation.read_vital_signs),
    ("observation", f"{_FRENCH}50", f"{_PCC}13.2", _one(observation.read_vital_sign)),
    ("organizer", f"{_FRENCH}208", "", laboratory.read_summary_results),
    ("observation", f"{_FRENCH}80", "1.3.6.1.4.1.19376.1.3.1.6", _one(laboratory.read_result)),
)


def _reader(statement: _Element) -> Reader | None:
    """The reader of the statement's French template; of its IHE one when it has no French template. Acts and
    organizers of no known kind may hold laboratory results."""
    name, roots = local_name(statement), template_roots(statement)
    is_french = any(root.startswith(_FRENCH) for root in roots)
    for statement_name, french, ihe, reader in _READERS:
        if statement_name == name and (french if is_french else ihe) in roots:
            return reader
    return laboratory.read_results if name in ("act", "organizer") else None
