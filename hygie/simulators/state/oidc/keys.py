"""Signing keys of a provider, and their rotation: the former ones stay published, and sign nothing more."""

import threading
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

_PUBLISHED = 3


class Keys:
    def __init__(self, algorithm: str) -> None:
        self.algorithm = algorithm
        self._keys: list[RSAKey | ECKey] = []
        self._lock = threading.Lock()
        self.rotate()

    def rotate(self) -> None:
        made: RSAKey | ECKey
        parameters = {"use": "sig", "alg": self.algorithm}
        if self.algorithm == "ES256":
            made = ECKey.generate_key("P-256", parameters, auto_kid=True)
        else:
            made = RSAKey.generate_key(2048, parameters, auto_kid=True)
        with self._lock:
            self._keys = [made, *self._keys][:_PUBLISHED]

    def sign(self, claims: Mapping[str, Any], *, kind: str = "JWT") -> str:
        key = self._keys[0]
        header = {"alg": self.algorithm, "kid": key.kid, "typ": kind}
        return jwt.encode(header, dict(claims), key, algorithms=[self.algorithm])

    def read(self, token: str) -> dict[str, Any]:
        """The claims of a token of ours, however old; empty when it is not."""
        try:
            return dict(jwt.decode(token, KeySet(list(self._keys)), algorithms=[self.algorithm]).claims)
        except (JoseError, ValueError, TypeError):
            return {}

    def published(self) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) for key in self._keys]}
