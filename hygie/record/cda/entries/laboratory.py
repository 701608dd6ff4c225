"""Laboratory content: results at any depth of a specialty act (IHE XD-LAB, CR-BIO), results of an IPS, and the report.

Earlier results that a report repeats for comparison are not new results: they stay in the document.
"""

from collections.abc import Iterator

from lxml.etree import _Element

from hygie.record.cda.datatypes import read_time
from hygie.record.cda.elements import V3, attribute, child, children, local_name, template_roots
from hygie.record.cda.entries.context import Context, Found, Resource, components, is_about_patient, status_code
from hygie.record.cda.entries.observation import read_observation
from hygie.record.cda.entries.parts import period, person, put
from hygie.record.cda.types import CdaTime

REPORT_TYPE = "11502-2"
_RESULT = frozenset({"1.2.250.1.213.1.1.3.80", "1.3.6.1.4.1.19376.1.3.1.6"})
_COLLECTION = frozenset({"1.2.250.1.213.1.1.3.77", "1.3.6.1.4.1.19376.1.3.1.2"})
_IPS_RESULT = frozenset({"1.2.250.1.213.1.1.3.209"})
# Chapters of biology (LOINC, IHE XD-LAB laboratory specialties): what makes a results organizer a laboratory one.
_SPECIALTIES = frozenset(
    "18717-9 18718-7 18719-5 18720-3 18721-1 18722-9 18723-7 18724-5 18725-2 18727-8 18728-6 18729-4 18767-4 18768-2 "
    "18769-0 26435-8 26436-6 26437-4 26438-2".split()
)


def read_results(
    statement: _Element, context: Context, time: CdaTime | None = None, specimen: Resource | None = None
) -> Iterator[Found]:
    """All results inside an act or an organizer, with the specimen and the time of the battery around each."""
    if not is_about_patient(statement) or status_code(statement) == "nullified":
        return
    specimen = _specimen(statement) or specimen
    own = read_time(child(statement, "effectiveTime")) if local_name(statement) == "organizer" else None
    for element in components(statement):
        if local_name(element) in ("act", "organizer"):
            yield from read_results(element, context, own or time, specimen)
        elif template_roots(element) & _RESULT:
            yield Found(element, read_result(element, context, own or time, specimen))


def read_result(
    element: _Element, context: Context, time: CdaTime | None = None, specimen: Resource | None = None
) -> Resource | None:
    return read_observation(element, context, "laboratory", time=time, specimen=specimen)


def read_summary_results(organizer: _Element, context: Context) -> Iterator[Found]:
    """Results of a patient summary (FR-Resultats .3.208): only its laboratory chapters."""
    if attribute(child(organizer, "code"), "code") not in _SPECIALTIES:
        return
    time = read_time(child(organizer, "effectiveTime"))
    for element in components(organizer):
        if template_roots(element) & _IPS_RESULT:
            yield Found(element, read_result(element, context, time))


def _specimen(statement: _Element) -> Resource | None:
    """What was examined, when it is one thing: the isolate of an organizer, else the sample of the only collection."""
    names = {
        attribute(child(found, "specimenRole", "specimenPlayingEntity", "code"), "displayName")
        for found in children(statement, "specimen")
    } or {
        attribute(child(participant, "participantRole", "playingEntity", "code"), "displayName")
        for procedure in components(statement)
        if template_roots(procedure) & _COLLECTION
        for participant in children(procedure, "participant")
        if attribute(participant, "typeCode") == "PRD"
    }
    name = names.pop() if len(names) == 1 else ""
    return {"type": "Specimen", "display": name} if name else None


def is_report(context: Context) -> bool:
    return context.header.code.code == REPORT_TYPE


def read_report(root: _Element, context: Context, results: list[str]) -> Resource:
    """The report of the document. `results` are the paths of its Observations."""
    header = context.header
    code: Resource = {"system": header.code.system, "code": header.code.code}
    if header.code.display:
        code["display"] = header.code.display
    actor = person(header.performer)
    return put(
        {
            "resourceType": "DiagnosticReport",
            "status": _report_status(root),
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "LAB"}]}],
            "code": {"coding": [code], "text": header.title},
        },
        effectivePeriod=period(header.service_start, header.service_end),
        issued=header.effective.fhir if header.effective.digits == 14 else None,
        performer=[actor] if actor else None,
        result=[{"reference": f"urn:hygie:entry:{path}"} for path in results],
    )


def _report_status(root: _Element) -> str:
    """XD-LAB says whether the report is final on the documented act (lab:statusCode); without it nothing does."""
    for documented in children(root, "documentationOf"):
        event = child(documented, "serviceEvent")
        for element in () if event is None else event:
            if local_name(element) == "statusCode" and element.tag != f"{V3}statusCode":
                return {"completed": "final", "active": "preliminary"}.get(attribute(element, "code"), "unknown")
    return "unknown"
