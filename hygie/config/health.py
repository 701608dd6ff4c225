"""Is this process alive, and does its database answer? Said to anybody, with nothing else."""

import logging

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from hygie.portals.policy import policy

logger = logging.getLogger("hygie.health")


@policy("public", "none")
def health(request: HttpRequest) -> HttpResponse:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        logger.exception("The database does not answer.")
        return _answer("indisponible", 503)
    return _answer("ok", 200)


def _answer(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
