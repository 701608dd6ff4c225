"""Where to go next, when the address of the page after comes from outside."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from hygie.identity.federation.providers import NAMES


def safe_next(request: HttpRequest, wanted: str, default: str) -> str:
    """`wanted` when it is a path of this very site, else `default`: no other host, no scheme, no trick of slashes."""
    if not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted or len(wanted) > 500:
        return default
    if any(ord(letter) < 33 or ord(letter) == 127 for letter in wanted):
        return default
    host = {request.get_host()}
    return wanted if url_has_allowed_host_and_scheme(wanted, host, require_https=request.is_secure()) else default


class ProviderName:
    """The name of an identity provider in an address."""

    regex = "|".join(NAMES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
