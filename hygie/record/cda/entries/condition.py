"""FR-Probleme (1.2.250.1.213.1.1.3.37, IHE Problem Entry) → Condition: active problems, history, diagnoses.

The status is the one that is coded: the status observation, else an end (a `high` with a date, or UNK: "resolved, we do
not know when", IHE PCC TF-2 6.3.4.14), else the concern act when it does not contradict its section. Otherwise the
Condition has no clinicalStatus.
"""

from collections.abc import Iterator

from lxml.etree import _Element

from hygie.record.cda.datatypes import read_time
from hygie.record.cda.elements import attribute, child
from hygie.record.cda.entries.absence import is_absent
from hygie.record.cda.entries.concepts import code_of, coded, concept
from hygie.record.cda.entries.context import Context, Found, Resource, is_about_patient, is_true, related, status_code
from hygie.record.cda.entries.parts import high_of, notes, put, related_value, severity

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"

PROBLEM_LIST = "11450-4"
PAST_ILLNESSES = "11348-0"

# Problem status (HL7 condition-clinical, SNOMED CT, SNOMED 3.5) → condition-clinical.
_STATUSES = {
    **{code: code for code in ("active", "recurrence", "relapse", "inactive", "remission", "resolved")},
    "55561003": "active",
    "90734009": "active",  # chronic
    "7087005": "active",  # intermittent
    "255227004": "recurrence",
    "246455001": "recurrence",
    "73425007": "inactive",
    "277022003": "remission",
    "413322009": "resolved",
    "G-A230": "active",
    "G-A270": "active",  # chronic
    "G-A397": "active",  # intermittent
}
_ENDED = frozenset({"inactive", "remission", "resolved"})
_CERTAINTIES = frozenset({"unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"})


def read_problems(concern: _Element, context: Context) -> Iterator[Found]:
    """The problems of a concern act (FR-Liste-des-problemes, 1.2.250.1.213.1.1.3.39)."""
    if status_code(concern) == "nullified":
        return
    for observation in related(concern, "SUBJ"):
        yield Found(observation, read_problem(observation, context, concern))


def read_problem(observation: _Element, context: Context, concern: _Element | None = None) -> Resource | None:
    if (
        attribute(observation, "moodCode") != "EVN"
        or status_code(observation) == "nullified"
        or not is_about_patient(observation)
    ):
        return None
    code = coded(child(observation, "value"), context)
    if code is None:
        return None
    if is_absent(code):
        return put({"resourceType": "Condition", "code": code}, note=notes(observation, context))
    if observation.get("nullFlavor"):
        return None
    certainty = attribute(related_value(observation, "66455-7"), "code")
    if is_true(observation, "negationInd"):
        certainty = "refuted"
    if certainty == "entered-in-error":
        return None
    time = child(observation, "effectiveTime")
    start, end = read_time(time), high_of(time)
    clinical = "" if certainty == "refuted" else _clinical_status(observation, concern, context)
    if start and end and end.at < start.at:
        start = end = None
    resource: Resource = {"resourceType": "Condition"}
    return put(
        resource,
        clinicalStatus=code_of(CLINICAL, clinical) if clinical else None,
        verificationStatus=code_of(VERIFICATION, certainty) if certainty in _CERTAINTIES else None,
        category=[code_of(CATEGORY, "problem-list-item")] if context.section_code == PROBLEM_LIST else None,
        severity=severity(observation, context),
        code=code,
        bodySite=[site] if (site := concept(child(observation, "targetSiteCode"), context)) else None,
        onsetDateTime=start.fhir if start else None,
        # con-4: only a condition that has ended has an abatement.
        abatementDateTime=end.fhir if end and clinical in _ENDED else None,
        note=notes(observation, context),
    )


def _clinical_status(observation: _Element, concern: _Element | None, context: Context) -> str:
    if stated := _STATUSES.get(attribute(related_value(observation, "33999-4"), "code")):
        return stated
    high = child(observation, "effectiveTime", "high")
    end = high_of(child(observation, "effectiveTime"))
    if (end and end.at <= context.written.at) or attribute(high, "nullFlavor") == "UNK":
        return "resolved"
    act = "" if concern is None else status_code(concern)
    if act in ("active", "suspended"):
        return "active"
    # Many real documents "complete" the act of a living problem: only a history of past illnesses confirms it.
    if act == "completed" and context.section_code == PAST_ILLNESSES:
        return "resolved"
    return ""
