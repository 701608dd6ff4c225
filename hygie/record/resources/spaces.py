"""Test spaces: made-up people of test software, on demonstrations only."""

import datetime as dt
import secrets
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction

from hygie.access import journal
from hygie.fhir.core.dates import date_of
from hygie.fhir.store import write as store
from hygie.identity import actions as identity
from hygie.identity.ins import INS, NIR_DEMO, IdentityStatus, control_key
from hygie.identity.traits import Traits
from hygie.identity.types import Actor, ClientKind
from hygie.lib import ids
from hygie.lib.errors import AccessRefused, Conflict, Invalid
from hygie.record.export import opened
from hygie.record.resources import guarding, shaping, whose
from hygie.record.resources.types import Written
from hygie.trace import actions as trace
from hygie.trace.types import Event

_SEXES = {"male": "M", "female": "F"}
_TRIES = 5


def open_space(
    actor: Actor, patient: dict[str, Any], *, now: dt.datetime, space_id: uuid.UUID | None = None
) -> Written:
    """A space of nobody, with this Patient in it, QUAL, under a fictive INS (its own, or a new one).

    Raises AccessRefused(space-closed-to-software) for who is not test software of a demonstration, Invalid, Conflict(ins-taken).
    """
    if actor.client_kind != ClientKind.BENCH or not settings.HYGIE_DEMO:
        raise AccessRefused("A space is opened for a person, not by this door.", code="space-not-opened")
    journal.require_scope(actor, journal.Need("Patient", "c"))
    guarding.require_valid(patient)
    space_id = space_id or ids.new_space_id()
    whose.check(patient, space_id)
    traits = _traits(patient)
    with transaction.atomic():
        _create(_ins(patient), traits, space_id, now)
        opened.note(space_id, actor.client_id, now=now)
        row = shaping.row_of(
            patient,
            space_id=space_id,
            local_id=str(space_id),
            version=1,
            access=shaping.access_of(actor, patient),
            now=now,
        )
        store.insert(space_id, [row])
        trace.append(
            journal.entry(
                actor, space_id, Event.SPACE_CREATED, now=now, ground="software.bench", object=row.id, version=1
            )
        )
    return Written("Patient", space_id, row.id, 1, now, row.body, created=True)


def _create(ins: INS | None, traits: Traits, space_id: uuid.UUID, now: dt.datetime) -> None:
    for attempt in range(_TRIES):
        try:
            identity.create_space(
                ins=ins or _made_up(traits),
                status=IdentityStatus.QUAL,
                traits=traits,
                now=now,
                space_id=space_id,
                is_test=True,
            )
        except Conflict:
            if ins is not None or attempt + 1 == _TRIES:
                raise
        else:
            return


def _ins(patient: dict[str, Any]) -> INS | None:
    """The fictive INS that the Patient carries. A real root is refused: no real person is a test."""
    for identifier in patient.get("identifier", []):
        system = str(identifier.get("system", ""))
        if system.startswith("urn:oid:1.2.250.1.213.1.4."):
            found = INS.parse(system.removeprefix("urn:oid:"), str(identifier.get("value", "")))
            if not found.is_fictive:
                raise Invalid("A test space has a fictive INS.", code="ins-real", path="Patient.identifier")
            return found
    return None


def _made_up(traits: Traits) -> INS:
    """Born in no department of France: 99 and six random digits."""
    sex = "1" if traits.sex == "M" else "2"
    body = f"{sex}{traits.born_on:%y%m}99{secrets.randbelow(10**6):06d}"
    return INS(NIR_DEMO, body + control_key(body))


def _traits(patient: dict[str, Any]) -> Traits:
    """From the official name, or the first one; what a test patient does not say is made up."""
    names = patient.get("name") or [{}]
    name = next((each for each in names if each.get("use") == "official"), names[0])
    given = tuple(str(each) for each in name.get("given", []) if each) or ("SANS PRENOM",)
    family = str(name.get("family") or name.get("text") or "SANS NOM")
    return Traits(
        birth_family=family[:100],
        birth_given=tuple(each[:100] for each in given[:10]),
        first_given=given[0][:100],
        sex=_SEXES.get(patient.get("gender", ""), "U"),
        born_on=date_of(str(patient.get("birthDate", ""))) or dt.date(1900, 1, 1),
    )
