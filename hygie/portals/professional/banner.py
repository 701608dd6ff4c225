"""Whose record this is, on every page of it: nothing left blank, nothing abbreviated to a guess."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext

from hygie.access.types import Mode, RecordAccess
from hygie.identity import queries as identity_queries
from hygie.identity.ins import IdentityStatus
from hygie.identity.types import Actor, Person
from hygie.portals.professional.records import OpenRecord
from hygie.portals.ui.words import age
from hygie.record import queries as record_queries
from hygie.terminology.queries import fold

_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


@dataclass(frozen=True, slots=True)
class PersonLine:
    """An identity as it is compared with the person who is there."""

    birth_family: str
    given_names: str
    used_name: str
    born_label: str
    born: str
    sex: str
    ins: str
    ins_is_fictive: bool
    status: str
    status_icon: str


@dataclass(frozen=True, slots=True)
class Banner:
    """`allergies_state` is "listed", "none" (none known) or "unknown" (nothing is written)."""

    person: PersonLine
    allergies_state: str
    allergies: tuple[str, ...]
    more_allergies: int
    severe: bool
    access: str
    access_until: str
    attending: bool
    by_consent: bool


def born_text(born_on: dt.date) -> str:
    """`12-mars-1984`: the month in letters, so that no digit is read for another (as NHS identity banners do)."""
    if (get_language() or "fr").startswith("fr"):
        return f"{born_on.day:02d}-{_MONTHS[born_on.month - 1]}-{born_on.year}"
    return date_format(born_on, "d-M-Y")


def person_line(person: Person, today: dt.date) -> PersonLine:
    traits = person.traits
    names = dict.fromkeys((traits.first_given, *traits.birth_given))
    labels = {"M": (gettext("Né le"), gettext("Masculin")), "F": (gettext("Née le"), gettext("Féminin"))}
    born_label, sex = labels.get(traits.sex, (gettext("Né(e) le"), gettext("Non précisé")))
    status, icon = _status(person.status)
    return PersonLine(
        birth_family=traits.birth_family.upper(),
        given_names=", ".join(name for name in names if name),
        used_name=_used_name(person),
        born_label=born_label,
        born=f"{born_text(traits.born_on)} ({age(traits.born_on, today)})",
        sex=sex,
        ins=person.ins.spaced,
        ins_is_fictive=person.ins.is_fictive,
        status=status,
        status_icon=icon,
    )


def _used_name(person: Person) -> str:
    """The names of every day, only when they are not those of the birth certificate."""
    traits = person.traits
    given = traits.used_given or traits.first_given
    family = traits.used_family or traits.birth_family
    same = fold(given) == fold(traits.first_given) and fold(family) == fold(traits.birth_family)
    return "" if same else f"{given} {family}"


def _status(status: IdentityStatus) -> tuple[str, str]:
    return {
        IdentityStatus.QUAL: (gettext("Qualifiée"), "shield-check"),
        IdentityStatus.VALI: (gettext("Validée, à récupérer"), "circle-check"),
        IdentityStatus.RECUP: (gettext("Récupérée, à valider"), "circle-dot"),
        IdentityStatus.PROV: (gettext("Provisoire"), "circle-dashed"),
    }[status]


def read_banner(actor: Actor, record: OpenRecord, *, now: dt.datetime) -> Banner:
    person = identity_queries.get_person(record.space_id)
    state, texts, severe = _allergies(actor, record.space_id, now)
    access, until = _access(record.access, now)
    return Banner(
        person=person_line(person, localtime(now).date()),
        allergies_state=state,
        allergies=tuple(texts[:3]),
        more_allergies=max(len(texts) - 3, 0),
        severe=severe,
        access=access,
        access_until=until,
        attending=record.access.attending,
        by_consent=record.access.mode is Mode.CONSENT,
    )


def _allergies(actor: Actor, space_id: uuid.UUID, now: dt.datetime) -> tuple[str, list[str], bool]:
    found = record_queries.list_allergies(actor, space_id, now=now)
    listed = [each for each in found if not each.none_known]
    if not listed:
        return ("none" if found else "unknown"), [], False
    severe = [each for each in listed if each.severity == "severe"]
    ordered = [*severe, *(each for each in listed if each.severity != "severe")]
    return "listed", list(dict.fromkeys(each.text for each in ordered)), bool(severe)


def _access(access: RecordAccess, now: dt.datetime) -> tuple[str, str]:
    """(words, end of a consent)."""
    if access.mode is not Mode.CONSENT or access.until is None:
        return gettext("Équipe de soins"), ""
    until, today = localtime(access.until), localtime(now).date()
    hour = gettext("%(hour)s h %(minute)s") % {"hour": until.hour, "minute": f"{until:%M}"}
    if until.date() == today:
        return gettext("Accès autorisé jusqu’à"), hour
    day = date_format(until.date(), "j F")
    return gettext("Accès autorisé jusqu’au"), gettext("%(day)s à %(hour)s") % {"day": day, "hour": hour}
