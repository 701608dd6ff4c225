"""Settings of the Django project, from the environment (`env.py`); one file, no star import."""

import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from hygie.config import env as environment
from hygie.lib import crypto

_env = environment.load()

HYGIE_MODE = _env.choice("HYGIE_MODE", "demo", "production")
HYGIE_DEMO = HYGIE_MODE == "demo"
HYGIE_DATA = _env.folder("HYGIE_DATA")
HYGIE_BASE_URL = _env.text("HYGIE_BASE_URL").rstrip("/")
HYGIE_CONSULTATION_MINUTES = _env.number("HYGIE_CONSULTATION_MINUTES", at_least=5, at_most=1440)
HYGIE_TOKEN_SECONDS = _env.number("HYGIE_TOKEN_SECONDS", at_least=30, at_most=600)
HYGIE_DOCUMENT_BYTES = _env.number("HYGIE_DOCUMENT_MEGABYTES", at_least=1, at_most=100) * 1024 * 1024
HYGIE_GATEWAYS = {
    "email": _env.text("HYGIE_MAIL_URL"),
    "sms": _env.text("HYGIE_SMS_URL"),
    "letter": _env.text("HYGIE_LETTER_URL"),
}
HYGIE_GATEWAY_TOKEN = _env.text("HYGIE_GATEWAY_TOKEN")
HYGIE_MAIL_FROM = _env.text("HYGIE_MAIL_FROM")
HYGIE_IDENTITY_PROVIDERS = {
    "franceconnect": {
        "issuer": _env.text("HYGIE_FRANCECONNECT_ISSUER"),
        "client_id": _env.text("HYGIE_FRANCECONNECT_CLIENT_ID"),
        "client_secret": _env.text("HYGIE_FRANCECONNECT_CLIENT_SECRET"),
        "level": _env.choice("HYGIE_FRANCECONNECT_LEVEL", "low", "substantial", "high"),
    },
    "prosanteconnect": {
        "issuer": _env.text("HYGIE_PSC_ISSUER"),
        "client_id": _env.text("HYGIE_PSC_CLIENT_ID"),
        "client_secret": _env.text("HYGIE_PSC_CLIENT_SECRET"),
    },
}
HYGIE_EXPORT_HOURS = _env.number("HYGIE_EXPORT_HOURS", at_least=1, at_most=168)
HYGIE_EXPORT_JOBS = _env.number("HYGIE_EXPORT_JOBS", at_least=1, at_most=100)
HYGIE_SESSION_HOURS = _env.number("HYGIE_SESSION_HOURS", at_least=1, at_most=24)
_matrix = HYGIE_DATA / "matrix.csv"  # written by `hygie load-matrix`
HYGIE_MATRIX = _env.text("HYGIE_MATRIX") or (str(_matrix) if _matrix.exists() else "")
HYGIE_LEVELS = _env.text("HYGIE_LEVELS")
_REAL_INS = ("1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9")
HYGIE_TEST_INS_OIDS = ("1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11")
HYGIE_ACCEPTED_INS_OIDS = frozenset(
    _env.names("HYGIE_ACCEPTED_INS_OIDS") or (_REAL_INS + HYGIE_TEST_INS_OIDS if HYGIE_DEMO else _REAL_INS)
)


def _demo_file(name: str, content: str) -> str:
    """A secret of the demonstration: made once in the data folder, readable by its owner only."""
    path = HYGIE_DATA / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(content, encoding="ascii")
    return path.read_text(encoding="ascii").strip()


SECRET_KEY = _env.text("HYGIE_SECRET_KEY")
HYGIE_MASTER_KEY = _env.text("HYGIE_MASTER_KEY")
if HYGIE_DEMO:
    SECRET_KEY = SECRET_KEY or _demo_file("demo-secret-key", secrets.token_urlsafe(64))
    if not HYGIE_MASTER_KEY:
        _demo_file("demo-master-key", crypto.encode_key(crypto.new_data_key()))
        HYGIE_MASTER_KEY = f"file:{HYGIE_DATA / 'demo-master-key'}"

DEBUG = False
_base = urlsplit(HYGIE_BASE_URL)
_https = _base.scheme == "https"
ALLOWED_HOSTS = _env.names("HYGIE_ALLOWED_HOSTS") or [_base.hostname or "127.0.0.1"]
if HYGIE_DEMO:
    ALLOWED_HOSTS += [host for host in ("127.0.0.1", "localhost", "[::1]") if host not in ALLOWED_HOSTS]
CSRF_TRUSTED_ORIGINS = [HYGIE_BASE_URL] if _https else []
ROOT_URLCONF = "hygie.config.urls"
WSGI_APPLICATION = "hygie.config.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "oauth2_provider",
    "hygie.lib.outbox",
    "hygie.fhir.store",
    "hygie.trace",
    "hygie.identity",
    "hygie.identity.contacts",
    "hygie.identity.sign_in",
    "hygie.identity.federation",
    "hygie.access",
    "hygie.record",
    "hygie.record.export",
    "hygie.notifications",
    "hygie.simulators",
    "hygie.api",
    "hygie.portals",
    "hygie.portals.ui",
    "hygie.portals.public",
    "hygie.portals.account",
    "hygie.portals.citizen",
    "hygie.portals.professional",
]

MIDDLEWARE = [
    "hygie.config.logs.AccessLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hygie.api.middleware.MachineDoor",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "hygie.portals.middleware.HumanDoor",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "hygie.portals.ui.context.display",
            ],
        },
    },
]


def _database(url: str) -> dict[str, object]:
    if not url:
        HYGIE_DATA.mkdir(parents=True, exist_ok=True)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HYGIE_DATA / "hygie.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                " PRAGMA cache_size=-32000;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise environment.BadSetting("HYGIE_DATABASE_URL must start with postgresql://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        # One lasting connection a thread of the web server: a pool between them costs as much as a statement, each time.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "connect_timeout": 5,
            "options": "-c statement_timeout=30000 -c lock_timeout=5000",
            # Values travel beside the statement, and a statement that comes back is planned once per connection.
            "server_side_binding": True,
            "prepare_threshold": 3,
            **{name: value for name, value in parse_qsl(parts.query) if name.startswith("ssl")},
        },
    }


DATABASES = {"default": _database(_env.text("HYGIE_DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.Account"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    # For secrets that a machine drew, never for a person's password.
    "hygie.identity.hashers.DrawnSecretHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "public:sign_in"

# Idle and absolute limits are kept by `identity.sign_in`: a cookie outlives neither.
HYGIE_SESSION_IDLE_SECONDS = _env.number("HYGIE_SESSION_MINUTES", at_least=1, at_most=720) * 60
SESSION_COOKIE_AGE = HYGIE_SESSION_HOURS * 3600
SESSION_COOKIE_NAME = "__Host-hygie" if _https else "hygie"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "__Host-hygie-csrf" if _https else "hygie-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "hygie.portals.ui.errors.csrf_failure"
# What a page says once may name a person: it stays on the server, out of a cookie that anybody can read.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LANGUAGE_COOKIE_SECURE = _https
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
HYGIE_PROXIES = _env.number("HYGIE_PROXIES", at_least=0, at_most=9) if _env.text("HYGIE_PROXIES") else int(_https)
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^sante/$"]  # a supervisor asks from inside, over HTTP
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # A PDF is shown by the browser's own viewer in a frame of the same origin, and nowhere else.
        "frame-src": [SELF],
        "object-src": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = HYGIE_DOCUMENT_BYTES + 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = HYGIE_DOCUMENT_BYTES + 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# The toolkit's own models, named because ours refer to them.
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth2_provider.AccessToken"
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "oauth2_provider.RefreshToken"
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "oauth2_provider.IDToken"
OAUTH2_PROVIDER_GRANT_MODEL = "oauth2_provider.Grant"
OAUTH2_PROVIDER = {
    "CLIENT_SECRET_HASHER": "drawn_secret",
    # Only the checksum of a token is kept (RFC 9700): a copy of the database opens nothing.
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "ACCESS_TOKEN_EXPIRE_SECONDS": HYGIE_TOKEN_SECONDS,
    "SCOPES_BACKEND_CLASS": "hygie.api.oauth.SmartScopes",
    "OAUTH2_VALIDATOR_CLASS": "hygie.api.oauth.Validator",
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent.parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"

STATIC_URL = "/static/"
STATIC_ROOT = HYGIE_DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 31_536_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "hygie.config.logs.OneLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": _env.text("HYGIE_LOG_LEVEL").upper()},
    # Django writes the URL and the exception of each 4xx/5xx: ours say the route and the error kind only.
    "loggers": {
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "ERROR"},
        # It writes the identifiers of passkeys.
        "fido2": {"level": "WARNING"},
        # It counts what it removed, several lines each time.
        "oauth2_provider": {"level": "WARNING"},
        # It warns of each font of each document.
        "pypdf": {"level": "ERROR"},
    },
}
SITE_NAME = _("Hygie")
