"""The application that the web server runs: `granian --interface wsgi hygie.config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hygie.config.settings")
application = get_wsgi_application()
