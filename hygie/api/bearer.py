"""From the access token to the Actor: one statement, nothing remembered between requests.

The statement also brings what decides access to the space that the address seems to name (`access.facts.Loaded`). It is a
saving and no more: who decides knows the space, and takes these rows for this space only.
"""

import datetime as dt
import re
import uuid

from django.http import HttpRequest

from hygie.access import queries as access
from hygie.access.types import Loaded
from hygie.api.errors import NotSignedIn, TokenRefused
from hygie.identity.types import Actor, ActorKind, Channel, ClientKind, Level, TokenView
from hygie.lib.errors import AccessRefused

_MAX_TOKEN = 256
_ALONE = frozenset(ClientKind)
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_IN_PATH = re.compile(rf"/({_UUID})(?:[./]|$)")
_IN_QUERY = re.compile(rf"(?:^|&)(?:patient|subject)=(?:Patient(?:/|%2F))?({_UUID})(?:&|$)")


def space_in(request: HttpRequest) -> uuid.UUID | None:
    """The space that the address of a read seems to name."""
    if request.method not in ("GET", "HEAD"):
        return None
    found = _IN_PATH.search(request.path_info) or _IN_QUERY.search(request.META.get("QUERY_STRING", ""))
    return uuid.UUID(found[1]) if found else None


def actor_of(request: HttpRequest, *, now: dt.datetime) -> tuple[Actor, Loaded]:
    """The professional for whom the software acts, or the software itself when its kind allows it; and what was loaded.

    Raises NotSignedIn, TokenRefused, AccessRefused(token-subject).
    """
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn
    if len(token) > _MAX_TOKEN or not token.isascii():
        raise TokenRefused
    found, loaded = access.find_token(token, space_in(request), now)
    if found is None:
        raise TokenRefused
    return _actor(found), loaded


def _actor(found: TokenView) -> Actor:
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
