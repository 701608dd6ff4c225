"""What a provider publishes: its addresses and its keys, kept a while and checked; a peer that fails is left in peace.

Process-wide memory: what is kept is public, the same for everybody, and small.
"""

import datetime as dt
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from hygie.identity.federation import tokens
from hygie.identity.federation.types import Metadata, Provider
from hygie.lib import http
from hygie.lib.errors import Invalid, Unavailable

KEPT = dt.timedelta(hours=1)
# A token may name a new key at any time: we look again, but not at each token that somebody forges.
KEYS_AGAIN = dt.timedelta(minutes=1)
# A peer that did not answer is not asked again at once: each try holds a thread.
PEACE = dt.timedelta(seconds=10)
_LIMIT = 256 * 1024
_MOST_KEYS = 50
_CALL_SECONDS = 4.0
_ALL_SECONDS = 9.0
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Calls:
    """The calls that one page makes to a provider: each is bounded, and all together too."""

    def __init__(self) -> None:
        self._end = time.monotonic() + _ALL_SECONDS

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> http.Answer:
        return http.call("GET", url, headers=headers, seconds=self._left(), limit=_LIMIT)

    def post(self, url: str, form: Mapping[str, str], *, basic: tuple[str, str] | None) -> http.Answer:
        return http.call("POST", url, form=form, basic=basic, seconds=self._left(), limit=_LIMIT)

    def _left(self) -> float:
        left = min(_CALL_SECONDS, self._end - time.monotonic())
        if left <= 0:
            raise Unavailable("The identity provider did not answer in time.", code="peer-slow")
        return left


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    at: dt.datetime


_kept: dict[str, _Kept] = {}
_failed: dict[str, _Kept] = {}
_lock = threading.Lock()


def forget_all() -> None:
    """As in a process that has just started."""
    with _lock:
        _kept.clear()
        _failed.clear()


def find_metadata(provider: Provider, calls: Calls, *, now: dt.datetime) -> Metadata:
    """Raises Unavailable: down, slow, or what it says is not a provider's configuration."""
    url = f"{provider.issuer.rstrip('/')}/{provider.discovery}"
    found: Metadata = _keep(url, KEPT, now, lambda: _metadata(provider, _json(calls, url)))
    return found


def find_keys(
    metadata: Metadata, calls: Calls, *, now: dt.datetime, life: dt.timedelta = KEPT
) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = _keep(
        metadata.jwks_uri, life, now, lambda: _keys(_json(calls, metadata.jwks_uri))
    )
    return found


def verify(
    token: str, metadata: Metadata, calls: Calls, *, now: dt.datetime, types: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The claims of a token of this provider; its keys are read again when the token names one that is not known."""
    keys = find_keys(metadata, calls, now=now)
    try:
        return tokens.verify(token, keys, types=types)
    except tokens.UnknownKey:
        return tokens.verify(token, find_keys(metadata, calls, now=now, life=KEYS_AGAIN), types=types)


def _keep(url: str, life: dt.timedelta, now: dt.datetime, read: Any) -> Any:
    known = _kept.get(url)
    if known is not None and now - known.at < life:
        return known.value
    failed = _failed.get(url)
    if failed is not None and now - failed.at < PEACE:
        raise Unavailable("The identity provider did not answer a moment ago.", code=failed.value)
    try:
        value = read()
    except Unavailable as error:
        with _lock:
            _failed[url] = _Kept(error.code, now)
        raise
    with _lock:
        _failed.pop(url, None)
        _kept[url] = _Kept(value, now)
    return value


def _json(calls: Calls, url: str) -> dict[str, Any]:
    answer = calls.get(url)
    if answer.status != 200:
        raise Unavailable("The identity provider did not give its configuration.", code="peer-answer")
    found = answer.json()
    if not isinstance(found, dict):
        raise Unavailable("The identity provider gave an answer that cannot be read.", code="peer-answer")
    return found


def _metadata(provider: Provider, said: Mapping[str, Any]) -> Metadata:
    if said.get("issuer") != provider.issuer:
        raise Unavailable("The configuration is that of another provider.", code="provider-configuration")
    methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if not isinstance(methods, list):
        raise Unavailable("The configuration of the provider cannot be read.", code="provider-configuration")
    return Metadata(
        issuer=provider.issuer,
        authorization_endpoint=_address(provider, said, "authorization_endpoint"),
        token_endpoint=_address(provider, said, "token_endpoint"),
        userinfo_endpoint=_address(provider, said, "userinfo_endpoint"),
        jwks_uri=_address(provider, said, "jwks_uri"),
        end_session_endpoint=_address(provider, said, "end_session_endpoint", needed=False),
        secret_in_header="client_secret_basic" in methods,
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
    )


def _address(provider: Provider, said: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    """HTTPS, or HTTP on this machine when the issuer is there itself (the demonstration)."""
    value = said.get(name, "" if not needed else None)
    if value == "" and not needed:
        return ""
    if isinstance(value, str) and len(value) <= 500 and not any(ord(sign) < 33 or ord(sign) > 126 for sign in value):
        parts = urlsplit(value)
        local = parts.scheme == "http" and parts.hostname in _LOOPBACK and provider.issuer.startswith("http://")
        if parts.hostname and not parts.fragment and not parts.username and (parts.scheme == "https" or local):
            return value
    raise Unavailable("The configuration of the provider cannot be used.", code="provider-configuration")


def _keys(said: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    keys = said.get("keys")
    if not isinstance(keys, list) or len(keys) > _MOST_KEYS or not all(isinstance(key, dict) for key in keys):
        raise Unavailable("The keys of the provider cannot be read.", code="provider-configuration")
    return tuple(keys)


def claims_of(answer: http.Answer) -> dict[str, Any]:
    """A JSON object that says each member once. Raises Invalid(claims)."""
    try:
        found = http.read_once(answer.body)
    except (ValueError, RecursionError) as error:
        raise Invalid("The identity provider gave an answer that cannot be read.", code="claims") from error
    if not isinstance(found, dict):
        raise Invalid("The identity provider gave an answer that cannot be read.", code="claims")
    return found
