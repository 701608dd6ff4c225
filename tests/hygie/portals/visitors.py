"""A few people of the tests of the doors: a mother and her child, a doctor of one structure, a doctor of two."""

import datetime as dt
import uuid
from dataclasses import dataclass

from hygie.access import actions as access_actions
from hygie.identity import actions as identity_actions
from hygie.identity.ins import INS, IdentityStatus, control_key
from hygie.identity.traits import Traits

PASSWORD = "correct horse battery"
SINCE = dt.datetime(2026, 1, 2, 8, 0, tzinfo=dt.UTC)
_TEST_OID = "1.2.250.1.213.1.4.10"


@dataclass(frozen=True)
class Family:
    mother: uuid.UUID
    child: uuid.UUID
    stranger: uuid.UUID


def _space(number: str, family: str, given: str, born_on: dt.date) -> uuid.UUID:
    return identity_actions.create_space(
        ins=INS(_TEST_OID, number + control_key(number)),
        status=IdentityStatus.QUAL,
        traits=Traits(
            birth_family=family,
            birth_given=(given,),
            first_given=given,
            used_family="",
            used_given="",
            sex="F",
            born_on=born_on,
            birth_place="69123",
        ),
        now=SINCE,
    )


def make_family() -> Family:
    """Accounts `lea` (mother, represents her child) and `inconnue` (no link with them)."""
    family = Family(
        mother=_space("2840399999017", "DURAND", "Léa", dt.date(1984, 3, 12)),
        child=_space("2200199999018", "DURAND", "Lou", dt.date(2020, 1, 10)),
        stranger=_space("2700599999019", "PETIT", "Anne", dt.date(1970, 5, 3)),
    )
    identity_actions.create_account(username="lea", password=PASSWORD, space_id=family.mother)
    identity_actions.create_account(username="inconnue", password=PASSWORD, space_id=family.stranger)
    access_actions.add_representative(family.child, family.mother, since=SINCE, until=None)
    return family


def make_doctor(username: str, structures: int) -> uuid.UUID:
    """A doctor with an account and as many structures; gives the professional's id."""
    organizations = [
        identity_actions.save_organization(
            idnst=f"10B{number:07d}",
            name=f"Structure {number}",
            finess=f"69{number:07d}",
            kind="SA05",
            practice_setting="",
            city="Valbrune",
        )
        for number in range(structures)
    ]
    digit = "1" if structures == 1 else "2"
    professional = identity_actions.save_professional(
        idnps="8" + digit * 11,
        rpps=digit * 11,
        family="MARTIN",
        given="Antoine",
        title="DR",
        profession="10",
        speciality="SM26",
        organization_ids=organizations,
    )
    identity_actions.create_account(username=username, password=PASSWORD, professional_id=professional)
    return professional
