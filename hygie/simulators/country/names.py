"""Names and places: our own tables (data/*.csv), whose first lines say where they come from."""

import csv
import datetime as dt
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

from hygie.simulators.country.chance import Chance

# The ranges that ARCEP keeps for fiction (decision 2018-0881, numbers of audiovisual works): nobody answers.
_PHONES = ("0199000", "0261910", "0353010", "0465710", "0536490")
_MOBILE = "063998"
# A street that no town has: an address that cannot be somebody's.
STREETS = (
    "rue des Données-Fictives",
    "allée de l'Exemple",
    "rue du Bac-à-Sable",
    "place de la Démonstration",
    "impasse du Jeu-d'Essai",
    "avenue des Personnages",
    "chemin du Roman",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A commune (or a foreign country): INSEE code, name, postcode."""

    insee: str
    name: str
    postcode: str = ""


@cache
def read_rows(table: str) -> tuple[dict[str, str], ...]:
    text = (resources.files("hygie.simulators.country") / "data" / f"{table}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


@cache
def communes() -> tuple[Place, ...]:
    return tuple(Place(row["insee"], row["name"], row["postcode"]) for row in read_rows("communes"))


@cache
def foreign_places() -> tuple[Place, ...]:
    return tuple(Place(row["insee"], row["name"]) for row in read_rows("foreign_places"))


@cache
def commune(insee: str) -> Place:
    return next(place for place in communes() if place.insee == insee)


def family_name(chance: Chance) -> str:
    return chance.choice(read_rows("family_names"))["name"]


@cache
def _given(sex: str, year: int) -> tuple[str, ...]:
    return tuple(
        row["name"]
        for row in read_rows("given_names")
        if row["sex"] == sex and int(row["from"]) <= year <= int(row["to"])
    )


def given_names(chance: Chance, sex: str, year: int) -> tuple[str, ...]:
    """One to three different given names of that sex that were given about that year."""
    possible = _given(sex, year)
    count = min(chance.one(((1, 0.35), (2, 0.4), (3, 0.25))), len(possible))
    return tuple(chance.sample(possible, count))


def birth_place(chance: Chance, born_on: dt.date) -> Place:
    """Where somebody was born. Corsica (2A, 2B) and the Paris suburbs have these codes since 1976 and 1968 only."""
    if chance.happens(0.06 if born_on.year < 1985 else 0.02):
        return chance.choice(foreign_places())
    while True:
        place = chance.choice(communes())
        since = 1976 if place.insee[1] in "AB" else 1968 if place.insee[:2] in ("93", "94") else 0
        if born_on.year >= since:
            return place


def phone(chance: Chance) -> str:
    return chance.choice(_PHONES) + chance.digits(3)


def mobile(chance: Chance) -> str:
    return _MOBILE + chance.digits(4)


def login(given: str, family: str, taken: set[str]) -> str:
    """A user name that nobody has, and which is taken from now on."""
    username = base = f"{plain(given)}.{plain(family)}"
    rank = 1
    while username in taken:
        rank += 1
        username = f"{base}{rank}"
    taken.add(username)
    return username


def plain(text: str) -> str:
    """Lower case ASCII letters, words joined by dashes: for user names."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(c if c.isalnum() else " " for c in ascii_text).split())
