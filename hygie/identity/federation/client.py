"""The way to a provider and back: authorization code with PKCE, as FAPI asks of a client with a secret.

Authlib gives the parts that hold no connection (PKCE, the address of the request); every call goes by `lib.http`, whose
bounds its sessions (requests, httpx) cannot give: see docs/adr/0011.
"""

import datetime as dt
import hmac
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from hygie.identity.federation import checks, discovery, prosante, tokens
from hygie.identity.federation.discovery import Calls
from hygie.identity.federation.types import ACR, LogoutNotice, Metadata, Pending, Proof, Provider
from hygie.identity.types import Level
from hygie.lib.errors import AccessRefused, Invalid, Unavailable

LIFE = dt.timedelta(minutes=10)
_CODE = re.compile(r"[\x20-\x7e]{1,2000}")  # RFC 6749, appendix A
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)  # RFC 6750 §2.1
_LONGEST_TOKEN = 8000


def depart(
    provider: Provider,
    *,
    redirect_uri: str,
    level: Level | None,
    now: dt.datetime,
    suite: str = "",
    session: str = "",
    kiosk: bool = False,
    language: str = "fr",
) -> tuple[str, Pending]:
    """The address to go to, and what to keep until the person comes back. `session`: the one that is to be raised.

    Raises Unavailable.
    """
    metadata = discovery.find_metadata(provider, Calls(), now=now)
    asked = max(level or provider.level, provider.level)
    pending = Pending(
        provider=provider.name,
        state=generate_token(43),
        nonce=generate_token(43),
        verifier=generate_token(64),
        asked=int(asked),
        at=now.isoformat(),
        suite=suite,
        session=session,
        kiosk=kiosk,
    )
    return _address(provider, metadata, pending, redirect_uri, language), pending


def _address(provider: Provider, metadata: Metadata, pending: Pending, redirect_uri: str, language: str) -> str:
    # Whoever raises a session shows again who he is: a provider's open session proves nothing new.
    again = {"prompt": "login"} if pending.session else {}
    address = prepare_grant_uri(
        metadata.authorization_endpoint,
        provider.client_id,
        "code",
        redirect_uri=redirect_uri,
        scope=provider.scopes,
        state=pending.state,
        nonce=pending.nonce,
        acr_values=provider.only_acr or ACR[Level(pending.asked)],
        code_challenge=create_s256_code_challenge(pending.verifier),
        code_challenge_method="S256",
        ui_locales=language,
        **again,
    )
    return str(address)


def come_back(
    provider: Provider, pending: Pending, said: Mapping[str, str], *, redirect_uri: str, now: dt.datetime
) -> Proof:
    """Who came back. `said`: the parameters of the return, each once.

    Raises AccessRefused (the provider or the person says no: the code is `provider-…`), Invalid (what came cannot be
    trusted) and Unavailable.
    """
    _check_return(provider, pending, said, now=now)
    calls = Calls()
    metadata = discovery.find_metadata(provider, calls, now=now)
    _check_names_itself(metadata, said)
    _raise_error(said)
    code = said.get("code", "")
    if not _CODE.fullmatch(code):
        raise Invalid("The provider gave no code.", code="provider-answer")
    access_token, id_token = _exchange(provider, metadata, pending, code, redirect_uri, calls)
    claims = discovery.verify(id_token, metadata, calls, now=now)
    checks.check_id_token(claims, tokens.read_header(id_token), provider, pending, access_token, now=now)
    told = _userinfo(provider, metadata, access_token, calls, now=now)
    if told.get("sub") != claims["sub"]:
        raise Invalid("The provider speaks of somebody else.", code="token-subject")
    level = checks.level_of_acr(claims)
    if provider.name == "prosanteconnect":
        level = prosante.level_of(told, level)
    if level < pending.asked:
        raise AccessRefused("The sign-in at the provider is not strong enough.", code="level-too-low")
    return Proof(provider, str(claims["sub"]), level, told, id_token, checks.text_of(claims, "sid"))


def _check_return(provider: Provider, pending: Pending, said: Mapping[str, str], *, now: dt.datetime) -> None:
    if pending.provider != provider.name or not hmac.compare_digest(
        said.get("state", "").encode("utf-8"), pending.state.encode("ascii")
    ):
        raise Invalid("This return answers no departure.", code="return-unknown")
    if not dt.timedelta() <= now - dt.datetime.fromisoformat(pending.at) <= LIFE:
        raise Invalid("The departure is too old.", code="return-old")


def _check_names_itself(metadata: Metadata, said: Mapping[str, str]) -> None:
    """RFC 9207: an answer that another provider made is found before its code goes anywhere."""
    named = said.get("iss", "" if metadata.names_itself else metadata.issuer)
    if named != metadata.issuer:
        raise Invalid("The answer comes from another provider.", code="return-issuer")


_ERRORS = {
    "access_denied": "provider-refused",
    "login_required": "provider-refused",
    "interaction_required": "provider-refused",
    "consent_required": "provider-refused",
    "unmet_authentication_requirements": "level-too-low",
    "temporarily_unavailable": "provider-down",
    "server_error": "provider-down",
}


def _raise_error(said: Mapping[str, str]) -> None:
    if error := said.get("error"):
        code = _ERRORS.get(error, "provider-answer")
        if code == "provider-down":
            raise Unavailable("The identity provider cannot answer.", code=code)
        raise AccessRefused("The identity provider said no.", code=code)


def _exchange(
    provider: Provider, metadata: Metadata, pending: Pending, code: str, redirect_uri: str, calls: Calls
) -> tuple[str, str]:
    """(access token, ID token) for the code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": pending.verifier,
    }
    basic = None
    if metadata.secret_in_header:
        basic = (quote(provider.client_id, safe=""), quote(provider.client_secret, safe=""))  # RFC 6749 §2.3.1
    else:
        form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    answer = calls.post(metadata.token_endpoint, form, basic=basic)
    if answer.status >= 500:
        raise Unavailable("The identity provider cannot answer.", code="provider-down")
    if answer.status != 200:
        raise Invalid("The identity provider refused the code.", code="code-refused")
    said = discovery.claims_of(answer)
    access_token, id_token, kind = (said.get(name) for name in ("access_token", "id_token", "token_type"))
    if not _is_token(access_token) or not isinstance(id_token, str) or str(kind).lower() != "bearer":
        raise Invalid("The identity provider gave an answer that cannot be read.", code="provider-answer")
    return str(access_token), id_token


def _is_token(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_TOKEN and bool(_TOKEN.fullmatch(value))


def _userinfo(
    provider: Provider, metadata: Metadata, access_token: str, calls: Calls, *, now: dt.datetime
) -> dict[str, Any]:
    """What the provider knows of the person: signed where that provider signs, JSON elsewhere; never the other."""
    wanted = "application/jwt" if provider.signed_userinfo else "application/json"
    answer = calls.get(
        metadata.userinfo_endpoint, headers={"Authorization": f"Bearer {access_token}", "Accept": wanted}
    )
    if answer.status >= 500:
        raise Unavailable("The identity provider cannot answer.", code="provider-down")
    if answer.status != 200 or answer.media_type != wanted:
        raise Invalid("The identity provider does not say who it is.", code="provider-answer")
    if not provider.signed_userinfo:
        return discovery.claims_of(answer)
    try:
        token = answer.body.decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise Invalid("The identity provider gave an answer that cannot be read.", code="provider-answer") from error
    claims = discovery.verify(token, metadata, calls, now=now)
    checks.check_origin(claims, provider)
    if "exp" in claims or "iat" in claims:
        checks.check_times({"iat": int(now.timestamp()), **claims}, now=now, expires="exp" in claims)
    return claims


def leaving_address(provider: Provider, id_token: str, *, back: str, now: dt.datetime) -> str:
    """The address that ends the session at the provider (RP-initiated logout); "" when it has none."""
    metadata = discovery.find_metadata(provider, Calls(), now=now)
    if not metadata.end_session_endpoint:
        return ""
    question = urlencode({"id_token_hint": id_token, "post_logout_redirect_uri": back})
    joint = "&" if "?" in metadata.end_session_endpoint else "?"
    return f"{metadata.end_session_endpoint}{joint}{question}"


def read_logout_token(provider: Provider, token: str, *, now: dt.datetime) -> LogoutNotice:
    """A provider's notice that its session has ended. Raises Invalid, Unavailable."""
    calls = Calls()
    metadata = discovery.find_metadata(provider, calls, now=now)
    claims = discovery.verify(token, metadata, calls, now=now, types=frozenset({"logout+jwt", "jwt"}))
    return checks.read_logout(claims, provider, now=now)
