"""Telling the owner of an account what happened to it. A message holds a date and an address, and nothing else."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from hygie.identity.types import AccountView
from hygie.notifications import people
from hygie.portals.ui import words


def tell(request: HttpRequest, account: AccountView, text: str, page: str = "account:security", **values: str) -> None:
    people.tell(
        account.space_id,
        text,
        {"moment": words.moment(request.now), "address": settings.HYGIE_BASE_URL + reverse(page), **values},
        now=request.now,
        language=get_language() or settings.LANGUAGE_CODE,
    )
