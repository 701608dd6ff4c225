"""A person of FranceConnect and her space, a professional of Pro Santé Connect and his places."""

import copy
import datetime as dt
import json
import uuid
from pathlib import Path
from typing import Any

from hygie.identity import actions as identity
from hygie.identity.ins import INS, NIR_TEST, IdentityStatus, control_key
from hygie.identity.traits import Traits
from tests.conftest import find_shared

NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
SINCE = dt.datetime(2026, 1, 2, 8, 0, tzinfo=dt.UTC)
LEA = {
    "family_name": "DURAND",
    "given_name": "LEA CAMILLE",
    "given_name_array": ["LEA", "CAMILLE"],
    "gender": "female",
    "birthdate": "1984-03-12",
    "birthplace": "75056",
    "birthcountry": "99100",
    "preferred_username": "DURAND",
    "email": "lea@exemple.invalid",
}
IDNPS = "899700218896"


def claims(**changes: Any) -> dict[str, Any]:
    """Léa's, with these changes; None takes a claim away."""
    return {name: value for name, value in {**copy.deepcopy(LEA), **changes}.items() if value is not None}


def space(
    order: int = 1,
    *,
    family: str = "DURAND",
    given: tuple[str, ...] = ("LEA", "CAMILLE"),
    sex: str = "F",
    born_on: dt.date = dt.date(1984, 3, 12),
    place: str = "75056",
    status: IdentityStatus = IdentityStatus.QUAL,
) -> uuid.UUID:
    body = f"2840399{order:06d}"
    traits = Traits(family, given, given[0], sex, born_on, place, family, given[0].title())
    return identity.create_space(ins=INS(NIR_TEST, body + control_key(body)), status=status, traits=traits, now=SINCE)


def exercise(profession: str, *places: str) -> dict[str, Any]:
    """An exercise of this profession in structures whose technical id is given."""
    activities = [
        {"codeModeExercice": "L", "identifiantTechniqueDeLaStructure": each, "codeRole": ""} for each in places
    ]
    return {"codeProfession": profession, "codeSavoirFaire": "", "activities": activities}


def doctor_claims(*exercises: dict[str, Any], idnps: str = IDNPS) -> dict[str, Any]:
    """The shape that Pro Santé Connect gives: the official sample where it is here, its main claims elsewhere."""
    shared = find_shared()
    sample: dict[str, Any] = {"SubjectRefPro": {}, "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1"}
    if shared is not None:
        sample = json.loads((Path(shared) / "samples" / "psc" / "userinfo-shape.json").read_text())
    sample.pop("sub", None)
    register = {**sample["SubjectRefPro"], "exercices": list(exercises)} if exercises else sample["SubjectRefPro"]
    return {**sample, "SubjectNameID": idnps, "SubjectRefPro": register}


def doctor(*places: str, idnps: str = IDNPS, profession: str = "10") -> uuid.UUID:
    """A doctor of the register who works in structures of these IDNST."""
    organizations = [
        identity.save_organization(idnst=each, name=f"Structure {each}", kind="SA07", city="Paris") for each in places
    ]
    return identity.save_professional(
        idnps=idnps,
        rpps=idnps[1:],
        family="DOC0021889",
        given="KIT",
        title="DR",
        profession=profession,
        speciality="G15_10/SM26",
        organization_ids=organizations,
    )
