"""Signed tokens of others: read strictly, verified with keys of their issuer only.

`joserfc` verifies the signature. What comes before is ours, because a library that serves everybody must be lenient: the
base64 and the JSON are read once and strictly (RFC 7515 §2, RFC 8725), the algorithm is one of ours, the key is found by
`kid` among the published ones, and what the header brings itself (`jku`, `jwk`, `x5u`, `x5c`) is not looked at.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from hygie.lib.errors import Invalid
from hygie.lib.http import read_once

# Signatures by a key pair only: a secret that we share with the provider signs nothing, and `none` is not a signature.
ALGORITHMS: dict[str, tuple[str, str]] = {
    "RS256": ("RSA", ""), "RS384": ("RSA", ""), "RS512": ("RSA", ""),
    "PS256": ("RSA", ""), "PS384": ("RSA", ""), "PS512": ("RSA", ""),
    "ES256": ("EC", "P-256"), "ES384": ("EC", "P-384"), "ES512": ("EC", "P-521"),
}  # fmt: skip
LONGEST = 64 * 1024
_LEAST_RSA_BITS = 2048
_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+", re.ASCII)
_REGISTRY = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
_REGISTRY.max_header_length = 4096
_REGISTRY.max_signature_length = 2048
# ROCA (CVE-2017-15361): a modulus whose residues are all powers of 65537 was made by the library at fault.
_ROCA_PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
                109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167)  # fmt: skip


class UnknownKey(Invalid):
    """The token names a key that its issuer does not publish."""

    default_code = "token-key"


def verify(token: str, keys: Sequence[Mapping[str, Any]], *, types: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The claims of a compact JWS that one of these JWK signed; `types`: the `typ` accepted, besides none and JWT.

    Raises Invalid(token-form, token-algorithm, token-signature, token-crit, token-type) and UnknownKey(token-key).
    """
    header = read_header(token)
    if types and _type(header) not in types:
        raise Invalid("The token is of another kind.", code="token-type")
    return _object(verify_bytes(token, header, keys))


def verify_bytes(token: str, header: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]) -> bytes:
    """The payload, once its signature is verified; `header` is that of `read_header`."""
    key = find_key(header, keys)
    try:
        found = jws.deserialize_compact(token, key, algorithms=[header["alg"]], registry=_REGISTRY)
    except (JoseError, ValueError, TypeError) as error:
        raise Invalid("The signature of the token is not right.", code="token-signature") from error
    return bytes(found.payload)


def read_header(token: str) -> dict[str, Any]:
    """The protected header, when the token has the one form that is accepted."""
    parts = token.split(".") if len(token) <= LONGEST and _FORM.fullmatch(token) else []
    if not parts or not all(_is_canonical(part) for part in parts):
        raise Invalid("The token does not have the form of a signed token.", code="token-form")
    header = _object(_decode(parts[0]))
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise Invalid("The token is signed in a way that is not accepted.", code="token-algorithm")
    if "crit" in header or "b64" in header:
        raise Invalid("The token asks for an extension that is not known here.", code="token-crit")
    if not isinstance(header.get("kid", ""), str):
        raise Invalid("The token does not have the form of a signed token.", code="token-form")
    return header


def _type(header: Mapping[str, Any]) -> str:
    """Without `application/`, in lower case; "jwt" when nothing is said."""
    return str(header.get("typ", "JWT")).lower().removeprefix("application/")


def _decode(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def _is_canonical(segment: str) -> bool:
    """One writing only: no length that base64 cannot have, no bit left over."""
    if len(segment) % 4 == 1:
        return False
    return base64.urlsafe_b64encode(_decode(segment)).rstrip(b"=").decode("ascii") == segment


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = read_once(text)
    except (ValueError, RecursionError) as error:
        raise Invalid("The token cannot be read.", code="token-form") from error
    if not isinstance(found, dict):
        raise Invalid("The token cannot be read.", code="token-form")
    return found


def find_key(header: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]) -> RSAKey | ECKey:
    """The one published key that may have signed: by its `kid`, or the only one that fits when the token names none."""
    kid = header.get("kid")
    if kid is not None:
        named = [key for key in keys if key.get("kid") == kid]
    else:
        named = [key for key in keys if _fits(key, header["alg"])]
    if len(named) != 1:
        raise UnknownKey("The token names a key that its issuer does not publish.")
    if not _fits(named[0], header["alg"]):
        raise Invalid("The key is not for this signature.", code="token-algorithm")
    return _import(named[0])


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    kty, curve = ALGORITHMS[algorithm]
    operations = key.get("key_ops")
    return (
        key.get("kty") == kty
        and (not curve or key.get("crv") == curve)
        and key.get("alg", algorithm) == algorithm
        and key.get("use", "sig") == "sig"
        and (operations is None or (isinstance(operations, list) and "verify" in operations))
    )


def _import(key: Mapping[str, Any]) -> RSAKey | ECKey:
    """The public numbers only: what else the key says was read already, or is nobody's business."""
    public = {name: key[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in key}
    try:
        if key["kty"] == "EC":
            return ECKey.import_key(public)
        modulus, exponent = (int.from_bytes(_decode(key[name]), "big") for name in ("n", "e"))
        if modulus.bit_length() < _LEAST_RSA_BITS or exponent < 3 or exponent % 2 == 0 or _is_roca(modulus):
            raise ValueError("a weak key")
        return RSAKey.import_key(public)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Invalid("The key of the issuer cannot be used, or is too weak.", code="token-key-weak") from error


def _is_roca(modulus: int) -> bool:
    return all(modulus % prime in _powers(prime) for prime in _ROCA_PRIMES)


def _powers(prime: int) -> set[int]:
    found, value = set(), 1
    while value not in found:
        found.add(value)
        value = value * 65537 % prime
    return found
