"""The application that the web server runs: `granian --interface wsgi hygie.config.wsgi:application`."""

import gc
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hygie.config.settings")
_django = get_wsgi_application()
# What is loaded stays: the collector looks at the objects of requests only, and less often than at every 700th.
gc.collect()
gc.freeze()
gc.set_threshold(5_000, 10, 10)

# What Django does around each request for others than us: no log of statements, no cache, and a connection that has had
# its day is closed at the end of a request, not at the beginning too.
request_started.disconnect(reset_queries)
request_started.disconnect(close_old_connections)
request_finished.disconnect(close_caches)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """A body that is whole goes to the server in one piece: piece by piece, each costs an exchange between its threads."""
    response = _django(environ, start_response)
    if getattr(response, "streaming", True):
        return response
    try:
        return [response.content]
    finally:
        response.close()
