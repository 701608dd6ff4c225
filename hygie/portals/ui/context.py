"""What every page needs to draw its frame. No page is cut off by it: each value has a harmless default."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from hygie.portals.ui.display import COOKIE, read_display


def display(request: HttpRequest) -> dict[str, Any]:
    """Context processor: display choices, demo flag, language, and the person and profiles set by `HumanDoor`."""
    return {
        "display": read_display(request.COOKIES.get(COOKIE, "")),
        "demo": settings.HYGIE_DEMO,
        "language": get_language() or settings.LANGUAGE_CODE,
        "languages": settings.LANGUAGES,
        "account": getattr(request, "account", None),
        "actor": getattr(request, "actor", None),
        "person": getattr(request, "person", None),
        "profiles": getattr(request, "profiles", ()),
        "professional": getattr(request, "professional", None),
        "exercise": getattr(request, "exercise", None),
        "now": getattr(request, "now", None),
        "session_seconds": getattr(request, "idle_seconds", 0),
        "kiosk_session": bool(getattr(getattr(request, "sign_in", None), "kiosk", False)),
        "page_path": request.path if request.method == "GET" else "/",
    }
