"""What the claims of a token must say (OpenID Connect Core §3.1.3.7, Back-Channel Logout §2.6, RFC 8725)."""

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from hygie.identity.federation.types import LEVEL_OF_ACR, LogoutNotice, Pending, Provider
from hygie.identity.types import Level
from hygie.lib.errors import Invalid

SKEW = dt.timedelta(seconds=60)
# An ID token is read seconds after it was made.
OLDEST = dt.timedelta(minutes=10)
_LONGEST_SUBJECT = 255
_LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


def check_id_token(
    claims: Mapping[str, Any],
    header: Mapping[str, Any],
    provider: Provider,
    pending: Pending,
    access_token: str,
    *,
    now: dt.datetime,
) -> None:
    """Raises Invalid: token-issuer, token-audience, token-expired, token-future, token-old, token-nonce, token-subject,
    token-at-hash."""
    check_origin(claims, provider)
    check_times(claims, now=now)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode("utf-8"), pending.nonce.encode("ascii")):
        raise Invalid("The token answers another question.", code="token-nonce")
    subject_of(claims)
    if pending.session and _instant(claims, "auth_time") < dt.datetime.fromisoformat(pending.at) - SKEW:
        raise Invalid("The person did not show again who she is.", code="token-old")
    if "at_hash" in claims:
        _check_at_hash(claims["at_hash"], str(header["alg"]), access_token)


def check_origin(claims: Mapping[str, Any], provider: Provider) -> None:
    """Who made it, and for whom: for us alone, or with others when `azp` says that we asked."""
    if claims.get("iss") != provider.issuer:
        raise Invalid("The token comes from somebody else.", code="token-issuer")
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp", provider.client_id if len(named) == 1 else None)
    if provider.client_id not in named or party != provider.client_id:
        raise Invalid("The token is for somebody else.", code="token-audience")


def check_times(claims: Mapping[str, Any], *, now: dt.datetime, expires: bool = True) -> None:
    issued = _instant(claims, "iat")
    if expires and _instant(claims, "exp") <= now - SKEW:
        raise Invalid("The token has expired.", code="token-expired")
    if issued > now + SKEW or ("nbf" in claims and _instant(claims, "nbf") > now + SKEW):
        raise Invalid("The token is not valid yet.", code="token-future")
    if issued < now - OLDEST:
        raise Invalid("The token is too old.", code="token-old")


def _instant(claims: Mapping[str, Any], name: str) -> dt.datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**11:
        raise Invalid("The token does not say its times.", code="token-expired")
    return dt.datetime.fromtimestamp(value, tz=dt.UTC)


def subject_of(claims: Mapping[str, Any]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
        raise Invalid("The token does not say whom it is about.", code="token-subject")
    return subject


def text_of(claims: Mapping[str, Any], name: str) -> str:
    """A short text claim, "" when it is not there."""
    value = claims.get(name, "")
    return value if isinstance(value, str) and len(value) <= _LONGEST_SUBJECT else ""


def _check_at_hash(said: object, algorithm: str, access_token: str) -> None:
    digest = _HASHES[algorithm[2:]](access_token.encode("ascii")).digest()
    wanted = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode("utf-8"), wanted):
        raise Invalid("The token goes with another access token.", code="token-at-hash")


def level_of_acr(claims: Mapping[str, Any]) -> Level:
    """Raises Invalid(level-unknown): what does not say how sure it is opens nothing."""
    acr = claims.get("acr")
    if not isinstance(acr, str) or acr not in LEVEL_OF_ACR:
        raise Invalid("The provider does not say how sure it is.", code="level-unknown")
    return LEVEL_OF_ACR[acr]


def read_logout(claims: Mapping[str, Any], provider: Provider, *, now: dt.datetime) -> LogoutNotice:
    """Raises Invalid. A repeated notice is harmless: it only ends sessions that are older than itself."""
    check_origin(claims, provider)
    check_times(claims, now=now, expires="exp" in claims)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(_LOGOUT_EVENT), dict) or "nonce" in claims:
        raise Invalid("The token does not say that a session ended.", code="token-type")
    subject, sid = text_of(claims, "sub"), text_of(claims, "sid")
    if not subject and not sid:
        raise Invalid("The token does not say whose session ended.", code="token-subject")
    return LogoutNotice(subject, sid, _instant(claims, "iat"))
