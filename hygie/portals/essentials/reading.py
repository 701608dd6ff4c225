"""From FHIR resources, in the order given, to the essentials of a document or of a record."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from hygie.portals.essentials import medicines, results
from hygie.portals.essentials.quantities import codes, day_text, label, words
from hygie.portals.essentials.rows import Allergy, Essentials, Problem, Result, ResultGroup, Vaccine
from hygie.portals.essentials.source import source_of

# SNOMED CT and HL7 codes that say « none », which is not the same as saying nothing.
_NO_ALLERGY = frozenset(
    {
        *("716186003", "716184000", "160244002", "409137002", "429625007", "428607008", "428197003"),
        *("no-known-allergies", "no-known-medication-allergies"),
        *("no-known-environmental-allergies", "no-known-food-allergies"),
    }
)
_NO_PROBLEM = frozenset({"160245001", "443508001", "no-known-problems"})
# « No information », which is what an empty list says already.
_NO_INFORMATION = frozenset({"no-allergy-info", "no-problem-info", "no-medication-info", "no-immunization-info"})
_WITHDRAWN = frozenset({"entered-in-error", "refuted"})
_ENDED = frozenset({"inactive", "resolved", "remission"})
_SEVERITIES = ("severe", "moderate", "mild")


def read_essentials(resources: Iterable[dict[str, Any]]) -> Essentials:
    """Resources that are withdrawn (entered in error, refuted) or that only say that nothing is known are left out;
    types that we do not show too."""
    found = Essentials()
    groups: dict[str, list[Result]] = {}
    resources = list(resources)
    titles = _group_titles(resources)
    # A report lists its results in the order of the page; the store does not know it.
    rank = {identifier: number for number, identifier in enumerate(titles)}
    for resource in sorted(resources, key=lambda each: rank.get(str(each.get("id", "")), len(rank))):
        kind = resource.get("resourceType")
        if _is_withdrawn(resource) or _says_nothing(resource):
            continue
        if kind == "Observation" and results.is_measure(resource):
            found.measures.extend(results.read_measures(resource))
        elif kind == "Observation":
            title = titles.get(str(resource.get("id", "")), "")
            groups.setdefault(title, []).extend(results.read_result(resource))
        elif kind == "AllergyIntolerance":
            found.allergies.append(_allergy(resource))
        elif kind == "Condition":
            found.problems.append(_problem(resource))
        elif kind in medicines.TYPES:
            found.medicines.append(medicines.read_medicine(resource))
        elif kind == "Immunization":
            found.vaccines.append(_vaccine(resource))
    found.results = [ResultGroup(title, tuple(rows)) for title, rows in groups.items() if rows]
    found.allergies.sort(key=lambda each: (not each.severe, each.none_known))
    return found


def _is_withdrawn(resource: dict[str, Any]) -> bool:
    said = codes(resource.get("verificationStatus")) | {str(resource.get("status", ""))}
    return bool(said & _WITHDRAWN)


def _says_nothing(resource: dict[str, Any]) -> bool:
    names = ("code", "vaccineCode", "medicationCodeableConcept")
    return any(codes(resource.get(name)) & _NO_INFORMATION for name in names)


def _group_titles(resources: list[dict[str, Any]]) -> dict[str, str]:
    """id of an observation → title of the report or panel that holds it."""
    titles: dict[str, str] = {}
    for resource in resources:
        members = (
            resource.get("result") if resource.get("resourceType") == "DiagnosticReport" else resource.get("hasMember")
        )
        for member in members or []:
            identifier = str(member.get("reference", "")).rpartition("/")[2].lstrip("#")
            titles.setdefault(identifier, words(resource.get("code")))
    return titles


def _allergy(resource: dict[str, Any]) -> Allergy:
    reactions = resource.get("reaction") or []
    said = {str(reaction.get("severity", "")) for reaction in reactions}
    worst = next((severity for severity in _SEVERITIES if severity in said), "")
    risky = resource.get("criticality") == "high"
    manifestations = [words(each) for reaction in reactions for each in reaction.get("manifestation") or []]
    manifestations += [str(reaction["description"]) for reaction in reactions if reaction.get("description")]
    return Allergy(
        label=label(resource.get("code")),
        severity=_severity_label(worst, risky=risky),
        severe=risky or worst == "severe",
        none_known=bool(codes(resource.get("code")) & _NO_ALLERGY),
        reactions=", ".join(dict.fromkeys(text for text in manifestations if text)),
        status=_clinical_status(resource),
        active=not codes(resource.get("clinicalStatus")) & _ENDED,
        date=_since(resource),
        source=source_of(resource),
    )


def _severity_label(worst: str, *, risky: bool) -> str:
    if worst == "severe":
        return gettext("Grave")
    if risky:
        return gettext("Risque élevé")
    return {"moderate": gettext("Modérée"), "mild": gettext("Légère")}.get(worst, "")


def _problem(resource: dict[str, Any]) -> Problem:
    ended = bool(resource.get("abatementDateTime") or resource.get("abatementPeriod"))
    return Problem(
        label=label(resource.get("code")),
        status=_clinical_status(resource),
        active=not ended and not codes(resource.get("clinicalStatus")) & _ENDED,
        none_known=bool(codes(resource.get("code")) & _NO_PROBLEM),
        date=_since(resource),
        source=source_of(resource),
    )


def _clinical_status(resource: dict[str, Any]) -> str:
    """Only what is worth a tag: « actif » is the default that everybody reads."""
    if codes(resource.get("verificationStatus")) & {"unconfirmed", "provisional", "differential"}:
        return gettext("À confirmer")
    said = codes(resource.get("clinicalStatus"))
    if "resolved" in said:
        return gettext("Résolu")
    if "remission" in said:
        return gettext("En rémission")
    return gettext("Inactif") if "inactive" in said else ""


def _since(resource: dict[str, Any]) -> str:
    return day_text(
        resource.get("onsetDateTime")
        or (resource.get("onsetPeriod") or {}).get("start")
        or resource.get("recordedDate")
    )


def _vaccine(resource: dict[str, Any]) -> Vaccine:
    doses = resource.get("protocolApplied") or [{}]
    dose = doses[0]
    rank = dose.get("doseNumberPositiveInt") or dose.get("doseNumberString") or ""
    total = dose.get("seriesDosesPositiveInt") or dose.get("seriesDosesString") or ""
    text = gettext("dose %(rank)s") % {"rank": rank} if rank else ""
    if rank and total:
        text = gettext("dose %(rank)s sur %(total)s") % {"rank": rank, "total": total}
    diseases = [words(each) for applied in doses for each in applied.get("targetDisease") or []]
    return Vaccine(
        label=label(resource.get("vaccineCode")),
        day=str(resource.get("occurrenceDateTime", "")),
        date=day_text(resource.get("occurrenceDateTime")) or str(resource.get("occurrenceString", "")),
        dose=text,
        diseases=", ".join(dict.fromkeys(each for each in diseases if each)),
        lot=str(resource.get("lotNumber", "")),
        done=resource.get("status") != "not-done",
        source=source_of(resource),
    )
