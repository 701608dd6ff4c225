"""Reads the environment, typed, once. Every setting is declared here with its line of documentation.

`docs/reference/settings.md` is compared with this table by a test. Nothing else in Hygie reads the environment.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    default: str
    doc: str


VARIABLES = (
    Variable("HYGIE_MODE", "demo", "`demo` (embedded defaults, fictive data) or `production` (refuses weak settings)."),
    Variable(
        "HYGIE_DATA",
        "var/demo",
        "Folder of what the instance writes: embedded database, encrypted documents, demo keys.",
    ),
    Variable(
        "HYGIE_DATABASE_URL",
        "",
        "`postgresql://user:password@host:port/name?sslmode=…`; empty: SQLite in the data folder.",
    ),
    Variable("HYGIE_SECRET_KEY", "", "Django's signing key, 50 characters at least; demo: made in the data folder."),
    Variable(
        "HYGIE_MASTER_KEY",
        "",
        "Key-encryption key: `file:PATH`, `keys:BASE64[,OLDER…]` or `class:module:Name` (KMS adapter).",
    ),
    Variable("HYGIE_BASE_URL", "http://127.0.0.1:8000", "Public address, without a final slash."),
    Variable(
        "HYGIE_ALLOWED_HOSTS", "", "Host names served, separated by commas; empty: the host of the public address."
    ),
    Variable(
        "HYGIE_PROXIES",
        "",
        "Our own proxies before the server, whose `X-Forwarded-For` is believed; empty: 1 with https, else 0.",
    ),
    Variable("HYGIE_SESSION_MINUTES", "15", "Idle minutes after which a person is signed out."),
    Variable("HYGIE_SESSION_HOURS", "12", "Hours after which a session ends whatever happens."),
    Variable("HYGIE_CONSULTATION_MINUTES", "60", "How long an explicit consent to consultation lasts."),
    Variable("HYGIE_TOKEN_SECONDS", "600", "Life of an access token; 600 is the maximum."),
    Variable("HYGIE_EXPORT_HOURS", "24", "How long the files of a bulk export can be fetched."),
    Variable("HYGIE_EXPORT_JOBS", "3", "Bulk exports that one client may have under way at once."),
    Variable("HYGIE_DOCUMENT_MEGABYTES", "20", "Largest document accepted."),
    Variable(
        "HYGIE_MATRIX",
        "",
        "CSV of the official habilitation matrix; empty: that of `hygie load-matrix`, else the model table.",
    ),
    Variable("HYGIE_LEVELS", "", "CSV of the levels that each act asks for; empty: the model table."),
    Variable(
        "HYGIE_ACCEPTED_INS_OIDS",
        "",
        "INS roots accepted, separated by commas; empty: real ones in production, test ones too in demo.",
    ),
    Variable(
        "HYGIE_MAIL_URL",
        "",
        "Carrier of e-mails: `smtp://user:password@host:587?starttls`, `smtps://…`, or an `https://` operator.",
    ),
    Variable("HYGIE_MAIL_FROM", "ne-pas-repondre@hygie.invalid", "Sender of e-mails."),
    Variable("HYGIE_SMS_URL", "", "Carrier of SMS: an `https://` operator, or `class:module:Name`."),
    Variable("HYGIE_LETTER_URL", "", "Carrier of letters: an `https://` operator, or `class:module:Name`."),
    Variable("HYGIE_GATEWAY_TOKEN", "", "Bearer token of the HTTP operators."),
    Variable("HYGIE_FRANCECONNECT_ISSUER", "", "Issuer of FranceConnect+; empty: citizens are not offered it."),
    Variable("HYGIE_FRANCECONNECT_CLIENT_ID", "", "Our client id at FranceConnect+."),
    Variable("HYGIE_FRANCECONNECT_CLIENT_SECRET", "", "Our secret at FranceConnect+."),
    Variable(
        "HYGIE_FRANCECONNECT_LEVEL",
        "substantial",
        "Least level of a sign-in by FranceConnect+: `low`, `substantial` or `high`.",
    ),
    Variable("HYGIE_PSC_ISSUER", "", "Issuer of Pro Santé Connect; empty: professionals are not offered it."),
    Variable("HYGIE_PSC_CLIENT_ID", "", "Our client id at Pro Santé Connect."),
    Variable("HYGIE_PSC_CLIENT_SECRET", "", "Our secret at Pro Santé Connect."),
    Variable(
        "HYGIE_SHARED", "", "Folder of the official samples, for the demonstration and the tests; empty: `../shared`."
    ),
    Variable("HYGIE_LOG_LEVEL", "INFO", "Level of the log on standard error."),
)
_BY_NAME = {variable.name: variable for variable in VARIABLES}


class BadSetting(Exception):
    """A setting cannot be read; the message names it and never prints its value."""


@dataclass(frozen=True, slots=True)
class Env:
    values: Mapping[str, str]

    def text(self, name: str) -> str:
        return self.values.get(name, "").strip() or _BY_NAME[name].default

    def number(self, name: str, *, at_least: int, at_most: int) -> int:
        try:
            value = int(self.text(name))
        except ValueError as error:
            raise BadSetting(f"{name} must be a whole number") from error
        if not at_least <= value <= at_most:
            raise BadSetting(f"{name} must be between {at_least} and {at_most}")
        return value

    def choice(self, name: str, *choices: str) -> str:
        value = self.text(name)
        if value not in choices:
            raise BadSetting(f"{name} must be one of: {', '.join(choices)}")
        return value

    def names(self, name: str) -> list[str]:
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def folder(self, name: str) -> Path:
        return Path(self.text(name)).expanduser().resolve()

    def find_shared(self) -> Path | None:
        """The folder of the official samples, or None when it is not on this machine."""
        repository = Path(__file__).resolve().parents[2]
        path = self.folder("HYGIE_SHARED") if self.text("HYGIE_SHARED") else repository.parent / "shared"
        return path if (path / "samples").is_dir() else None


def load() -> Env:
    return Env(os.environ)
