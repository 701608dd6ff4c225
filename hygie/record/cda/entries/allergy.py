"""FR-Allergie-ou-hypersensibilite (1.2.250.1.213.1.1.3.41, IHE Allergy and Intolerance) → AllergyIntolerance.

R4 wants a clinicalStatus (ait-1). Without a status the allergy is active, unless its concern act is completed and the
allergy has an end: to lose an allergy is worse than to keep one, real documents complete the acts of living allergies
(DLU, CSE), and the dates of some are those of a reaction.
"""

from collections.abc import Iterator

from lxml.etree import _Element

from hygie.record.cda.datatypes import read_time
from hygie.record.cda.elements import attribute, child, children, flat_text
from hygie.record.cda.entries.absence import IPS, is_absent
from hygie.record.cda.entries.concepts import code_of, coded, codes_in, concept
from hygie.record.cda.entries.context import Context, Found, Resource, is_about_patient, is_true, related, status_code
from hygie.record.cda.entries.parts import high_of, notes, put, related_value
from hygie.terminology.queries import fold

CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"

# Nature of the allergy (HL7 ObservationIntoleranceType, SNOMED CT, SNOMED 3.5) → FHIR type, FHIR category.
_NATURES = {
    "OINT": ("", ""),
    "DINT": ("", "medication"),
    "EINT": ("", "environment"),
    "FINT": ("", "food"),
    "ALG": ("allergy", ""),
    "DALG": ("allergy", "medication"),
    "EALG": ("allergy", "environment"),
    "FALG": ("allergy", "food"),
    "NAINT": ("intolerance", ""),
    "DNAINT": ("intolerance", "medication"),
    "ENAINT": ("intolerance", "environment"),
    "FNAINT": ("intolerance", "food"),
    "420134006": ("", ""),  # propensity to adverse reactions
    "418038007": ("", ""),  # … to substance
    "419511003": ("", "medication"),
    "418471000": ("", "food"),
    "609328004": ("allergy", ""),
    "419199007": ("allergy", ""),
    "416098002": ("allergy", "medication"),
    "414285001": ("allergy", "food"),
    "426232007": ("allergy", "environment"),
    "609396006": ("intolerance", ""),  # non-allergic hypersensitivity
    "609397002": ("intolerance", ""),
    "609398007": ("intolerance", "medication"),
    "735449006": ("intolerance", "food"),
    "782197009": ("intolerance", ""),
    "56840009": ("", ""),  # idiosyncrasy
    "59037007": ("intolerance", "medication"),
    "235719002": ("intolerance", "food"),
}
# Codes and French names of JDV_AbsentOrUnknownAllergy_CISIS.
_NOTHING_KNOWN = {
    "medication": ("no-known-medication-allergies", "Pas d'allergie médicamenteuse connue"),
    "food": ("no-known-food-allergies", "Pas d'allergie alimentaire connue"),
    "environment": ("no-known-environmental-allergies", "Pas d'allergie environnementale connue"),
    "": ("no-known-allergies", "Pas d'allergie/hypersensibilité connue"),
}
_STATUSES = {
    "active": "active",
    "inactive": "inactive",
    "resolved": "resolved",
    "recurrence": "active",
    "relapse": "active",
    "remission": "inactive",
    "55561003": "active",
    "90734009": "active",  # chronic
    "7087005": "active",  # intermittent
    "255227004": "active",  # recurrent
    "73425007": "inactive",
    "413322009": "resolved",
    "G-A230": "active",
    "G-A270": "active",  # chronic
    "G-A397": "active",  # intermittent
}
_DENIALS = frozenset({"non", "aucun", "aucune", "neant", "-"})
_CERTAINTIES = frozenset({"unconfirmed", "confirmed", "refuted", "entered-in-error"})
_CRITICALITIES = {
    "low": "low",
    "high": "high",
    "unable-to-assess": "unable-to-assess",
    "CRITL": "low",
    "CRITH": "high",
    "CRITU": "unable-to-assess",
}
_SEVERITIES = {
    "255604002": "mild",
    "6736007": "moderate",
    "24484000": "severe",
    "442452003": "severe",  # fatal
    "L": "mild",
    "M": "moderate",
    "H": "severe",
}


def read_allergies(concern: _Element, context: Context) -> Iterator[Found]:
    """The allergies of a concern act (FR-Liste-des-allergies-et-hypersensibilites, 1.2.250.1.213.1.1.3.40)."""
    if status_code(concern) == "nullified":
        return
    for observation in related(concern, "SUBJ"):
        yield from read_allergy(observation, context, status_code(concern))


def read_allergy(observation: _Element, context: Context, act: str = "") -> Iterator[Found]:
    """One resource for each agent. `act` is the status of the concern act."""
    if (
        attribute(observation, "moodCode") != "EVN"
        or status_code(observation) == "nullified"
        or not is_about_patient(observation)
    ):
        yield Found(observation, None)
        return
    nature = _NATURES.get(attribute(child(observation, "code"), "code"), ("", ""))
    value = concept(child(observation, "value"), context)
    if value and "coding" not in value and attribute(child(observation, "value"), "nullFlavor"):
        value = None
    agents = [agent for agent in _agents(observation, context) if not is_absent(agent)]
    if not agents and (absent := _absence(observation, nature[1], value, context)):
        yield Found(observation, _nothing(absent, observation, context))
        return
    named = agents or [one for one in [_unnamed(observation, value, context)] if one]
    if observation.get("nullFlavor"):
        named = []
    manifestation = value if agents and value and _is_reaction(value) else None
    for index, agent in enumerate(named):
        resource = _allergy(agent, nature, manifestation, observation, context)
        if resource and act == "completed":
            _end(resource, observation, context)
        yield Found(observation, resource, f"/{index + 1}" if index else "")
    if not named:
        yield Found(observation, None)


def _agents(observation: _Element, context: Context) -> Iterator[Resource]:
    for participant in children(observation, "participant"):
        if attribute(participant, "typeCode") != "CSM":
            continue
        entity = child(participant, "participantRole", "playingEntity")
        name = child(entity, "name")
        words = "" if name is None or name.get("nullFlavor") else flat_text(name)
        agent = concept(child(entity, "code"), context, words=words) or ({"text": words} if words else None)
        if agent:
            yield agent


def _unnamed(observation: _Element, value: Resource | None, context: Context) -> Resource | None:
    """What the allergy is when no agent is named: the coded value, else its coded nature ("food allergy") with the
    words of the value. A certificate's "Oui" is no allergen, its "Non" denies the allergy, and silence says nothing."""
    if value is None or "coding" in value:
        return value
    words = fold(value["text"])
    nature = coded(child(observation, "code"), context)
    if nature is None or words in _DENIALS:
        return None
    return nature if words == "oui" else nature | {"text": value["text"]}


def _is_reaction(value: Resource) -> bool:
    """With an agent, older documents code the reaction as the value."""
    return "coding" in value and not _is_generic(value) and not is_absent(value)


def _is_generic(value: Resource) -> bool:
    """True for "allergy" without more, which names nothing."""
    return any(code in _NATURES for _, code in codes_in(value))


def _absence(observation: _Element, category: str, value: Resource | None, context: Context) -> Resource | None:
    """The code that says that no allergy is known, from an absence code or from a negation of allergies in general."""
    written = [value, *_agents(observation, context)]
    absent = next((found for found in written if found and is_absent(found)), None)
    if absent is None:
        names_nothing = value is None or _is_generic(value) or fold(value.get("text", "")) in _DENIALS
        is_denied = is_true(observation, "negationInd") and names_nothing
        return {"coding": [_none_known(category)]} if is_denied else None
    if any(system.startswith("urn:oid:") for system, _ in codes_in(absent)):
        # A local code for "none": readers know the IPS one.
        return absent | {"coding": [_none_known(category), *absent["coding"]]}
    return absent


def _none_known(category: str) -> Resource:
    code, display = _NOTHING_KNOWN[category]
    return {"system": IPS, "code": code, "display": display}


def _nothing(code: Resource, observation: _Element, context: Context) -> Resource:
    return put(
        {"resourceType": "AllergyIntolerance", "clinicalStatus": code_of(CLINICAL, "active"), "code": code},
        note=notes(observation, context),
    )


def _allergy(
    agent: Resource, nature: tuple[str, str], manifestation: Resource | None, observation: _Element, context: Context
) -> Resource | None:
    is_refuted = is_true(observation, "negationInd")
    certainty = "refuted" if is_refuted else attribute(related_value(observation, "66455-7"), "code")
    if certainty == "entered-in-error":
        return None
    kind, category = nature
    stated = _STATUSES.get(_stated(observation), "active")
    clinical = "inactive" if certainty == "refuted" else stated
    start = read_time(child(observation, "effectiveTime"))
    resource: Resource = {"resourceType": "AllergyIntolerance", "clinicalStatus": code_of(CLINICAL, clinical)}
    return put(
        resource,
        verificationStatus=code_of(VERIFICATION, certainty) if certainty in _CERTAINTIES else None,
        type=kind,
        category=[category] if category else None,
        criticality=_CRITICALITIES.get(attribute(related_value(observation, "82606-5"), "code")),
        code=agent,
        onsetDateTime=start.fhir if start else None,
        note=notes(observation, context),
        reaction=_reactions(observation, manifestation, context),
    )


def _stated(observation: _Element) -> str:
    return attribute(related_value(observation, "33999-4"), "code")


def _end(resource: Resource, observation: _Element, context: Context) -> None:
    """A completed act and a past end, without a status that says otherwise: no longer a risk."""
    end = high_of(child(observation, "effectiveTime"))
    if end and end.at <= context.written.at and _stated(observation) not in _STATUSES:
        resource["clinicalStatus"] = code_of(CLINICAL, "inactive")


def _reactions(observation: _Element, manifestation: Resource | None, context: Context) -> list[Resource]:
    """The manifestations (MFST) that did happen, then the reaction that older documents code as the value."""
    found: list[Resource] = []
    for reaction in related(observation, "MFST"):
        value = child(reaction, "value")
        seen = concept(value, context)
        if (
            is_true(reaction, "negationInd")
            or seen is None
            or ("coding" not in seen and attribute(value, "nullFlavor"))
        ):
            continue
        start = read_time(child(reaction, "effectiveTime"))
        degree = _SEVERITIES.get(attribute(related_value(reaction, "SEV"), "code"))
        found.append(put({"manifestation": [seen]}, onset=start.fhir if start else None, severity=degree))
    known = {code for one in found for code in codes_in(one["manifestation"][0])}
    if manifestation and not codes_in(manifestation) & known:
        found.append({"manifestation": [manifestation]})
    return found
