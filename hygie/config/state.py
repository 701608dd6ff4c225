"""The process that stands in for the services of the State beside the demonstration: its port, its secrets, its file."""

import json
import secrets
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hygie.config import secret_files
from hygie.config.processes import CannotServe, check_port

_SECRETS = "state-secrets.json"
FILE = "state.json"
_CLIENTS = {"franceconnect": "hygie-demo-fc", "prosanteconnect": "hygie-demo-psc"}


@dataclass(frozen=True, slots=True)
class State:
    """`secrets`: of our client at each provider, and of the operators ("gateway")."""

    base_url: str
    port: int
    hygie_url: str
    secrets: dict[str, str]

    def issuer(self, provider: str) -> str:
        return f"{self.base_url}/{provider}"

    @property
    def letterbox_url(self) -> str:
        return f"{self.base_url}/boite/"

    def environment(self) -> dict[str, str]:
        """What the settings of the demonstration read to reach these services."""
        return {
            "HYGIE_FRANCECONNECT_ISSUER": self.issuer("franceconnect"),
            "HYGIE_FRANCECONNECT_CLIENT_ID": _CLIENTS["franceconnect"],
            "HYGIE_FRANCECONNECT_CLIENT_SECRET": self.secrets["franceconnect"],
            "HYGIE_PSC_ISSUER": self.issuer("prosanteconnect"),
            "HYGIE_PSC_CLIENT_ID": _CLIENTS["prosanteconnect"],
            "HYGIE_PSC_CLIENT_SECRET": self.secrets["prosanteconnect"],
            "HYGIE_MAIL_URL": f"{self.base_url}/operateurs/email",
            "HYGIE_SMS_URL": f"{self.base_url}/operateurs/sms",
            "HYGIE_LETTER_URL": f"{self.base_url}/operateurs/letter",
            "HYGIE_GATEWAY_TOKEN": self.secrets["gateway"],
        }

    def content(self, identities: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
        """The whole input of the process."""
        return {
            "base_url": self.base_url,
            "hygie_url": self.hygie_url,
            "gateway_token": self.secrets["gateway"],
            "providers": {name: self._provider(name, each) for name, each in identities.items()},
        }

    def _provider(self, name: str, identities: list[dict[str, Any]]) -> dict[str, Any]:
        ours = f"{self.hygie_url}/connexion/{name}"
        client = {
            "client_id": _CLIENTS[name],
            "client_secret": self.secrets[name],
            "redirect_uris": [f"{ours}/retour/"],
            "post_logout_redirect_uris": [f"{ours}/sortie/"],
            "backchannel_logout_uri": f"{ours}/fin/",
        }
        return {"issuer": self.issuer(name), "clients": [client], "identities": identities}


def plan(folder: Path, port: int, hygie_url: str, *, serve: bool) -> State:
    """The port after Hygie's own, or a free one when somebody has it."""
    chosen = port + 1 if not serve or _is_free(port + 1) else _free_port()
    return State(f"http://127.0.0.1:{chosen}", chosen, hygie_url, _read_secrets(folder / _SECRETS))


def _read_secrets(path: Path) -> dict[str, str]:
    """Made once in the folder, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        secret_files.write(path, {name: secrets.token_urlsafe(32) for name in (*_CLIENTS, "gateway")})
    found: dict[str, str] = json.loads(path.read_text(encoding="ascii"))
    return found


def _is_free(port: int) -> bool:
    try:
        check_port(port)
    except (CannotServe, OverflowError):
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def command(file: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "hygie.simulators.state", str(file), "--port", str(port)]
