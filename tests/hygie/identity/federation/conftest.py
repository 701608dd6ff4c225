"""Providers that the tests talk to; each test starts as a process that knows none of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hygie.identity.federation import discovery
from tests.hygie.identity.federation.provider import CLIENT_ID, SECRET, Lying, lying


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> None:
    discovery.forget_all()
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="module")
def _server() -> Iterator[Lying]:
    with lying() as found:
        yield found


@pytest.fixture
def provider(_server: Lying, settings: Any) -> Lying:
    """FranceConnect and Pro Santé Connect at once, who lie on demand."""
    address = _server.issuer
    _server.__init__(address)  # type: ignore[misc]
    client = {"issuer": address, "client_id": CLIENT_ID, "client_secret": SECRET}
    settings.HYGIE_IDENTITY_PROVIDERS = {
        "franceconnect": {**client, "level": "substantial"},
        "prosanteconnect": client,
    }
    return _server
