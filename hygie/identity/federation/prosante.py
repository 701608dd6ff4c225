"""What Pro Santé Connect says of a professional (ANS, « Données transmises par PSC »; shape: docs/explanation/federation.md)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hygie.identity.federation import checks
from hygie.identity.federation.types import Activity
from hygie.identity.types import Level, OrganizationView
from hygie.lib.errors import Invalid

# Its `acr` is always eidas1. Two factors that the ANS delivered itself are worth a substantial level (arrêté of 28 March
# 2022): the e-CPS application. A `Palier` that is not here is worth what `acr` says.
LEVEL_OF_PALIER = {"APPPRIP3": Level.SUBSTANTIAL}
_MOST_EXERCISES = 20
_MOST_ACTIVITIES = 100


def level_of(claims: Mapping[str, Any], acr: Level) -> Level:
    palier = checks.text_of(claims, "Palier_Authentification").partition("^")[0]
    return max(acr, LEVEL_OF_PALIER.get(palier, acr))


def national_id(claims: Mapping[str, Any]) -> str:
    """The IDNPS (8 and the RPPS number). Raises Invalid(claims)."""
    number = checks.text_of(claims, "SubjectNameID")
    if not number.isascii() or not number or not all(sign.isalnum() or sign in "/-" for sign in number):
        raise Invalid("Pro Santé Connect does not say which professional it is.", code="claims")
    return number


def activities(claims: Mapping[str, Any]) -> tuple[Activity, ...]:
    """Each activity of each exercise, in its order. Raises Invalid(claims)."""
    found = tuple(_activities(claims))
    if len(found) > _MOST_ACTIVITIES:
        raise Invalid("Pro Santé Connect gives too many activities.", code="claims")
    return found


def _activities(claims: Mapping[str, Any]) -> Iterator[Activity]:
    register = claims.get("SubjectRefPro", {})
    for exercise in _objects(register, "exercices", _MOST_EXERCISES):
        for activity in _objects(exercise, "activities", _MOST_ACTIVITIES):
            yield Activity(
                profession=checks.text_of(exercise, "codeProfession"),
                speciality=checks.text_of(exercise, "codeSavoirFaire"),
                role=checks.text_of(activity, "codeRole"),
                genre=checks.text_of(activity, "codeGenreActivite"),
                mode=checks.text_of(activity, "codeModeExercice"),
                structures=_structures(activity),
                structure_name=checks.text_of(activity, "raisonSocialeSite")
                or checks.text_of(activity, "enseigneCommercialeSite"),
            )


def _objects(holder: object, name: str, most: int) -> Sequence[Mapping[str, Any]]:
    found = holder.get(name, []) if isinstance(holder, Mapping) else None
    if not isinstance(found, list) or len(found) > most or not all(isinstance(each, dict) for each in found):
        raise Invalid("What Pro Santé Connect says of the exercises cannot be read.", code="claims")
    return found


# IDNST: a prefix says which number it is (ANS); the technical id of the Annuaire has none.
_NUMBERS = (
    ("1", "numeroFinessSite"),
    ("3", "numeroSiretSite"),
    ("", "identifiantTechniqueDeLaStructure"),
    ("", "ancienIdentifiantDeLaStructure"),
    ("1", "numeroFinessetablissementJuridique"),
    ("2", "numeroSirenSite"),
)


def _structures(activity: Mapping[str, Any]) -> tuple[str, ...]:
    """The most precise first."""
    return tuple(prefix + number for prefix, name in _NUMBERS if (number := checks.text_of(activity, name)))


def join(
    found: Sequence[Activity], organizations: Sequence[OrganizationView]
) -> list[tuple[Activity, OrganizationView]]:
    """The activities whose structure is one where the register says that he works; each pair of structure, profession and
    role once. An activity that the register does not know opens nothing."""
    by_number = {each.idnst: each for each in organizations}
    joined: dict[tuple[object, ...], tuple[Activity, OrganizationView]] = {}
    for activity in found:
        place = next((by_number[number] for number in activity.structures if number in by_number), None)
        if place is not None:
            joined.setdefault((place.id, activity.profession, activity.role, activity.genre), (activity, place))
    return list(joined.values())
