"""Problems, surgery, allergies, family history (FR-Liste-des-problemes, FR-Acte, FR-Allergie and others)."""

import datetime as dt

from hygie.record.cda.write import codes
from hygie.record.cda.write.elements import (
    Ids,
    coded,
    completed,
    original_text,
    reference,
    related,
    text_of,
)
from hygie.record.cda.write.types import Allergy, Code, FamilyProblem, Problem, Surgery
from hygie.record.cda.write.xml import NOTHING, Xml, period, tag, templates, time

_CONCERN = ("2.16.840.1.113883.10.20.1.27", "1.3.6.1.4.1.19376.1.5.3.1.4.5.1")
_PROBLEM = ("2.16.840.1.113883.10.20.1.28", "1.3.6.1.4.1.19376.1.5.3.1.4.5")
_FR_PROBLEM = "1.2.250.1.213.1.1.3.37"


def problem_entry(ids: Ids, problem: Problem, anchor: str) -> Xml:
    return _concern(
        ids,
        ("1.3.6.1.4.1.19376.1.5.3.1.4.5.2", "1.2.250.1.213.1.1.3.39"),
        "completed" if problem.end else "active",
        problem.start,
        problem.end,
        _problem(ids, codes.DIAGNOSIS, problem.code, problem.start, problem.end, anchor),
    )


def _concern(
    ids: Ids, roots: tuple[str, ...], status: str, start: dt.date | None, end: dt.date | None, what: Xml
) -> Xml:
    act = tag(
        "act",
        templates(*_CONCERN, *roots),
        ids.element(),
        tag("code", nullFlavor="NA"),
        tag("statusCode", code=status),
        period(start, end),
        related("SUBJ", what, inverted="false"),
        classCode="ACT",
        moodCode="EVN",
    )
    return tag("entry", act)


def _problem(
    ids: Ids,
    kind: Code,
    value: Code | None,
    start: dt.date | None,
    end: dt.date | None,
    anchor: str,
    extra: tuple[str, ...] = (),
) -> Xml:
    return tag(
        "observation",
        templates(_PROBLEM[0], *extra, _PROBLEM[1], _FR_PROBLEM),
        ids.element(),
        coded("code", kind),
        text_of(anchor),
        completed(),
        period(start, end),
        coded("value", value, original_text(anchor), xsi_type="CD"),
        classCode="OBS",
        moodCode="EVN",
        negationInd="false",
    )


def surgery_entry(ids: Ids, surgery: Surgery, anchor: str) -> Xml:
    procedure = tag(
        "procedure",
        templates("2.16.840.1.113883.10.20.1.29", "1.3.6.1.4.1.19376.1.5.3.1.4.19", "1.2.250.1.213.1.1.3.62"),
        ids.element(),
        coded("code", surgery.code, original_text(anchor)),
        text_of(anchor),
        completed(),
        time("effectiveTime", surgery.on),
        classCode="PROC",
        moodCode="EVN",
    )
    return tag("entry", procedure)


def allergy_entry(ids: Ids, allergy: Allergy, anchor: str) -> Xml:
    """`anchor` names three places of the narrative: `-type`, `-agent` and `-reaction`."""
    observation = _allergy(
        ids,
        codes.ALLERGY_KINDS[allergy.kind.value],
        text_of(f"{anchor}-type"),
        period(allergy.since, xsi_type="IVL_TS"),
        # The extractor of the models reads the agent in the participant; the value only says that there is one.
        tag("value", original_text(f"{anchor}-agent"), xsi_type="CD"),
        _agent(allergy, f"{anchor}-agent"),
        _reaction(ids, allergy, f"{anchor}-reaction"),
        _clinical_status(),
    )
    return _concern(ids, _ALLERGY_CONCERN, "active", allergy.since, None, observation)


def no_allergy_entry(ids: Ids, anchor: str) -> Xml:
    """The patient is known to have none (JDV_AbsentOrUnknownAllergy): not the same as nothing said."""
    observation = _allergy(
        ids,
        codes.make(codes.ACT, "OINT", "Allergie ou hypersensibilité"),
        text_of(anchor),
        period(None, xsi_type="IVL_TS"),
        coded("value", codes.NO_ALLERGY, original_text(anchor), xsi_type="CD"),
    )
    return _concern(ids, _ALLERGY_CONCERN, "active", None, None, observation)


_ALLERGY_CONCERN = ("1.3.6.1.4.1.19376.1.5.3.1.4.5.3", "1.2.250.1.213.1.1.3.40")


def _allergy(ids: Ids, kind: Code, text: Xml, when: Xml, *rest: Xml) -> Xml:
    roots = (
        "2.16.840.1.113883.10.20.1.18",
        *_PROBLEM,
        "1.3.6.1.4.1.19376.1.5.3.1.4.6",
        "1.2.250.1.213.1.1.3.41",
    )
    return tag(
        "observation",
        templates(*roots),
        ids.element(),
        coded("code", kind),
        text,
        completed(),
        when,
        *rest,
        classCode="OBS",
        moodCode="EVN",
        negationInd="false",
    )


def _agent(allergy: Allergy, anchor: str) -> Xml:
    entity = tag(
        "playingEntity",
        coded("code", allergy.code, original_text(anchor)),
        tag("name", allergy.agent),
        classCode="MMAT",
    )
    return tag("participant", tag("participantRole", entity, classCode="MANU"), typeCode="CSM")


def _reaction(ids: Ids, allergy: Allergy, anchor: str) -> Xml:
    if not allergy.reaction:
        return NOTHING
    extra = ("2.16.840.1.113883.10.20.1.54",)
    what = _problem(ids, codes.SYMPTOM, allergy.reaction_code, allergy.since, None, anchor, extra)
    return related("MFST", what, inverted="false")


def _clinical_status() -> Xml:
    roots = (
        "2.16.840.1.113883.10.20.1.50",
        "2.16.840.1.113883.10.20.1.57",
        "1.3.6.1.4.1.19376.1.5.3.1.4.1.1",
        "1.2.250.1.213.1.1.3.30",
    )
    status = Code("active", "2.16.840.1.113883.4.642.4.1373", "Actif")
    observation = tag(
        "observation",
        templates(*roots),
        coded("code", codes.loinc("33999-4", "Statut")),
        completed(),
        coded("value", status, xsi_type="CE"),
        classCode="OBS",
        moodCode="EVN",
    )
    return related("REFR", observation, inverted="false")


def family_entry(ids: Ids, problem: FamilyProblem, anchor: str) -> Xml:
    label = "Masculin" if problem.sex == "M" else "Féminin"
    gender = Code(problem.sex, codes.GENDER, label)
    relative = tag(
        "relatedSubject",
        coded("code", problem.relation, original_text(f"{anchor}-parent")),
        tag("subject", coded("administrativeGenderCode", gender)),
        classCode="PRS",
    )
    subject = tag(
        "subject",
        templates("1.3.6.1.4.1.19376.1.5.3.1.4.15.2", "1.2.250.1.213.1.1.3.60"),
        relative,
        typeCode="SBJ",
    )
    organizer = tag(
        "organizer",
        templates("2.16.840.1.113883.10.20.1.23", "1.3.6.1.4.1.19376.1.5.3.1.4.15", "1.2.250.1.213.1.1.3.59"),
        completed(),
        subject,
        tag("component", _family_observation(ids, problem, anchor), typeCode="COMP"),
        classCode="CLUSTER",
        moodCode="EVN",
    )
    return tag("entry", organizer)


def _family_observation(ids: Ids, problem: FamilyProblem, anchor: str) -> Xml:
    roots = (
        "2.16.840.1.113883.10.20.1.22",
        "1.3.6.1.4.1.19376.1.5.3.1.4.13",
        "1.3.6.1.4.1.19376.1.5.3.1.4.13.3",
        "1.2.250.1.213.1.1.3.51",
    )
    return tag(
        "observation",
        templates(*roots),
        ids.element(),
        coded("code", codes.DIAGNOSIS),
        tag("text", reference(anchor)),
        completed(),
        tag("effectiveTime", nullFlavor="UNK"),
        coded("value", problem.code, original_text(anchor), xsi_type="CD"),
        classCode="OBS",
        moodCode="EVN",
    )
