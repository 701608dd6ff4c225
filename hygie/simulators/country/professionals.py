"""Structures and professionals of the country, town by town, with identifiers that no register gives.

RPPS start with 9970 (the range of ANS test cards is 997…) and satisfy Luhn; FINESS start with the department and 099.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hygie.record.cda.write import codes
from hygie.record.cda.write.types import Address, Code, Professional, Structure
from hygie.simulators.country import names
from hygie.simulators.country.chance import Chance
from hygie.simulators.country.people import TOWNS

_SECTORS = {
    "SA01": "Etablissement public de santé",
    "SA07": "Cabinet individuel",
    "SA08": "Cabinet de groupe",
    "SA15": "PMI et Planification familiale",
    "SA17": "Etablissement pour personnes âgées",
    "SA25": "Laboratoire de biologie médicale",
    "SA33": "Pharmacie d'officine",
    "SA52": "Maison de santé ou Pôle de santé",
}
_SETTINGS = {
    "AMBULATOIRE": "Ambulatoire",
    "ETABLISSEMENT": "Etablissement de santé",
    "ESSMS": "Etablissement ou Service Social ou Médico-Social",
    "DEPISTAGE": "Dépistage",
}
_SPECIALITIES = {
    "SM54": "Médecin - Médecine Générale (SM)",
    "SM03": "Médecin - Biologie médicale (SM)",
    "SM04": "Médecin - Cardiologie et maladies vasculaires (SM)",
    "SM18": "Médecin - Gériatrie (SM)",
    "SM27": "Médecin - Médecine interne (SM)",
    "SM40": "Médecin - Pédiatrie (SM)",
    "SM41": "Médecin - Pneumologie (SM)",
    "SM42": "Médecin - Psychiatrie (SM)",
    "SM44": "Médecin - Radio-diagnostic (SM)",
    "SM62": "Médecin - Endocrinologie, diabétologie, nutrition (SM)",
    "G15_21/A": "Pharmacien titulaire d'officine",
    "G15_21/H": "Pharmacien d'établissement de santé",
    "G15_40": "Chirurgien-Dentiste",
    "G15_50": "Sage-Femme",
    "G15_60": "Infirmier",
    "G15_70": "Masseur-Kinésithérapeute",
}
# kind: name, sector, setting. A name in four: one a town.
_STRUCTURES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "health-house": (("des Tilleuls", "du Canal", "des Sapins", "du Château"), "SA52", "AMBULATOIRE"),
    "practice": (("de la Fontaine", "du Marché", "de la Gare", "du Gave"), "SA07", "AMBULATOIRE"),
    "nurses": (("du Centre", "des Remparts", "de la Vallée", "du Soleil"), "SA08", "AMBULATOIRE"),
    "physio": (("du Stade", "des Arènes", "de l'Image", "des Allées"), "SA08", "AMBULATOIRE"),
    "dentist": (("des Halles", "du Rhône", "de la Moselle", "de la Citadelle"), "SA07", "AMBULATOIRE"),
    "pharmacy": (("du Parc", "de l'Horloge", "du Pont", "des Pyrénées"), "SA33", "AMBULATOIRE"),
    "laboratory": (("Vilaine", "Vercors", "Vosges", "Béarn"), "SA25", "AMBULATOIRE"),
    "hospital": (("Sainte-Hygie", "Panacée", "Saint-Exemple", "Asclépios"), "SA01", "ETABLISSEMENT"),
    "imaging": (("Roseraie", "Belvédère", "Lac", "Boulevard"), "SA08", "AMBULATOIRE"),
    "pmi": (("Nord", "Plateau", "Rives", "Saragosse"), "SA15", "DEPISTAGE"),
    "ehpad": (("Les Glycines", "Les Lavandes", "Les Mirabelles", "Les Magnolias"), "SA17", "ESSMS"),
}
_KIND_NAMES = {
    "health-house": "Maison de santé {} (fictive)",
    "practice": "Cabinet médical {} (fictif)",
    "nurses": "Cabinet infirmier {} (fictif)",
    "physio": "Cabinet de kinésithérapie {} (fictif)",
    "dentist": "Cabinet dentaire {} (fictif)",
    "pharmacy": "Pharmacie {} (fictive)",
    "laboratory": "Laboratoire {} (fictif)",
    "hospital": "Centre hospitalier {} (fictif)",
    "imaging": "Centre d'imagerie {} (fictif)",
    "pmi": "PMI {} (fictive)",
    "ehpad": "EHPAD {} (fictif)",
}
# role, profession, speciality, the structures where each of them works (the first is the main one).
_STAFF: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("gp", "10", "SM54", ("health-house",)),
    ("gp", "10", "SM54", ("health-house", "ehpad")),
    ("gp", "10", "SM54", ("practice", "hospital")),
    ("nurse", "60", "G15_60", ("health-house",)),
    ("nurse", "60", "G15_60", ("nurses",)),
    ("nurse", "60", "G15_60", ("hospital", "ehpad")),
    ("physio", "70", "G15_70", ("physio", "health-house")),
    ("dentist", "40", "G15_40", ("dentist",)),
    ("midwife", "50", "G15_50", ("health-house", "hospital")),
    ("pharmacist", "21", "G15_21/A", ("pharmacy",)),
    ("hospital-pharmacist", "21", "G15_21/H", ("hospital",)),
    ("biologist", "10", "SM03", ("laboratory",)),
    ("radiologist", "10", "SM44", ("imaging", "hospital")),
    ("paediatrician", "10", "SM40", ("pmi", "hospital")),
    ("cardiologist", "10", "SM04", ("hospital",)),
    ("diabetologist", "10", "SM62", ("hospital",)),
    ("pneumologist", "10", "SM41", ("hospital",)),
    ("internist", "10", "SM27", ("hospital",)),
    ("geriatrician", "10", "SM18", ("hospital", "ehpad")),
    ("psychiatrist", "10", "SM42", ("practice",)),
)
_DOCTOR_TITLES = {"10": "DR", "21": "DR", "40": "DR"}


@dataclass(frozen=True, slots=True)
class Place:
    """A structure of the register: `kind` is the country's own word, `finess` "" for a practice."""

    kind: str
    town: int
    city: str
    finess: str
    structure: Structure

    @property
    def idnst(self) -> str:
        return self.structure.idnst


@dataclass(frozen=True, slots=True)
class Worker:
    """A professional of the register and the structures where he works (IDNST), the main one first."""

    role: str
    town: int
    profession: str
    rpps: str
    who: Professional
    works_at: tuple[Structure, ...]

    @property
    def idnps(self) -> str:
        return self.who.idnps

    def at(self, kind_idnst: str) -> Professional:
        """The same person acting for another of his structures."""
        structure = next(found for found in self.works_at if found.idnst == kind_idnst)
        return replace(self.who, structure=structure)


@dataclass(frozen=True, slots=True)
class Register:
    places: tuple[Place, ...]
    workers: tuple[Worker, ...]

    def place(self, town: int, kind: str) -> Place:
        return next(found for found in self.places if (found.town, found.kind) == (town, kind))

    def in_role(self, town: int, role: str) -> tuple[Worker, ...]:
        return tuple(found for found in self.workers if (found.town, found.role) == (town, role))


def luhn_digit(digits: str) -> str:
    """The digit that makes digits + it satisfy Luhn (ISO/IEC 7812-1)."""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if at % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def build_register(seed: int, towns: int) -> Register:
    chance = Chance(seed, "register")
    places: list[Place] = []
    workers: list[Worker] = []
    for town in range(towns):
        local = [_place(chance, town, kind, at) for at, kind in enumerate(_STRUCTURES)]
        places += local
        by_kind = {place.kind: place for place in local}
        for role, profession, speciality, kinds in _STAFF:
            order = len(workers) + 1
            homes = [by_kind[kind].structure for kind in kinds]
            workers.append(_worker(chance, order, town, role, profession, speciality, homes))
    return Register(tuple(places), tuple(workers))


def _place(chance: Chance, town: int, kind: str, at: int) -> Place:
    home = names.commune(TOWNS[town])
    labels, sector, setting = _STRUCTURES[kind]
    stem = f"{home.insee[:2]}099{at + 1:03d}"
    finess = stem + luhn_digit(stem)
    is_practice = sector in ("SA07", "SA08") and kind != "imaging"
    # A practice has no FINESS: prefix 4, the RPPS of its founder and a rank (french rules of IDNST).
    founder = f"9970{town:02d}{at:04d}"
    idnst = f"4{founder}{luhn_digit(founder)}00" if is_practice else f"1{finess}"
    structure = Structure(
        idnst=idnst,
        name=_KIND_NAMES[kind].format(labels[town]),
        facility=Code(sector, codes.SECTOR, _SECTORS[sector]),
        practice_setting=Code(setting, codes.SETTING, _SETTINGS[setting]),
        address=Address(str(chance.randint(1, 98)), chance.choice(names.STREETS), home.postcode, home.name.upper()),
        phone=names.phone(chance),
    )
    return Place(kind, town, home.name, "" if is_practice else finess, structure)


def _worker(
    chance: Chance,
    order: int,
    town: int,
    role: str,
    profession: str,
    speciality: str,
    homes: Sequence[Structure],
) -> Worker:
    sex = "F" if chance.happens(0.85 if profession in ("50", "60") else 0.5) else "M"
    stem = f"997001{order:04d}"
    rpps = stem + luhn_digit(stem)
    code = speciality if speciality.startswith("G15_") else f"G15_{profession}/{speciality}"
    born = dt.date(chance.randint(1964, 1994), 1, 1)
    who = Professional(
        idnps=f"8{rpps}",
        family=names.family_name(chance).upper(),
        given=names.given_names(chance, sex, born.year)[0],
        civility="M" if sex == "M" else "MME",
        title=_DOCTOR_TITLES.get(profession, ""),
        speciality=Code(code, codes.SPECIALITY, _SPECIALITIES[speciality]),
        structure=homes[0],
    )
    return Worker(role, town, profession, rpps, who, tuple(homes))
