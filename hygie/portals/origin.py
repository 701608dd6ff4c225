"""Where a request comes from: the client's address, and the device with which an account has come in before."""

import ipaddress
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hygie.identity.sign_in import devices
from hygie.identity.sign_in.guard import Origin

_SALT = "hygie.device"
_SYSTEMS = (
    ("Android", r"Android"),
    ("iPad", r"iPad"),
    ("iPhone", r"iPhone"),
    ("Windows", r"Windows"),
    ("ChromeOS", r"CrOS"),
    ("Mac", r"Macintosh|Mac OS"),
    ("Linux", r"Linux|X11"),
)
# The order matters: most browsers also name the ones that came before them.
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
)


def cookie_name() -> str:
    return "__Host-hygie-appareil" if settings.SESSION_COOKIE_SECURE else "hygie-appareil"


def origin_of(request: HttpRequest) -> Origin:
    return Origin(address=client_address(request), device=device_token(request))


def client_address(request: HttpRequest) -> str:
    """The address of the client: the one that the outermost of our own proxies saw. An IPv6 client has its /64.

    What stands further left in X-Forwarded-For was written by the client, and is not believed.
    """
    seen = request.META.get("REMOTE_ADDR", "")
    if settings.HYGIE_PROXIES:
        chain = [each.strip() for each in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if each.strip()]
        seen = chain[-settings.HYGIE_PROXIES] if len(chain) >= settings.HYGIE_PROXIES else seen
    try:
        address = ipaddress.ip_address(seen)
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def device_token(request: HttpRequest) -> str:
    return str(request.get_signed_cookie(cookie_name(), default="", salt=_SALT) or "")


def keep_device(request: HttpRequest, response: HttpResponse, token: str) -> None:
    """The cookie by which this browser is known again. It opens nothing: it only says « seen before »."""
    response.set_signed_cookie(
        cookie_name(),
        token,
        salt=_SALT,
        max_age=int(devices.LIFE.total_seconds()),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def device_name(request: HttpRequest) -> str:
    """« Firefox · Windows », from what the browser says of itself; "" when it says nothing known. No version, no place."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    found = (
        next((name for name, pattern in table if re.search(pattern, agent)), "") for table in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(name for name in found if name)
