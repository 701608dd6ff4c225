"""The actors of the load: what a door would build for the same person."""

import uuid

from hygie.identity.types import Actor, ActorKind, Channel, Level
from hygie.simulators.country.register import SCOPES
from hygie.simulators.country.report import CountryReport


def sender(report: CountryReport, idnps: str, idnst: str) -> Actor:
    """The professional, by the software of the structure, or by the portal when it has none."""
    client_id = report.client_of(idnst)
    return Actor(
        kind=ActorKind.PROFESSIONAL,
        channel=Channel.API if client_id else Channel.WEB,
        professional_id=report.professionals[idnps],
        idnps=idnps,
        profession=report.professions[idnps],
        organization_id=report.organizations[idnst],
        client_id=client_id,
        scopes=frozenset(SCOPES) if client_id else None,
        level=Level.SUBSTANTIAL,
    )


def reader(report: CountryReport, idnps: str, idnst: str) -> Actor:
    """The same professional, on the pages of the portal."""
    return Actor(
        kind=ActorKind.PROFESSIONAL,
        channel=Channel.WEB,
        professional_id=report.professionals[idnps],
        idnps=idnps,
        profession=report.professions[idnps],
        organization_id=report.organizations[idnst],
        level=Level.SUBSTANTIAL,
    )


def citizen(space_id: uuid.UUID) -> Actor:
    return Actor(ActorKind.CITIZEN, Channel.WEB, space_id=space_id, level=Level.SUBSTANTIAL)
