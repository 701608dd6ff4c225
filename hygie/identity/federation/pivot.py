"""FranceConnect's pivot identity, and the one space whose strict traits are the same.

As the INS teleservice searches: birth name, all birth given names, sex, birth date and birth place, each equal. Accents,
case, hyphens and apostrophes do not count; a letter of another script does (« DURАND » with a Cyrillic А is nobody).
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from hygie.identity.federation import checks
from hygie.identity.federation.types import Pivot
from hygie.identity.ins import IdentityStatus
from hygie.identity.models import Identity
from hygie.identity.traits import UNKNOWN_PLACE
from hygie.lib.errors import AccessRefused, Invalid

_SEX = {"male": "M", "female": "F", "unspecified": "U"}
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_PLACE = re.compile(r"(?:\d{2}|2[AB])\d{3}", re.ASCII)
_FRANCE = ("99100", "")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_MOST_NAMES = 20


def read_pivot(claims: Mapping[str, Any]) -> Pivot:
    """Raises Invalid(claims): a trait is missing, or is not one."""
    family = checks.text_of(claims, "family_name").strip()
    given = _given_names(claims)
    sex = _SEX.get(checks.text_of(claims, "gender"), "")
    birthdate = checks.text_of(claims, "birthdate")
    place = checks.text_of(claims, "birthplace").strip().upper()
    country = checks.text_of(claims, "birthcountry").strip()
    if not family or not given or not sex or not possible_days(birthdate) or not _is_place(place, country):
        raise Invalid("A trait of the identity is missing, or cannot be read.", code="claims")
    return Pivot(family, given, sex, birthdate, place, country)


def _given_names(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """The array when there is one: a blank does not say where a compound name ends."""
    listed = claims.get("given_name_array")
    if listed is None:
        listed = checks.text_of(claims, "given_name").split()
    if not isinstance(listed, list) or len(listed) > _MOST_NAMES:
        return ()
    names = [each.strip() for each in listed if isinstance(each, str) and len(each) <= 100]
    return tuple(names) if len(names) == len(listed) and all(names) else ()


def _is_place(place: str, country: str) -> bool:
    """A commune for who was born in France, the country (99xxx) for the others."""
    if place and not _PLACE.fullmatch(place):
        return False
    if country and not re.fullmatch(r"99\d{3}", country, re.ASCII):
        return False
    return bool(place) or country not in _FRANCE


def possible_days(birthdate: str) -> tuple[dt.date, ...]:
    """The dates that the registry may have kept for this one; none when it is no date from 1900 to 2100.

    An unknown day is `00` here, and 01 in the national registry; an unknown month is 01 there, or the 31st of December when
    the day is unknown too (instruction DGOS/MSIOS/2013/281, kept by RNIV).
    """
    found = _DATE.fullmatch(birthdate)
    if not found:
        return ()
    year, month, day = (int(part) for part in found.groups())
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return ()
    wanted = [(month or 1, day or 1)]
    if not month and not day:
        wanted.append((12, 31))
    try:
        return tuple(dt.date(year, *each) for each in wanted)
    except ValueError:  # 30 February
        return ()


def find_space(pivot: Pivot) -> Identity:
    """The one open space of a qualified identity with these traits.

    Raises AccessRefused: identity-unknown (none), identity-ambiguous (several), space-closed.
    """
    wanted = (_letters(pivot.family), tuple(_letters(name) for name in pivot.given))
    if not wanted[0] or not all(wanted[1]):
        raise AccessRefused("A name has letters that the civil registry does not write.", code="identity-unknown")
    rows = Identity.objects.select_related("space").filter(
        born_on__in=possible_days(pivot.birthdate), sex=pivot.sex, status=IdentityStatus.QUAL
    )
    found = [row for row in rows if _names(row) == wanted and _same_place(row.birth_place, pivot)]
    if len(found) > 1:
        raise AccessRefused("Several people have these traits.", code="identity-ambiguous")
    if not found:
        raise AccessRefused("No space has these traits.", code="identity-unknown")
    if found[0].space.closed_at is not None:
        raise AccessRefused("This space is closed.", code="space-closed")
    return found[0]


def _names(row: Identity) -> tuple[str, tuple[str, ...]]:
    return _letters(row.birth_family), tuple(_letters(name) for name in row.birth_given)


def _same_place(known: str, pivot: Pivot) -> bool:
    """A place that the registry does not know is no trait: it cannot be equal."""
    said = pivot.birthplace or pivot.birthcountry
    return known.upper() == said and known not in ("", UNKNOWN_PLACE)


def _letters(name: str) -> str:
    """Capitals A-Z and single blanks; "" when a letter of another script or a digit is there.

    Canonical decomposition only (NFD): a full-width or mathematical letter is not the letter that it looks like.
    """
    opened = name.upper().replace("Œ", "OE").replace("Æ", "AE").replace("’", "'")
    plain = "".join(sign for sign in unicodedata.normalize("NFD", opened) if not unicodedata.combining(sign))
    if not re.fullmatch(r"[A-Z' -]+", plain):
        return ""
    return " ".join(re.sub(r"['-]", " ", plain).split())
