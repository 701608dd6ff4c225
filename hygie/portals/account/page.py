"""The frame of these pages: that of the portal where the person is."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse


def render_page(
    request: HttpRequest,
    template: str,
    *,
    title: str,
    nav: str = "account/security",
    parent: tuple[str, str] | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """`parent`: (URL name, label) of the step above."""
    professional = request.actor.kind == "professional"
    values = {
        "base": "ui/professional.html" if professional else "ui/citizen.html",
        "home_url": reverse("professional:home" if professional else "citizen:home"),
        "nav": nav,
        "title": title,
        "parent_url": reverse(parent[0]) if parent else "",
        "parent_label": parent[1] if parent else "",
        **context,
    }
    return render(request, f"account/{template}.html", values, status=status)
