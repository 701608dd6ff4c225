"""A page of an open record: the banner is read after the record, so that a refusal comes before any trait is shown."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hygie.portals.professional.banner import read_banner
from hygie.portals.professional.records import OpenRecord, mark_opened


def record_page(
    request: HttpRequest, record: OpenRecord, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """`tab` of the context is the current one of the record's menu."""
    mark_opened(request.session, record.key)
    banner = read_banner(request.actor, record, now=request.now)
    return render(request, f"professional/{template}", {"record": record, "banner": banner, **context}, status=status)
