"""Identity traits, and whether two sets of them may be the same person.

Source: référentiel national d'identitovigilance (RNIV), strict traits. Never by name alone: the INS leads to a space, the
traits only confirm it.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

UNKNOWN_PLACE = "99999"


@dataclass(frozen=True, slots=True)
class Traits:
    """Strict traits, and the names that the person uses. `sex` is M, F or U; `birth_place` an INSEE code or ""."""

    birth_family: str
    birth_given: tuple[str, ...]
    first_given: str
    sex: str
    born_on: dt.date
    birth_place: str = ""
    used_family: str = ""
    used_given: str = ""


class Trait(StrEnum):
    BIRTH_FAMILY = "birth-family"
    GIVEN = "given"
    BORN_ON = "birth-date"
    SEX = "sex"


@dataclass(frozen=True, slots=True)
class Coherence:
    """`differs`: the strict traits that are not equal; `place_differs` is a flag only, it never refuses."""

    differs: tuple[Trait, ...]
    place_differs: bool

    def __bool__(self) -> bool:
        return not self.differs


def compare(known: Traits, said: Traits) -> Coherence:
    """Coherent when birth name, one given name, birth date and sex are equal; accents, case, order and hyphens do not count."""
    differs = []
    if _fold(known.birth_family) != _fold(said.birth_family):
        differs.append(Trait.BIRTH_FAMILY)
    if not _given_names(known) & _given_names(said):
        differs.append(Trait.GIVEN)
    if known.born_on != said.born_on:
        differs.append(Trait.BORN_ON)
    if known.sex != said.sex:
        differs.append(Trait.SEX)
    return Coherence(tuple(differs), _places_differ(known.birth_place, said.birth_place))


def _places_differ(known: str, said: str) -> bool:
    return bool(known and said and UNKNOWN_PLACE not in (known, said) and known.upper() != said.upper())


def _given_names(traits: Traits) -> set[str]:
    """Whole names and their compound forms: « Jean-Pierre » is not « Jean »."""
    return _folded([traits.first_given, *traits.birth_given])


def _folded(names: Iterable[str]) -> set[str]:
    return {folded for name in names if (folded := _fold(name))}


def _fold(name: str) -> str:
    """Upper case without accents; ligatures opened; every other sign is one blank."""
    opened = name.upper().replace("Œ", "OE").replace("Æ", "AE").replace("ß", "SS")
    plain = "".join(c for c in unicodedata.normalize("NFKD", opened) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", plain).split())
