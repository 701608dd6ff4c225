"""Puts the register of the country into the database: structures, professionals, their software, their accounts."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from hygie.identity import actions as identity
from hygie.simulators.country.accounts import Credentials, open_account
from hygie.simulators.country.professionals import Place, Register, Worker
from hygie.simulators.country.report import Client, CountryReport, ProfessionalAccount

SCOPES = ("user/*.cruds",)
KIND = "practice-software"
# The structures whose software sends documents by itself; the others' professionals use the portal.
_CONNECTED_FIRST_TOWN = ("health-house", "practice", "hospital", "laboratory", "imaging", "pmi", "pharmacy")
_CONNECTED = ("health-house",)
# Who has an account: all roles in the first town, the doctors who open the day elsewhere.
_ROLES_FIRST_TOWN = (
    "gp", "nurse", "pharmacist", "midwife", "cardiologist", "dentist", "physio", "biologist", "paediatrician",
)  # fmt: skip
# Each account and each client costs a slow hash (0.15 s): enough of them for a visit, no more.
_DOCTORS_ELSEWHERE = slice(0, None, 3)


@transaction.atomic
def save_register(register: Register, report: CountryReport) -> None:
    for place in register.places:
        structure = place.structure
        report.organizations[place.idnst] = identity.save_organization(
            idnst=place.idnst,
            finess=place.finess,
            name=structure.name,
            kind=structure.facility.code,
            practice_setting=structure.practice_setting.code,
            city=place.city,
        )
    for worker in register.workers:
        who = worker.who
        report.professions[worker.idnps] = worker.profession
        report.professionals[worker.idnps] = identity.save_professional(
            idnps=worker.idnps,
            rpps=worker.rpps,
            family=who.family,
            given=who.given,
            title=who.title,
            profession=worker.profession,
            speciality=who.speciality.code,
            organization_ids=[report.organizations[structure.idnst] for structure in worker.works_at],
        )


def connect_software(register: Register, report: CountryReport) -> None:
    """One machine client a connected structure, the health house of the first town first."""
    for place in _connected(register):
        client_id, secret = identity.register_client(
            name=f"Logiciel de {place.structure.name}",
            kind=KIND,
            organization_id=report.organizations[place.idnst],
            scopes=SCOPES,
        )
        staff = tuple(worker.idnps for worker in register.workers if _works_at(worker, place))
        report.clients.append(Client(client_id, secret, KIND, place.idnst, staff))


def _connected(register: Register) -> Iterable[Place]:
    places = [
        place for place in register.places if place.kind in (_CONNECTED_FIRST_TOWN if place.town == 0 else _CONNECTED)
    ]
    return sorted(places, key=lambda place: (place.town, _CONNECTED_FIRST_TOWN.index(place.kind)))


def _works_at(worker: Worker, place: Place) -> bool:
    return any(structure.idnst == place.idnst for structure in worker.works_at)


def open_accounts(register: Register, report: CountryReport, credentials: Credentials, now: dt.datetime) -> None:
    chosen = [worker for role in _ROLES_FIRST_TOWN for worker in register.in_role(0, role)]
    chosen += [worker for worker in register.workers if worker.town > 0 and worker.role == "gp"][_DOCTORS_ELSEWHERE]
    for worker in chosen:
        username, password = credentials.give(worker.who.given, worker.who.family)
        professional_id = report.professionals[worker.idnps]
        secret = open_account(report.seed, username, password, professional_id=professional_id, now=now)
        structure = worker.works_at[0].idnst
        report.professional_accounts.append(
            ProfessionalAccount(worker.idnps, worker.profession, username, password, secret, structure)
        )
