"""The exercise that a professional chose for this session: a structure, and the profession that he has there.

Pro Santé Connect gives the activities at sign-in; they stay in the session, on the server, and end with it. A session
without them (password, passkey) chooses among the structures of the register, with its profession.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext

from hygie.identity.federation.types import Activity
from hygie.identity.types import OrganizationView, ProfessionalView
from hygie.portals.ui import words
from hygie.terminology import queries as terminology

OFFERED = "exercises"
CHOSEN = "exercise"


@dataclass(frozen=True, slots=True)
class Exercise:
    """`key` names it in forms; the profession is a code of TRE_G15. `others`: there is something to choose."""

    key: str
    organization: OrganizationView
    profession: str
    speciality: str
    others: bool

    @property
    def profession_label(self) -> str:
        return words.label(terminology.profession_label(self.profession))

    @property
    def label(self) -> str:
        place = self.organization
        where = f"{place.name}, {place.city}" if place.city else place.name
        return gettext("%(profession)s : %(place)s") % {"profession": self.profession_label, "place": where}


def offer(session: SessionBase, joined: Sequence[tuple[Activity, OrganizationView]]) -> None:
    """Keeps what may be chosen; the only one is chosen at once."""
    kept: dict[tuple[str, str], dict[str, str]] = {}
    for activity, place in joined:
        value = {"organization": str(place.id), "profession": activity.profession, "speciality": activity.speciality}
        kept.setdefault((value["organization"], activity.profession), value)
    session[OFFERED] = list(kept.values())
    if len(kept) == 1:
        session[CHOSEN] = "0"


def is_offered(session: SessionBase) -> bool:
    return bool(session.get(OFFERED))


def list_exercises(session: SessionBase, professional: ProfessionalView) -> list[Exercise]:
    """Those whose structure is still one of his in the register."""
    places = {str(each.id): each for each in professional.organizations}
    kept = [(str(at), value) for at, value in enumerate(session.get(OFFERED, [])) if value["organization"] in places]
    return [
        Exercise(
            key, places[value["organization"]], value["profession"], _speciality(value, professional), len(kept) > 1
        )
        for key, value in kept
    ]


def _speciality(value: dict[str, str], professional: ProfessionalView) -> str:
    """The register's one when it is of that profession."""
    if value["profession"] == professional.profession:
        return professional.speciality
    code = value["speciality"]
    return f"G15_{value['profession']}/{code}" if code else f"G15_{value['profession']}"


def find_chosen(session: SessionBase, professional: ProfessionalView) -> Exercise | None:
    key = session.get(CHOSEN)
    return next((each for each in list_exercises(session, professional) if each.key == key), None)


def choose(session: SessionBase, key: str) -> None:
    session[CHOSEN] = key


def organization_of(exercise: Exercise | None) -> uuid.UUID | None:
    return exercise.organization.id if exercise else None


def exercised(professional: ProfessionalView, exercise: Exercise | None) -> ProfessionalView:
    """The professional in the profession of this exercise: what pages show, and what the journal keeps."""
    if exercise is None:
        return professional
    return replace(professional, profession=exercise.profession, speciality=exercise.speciality)
