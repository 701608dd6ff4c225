"""The providers that the settings declare."""

from django.conf import settings

from hygie.identity.federation.types import Provider
from hygie.identity.sign_in.types import Method
from hygie.identity.types import AccountKind, Level
from hygie.lib.errors import NotFound

NAMES = ("franceconnect", "prosanteconnect")
_FRANCECONNECT_SCOPES = (
    "openid given_name family_name gender birthdate birthplace birthcountry preferred_username email"
)


def find_provider(name: str) -> Provider:
    """Raises NotFound(provider-unknown) when it is not set."""
    values = settings.HYGIE_IDENTITY_PROVIDERS.get(name)
    if not values or not values["issuer"]:
        raise NotFound("No such identity provider.", code="provider-unknown")
    issuer, client_id, secret = values["issuer"], values["client_id"], values["client_secret"]
    if name == "franceconnect":
        return Provider(
            name,
            AccountKind.CITIZEN,
            Method.FRANCECONNECT,
            issuer,
            client_id,
            secret,
            _FRANCECONNECT_SCOPES,
            Level[values["level"].upper()],
            ".well-known/openid-configuration",
            signed_userinfo=True,
        )
    return Provider(
        name,
        AccountKind.PROFESSIONAL,
        Method.PROSANTECONNECT,
        issuer,
        client_id,
        secret,
        "openid scope_all",
        Level.LOW,  # what a sign-in is worth is said by Palier_Authentification
        ".well-known/wallet-openid-configuration",
        signed_userinfo=False,
        only_acr="eidas1",
    )


def list_providers() -> list[Provider]:
    """Those that are set, in the order of NAMES."""
    known = settings.HYGIE_IDENTITY_PROVIDERS
    return [find_provider(name) for name in NAMES if known.get(name, {}).get("issuer")]
