"""What makes a production instance weak, each with its name and the sentence that says what to do: `hygie check`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from hygie.config import env as environment
from hygie.lib import crypto
from hygie.lib.errors import Unavailable

_SECRET_LENGTH = 50
_SECRET_VARIETY = 8
_TOKEN_SECONDS = 600
_IDLE_SECONDS = 60 * 60
_LOCAL = {"", "localhost", "127.0.0.1", "::1"}
_TEST_INS = frozenset(settings.HYGIE_TEST_INS_OIDS)


@dataclass(frozen=True, slots=True)
class Weakness:
    level: Literal["error", "warning"]
    name: str
    sentence: str


def find_weaknesses(read: Any = settings, env: environment.Env | None = None) -> list[Weakness]:
    """Errors first. `read` has the attributes of the settings; production starts only without an error."""
    env = env or environment.load()
    found = [weakness for check in _CHECKS for weakness in check(read, env)]
    return sorted(found, key=lambda weakness: (weakness.level, weakness.name))


def _mode(read: Any, env: environment.Env) -> Iterator[Weakness]:
    if read.HYGIE_DEMO:
        yield Weakness("error", "HYGIE_MODE", "is demo: fictive data and keys made by itself. Set it to production.")
    if read.DEBUG:
        yield Weakness("error", "DEBUG", "is on: error pages would show what the program knows.")


def _secret(read: Any, env: environment.Env) -> Iterator[Weakness]:
    try:
        secret = read.SECRET_KEY
    except ImproperlyConfigured:
        secret = ""
    if not secret:
        yield Weakness("error", "HYGIE_SECRET_KEY", "is empty: sessions and forms cannot be signed.")
    elif len(secret) < _SECRET_LENGTH or len(set(secret)) < _SECRET_VARIETY:
        yield Weakness("error", "HYGIE_SECRET_KEY", f"is weak: {_SECRET_LENGTH} random characters at least.")
    elif secret == _demo_file(read, "demo-secret-key"):
        yield Weakness("error", "HYGIE_SECRET_KEY", "is the demonstration's.")


def _master_key(read: Any, env: environment.Env) -> Iterator[Weakness]:
    spec = read.HYGIE_MASTER_KEY
    if not spec:
        yield Weakness("error", "HYGIE_MASTER_KEY", "is empty: documents cannot be encrypted.")
        return
    try:
        keyring = crypto.keyring(spec)
        wrapped_by = keyring.wrap(crypto.new_data_key(), context=b"check")[0]
    except (OSError, ValueError, ImportError, AttributeError, TypeError, Unavailable):
        yield Weakness(
            "error", "HYGIE_MASTER_KEY", "cannot be used: it must be file:PATH, keys:BASE64 or class:module:Name."
        )
        return
    demo = _demo_file(read, "demo-master-key")
    if "demo-master-key" in spec or (demo and wrapped_by == crypto.keyring(f"keys:{demo}").wrap(b"", context=b"")[0]):
        yield Weakness(
            "error", "HYGIE_MASTER_KEY", "is the demonstration's: everybody with the data folder can read all."
        )
    elif spec.startswith("keys:"):
        yield Weakness(
            "warning", "HYGIE_MASTER_KEY", "is in the environment; a file of the service's user or a KMS is better."
        )


def _demo_file(read: Any, name: str) -> str:
    path = read.HYGIE_DATA / name
    try:
        return path.read_text(encoding="ascii").strip() if path.exists() else ""
    except OSError:
        return ""


def _address(read: Any, env: environment.Env) -> Iterator[Weakness]:
    if urlsplit(read.HYGIE_BASE_URL).scheme != "https":
        yield Weakness("error", "HYGIE_BASE_URL", "is not https: passwords and health data would travel in clear.")
    hosts = [host for host in read.ALLOWED_HOSTS if host.startswith(("*", "."))]
    if hosts or not read.ALLOWED_HOSTS:
        yield Weakness("error", "HYGIE_ALLOWED_HOSTS", "has a wildcard: name each host that is served.")


def _database(read: Any, env: environment.Env) -> Iterator[Weakness]:
    if "sqlite" in read.DATABASES["default"]["ENGINE"]:
        yield Weakness(
            "warning", "HYGIE_DATABASE_URL", "is empty: SQLite serves one machine only; PostgreSQL is made for many."
        )
        return
    url = urlsplit(env.text("HYGIE_DATABASE_URL"))
    mode = parse_qs(url.query).get("sslmode", [""])[-1]
    if (url.hostname or "") not in _LOCAL and mode not in ("verify-full", "verify-ca"):
        yield Weakness("warning", "HYGIE_DATABASE_URL", "goes to another machine without ?sslmode=verify-full.")
    if not url.password and (url.hostname or "") not in _LOCAL:
        yield Weakness("warning", "HYGIE_DATABASE_URL", "has no password.")


def _people(read: Any, env: environment.Env) -> Iterator[Weakness]:
    if _TEST_INS & read.HYGIE_ACCEPTED_INS_OIDS:
        yield Weakness(
            "error", "HYGIE_ACCEPTED_INS_OIDS", "accepts test numbers: a test person would sit among real ones."
        )
    if read.HYGIE_TOKEN_SECONDS > _TOKEN_SECONDS:
        yield Weakness("error", "HYGIE_TOKEN_SECONDS", f"is over {_TOKEN_SECONDS}: a stolen token would live too long.")
    if read.HYGIE_SESSION_IDLE_SECONDS > _IDLE_SECONDS:
        yield Weakness("warning", "HYGIE_SESSION_MINUTES", "is over an hour: a page left open stays open.")
    if not read.HYGIE_MATRIX:
        yield Weakness(
            "warning", "HYGIE_MATRIX", "is empty: rights come from the model table, not from the official one."
        )


def _providers(read: Any, env: environment.Env) -> Iterator[Weakness]:
    for prefix, values in zip(("FRANCECONNECT", "PSC"), read.HYGIE_IDENTITY_PROVIDERS.values(), strict=True):
        if values["issuer"] and urlsplit(values["issuer"]).scheme != "https":
            yield Weakness(
                "error", f"HYGIE_{prefix}_ISSUER", "is not https: anybody on the way could say who people are."
            )
        if values["issuer"] and not (values["client_id"] and values["client_secret"]):
            yield Weakness(
                "error", f"HYGIE_{prefix}_CLIENT_ID", "or its secret is empty: the provider will not answer."
            )


def _log(read: Any, env: environment.Env) -> Iterator[Weakness]:
    if env.text("HYGIE_LOG_LEVEL").upper() == "DEBUG":
        yield Weakness("error", "HYGIE_LOG_LEVEL", "is DEBUG: libraries would write what they carry.")


_CHECKS: tuple[Callable[[Any, environment.Env], Iterator[Weakness]], ...] = (
    _mode,
    _secret,
    _master_key,
    _address,
    _database,
    _people,
    _providers,
    _log,
)
