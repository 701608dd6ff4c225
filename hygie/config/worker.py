"""The work that follows an act: events of the outbox, and the removal of what has expired."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from hygie.api.fhir.patients import patient
from hygie.config.consumers import CONSUMERS
from hygie.identity.contacts.codes import forget as forget_codes
from hygie.identity.federation.actions import forget_ended
from hygie.identity.sign_in.actions import forget_sessions
from hygie.identity.sign_in.sweeping import forget_expired
from hygie.lib.clock import now
from hygie.lib.outbox.actions import forget_done, run_due
from hygie.notifications.actions import forget_sent
from hygie.record.export.jobs import sweep
from hygie.record.export.running import Exports

_IDLE_SECONDS = 1.0
_FAILED_SECONDS = 5.0
_CLEAN_EVERY = timedelta(minutes=10)
logger = logging.getLogger("hygie.worker")


def run(*, once: bool, stop_asked: Callable[[], bool]) -> None:
    """Until it is asked to stop; `once`: until nothing is due, then one removal of what has expired."""
    exports = Exports(patient, now)
    try:
        _work(exports, once, stop_asked)
    finally:
        exports.stop()


def _work(exports: Exports, once: bool, stop_asked: Callable[[], bool]) -> None:
    cleaned_at: datetime | None = None
    while not stop_asked():
        instant = now()
        try:
            done = run_due(CONSUMERS, now=instant) + exports.step()
            if not done and (cleaned_at is None or instant - cleaned_at > _CLEAN_EVERY):
                clean(instant)
                cleaned_at = instant
        except DatabaseError:
            if once:
                raise
            logger.exception("The database does not answer; the work goes on when it does.")
            close_old_connections()
            _rest(_FAILED_SECONDS, stop_asked)
            continue
        if not done:
            if once:
                return
            _rest(_IDLE_SECONDS, stop_asked)


def _rest(seconds: float, stop_asked: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not stop_asked():
        time.sleep(0.1)


def clean(instant: datetime) -> None:
    """Expired tokens and exports, ended sessions, old sign-in attempts, events long done: kept no longer than they serve."""
    from oauth2_provider.models import clear_expired

    clear_expired()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    forgotten = forget_expired(now=instant) + forget_done(now=instant) + forget_sent(now=instant) + sweep(now=instant)
    forgotten += forget_sessions(now=instant) + forget_codes(now=instant) + forget_ended(now=instant)
    logger.debug("Expired things were removed.", extra={"count": forgotten})
