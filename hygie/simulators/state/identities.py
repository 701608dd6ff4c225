"""The identities that may be tried: the people and the professionals of the country, as the two providers know them.

They come from the seed only, as the country does: the same seed gives the same identities.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from hygie.identity.traits import UNKNOWN_PLACE
from hygie.simulators.country import citizens, names
from hygie.simulators.country.country import build_country
from hygie.simulators.country.people import REFERENCE, Person
from hygie.simulators.country.professionals import Worker

_MAJORITY = 18
_FRANCE = "99100"
# The means that people have: most are substantial, as France Identité or La Poste's.
_LEVELS = ("eidas3", "eidas2", "eidas2", "eidas1")
_GENDERS = {"M": "male", "F": "female"}
_WORDS_OF_LEVELS = {"eidas1": "low", "eidas2": "substantial", "eidas3": "high"}
_SECTOR = "1.2.250.1.71.4.2.4"
_ROLE = "1.2.250.1.213.1.1.5.5"
_PALIER = "APPPRIP3^1.2.250.1.213.1.5.1.1.1"
# A physiotherapist who is an osteopath too: the profession changes with the activity.
_SECOND_PROFESSION = {"physio": "71"}


def build(seed: int, people: int, reference: dt.date = REFERENCE) -> dict[str, list[dict[str, Any]]]:
    """By provider: username, label, level, claims; `space_id` or `idnps` of whom it is, where somebody knows him."""
    country = build_country(seed, people, reference)
    adults = [person for person in country.people if person.age(reference) >= _MAJORITY]
    taken: set[str] = set()
    citizens_ = [_citizen(seed, person, _LEVELS[at % len(_LEVELS)], taken) for at, person in enumerate(adults)]
    workers = [_professional(worker) for worker in country.register.workers]
    return {"franceconnect": [*citizens_, _nobody()], "prosanteconnect": [*workers, _newcomer(workers[0])]}


def ready(providers: dict[str, Any]) -> Iterator[dict[str, object]]:
    """What ready.json says of them. No password: the sign-in page of the simulated provider asks for none."""
    for name, said in providers.items():
        client = said["clients"][0]
        identities = []
        for each in said["identities"]:
            # An e-CPS is substantial, although `acr` says eidas1.
            level = _WORDS_OF_LEVELS[each["level"]] if name == "franceconnect" else "substantial"
            known = {key: each[key] for key in ("space_id", "idnps") if each.get(key)}
            identities.append({"username": each["username"], **known, "level": level})
        yield {"name": name, "issuer": said["issuer"], "client_id": client["client_id"], "identities": identities}


def _citizen(seed: int, person: Person, level: str, taken: set[str]) -> dict[str, Any]:
    traits = person.traits
    username = names.login(person.used_given, person.used_family, taken)
    abroad = traits.birth_place.startswith("99") and traits.birth_place != UNKNOWN_PLACE
    claims = {
        "given_name": " ".join(traits.birth_given),
        "given_name_array": list(traits.birth_given),
        "family_name": traits.birth_family,
        "gender": _GENDERS[traits.sex],
        "birthdate": traits.born_on.isoformat(),
        "birthplace": "" if abroad else traits.birth_place,
        "birthcountry": traits.birth_place if abroad else _FRANCE,
        "preferred_username": traits.used_family,
        "email": f"{username}@exemple.invalid",
    }
    label = f"{person.used_given} {person.used_family}, {person.born_on:%d/%m/%Y}"
    space_id = str(citizens.space_id_of(seed, person))
    return {"username": username, "label": label, "level": level, "claims": claims, "space_id": space_id}


def _nobody() -> dict[str, Any]:
    """Somebody who has no space: what Hygie says then can be read."""
    claims = {
        "given_name": "CAMILLE",
        "given_name_array": ["CAMILLE"],
        "family_name": "SANS-ESPACE",
        "gender": "female",
        "birthdate": "1980-02-29",
        "birthplace": "35238",
        "birthcountry": _FRANCE,
        "preferred_username": "",
        "email": "camille.sans-espace@exemple.invalid",
    }
    return {
        "username": "camille.sans-espace",
        "label": "Camille Sans-Espace, 29/02/1980",
        "level": "eidas2",
        "claims": claims,
    }


def _professional(worker: Worker) -> dict[str, Any]:
    who, structure = worker.who, worker.works_at[0]
    exercises = [_exercise(worker, worker.profession, worker.works_at)]
    if worker.role in _SECOND_PROFESSION:
        exercises.append(_exercise(worker, _SECOND_PROFESSION[worker.role], worker.works_at[:1]))
    claims = {
        "Secteur_Activite": f"{structure.facility.code}^{_SECTOR}",
        "email_verified": False,
        "SubjectOrganization": structure.name,
        "SubjectOrganizationID": structure.idnst,
        "preferred_username": worker.idnps,
        "given_name": who.given,
        "family_name": who.family,
        "Acces_Regulation_Medicale": "FAUX",
        "UITVersion": "1.0",
        "Palier_Authentification": _PALIER,
        "SubjectRefPro": {"codeCivilite": who.civility, "exercices": exercises},
        "SubjectRole": [f"{worker.profession}^{_ROLE}"],
        "PSI_Locale": "1.2.250.1.213.1.3.1.1",
        "otherIds": [{"identifiant": worker.idnps, "origine": "RPPS", "qualite": 1}],
        "SubjectNameID": worker.idnps,
        "Mode_Acces_Raison": "",
    }
    label = f"{who.given} {who.family}, {structure.name}"
    return {"username": worker.idnps, "label": label, "level": "eidas1", "claims": claims, "idnps": worker.idnps}


def _exercise(worker: Worker, profession: str, places: tuple[Any, ...]) -> dict[str, Any]:
    who = worker.who
    own = profession == worker.profession
    skill = who.speciality.code.rpartition("/")[2] if own else ""
    return {
        "codeProfession": profession,
        "codeCategorieProfessionnelle": "C",
        "codeCiviliteDexercice": who.title if own else "",
        "nomDexercice": who.family,
        "prenomDexercice": who.given,
        "codeTypeSavoirFaire": "S" if skill.startswith("SM") else "",
        "codeSavoirFaire": skill if skill.startswith("SM") else "",
        "activities": [_activity(place) for place in places],
    }


def _activity(place: Any) -> dict[str, str]:
    finess = place.idnst[1:] if place.idnst.startswith("1") else ""
    empty = (
        "codeSectionPharmacien codeRole numeroSiretSite numeroSirenSite numeroFinessetablissementJuridique "
        "enseigneCommercialeSite telephone adresseEMail codeDepartement ancienIdentifiantDeLaStructure"
    )
    return {
        **dict.fromkeys(empty.split(), ""),
        "codeModeExercice": "S" if finess else "L",
        "codeSecteurDactivite": place.facility.code,
        "numeroFinessSite": finess,
        "identifiantTechniqueDeLaStructure": "" if finess else place.idnst,
        "raisonSocialeSite": place.name,
        "numeroVoie": place.address.number,
        "codeTypeDeVoie": "R",
        "libelleVoie": place.address.street,
        "bureauCedex": f"{place.address.postal_code} {place.address.city}",
        "codePostal": place.address.postal_code,
        "codeCommune": "",
        "codePays": _FRANCE,
        "autoriteDenregistrement": "CNOM",
        "codeGenreActivite": "GENR01",
    }


def _newcomer(model: dict[str, Any]) -> dict[str, Any]:
    """A professional whom the register does not know yet."""
    number = "899700999998"
    claims = {**model["claims"], "SubjectNameID": number, "preferred_username": number, "family_name": "NOUVEAU"}
    return {"username": number, "label": "Sacha NOUVEAU (inconnu de l’annuaire)", "level": "eidas1", "claims": claims}
