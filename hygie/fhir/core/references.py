"""What a resource points to, and whose it is: literal references, the persons that they name, and their rewriting.

https://hl7.org/fhir/R4/references.html. A logical id of a person's resource is `<space>.<local>`, a Patient's is `<space>`.
"""

import re
import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# `Patient/<space>` or `Type/<space>.<local>`, relative or absolute, with or without a version.
_NAMES_SPACE = re.compile(
    rf"(?:.*/)?(?:Patient/({_UUID})|[A-Z][A-Za-z]+/({_UUID})\.[A-Za-z0-9\-.]{{1,27}})(?:/_history/[^/]*)?(?:#.*)?",
    re.DOTALL,
)
_PATIENT = re.compile(rf"(?:.*/)?Patient/({_UUID})(?:/_history/[^/]*)?", re.DOTALL)
_LINKS = frozenset(("reference", "url", "uri"))
# Of texts that are one already: a request names the same few spaces again and again.
_uuid = lru_cache(maxsize=1024)(uuid.UUID)

# The element that names the person, for the types of the patient compartment whose resources are always somebody's.
PERSON: dict[str, str] = {
    **dict.fromkeys(
        (
            "AdverseEvent", "CarePlan", "CareTeam", "ChargeItem", "ClinicalImpression", "Communication",
            "CommunicationRequest", "Composition", "Condition", "DeviceRequest", "DeviceUseStatement", "DiagnosticReport",
            "DocumentManifest", "DocumentReference", "Encounter", "Flag", "Goal", "GuidanceResponse", "ImagingStudy",
            "Invoice", "Media", "MedicationAdministration", "MedicationDispense", "MedicationRequest",
            "MedicationStatement", "Observation", "Procedure", "QuestionnaireResponse", "RequestGroup", "RiskAssessment",
            "ServiceRequest",
        ),
        "subject",
    ),
    **dict.fromkeys(
        (
            "AllergyIntolerance", "BodyStructure", "Claim", "ClaimResponse", "Consent", "CoverageEligibilityRequest",
            "CoverageEligibilityResponse", "DetectedIssue", "EpisodeOfCare", "ExplanationOfBenefit",
            "FamilyMemberHistory", "Immunization", "ImmunizationEvaluation", "ImmunizationRecommendation",
            "MolecularSequence", "NutritionOrder", "RelatedPerson", "SupplyDelivery", "VisionPrescription",
        ),
        "patient",
    ),
    "Coverage": "beneficiary",
    "EnrollmentRequest": "candidate",
    "ResearchSubject": "individual",
}  # fmt: skip


def links(resource: Any) -> list[str]:
    """Every literal reference and address in a resource, contained ones included."""
    found: list[str] = []
    waiting = [resource]
    for node in waiting:  # it grows on the way
        if node.__class__ is dict:
            for name, value in node.items():
                kind = value.__class__
                if kind is str:
                    if name in _LINKS:
                        found.append(value)
                elif kind is dict or kind is list:
                    waiting.append(value)
        elif node.__class__ is list:
            waiting += [each for each in node if each.__class__ is dict or each.__class__ is list]
    return found


def spaces(resource: dict[str, Any]) -> set[uuid.UUID]:
    """The spaces of all persons whom a resource points to, at any depth."""
    found: set[str] = set()
    for link in links(resource):
        # Cheap to say of most links: none of them holds a UUID.
        if len(link) > 36 and (named := _NAMES_SPACE.fullmatch(link)):
            found.add(named[1] or named[2])
    return {_uuid(each) for each in found}


def patient_of(resource: dict[str, Any]) -> uuid.UUID | None:
    """The space of the Patient that the type's own element names; None when it names none of ours."""
    element = resource.get(PERSON.get(resource.get("resourceType", ""), "subject"))
    reference = element.get("reference") if isinstance(element, dict) else None
    named = _PATIENT.fullmatch(reference) if isinstance(reference, str) else None
    return _uuid(named[1]) if named else None


def rewrite(node: Any, targets: Mapping[str, str]) -> Any:
    """The same resource with the links that `targets` knows replaced, also where a bundle's narrative or a uri says them."""
    if isinstance(node, dict):
        return {
            name: targets.get(value, value) if isinstance(value, str) and name in _LINKS else rewrite(value, targets)
            for name, value in node.items()
        }
    if isinstance(node, list):
        return [rewrite(value, targets) for value in node]
    return node
