"""From the access token to the Actor: one statement, nothing remembered between requests."""

import datetime as dt

from django.http import HttpRequest

from hygie.api.errors import NotSignedIn, TokenRefused
from hygie.identity import queries as identity
from hygie.identity.types import Actor, ActorKind, Channel, ClientKind, Level
from hygie.lib.errors import AccessRefused

_MAX_TOKEN = 256
_ALONE = frozenset(ClientKind)


def actor_of(request: HttpRequest, *, now: dt.datetime) -> Actor:
    """The professional for whom the software acts, or the software itself when its kind allows it.

    Raises NotSignedIn, TokenRefused, AccessRefused(token-subject).
    """
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn
    if len(token) > _MAX_TOKEN or not token.isascii():
        raise TokenRefused
    found = identity.find_token(token, now)
    if found is None:
        raise TokenRefused
    if found.professional_id is None and found.kind in _ALONE:
        return Actor(
            kind=ActorKind.SOFTWARE,
            channel=Channel.API,
            organization_id=found.organization_id,
            client_id=found.client_id,
            client_kind=found.kind,
            scopes=found.scopes,
            level=Level.SUBSTANTIAL,
        )
    if found.professional_id is None:
        raise AccessRefused(
            "This token names no professional: ask for one with requested_subject.", code="token-subject"
        )
    return Actor(
        kind=ActorKind.PROFESSIONAL,
        channel=Channel.API,
        professional_id=found.professional_id,
        idnps=found.idnps,
        profession=found.profession,
        organization_id=found.organization_id,
        client_id=found.client_id,
        scopes=found.scopes,
        level=Level.SUBSTANTIAL,
    )
