"""Reads of sessions."""

import datetime as dt
import uuid

from django.conf import settings

from hygie.identity.queries import account_of
from hygie.identity.sign_in.models import Session
from hygie.identity.sign_in.types import SessionView
from hygie.identity.types import Level

# A computer that others use: shorter limits.
KIOSK_IDLE = dt.timedelta(minutes=5)
KIOSK_LIFE = dt.timedelta(minutes=30)


def limits(*, kiosk: bool) -> tuple[dt.timedelta, dt.timedelta]:
    """(idle, absolute) limits of a session."""
    if kiosk:
        return KIOSK_IDLE, KIOSK_LIFE
    return dt.timedelta(seconds=settings.HYGIE_SESSION_IDLE_SECONDS), dt.timedelta(hours=settings.HYGIE_SESSION_HOURS)


def find_session(session_id: str, *, now: dt.datetime) -> SessionView | None:
    """The session and whose it is, in one statement; None when it ended, passed a limit, or its account is closed."""
    try:
        wanted = uuid.UUID(session_id)
    except ValueError:
        return None
    rows = Session.objects.select_related("account")
    row = rows.filter(id=wanted, ended_at__isnull=True, account__is_active=True).first()
    return _view(row) if row is not None and _holds(row, now) else None


def _holds(row: Session, now: dt.datetime) -> bool:
    idle, life = limits(kiosk=row.kiosk)
    return now - row.seen_at <= idle and now - row.created_at <= life


def list_sessions(account_id: int, *, now: dt.datetime) -> list[SessionView]:
    """The sessions that hold now, the newest first."""
    _, life = limits(kiosk=False)
    rows = Session.objects.select_related("account").filter(
        account_id=account_id, ended_at__isnull=True, created_at__gte=now - life
    )
    return [_view(row) for row in rows.order_by("-seen_at") if _holds(row, now)]


def _view(row: Session) -> SessionView:
    return SessionView(
        id=row.id,
        account=account_of(row.account),
        method=row.method,
        level=Level(row.level),
        kiosk=row.kiosk,
        device=row.device,
        created_at=row.created_at,
        proved_at=row.proved_at,
        seen_at=row.seen_at,
    )
