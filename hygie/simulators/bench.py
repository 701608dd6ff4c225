"""Software that measures: it opens test spaces of its own, on a demonstration, and acts for no professional."""

from typing import Any

from hygie.identity import actions as identity
from hygie.identity.types import ClientKind

_IDNST = "1999999999"
SCOPES = ("user/*.cruds", "system/*.cruds")


def register() -> dict[str, Any]:
    """A new client, as ready.json tells it."""
    organization_id = identity.save_organization(idnst=_IDNST, name="Banc d'essai fictif", city="Paris")
    client_id, secret = identity.register_client(
        name="Logiciel d'essai", kind=ClientKind.BENCH, organization_id=organization_id, scopes=SCOPES
    )
    return {
        "client_id": client_id,
        "client_secret": secret,
        "kind": ClientKind.BENCH.value,
        "organization": _IDNST,
        "professionals": [],
    }
