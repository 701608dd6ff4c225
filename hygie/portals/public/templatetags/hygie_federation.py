"""The doors of the identity providers, on the pages of sign-in."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from hygie.identity.federation.providers import list_providers
from hygie.identity.types import AccountKind
from hygie.portals.public.federation_words import NAMES

register = template.Library()


@register.inclusion_tag("public/federation_buttons.html")
def federation_buttons(*, professional: bool, suite: str = "", level: str = "", kiosk: bool = False) -> dict[str, Any]:
    """A link to each provider of that audience; nothing when none is set. `level`: the one that is needed."""
    kind = AccountKind.PROFESSIONAL if professional else AccountKind.CITIZEN
    asked = {"suite": suite, "niveau": level, "partage": "1" if kiosk else ""}
    question = urlencode({name: value for name, value in asked.items() if value})
    doors = [
        {
            "name": NAMES[each.name],
            "address": reverse("public:federation_start", args=[each.name]) + (f"?{question}" if question else ""),
            "raises": bool(level),
        }
        for each in list_providers()
        if each.kind is kind
    ]
    return {"doors": doors, "professional": professional}
