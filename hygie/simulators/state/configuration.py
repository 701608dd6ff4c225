"""Django for this process alone: pages, no database, nothing of the product's settings."""

import json
import secrets
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.utils.translation import gettext_lazy as _

_HYGIE = Path(__file__).parents[2]


def make_application(file: Path) -> Any:
    settings.configure(
        SECRET_KEY=secrets.token_urlsafe(48),
        ALLOWED_HOSTS=["127.0.0.1", "localhost", "[::1]"],
        ROOT_URLCONF="hygie.simulators.state.urls",
        INSTALLED_APPS=["django.contrib.staticfiles", "hygie.portals.ui", "hygie.simulators.state"],
        MIDDLEWARE=[
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
        DATABASES={},
        STATIC_URL="/static/",
        WHITENOISE_USE_FINDERS=True,
        LANGUAGE_CODE="fr",
        LANGUAGES=[("fr", _("Français")), ("en", _("English"))],
        LOCALE_PATHS=[_HYGIE / "locale"],
        USE_TZ=True,
        TIME_ZONE="Europe/Paris",
        STATE=json.loads(file.read_text(encoding="utf-8")),
        LOGGING={"version": 1, "disable_existing_loggers": False},
    )
    django.setup()
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()
